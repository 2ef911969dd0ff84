import BrokerCore
import Contracts
import Glibc
import HTTP
import Host
import Journal
import Synchronization
import Transport

/// What operators order by HTTP, and what became of one message.
extension BrokerAPI {
  var operatorRoutes: [Route] {
    [
      Route(.post, "/v1/admin", "an admin command as in PROTOCOL.md: dead letters, subscriptions, audit, drain") { request, _ in
        door.guarding(request) { order(request) }
      },
      Route(.get, "/v1/messages/{id}", "what became of a message at each subscription: ?position=POSITION where it is known") {
        request, parameters in
        door.guarding(request) { tell(parameters["id"], request.query("position").flatMap { UInt64($0) }) }
      },
    ]
  }

  private func order(_ request: Request) -> Response {
    guard let command = try? JSON(parsing: request.body), command.object != nil else {
      return .problem(status: 400, code: "not_json", detail: "the body is no JSON object; send one with a name, as PROTOCOL.md has it")
    }
    guard let answer = answer(command) else { return Readiness.stopping }
    guard let code = answer["code"]?.string, let sentence = answer["sentence"]?.string else { return .json(answer) }
    return .problem(status: Self.status(code), code: code, detail: sentence)
  }

  private static func status(_ code: String) -> Int {
    switch code {
    case "unknown_subscription", "unknown_position": 404
    case "wrong_type", "missing", "too_many", "unknown_command": 400
    default: 409
    }
  }

  /// The machine's answer, once it may be known; nil where the program is about to stop.
  private func answer(_ command: JSON) -> JSON? {
    let reply = Reply()
    reactor.post { [ask] in ask(command) { reply.give($0) } }
    return reply.wait()
  }

  // MARK: One message

  private func tell(_ id: String, _ position: UInt64?) -> Response {
    let found = position.flatMap { at($0, id) } ?? search(id)
    guard let found else {
      if let refusal = answer(["name": "refusal", "id": .string(id)]), refusal["code"] == nil { return .json(refusal) }
      return .problem(
        status: 404, code: "no_message",
        detail: "the broker finds no message \(id) among the latest \(Self.searchBytes >> 20) MiB of its journal; name its position")
    }
    let command: JSON = ["name": "message", "position": found["position"] ?? .null, "type": found["event"]?["type"] ?? .null]
    guard let story = answer(command) else { return Readiness.stopping }
    return .json(.object([.init("known", true), .init("journal", found), .init("subscriptions", story["subscriptions"] ?? .null)]))
  }

  private func at(_ position: UInt64, _ id: String) -> JSON? {
    guard position > 0, position < mark.position.value else { return nil }
    var found: JSON?
    _ = journal.scan(after: Position(position - 1), before: mark.position, limit: 1) { record in
      if record.position.value == position { found = event(record, id) }
      return true
    }
    return found
  }

  private func event(_ record: JournalWindow.Event, _ id: String) -> JSON? {
    guard let event = try? JSON(parsing: record.json), event["id"]?.string == id else { return nil }
    return describe(record, event)
  }

  /// The newest event of this id, looked for segment by segment from the end.
  private func search(_ id: String) -> JSON? {
    let needle = Array(JSON.string(id).text.utf8)
    let end = mark.position.value
    var from = end - end % segmentBytes
    var looked: UInt64 = 0
    while from > 0, looked < Self.searchBytes {
      var found: JSON?
      var at = Position(from - 1)
      let stop = min(end, from + segmentBytes)
      while at.value < stop {
        let outcome = journal.scan(after: at, before: Position(stop), limit: .max) { record in
          if record.json.holds(needle), let event = event(record, id) { found = event }
          return false
        }
        guard outcome.next > at, outcome.damaged == nil else { break }
        at = outcome.next
      }
      if let found { return found }
      looked += segmentBytes
      from = from > segmentBytes ? from - segmentBytes : 0
    }
    return nil
  }

  /// What a search by id alone goes through: a moment's work; older ones are found by their position.
  private static let searchBytes: UInt64 = 256 << 20
}

/// An answer on its way from the loop to the worker that waits for it.
private final class Reply: Sendable {
  private let value = Mutex<JSON?>(nil)
  private let here = Event()

  func give(_ answer: JSON) {
    value.withLock { $0 = answer }
    here.happen()
  }

  func wait() -> JSON? {
    here.wait(within: .seconds(10))
    return value.withLock { $0 }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether `needle` stands somewhere in these bytes.
  fileprivate func holds(_ needle: [UInt8]) -> Bool {
    guard let base = baseAddress, let first = needle.first else { return false }
    var at = 0
    while at + needle.count <= count, let hit = memchr(base + at, Int32(first), count - at - needle.count + 1) {
      at = hit - UnsafeMutableRawPointer(mutating: base)
      if memcmp(base + at, needle, needle.count) == 0 { return true }
      at += 1
    }
    return false
  }
}
