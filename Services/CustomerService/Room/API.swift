import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// Customer service's doors.
struct API: Sendable {
  let desk: DepartmentDesk

  private static let pageMax = 1_000

  var routes: [Route] {
    [
      Route(.get, "/v1/customers/{id}/timeline", "what happened to a customer, latest first: ?limit=N&before=CURSOR") {
        request, parameters in
        desk.question(request) { snapshot in try timeline(parameters["id"], request, snapshot) }
      },
      Route(.get, "/v1/timeline", "how many entries and customers there are on all timelines") { request, _ in
        desk.question(request) { snapshot in
          let totals = try Timeline.totals(in: snapshot)
          return .json(.object([.init("entries", .integer(totals.entries)), .init("customers", .integer(totals.customers))]))
        }
      },
    ]
  }

  private func timeline(_ text: String, _ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    guard let person = try? Identifier<Person>(text) else {
      return .problem(
        status: 400, code: "customer_id", detail: "“\(text)” is no customer's id; ids have no spaces and at most 128 characters")
    }
    guard let limit = Int(request.query("limit") ?? "100"), (1...Self.pageMax).contains(limit) else {
      return .problem(status: 400, code: "limit", detail: "limit is a number from 1 to \(Self.pageMax); correct the query")
    }
    guard let before = Cursor(request.query("before")) else {
      return .problem(status: 400, code: "cursor", detail: "before takes what the last page gave as next; leave it out for the first page")
    }
    let found = try Timeline.entries(of: person, before: (before.time, before.number), limit: limit, in: snapshot)
    let entries = found.map { noted in
      JSON.object([
        .init("time", .string(noted.entry.time.description)), .init("kind", .string(noted.entry.kind.rawValue)),
        .init("order_id", .string(noted.entry.order.text)), .init("sentence", .string(noted.entry.sentence)),
        .init("message_id", .string(noted.message)), .init("position", .integer(Int64(clamping: noted.position))),
      ])
    }
    var members: [JSON.Member] = [.init("person_id", .string(person.text)), .init("entries", .array(entries))]
    if found.count == limit, let last = found.last {
      members.append(.init("next", .string("\(last.entry.time.milliseconds).\(last.number)")))
    }
    return .json(.object(members))
  }

  /// Where a page begins: the time and number of the last entry of the page before.
  private struct Cursor {
    var time = Int64.max
    var number = Int64.max

    init?(_ text: String?) {
      guard let text else { return }
      let parts = text.split(separator: ".")
      guard parts.count == 2, let time = Int64(parts[0]), let number = Int64(parts[1]) else { return nil }
      self.time = time
      self.number = number
    }
  }
}
