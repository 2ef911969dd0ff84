import Contracts
import HTTP
import Host

extension Command {
  static let lookBack = Command(
    "look-back", "Shows what an offer gave to the orders that came before it: considered, eligible, granted, refused by reason, cents.",
    operands: "OFFER", examples: ["accord look-back free-ship", "accord look-back free-ship --json"],
    run: { arguments throws(Complaint) in try LookBackCommands.show(arguments) })

  static let refundConfirm = Command(
    "refund confirm", "Tells that a tender took the money of a remedy, or that somebody claimed it with the receipt.", operands: "REMEDY",
    options: [.init("--reference", "TEXT", "what the tender calls it"), .init("--key", "KEY", "idempotency key (default: a new one)")],
    examples: ["accord refund confirm free-ship/FRIDAY-1#1 --reference 4711"],
    run: { arguments throws(Complaint) in try LookBackCommands.resolve(arguments, "confirm") })

  static let refundRefuse = Command(
    "refund refuse", "Tells that a tender does not take the money of a remedy: it goes the next way.", operands: "REMEDY",
    options: [
      .init("--cause", "TEXT", "why it does not"), .init("--reference", "TEXT", "what the tender calls it"),
      .init("--key", "KEY", "idempotency key (default: a new one)"),
    ], examples: ["accord refund refuse free-ship/FRIDAY-1#1 --cause \"card closed\""],
    run: { arguments throws(Complaint) in try LookBackCommands.resolve(arguments, "refuse") })
}

/// `accord look-back` and `accord refund`.
enum LookBackCommands {
  static func show(_ arguments: Arguments) throws(Complaint) {
    let offer = try arguments.operand("offer's ID")
    let answer = try Office(arguments).ask("ledger", .get, "/v1/look-backs/\(offer.percentEncoded)")
    if arguments.has("--json") { return Terminal.print(answer) }
    let id = answer["offer_id"]?.string ?? offer
    let found = answer["look_backs"]?.array ?? []
    guard !found.isEmpty else {
      return Terminal.print("Offer \(id) is \(answer["state"]?.string ?? "?"): its look-back has not begun; it begins with its launch.")
    }
    for one in found { Terminal.print(text(one, id)) }
  }

  private static func text(_ one: JSON, _ offer: String) -> String {
    func count(_ name: String) -> String { "\(one[name]?.integer ?? 0)" }
    guard one["state"]?.string == "completed" else {
      return "\(one["subject"]?.string ?? offer) is under way: \(count("considered")) considered, \(count("granted")) granted so far"
    }
    var text =
      "\(offer)@\(count("version")), orders of \(one["from"]?.string ?? "?") to \(one["to"]?.string ?? "?"), at \(one["completed_at"]?.string ?? "?"):"
    text += "\n  considered  \(count("considered"))\n  eligible    \(count("eligible"))"
    text += "\n  granted     \(count("granted"))  \(Key.amount(one["sum"]))"
    if one["cut"]?.integer ?? 0 > 0 { text += "\n  of them cut \(count("cut"))" }
    for reason in one["refused"]?.object ?? [] { text += "\n  refused     \(reason.value.integer ?? 0)  \(reason.name)" }
    if let entries = one["entries"] {
      text += "\n  entries     \(entries["first"]?.integer ?? 0) to \(entries["last"]?.integer ?? 0)"
    }
    return text
  }

  static func resolve(_ arguments: Arguments, _ word: String) throws(Complaint) {
    let remedy = try arguments.operand("remedy's ID")
    var body: [JSON.Member] = []
    for (flag, name) in [("--reference", "reference"), ("--cause", "cause")] {
      if let value = arguments.value(flag) { body.append(.init(name, .string(value))) }
    }
    let answer = try Office(arguments).ask(
      "ledger", .post, "/v1/refunds/\(remedy.percentEncoded)/\(word)",
      headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())], body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    for one in answer["remedies"]?.array ?? [] {
      Terminal.print("\(one["remedy_id"]?.string ?? remedy): \(one["sentence"]?.string ?? "?")")
    }
  }
}
