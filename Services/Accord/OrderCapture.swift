import Contracts
import HTTP
import Host

extension Command {
  static let orderCapture = Command(
    "order capture", "Captures an order in the ledger. The same order again changes nothing; another content under its id is refused.",
    options: [
      .init("--order", "ID", "the order's id"),
      .init("--customer", "ID", "who ordered; leave out for an anonymous order"),
      .init(
        "--line", "sku=S,paid=AMOUNT[,quantity=N][,list=AMOUNT][,line=ID]", "one line, amounts in \(TypedAmount.form); repeat for more",
        repeats: true),
      .init("--shipping", TypedAmount.name, "what was paid for standard shipping, in \(TypedAmount.form)"),
      .init("--currency", "CODE", "ISO 4217, such as USD"),
      .init("--channel", "NAME", "where it was bought (default web)"),
      .init("--country", "CODE", "ISO 3166-1, such as US"),
      .init("--tender", "KIND", "card, cash, gift_card, invoice or unknown (default card)"),
      .init("--placed", "INSTANT", "RFC 3339 (default: the ledger's now)"),
      .init("--file", "FILE", "the whole order as JSON instead of the options above; - reads standard input"),
      .init("--key", "KEY", "idempotency key (default: derived from the order)"),
    ],
    examples: [
      "accord order capture --order FRIDAY-1 --customer ada --line sku=KETTLE,paid=49.95 --shipping 9.95 --currency USD",
      "accord order capture --file order.json --key till-7-0042",
    ],
    run: { arguments throws(Complaint) in try OrderCapture.run(arguments) })
}

/// `accord order capture`: the options become the JSON that the ledger's door takes.
enum OrderCapture {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let order = if let path = arguments.value("--file") { try read(path) } else { try compose(arguments) }
    guard let id = order["order_id"]?.string else { throw .usage("the order has no order_id", "add one: it names the order for ever") }
    let office = try Office(arguments)
    // Another content under the same id gets another key: the ledger itself is to say what differs.
    let key = arguments.value("--key") ?? "order/\(id)/\(Hex.encode(SHA256.hash(order.bytes).prefix(8)))"
    let answer = try office.ask("ledger", .post, "/v1/orders", headers: [("Idempotency-Key", key)], body: order)
    if arguments.has("--json") { return Terminal.print(answer) }
    let message = answer["message_id"]?.string ?? "?"
    switch answer["outcome"]?.string {
    case "exists": Terminal.print("Order \(id) was captured before, with the same content; nothing changed. `accord why \(message)`")
    case _: Terminal.print("Order \(id) is captured. Its message is \(message): `accord why \(message)` tells its way.")
    }
  }

  private static func read(_ path: String) throws(Complaint) -> JSON {
    try TypedFile.json(
      try TypedFile.read(path), of: path, otherwise: "not JSON",
      "an order is written as `accord tail --json` shows those that were captured")
  }

  private static func compose(_ arguments: Arguments) throws(Complaint) -> JSON {
    let currency = try TypedAmount.currency(try arguments.required("--currency"))
    var total = Money(minor: 0, currency)
    func add(_ amount: Money) throws(Complaint) {
      do throws(MoneyRefusal) { total = try total.adding(amount) } catch {
        throw .usage("the amounts add up beyond what a ledger can count", "check the numbers")
      }
    }
    var members: [JSON.Member] = [.init("order_id", .string(try arguments.required("--order")))]
    if let customer = arguments.value("--customer") { members.append(.init("person_id", .string(customer))) }
    members.append(.init("channel", .string(arguments.value("--channel") ?? "web")))
    if let country = arguments.value("--country") { members.append(.init("country", .string(country))) }
    if let placed = arguments.value("--placed") {
      members.append(.init("placed_at", .string(placed)))
      members.append(.init("placed_precision", .string("instant")))
    }
    var lines: [JSON] = []
    for (index, text) in arguments.all("--line").enumerated() {
      let parts = try pairs(text)
      let paid = try TypedAmount.read(parts["paid"], "--line paid", currency)
      try add(paid)
      var line: [JSON.Member] = [.init("line_id", .string(parts["line"] ?? String(index + 1)))]
      guard let sku = parts["sku"] else { throw .usage("a --line has no sku", "write sku=NAME,paid=AMOUNT") }
      line.append(.init("sku", .string(sku)))
      line.append(.init("quantity", .integer(try quantity(parts["quantity"]))))
      if let list = parts["list"] { line.append(.init("list", try TypedAmount.read(list, "--line list", currency).json)) }
      line.append(.init("paid", paid.json))
      lines.append(.object(line))
    }
    guard !lines.isEmpty else { throw .usage("the order has no --line", "add --line sku=NAME,paid=AMOUNT, once per line") }
    members.append(.init("lines", .array(lines)))
    if let text = arguments.value("--shipping") {
      let shipping = try TypedAmount.read(text, "--shipping", currency)
      try add(shipping)
      members.append(
        .init(
          "charges",
          .array([.object([.init("kind", .string("shipping")), .init("method", .string("standard")), .init("paid", shipping.json)])])))
    }
    let kind = arguments.value("--tender") ?? "card"
    members.append(
      .init(
        "tenders",
        .array([
          .object([.init("kind", .string(kind)), .init("amount", total.json), .init("refundable_absent", .bool(kind == "card"))])
        ])))
    return .object(members)
  }

  private static func pairs(_ text: String) throws(Complaint) -> [String: String] {
    var result: [String: String] = [:]
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2, ["sku", "paid", "quantity", "list", "line"].contains(sides[0]) else {
        throw .usage("“\(part)” in --line is none of sku=, paid=, quantity=, list=, line=", "write sku=NAME,paid=AMOUNT")
      }
      result[sides[0]] = sides[1]
    }
    return result
  }

  private static func quantity(_ text: String?) throws(Complaint) -> Int64 {
    guard let text else { return 1 }
    guard let number = Int64(text) else { throw .usage("--line quantity takes a whole number, not “\(text)”", "write digits only") }
    return number
  }
}
