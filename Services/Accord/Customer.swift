import Contracts
import HTTP

extension Command {
  static let customer = Command(
    "customer", "Shows a customer's timeline as customer service sees it.", operands: "ID",
    examples: ["accord customer ada", "accord customer ada --json"],
    run: { arguments throws(Complaint) in try Customer.run(arguments) })
}

/// `accord customer`: the timeline at service beside what marketing counts.
enum Customer {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("customer's ID")
    let office = try Office(arguments)
    let timeline = try office.ask("service", .get, "/v1/customers/\(id.percentEncoded)/timeline")
    if arguments.has("--json") { return Terminal.print(timeline) }
    let entries = timeline["entries"]?.array ?? []
    guard !entries.isEmpty else {
      return Terminal.print("Nothing is known of \(id) yet. `accord order capture --customer \(id) ...` would be a beginning.")
    }
    Terminal.print("\(id): \(entries.count) on the timeline")
    for entry in entries {
      Terminal.print("  \(entry["time"]?.string ?? "?")  \(entry["sentence"]?.string ?? "?")  (\(entry["message_id"]?.string ?? "?"))")
    }
    if timeline["next"]?.string != nil { Terminal.print("  ... and more: --json tells where to go on") }
  }
}
