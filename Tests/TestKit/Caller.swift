package import Contracts
import Foundation
package import HTTP

/// Somebody who works with the mesh on one data folder, over HTTP and by the command line.
///
/// Where the programs listen is read from endpoints.json at each call: they may have been started again elsewhere.
package struct Caller: Sendable {
  package let data: String

  package init(data: String) { self.data = data }

  package static let departments = ["ledger", "marketing", "service"]
  package static let programs = ["broker"] + departments

  /// What a command came to.
  package struct Said {
    package let exit: ChildExit
    package let stdout: String
    package let stderr: String

    package init(exit: ChildExit, stdout: String, stderr: String) {
      self.exit = exit
      self.stdout = stdout
      self.stderr = stderr
    }

    /// The one JSON value on stdout.
    package var json: JSON { get throws { try JSON(parsing: stdout.trimmingCharacters(in: .newlines)) } }
    package var lines: [String] { stdout.split(separator: "\n").map(String.init) }
  }

  package enum Fault: Error, CustomStringConvertible {
    case noEndpoint(String)
    case refused(String, Int, String)

    package var description: String {
      switch self {
      case .noEndpoint(let program): "endpoints.json does not say where \(program) listens"
      case .refused(let what, let status, let body): "\(what) was answered \(status): \(body)"
      }
    }
  }

  // MARK: The command line

  /// Runs `accord` with `words` and this folder.
  package func accord(_ words: String..., within limit: Duration = .seconds(30)) throws -> Said { try accord(words, within: limit) }

  /// The same with words that were put together; `environment` beside what this process has.
  package func accord(_ words: [String], environment: [String: String] = [:], within limit: Duration = .seconds(30)) throws -> Said {
    let (exit, stdout, stderr) = try ChildProgram.run("accord", words + ["--data", data], environment: environment, within: limit)
    return Said(exit: exit, stdout: stdout, stderr: stderr)
  }

  // MARK: HTTP

  /// Where `program` listens at its `door`, `http` or `mesh`.
  package func port(_ program: String, _ door: String = "http") throws -> UInt16 {
    let endpoints = try JSON(parsing: String(contentsOfFile: data + "/endpoints.json", encoding: .utf8))
    guard let port = endpoints[program]?[door]?["port"]?.integer else { throw Fault.noEndpoint(program) }
    return UInt16(port)
  }

  /// The secret of a credential of this folder.
  package func secret(of name: String = "operator") throws -> String {
    let credential = try JSON(parsing: String(contentsOfFile: "\(data)/credentials/\(name).json", encoding: .utf8))
    return credential["secret"]?.string ?? ""
  }

  /// Sends one request with the operator's token, or another, or none.
  package func send(
    _ program: String, _ method: HTTP.Method, _ path: String, headers: Headers = Headers(), body: JSON? = nil, token: String? = nil,
    timeout: Duration = .seconds(10)
  ) throws -> Response {
    var headers = headers
    let secret = try token ?? self.secret()
    if !secret.isEmpty { headers.set("Authorization", "Bearer \(secret)") }
    return try HTTPClient.send(
      method, host: "127.0.0.1", port: port(program), path: path, headers: headers, body: body?.bytes ?? [], timeout: timeout)
  }

  /// The answer to a question; throws where it is none.
  package func get(_ program: String, _ path: String) throws -> JSON {
    let response = try send(program, .get, path)
    guard response.status == 200 else { throw Fault.refused("\(program) \(path)", response.status, response.text) }
    return try JSON(parsing: response.body)
  }

  /// Whether `program` says that it takes work.
  package func isReady(_ program: String) -> Bool {
    (try? send(program, .get, "/readyz", token: "", timeout: .seconds(2)))?.status == 200
  }

  /// The value of the figure `name` in `program`'s metrics, labels left out.
  package func figure(_ program: String, _ name: String) throws -> Double? {
    try send(program, .get, "/metrics", token: "").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  // MARK: Orders

  /// Sends the order `id` to the ledger.
  package func capture(_ id: String, of customer: String?, key: String? = nil, cents: Int64 = 4_995) throws -> Response {
    try send("ledger", .post, "/v1/orders", headers: ["Idempotency-Key": key ?? "key/\(id)"], body: Self.order(id, customer, cents))
  }

  /// Has the ledger capture the order `id`; returns the message that tells of it. Throws where it does not.
  @discardableResult
  package func order(_ id: String, of customer: String?) throws -> String {
    let answer = try capture(id, of: customer)
    guard answer.status == 201, let message = answer.json["message_id"]?.string else { throw Fault.refused(id, answer.status, answer.text) }
    return message
  }

  /// An order of one kettle.
  package static func order(_ id: String, _ customer: String?, _ cents: Int64 = 4_995) -> JSON {
    let person = customer.map { [JSON.Member("person_id", .string($0))] } ?? []
    return .object(
      [.init("order_id", .string(id))] + person + [
        .init("channel", "web"),
        .init("lines", [["line_id": "1", "sku": "KETTLE", "quantity": 1, "paid": ["amount_minor": .integer(cents), "currency": "USD"]]]),
      ])
  }

  /// What stands on the timeline of `customer`, oldest first.
  package func timeline(of customer: String) throws -> [JSON] {
    var entries: [JSON] = []
    var cursor = ""
    while true {
      let page = try get("service", "/v1/customers/\(customer)/timeline?limit=1000\(cursor)")
      entries += page["entries"]?.array ?? []
      guard let next = page["next"]?.string else { return entries.reversed() }
      cursor = "&before=\(next)"
    }
  }

  /// Waits until both departments have heard of so many orders.
  package func awaitHeard(_ orders: Int, within limit: Duration = .seconds(60)) throws {
    try eventually("\(orders) orders are counted at marketing", within: limit) {
      try get("marketing", "/v1/buyers")["orders"]?.integer ?? 0 >= Int64(orders)
    }
    try eventually("\(orders) orders stand on timelines", within: limit) {
      try get("service", "/v1/timeline")["entries"]?.integer ?? 0 >= Int64(orders)
    }
  }

  /// Every order that was captured, as its event stands in the journal, in order: what departments tell of themselves is left out.
  package func orders() throws -> [JSON] { try events("&type=ledger.order.captured.v1") }

  /// Every event of the journal, in order, or those that `choice` names, a query such as `&type=NAME`.
  package func events(_ choice: String = "") throws -> [JSON] {
    var events: [JSON] = []
    var after: Int64 = 0
    while true {
      let page = try get("broker", "/v1/events?after=\(after)&limit=1000\(choice)")
      events += page["events"]?.array ?? []
      let next = page["next"]?.integer ?? after
      guard next > after else { return events }
      after = next
    }
  }
}

extension Response {
  /// The body as text.
  fileprivate var text: String { String(decoding: body, as: UTF8.self) }
  /// The body as JSON; null where it is none.
  fileprivate var json: JSON { (try? JSON(parsing: body)) ?? .null }
}
