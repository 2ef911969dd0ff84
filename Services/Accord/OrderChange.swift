import Contracts
import HTTP
import Host

extension Command {
  private static let line = Arguments.Option(
    "--line", "ID[=QUANTITY]", "a line of the order, and how many of it (default 1); repeat for more", repeats: true)
  private static let reason = Arguments.Option("--reason", "TEXT", "why, in a few words")
  private static let key = Arguments.Option("--key", "KEY", "idempotency key: the same key again gets the same answer (default: a new one)")

  static let orderShip = Command(
    "order ship", "Tells that goods of an order leave the house; without lines all of them.", operands: "ORDER",
    options: [line, .init("--at", "INSTANT", "when (default: the ledger's now)"), key],
    examples: ["accord order ship FRIDAY-1", "accord order ship FRIDAY-1 --line 1=2"],
    run: { arguments throws(Complaint) in try OrderChange(arguments, "ship", at: "shipped_at").run() })

  static let orderReturn = Command(
    "order return", "Takes goods back; the order's number is enough. Without lines all that is left of it.", operands: "ORDER",
    options: [
      line, .init("--shipping", TypedAmount.name, "what of the shipping is given back too, in \(TypedAmount.form)"),
      .init("--receipt-only", nil, "brought by somebody unknown, on the receipt alone"), reason,
      .init("--at", "INSTANT", "when (default: the ledger's now)"), key,
    ], examples: ["accord order return FRIDAY-1 --line 1", "accord order return FRIDAY-1 --receipt-only --shipping 9.95"],
    run: { arguments throws(Complaint) in try OrderChange(arguments, "return", at: "returned_at").run() })

  static let orderCancel = Command(
    "order cancel", "Cancels an order, or lines of it, before it is sent.", operands: "ORDER",
    options: [line, reason, .init("--at", "INSTANT", "when (default: the ledger's now)"), key],
    examples: ["accord order cancel FRIDAY-1", "accord order cancel FRIDAY-1 --line 2"],
    run: { arguments throws(Complaint) in try OrderChange(arguments, "cancel", at: "cancelled_at").run() })

  static let orderAmend = Command(
    "order amend", "Adds lines to an order, under an offer where one is named.", operands: "ORDER",
    options: [
      .init(
        "--line", "sku=S,paid=AMOUNT,line=ID[,quantity=N][,list=AMOUNT]", "one line, amounts in \(TypedAmount.form); repeat for more",
        repeats: true),
      .init("--under", "OFFER@VERSION", "the offer under which they are added"),
      .init("--tender", "KIND", "what they are paid with (default card)"),
      .init("--currency", "CODE", "ISO 4217 (default: the order's)"), .init("--at", "INSTANT", "when (default: the ledger's now)"), key,
    ], examples: ["accord order amend FRIDAY-1 --line sku=SHADE,paid=19.95,line=2 --under free-ship@1"],
    run: { arguments throws(Complaint) in try OrderChange(arguments, "amend", at: "amended_at").run() })
}

/// `accord order ship|return|cancel|amend`: the options become the body of the ledger's door of that name.
struct OrderChange {
  private let arguments: Arguments
  private let word: String
  private let time: String
  private let order: String

  init(_ arguments: Arguments, _ word: String, at time: String) throws(Complaint) {
    self.arguments = arguments
    self.word = word
    self.time = time
    order = try arguments.operand("order's ID")
  }

