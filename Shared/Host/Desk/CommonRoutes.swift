import Contracts
package import HTTP
import Mesh
import Store
package import Telemetry

/// The doors that are the same in every program, and those that are the same in every department.
package enum CommonRoutes {
  /// For those who watch the program: open to all, answered by the loop itself, so also while every worker is busy. `ready` says what
  /// being ready means.
  package static func health(_ readiness: Readiness, ready: String, _ metrics: Metrics) -> [Route] {
    [
      Route(.get, "/healthz", "alive", lane: .inline) { _, _ in .text("ok\n") },
      Route(.get, "/readyz", ready, lane: .inline) { _, _ in readiness.response },
      Route(.get, "/metrics", "figures in the Prometheus text format", lane: .inline) { _, _ in
        .text(metrics.text(), type: Metrics.contentType)
      },
    ]
  }

  /// For people: where the department stands, and what it knows of a message.
  package static func department(_ desk: DepartmentDesk) -> [Route] {
    [
      Route(.get, "/v1/status", "the link to the broker, what waits to be sent, whom this department has heard") { request, _ in
        desk.question(request) { snapshot in .json(try status(desk, snapshot)) }
      },
      Route(.get, "/v1/messages/{id}", "what this department knows of a message") { request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Message>(parameters["id"]) else {
            return .problem(status: 400, code: "message_id", detail: "“\(parameters["id"])” is no message id; `accord tail` shows them")
          }
          return .json(try story(desk, id, snapshot))
        }
      },
      Route(.get, "/v1/colleagues/{id}/hanging", "what hangs on a colleague here, with what came to them of those who left") {
        request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Colleague>(parameters["id"]) else {
            return .problem(
              status: 400, code: "colleague_id", detail: "“\(parameters["id"])” is nobody's id; `accord colleague list` shows them")
          }
          let hanging = try Colleagues.predecessors(of: id, in: snapshot).flatMap { try desk.department.hanging($0, snapshot) }
          return .json(
            .object([.init("colleague_id", .string(id.text)), .init("hanging", .array(hanging.map(\.json)))]))
        }
      },
    ]
  }

  private static func status(_ desk: DepartmentDesk, _ snapshot: borrowing Snapshot) throws -> JSON {
    let state = desk.mesh.state
    let highest = try Outbox.highest(in: snapshot)
    let heard = ["/ledger", "/marketing", "/service"].compactMap { source in
      desk.mesh.heardThrough(source).map { through in
        JSON.object([.init("source", .string(source)), .init("through", .string(through.description))])
      }
    }
    return .object([
      .init("program", .string(desk.department.name)), .init("now", .string(desk.clock.now().description)),
      .init("lineage", .string(desk.store.identity.lineage)), .init("epoch", .integer(Int64(clamping: desk.store.identity.epoch))),
      .init("link", state.json),
      .init(
        "outbox",
        .object([
          .init("highest", .integer(Int64(clamping: highest))), .init("waiting", .integer(Int64(clamping: state.waiting))),
          .init("forgotten", .integer(Int64(clamping: try Outbox.forgotten(in: snapshot)))),
        ])),
      .init("heard", .array(heard)),
    ])
  }

  private static func story(_ desk: DepartmentDesk, _ id: Identifier<Message>, _ snapshot: borrowing Snapshot) throws -> JSON {
    guard let story = try desk.department.story(id, snapshot) else { return .object([.init("known", .bool(false))]) }
    var members: [JSON.Member] = [
      .init("known", .bool(true)), .init("role", .string(story.role.rawValue)),
      .init("sentences", .array(story.sentences.map { .string($0) })),
    ]
    if !story.links.isEmpty {
      members.append(
        .init(
          "links",
          .array(
            story.links.map {
              .object([.init("relation", .string($0.relation)), .init("message_id", .string($0.message.text))])
            })))
    }
    if let position = story.position { members.append(.init("position", .integer(Int64(clamping: position)))) }
    return .object(members)
  }
}

/// What is told of a store in the figures.
enum StoreFigures {
  static func register(_ store: Store, in metrics: Metrics) {
    metrics.reading("store_log_bytes", help: "Size of the write-ahead log.", unit: .bytes) { Int64(store.walBytes) }
    metrics.reading("store_commits_total", help: "Transactions committed.") { Int64(store.statistics.commits) }
    metrics.reading("store_rollbacks_total", help: "Transactions rolled back.") { Int64(store.statistics.rollbacks) }
  }
}
