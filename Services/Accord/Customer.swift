import Contracts
import HTTP

extension Command {
  static let customer = Command(
    "customer", "Shows a customer's timeline as customer service sees it; of an order that is nobody's by name, the order's.",
    operands: "ID", options: [.init("--limit", "N", "at most so many entries (default 100)")],
    examples: ["accord customer ada", "accord customer ada --json"],
    run: { arguments throws(Complaint) in try Customer.run(arguments) })
}

/// `accord customer`: the timeline at customer service.
enum Customer {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("customer's ID")
    let limit = try arguments.integer("--limit").map { "?limit=\($0)" } ?? ""
    let office = try Office(arguments)
    var timeline = try office.ask("service", .get, "/v1/customers/\(id.percentEncoded)/timeline\(limit)")
    // Whoever has only the receipt asks by the order.
    if timeline["entries"]?.array?.isEmpty != false, let order = office.askIfThere("service", "/v1/orders/\(id.percentEncoded)/timeline") {
      timeline = order
    }
    if arguments.has("--json") { return Terminal.print(timeline) }
    let entries = timeline["entries"]?.array ?? []
    guard !entries.isEmpty else {
      return Terminal.print("Nothing is known of \(id) yet. `accord order capture --customer \(id) ...` would be a beginning.")
    }
    let noun = timeline["order_id"] == nil ? id : "order \(id)"
    Terminal.print("\(noun): \(entries.count) on the timeline\(about(timeline))")
    for entry in entries {
      Terminal.print("  \(entry["time"]?.string ?? "?")  \(entry["sentence"]?.string ?? "?")  (\(entry["message_id"]?.string ?? "?"))")
    }
    if timeline["next"]?.string != nil { Terminal.print("  ... and more: --json tells where to go on") }
  }

  /// The language, and on which channels somebody can be reached.
  private static func about(_ timeline: JSON) -> String {
    var parts: [String] = []
    if let locale = timeline["locale"]?.string { parts.append("speaks \(locale)") }
    for contact in timeline["contacts"]?.array ?? [] {
      parts.append("\(contact["channel"]?.string ?? "?") \(contact["state"]?.string ?? "?")")
    }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }
}