  func run() throws(Complaint) {
    let office = try Office(arguments)
    let body = try self.body(office)
    let answer = try office.ask(
      "ledger", .post, "/v1/orders/\(order.percentEncoded)/\(word)", headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())],
      body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(sentence(answer))
    for remedy in answer["remedies"]?.array ?? [] {
      Terminal.print("  \(remedy["sentence"]?.string ?? "?")  (\(remedy["remedy_id"]?.string ?? "?"))")
    }
  }

  private func body(_ office: Office) throws(Complaint) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let at = arguments.value("--at") { members.append(.init(time, .string(at))) }
    if let reason = arguments.value("--reason") { members.append(.init("reason", .string(reason))) }
    if arguments.has("--receipt-only") { members.append(.init("receipt_only", true)) }
    if word == "amend" { return members + (try added(office)) }
    let lines = arguments.all("--line")
    if !lines.isEmpty { members.append(.init("lines", .array(try Self.quantities(lines)))) }
    if let shipping = arguments.value("--shipping") {
      members.append(.init("shipping", try TypedAmount.read(shipping, "--shipping", try currency(office)).json))
    }
    return members
  }

  private static func quantities(_ texts: [String]) throws(Complaint) -> [JSON] {
    var lines: [JSON] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let quantity = parts.count == 2 ? Int64(parts[1]) : 1 else {
        throw .usage("--line takes ID=QUANTITY with a whole number, not “\(text)”", "write --line 1=2")
      }
      lines.append(.object([.init("line_id", .string(parts[0])), .init("quantity", .integer(quantity))]))
    }
    return lines
  }

  /// The order's own currency, unless another is said.
  private func currency(_ office: Office) throws(Complaint) -> Currency {
    if let named = arguments.value("--currency") { return try TypedAmount.currency(named) }
    let known = try office.ask("ledger", .get, "/v1/orders/\(order.percentEncoded)")
    return try TypedAmount.currency(known["order"]?["lines"]?.array?.first?["paid"]?["currency"]?.string ?? "")
  }

  private func added(_ office: Office) throws(Complaint) -> [JSON.Member] {
    let currency = try currency(office)
    var lines: [JSON] = []
    var total = Money(minor: 0, currency)
    for text in arguments.all("--line") {
      var parts: [String: String] = [:]
      for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2 else { throw .usage("“\(part)” in --line has no =", "write sku=NAME,paid=AMOUNT,line=ID") }
        parts[sides[0]] = sides[1]
      }
      guard let sku = parts["sku"], let id = parts["line"] else {
        throw .usage("a --line lacks sku= or line=", "write sku=NAME,paid=AMOUNT,line=ID; the line's ID must be new to the order")
      }
      let paid = try TypedAmount.read(parts["paid"], "--line paid", currency)
      guard let sum = try? total.adding(paid), let quantity = Int64(parts["quantity"] ?? "1") else {
        throw .usage("--line has a number that cannot be", "check the numbers")
      }
      total = sum
      var line: [JSON.Member] = [
        .init("line_id", .string(id)), .init("sku", .string(sku)), .init("categories", .array([])), .init("quantity", .integer(quantity)),
      ]
      if let list = parts["list"] { line.append(.init("list", try TypedAmount.read(list, "--line list", currency).json)) }
      line.append(.init("paid", paid.json))
      lines.append(.object(line))
    }
    guard !lines.isEmpty else { throw .usage("no --line is added", "add --line sku=NAME,paid=AMOUNT,line=ID, once per line") }
    let kind = arguments.value("--tender") ?? "card"
    let tender: JSON = .object([
      .init("kind", .string(kind)), .init("amount", total.json), .init("refundable_absent", .bool(kind == "card")),
    ])
    var members: [JSON.Member] = [.init("lines", .array(lines)), .init("tenders", .array([tender]))]
    if let under = arguments.value("--under") { members.append(.init("under", .string(under))) }
    return members
  }

  private func sentence(_ answer: JSON) -> String {
    let message = answer["message_id"]?.string ?? "?"
    switch word {
    case "ship": return "Goods of order \(order) have left the house. `accord why \(message)`"
    case "amend": return "Lines were added to order \(order). `accord why \(message)`"
    case _:
      let paid = Key.amount(answer["paid_out"])
      let back = answer["clawed_back"]?["amount_minor"]?.integer ?? 0
      let clawed = back > 0 ? " (\(Key.amount(answer["clawed_back"])) of what it had been given went back with it)" : ""
      return
        "\(paid) \(word == "return" ? "is paid back for order" : "is paid back for the cancelled order") \(order)\(clawed). `accord why \(message)`"
    }
  }
}

/// Small things that the commands of the look-back share.
enum Key {
  /// A command that is given twice is meant twice, unless it names a key.
  static func new() -> String {
    var random = SystemRandomNumberGenerator()
    return "cli/" + Hex.encode((0..<12).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }

  /// `9.95 USD` of an amount's JSON.
  static func amount(_ json: JSON?) -> String {
    guard let minor = json?["amount_minor"]?.integer, let currency = json?["currency"]?.string.flatMap({ Currency($0) }) else { return "?" }
    return "\(Money(minor: minor, currency))"
  }
}
