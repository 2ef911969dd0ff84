import Contracts
import Host

extension Command {
  static let status = Command(
    "status", "Tells who is up, who is behind, why, and since when.",
    examples: ["accord status", "accord status --json"],
    run: { arguments throws(Complaint) in try Status.run(arguments) })
}

/// `accord status`: what the broker knows of its subscriptions beside what each department says of its own link.
enum Status {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let office = try Office(arguments)
    let broker = office.askIfThere("broker", "/v1/status")
    let departments = Programs.departments.map { ($0, office.askIfThere($0, "/v1/status")) }
    let away = (broker == nil ? ["broker"] : []) + departments.filter { $0.1 == nil }.map(\.0)
    if arguments.has("--json") {
      Terminal.print(
        .object(
          [.init("broker", broker ?? .null)] + departments.map { .init($0.0, $0.1 ?? .null) } + [
            .init("away", .array(away.map { .string($0) }))
          ]))
    } else {
      if let broker { tell(broker: broker) } else { Terminal.print("broker: does not answer") }
      for (name, status) in departments { tell(department: name, status) }
    }
    guard away.isEmpty else {
      throw Complaint(
        code: .unavailable, happened: "\(away.joined(separator: ", ")) \(away.count == 1 ? "does" : "do") not answer",
        advice: "the supervisor starts again what died; \(office.data)/logs tells why it did")
    }
    let full = (broker?["storage_full"] == true ? ["broker"] : []) + departments.filter { Self.isHeldBack($0.1) }.map(\.0)
    guard full.isEmpty else {
      throw Complaint(
        code: .temporary,
        happened: "\(full.joined(separator: ", ")) cannot write what came; nothing is lost, and it is tried again by itself",
        advice: "see that there is room below \(office.data)")
    }
  }

  private static func isHeldBack(_ department: JSON?) -> Bool {
    department?["link"]?["subscriptions"]?.array?.contains { $0["held_back"] == true } ?? false
  }

  private static func tell(broker: JSON) {
    let end = broker["durable_through"]?.integer ?? 0
    Terminal.print("broker: journal through position \(end), \(broker["dead"]?.integer ?? 0) dead letters")
    if broker["storage_full"] == true {
      Terminal.print("  its disk is full: it takes no publishes until there is room, and departments keep theirs")
    }
    for subscription in broker["subscriptions"]?.array ?? [] {
      let name = subscription["name"]?.string ?? "?"
      let behind = subscription["behind"]?.integer ?? 0
      let flight = subscription["in_flight"]?.integer ?? 0
      let asides = asides(subscription)
      guard let why = subscription["waits_for"]?.string, why != "nothing" else {
        Terminal.print("  \(name): caught up\(flight > 0 ? ", \(flight) in flight" : "")\(asides)")
        continue
      }
      let since = subscription["since"]?.integer.map { " since \(Timestamp(milliseconds: $0))" } ?? ""
      Terminal.print("  \(name): \(behind) bytes behind\(since), \(flight) in flight: \(subscription["sentence"]?.string ?? why)\(asides)")
    }
  }

  /// What stands beside the live flow.
  private static func asides(_ subscription: JSON) -> String {
    [("dead", "dead letters"), ("parked_keys", "parked keys"), ("returning", "on their way back")].map { name, words in
      subscription[name]?.integer.flatMap { $0 > 0 ? "; \($0) \(words)" : nil } ?? ""
    }.joined()
  }

  private static func tell(department name: String, _ status: JSON?) {
    guard let status else { return Terminal.print("\(name): does not answer") }
    let link = status["link"]?["words"]?.string ?? "link unknown"
    let waiting = status["outbox"]?["waiting"]?.integer ?? 0
    Terminal.print("\(name): \(link)\(waiting > 0 ? ", \(waiting) events wait to be sent" : "")")
    for subscription in status["link"]?["subscriptions"]?.array ?? [] {
      guard let trouble = subscription["trouble"]?.string else { continue }
      Terminal.print("  \(subscription["name"]?.string ?? "?"): \(trouble)")
    }
    for heard in status["heard"]?.array ?? [] {
      guard let source = heard["source"]?.string, let through = heard["through"]?.string else { continue }
      Terminal.print("  has heard \(source) through \(through)")
    }
  }
}
