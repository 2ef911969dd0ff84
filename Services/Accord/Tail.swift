import Contracts
import Glibc
import HTTP

extension Command {
  static let tail = Command(
    "tail", "Shows events as the broker takes them, until Ctrl-C.",
    options: [
      .init("--type", "TYPE", "only this type, or prefix.*"),
      .init("--key", "KEY", "only events of this partition key"),
      .init("--from", "WHERE", "now (default), beginning, or a journal position"),
      .init("--count", "N", "end after so many"),
    ],
    examples: ["accord tail --type 'ledger.order.*'", "accord tail --from beginning --count 10 --json"],
    run: { arguments throws(Complaint) in try Tail.run(arguments) })
}

/// `accord tail`: asks the broker for what came after the last position, again and again.
enum Tail {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let office = try Office(arguments)
    var position: Int64
    switch arguments.value("--from") ?? "now" {
    case "now": position = try office.ask("broker", .get, "/v1/status")["durable_through"]?.integer ?? 0
    case "beginning": position = 0
    case let text:
      guard let number = Int64(text) else {
        throw .usage("--from takes now, beginning or a position, not “\(text)”", "positions stand in `accord tail`")
      }
      position = number
    }
    var left = try arguments.integer("--count") ?? Int64.max
    let filter =
      (arguments.value("--type").map { "&type=\($0.percentEncoded)" } ?? "")
      + (arguments.value("--key").map { "&key=\($0.percentEncoded)" } ?? "")
    while left > 0 {
      let page = try office.ask("broker", .get, "/v1/events?after=\(position)&limit=\(min(left, 256))\(filter)")
      for entry in page["events"]?.array ?? [] {
        if arguments.has("--json") { Terminal.print(entry) } else { tell(entry) }
        left -= 1
      }
      if let hole = page["damaged"]?.string { Terminal.note(hole) }
      let next = page["next"]?.integer ?? position
      // Nothing new: the broker pushes nothing to this command, so it looks again soon.
      Terminal.pause(milliseconds: next == position ? 100 : 0)
      position = next
    }
  }

  private static func tell(_ entry: JSON) {
    let event = entry["event"]
    let person = event?["data"]?["person_id"]?.string.map { " customer \($0)" } ?? ""
    Terminal.print(
      "\(entry["accepted_at"]?.string ?? "?")  \(entry["position"]?.integer ?? 0)  \(event?["type"]?.string ?? "?")  "
        + "\(event?["partitionkey"]?.string ?? event?["subject"]?.string ?? "-")  \(event?["id"]?.string ?? "?")\(person)")
  }
}
