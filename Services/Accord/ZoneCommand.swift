import Contracts
import Host
import Zones

extension Command {
  static let zone = Command(
    "zone", "Resolves a local time in an IANA zone, the days of clock change included.", operands: "ZONE LOCAL-TIME",
    examples: ["accord zone America/New_York 2026-03-08T02:30", "accord zone Europe/Vienna 2026-10-25T02:30 --json"],
    run: { arguments throws(Complaint) in try ZoneCommand.run(arguments) })
}

/// `accord zone`: what a marketer's local time means, before anything is scheduled by it.
enum ZoneCommand {
  static func run(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2 else {
      throw .usage("a zone and a local time are needed", "accord zone America/New_York 2026-03-08T02:30")
    }
    let zone: Zone
    let local: LocalTime
    do {
      zone = try Zone(
        name: arguments.operands[0], bytes: ZoneFiles.system(environment: Configuration.environment).bytes(of: arguments.operands[0]))
      local = try LocalTime(iso8601: arguments.operands[1])
    } catch {
      throw Complaint(code: .refused, happened: "\(error)", advice: "")
    }
    let json = arguments.has("--json")
    func say(_ kind: String, _ first: Timestamp, _ second: Timestamp?, _ sentence: String) {
      guard json else { return Terminal.print(sentence) }
      let instants = [first] + (second.map { [$0] } ?? [])
      Terminal.print(.object([.init("kind", .string(kind)), .init("instants", .array(instants.map { .string($0.description) }))]))
    }
    switch zone.resolve(local) {
    case .unique(let instant): say("unique", instant, nil, "\(instant)")
    case .gap(let before, let after):
      say("gap", before, after, "That time does not exist there: the clocks jump over it. Before the jump \(before), after it \(after).")
    case .ambiguous(let earlier, let later):
      say("ambiguous", earlier, later, "That time happens twice: first \(earlier), again \(later).")
    }
  }
}
