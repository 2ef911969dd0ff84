import Contracts
import HTTP
import Host

extension Command {
  static let offers = Command(
    "offers", "Shows what is on the table for a customer or an order: yes or no, why, how much, where it goes, who pays.",
    operands: "CUSTOMER|ORDER",
    options: [
      .init("--locale", "TAG", "the language that the customer speaks, such as es-US (default: what the ledger knows)"),
      .init("--called", "WORDS", "only offers that customers call so"),
      .init("--limit", "N", "so many rows at once (default 50, at most 1000); what bears on the customer comes first"),
      .init("--after", "NEXT", "the rows behind those of an earlier answer"),
      .init("--all", nil, "all rows, page by page"),
    ],
    examples: ["accord offers ada", "accord offers FRIDAY-1 --called \"free shipping\" --json"],
    run: { arguments throws(Complaint) in try Offers.run(arguments) })

  static let whyNot = Command(
    "why-not", "Tells why an order gets what it gets of an offer, with everything that was looked at.", operands: "ORDER OFFER",
    options: [.init("--locale", "TAG", "the language that the customer speaks")],
    examples: ["accord why-not FRIDAY-1 sunday-free-shipping"],
    run: { arguments throws(Complaint) in try Offers.whyNot(arguments) })
}

/// `accord offers`, `accord why-not`: the desk of customer service as text.
enum Offers {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("customer's or order's ID")
    if arguments.has("--all"), let flag = ["--limit", "--after"].first(where: { arguments.value($0) != nil }) {
      throw .usage("--all takes every row, and \(flag) some", "leave one of them out")
    }
    let office = try Office(arguments)
    let answer = try arguments.has("--all") ? all(id, arguments, office) : find(id, query(arguments, pageFlags), office)
    if arguments.has("--json") { return Terminal.print(answer) }
    let rows = answer["offers"]?.array ?? []
    let of = answer["order_id"]?.string.map { "order \($0)" } ?? id
    let total = answer["total"]?.integer ?? Int64(rows.count)
    let some = rows.count < total ? ", \(rows.count) of them here" : ""
    Terminal.print(total == 0 ? "Nothing is on the table for \(of)." : "\(of): \(total) on the table\(some)")
    for row in rows { tell(row) }
    guard let next = answer["next"]?.string else { return }
    Terminal.print("")
    Terminal.print("  ... and more: --after \(next), all of them with --all, --called WORDS finds one")
  }

  private static let pageFlags = ["limit", "after"]
  private static let pageRows = 500

  /// Every page, as one answer.
  private static func all(_ id: String, _ arguments: Arguments, _ office: Office) throws(Complaint) -> JSON {
    let words = query(arguments) + (query(arguments).isEmpty ? "?" : "&") + "limit=\(pageRows)"
    var answer = try find(id, words, office)
    var rows = answer["offers"]?.array ?? []
    while let next = answer["next"]?.string {
      answer = try find(id, words + "&after=\(next.percentEncoded)", office)
      rows += answer["offers"]?.array ?? []
    }
    return .object((answer.object ?? []).map { $0.name == "offers" ? .init($0.name, .array(rows)) : $0 })
  }

  /// An id may be an order's or a customer's: an order is looked for first.
  private static func find(_ id: String, _ query: String, _ office: Office) throws(Complaint) -> JSON {
    let name = id.percentEncoded
    if let order = office.askIfThere("service", "/v1/orders/\(name)/offers\(query)") { return order }
    let customer = try office.ask("service", .get, "/v1/customers/\(name)/offers\(query)")
    guard customer["known"]?.bool == true else {
      throw Complaint(
        code: .refused, happened: "customer service knows neither an order nor a customer \(id)",
        advice: "check the id, or wait until the ledger has told of it (`accord status`)")
    }
    return customer
  }

  private static func query(_ arguments: Arguments, _ more: [String] = []) -> String {
    let parts = (["locale", "called"] + more).compactMap { name in
      arguments.value("--\(name)").map { "\(name)=\($0.percentEncoded)" }
    }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  private static func tell(_ row: JSON) {
    let kind = (row["kind"]?.string ?? "?").replacingUnderscores
    Terminal.print("")
    if row["locked"]?.bool == true {
      Terminal.print("  \(kind): \(row["name"]?.string ?? "?")\(fallback(row))  [\(row["offer"]?.string ?? "?")]  NOT READ")
      return Terminal.print("    \(row["sentence"]?.string ?? "?")")
    }
    Terminal.print(
      "  \(kind): \(row["name"]?.string ?? "?")\(fallback(row))  [\(row["offer"]?.string ?? "?")]  \(row["yes"]?.bool == true ? "YES" : "NO")"
    )
    let money = amounts(row)
    if !money.isEmpty { Terminal.print("    \(money)  (\(row["who_pays"]?.string ?? "?") pays)") }
    Terminal.print("    \(row["sentence"]?.string ?? "?")")
    let orders = row["orders"]?.array ?? []
    for order in orders.dropFirst() { Terminal.print("    \(order["sentence"]?.string ?? "?")") }
    if let say = row["say"] {
      let sheet = say["sheet_id"]?.string.map { "\($0) version \(say["sheet_version"]?.integer ?? 0)" }
      Terminal.print("    say: \(sheet ?? "the facts card")\(say["is_fallback"]?.bool == true ? " (in another language)" : "")")
    }
    if let next = row["changes"] {
      Terminal.print("    changes to version \(next["version"]?.integer ?? 0) \(next["when"]?.string ?? "?")")
    }
  }

  /// A name in another language than the customer's is labelled.
  private static func fallback(_ row: JSON) -> String {
    row["name_is_fallback"]?.bool == true ? " (only in \(row["name_locale"]?.string ?? "?"))" : ""
  }

  private static func amounts(_ row: JSON) -> String {
    var parts: [String] = []
    if let given = money(row["amount"]) { parts.append(given) }
    if let wouldBe = money(row["would_be"]) { parts.append("would be \(wouldBe)") }
    guard !parts.isEmpty else { return "" }
    return parts.joined(separator: ", ") + (row["destination"]?.string.map { " \($0)" } ?? "")
  }

  private static func money(_ json: JSON?) -> String? {
    guard let minor = json?["amount_minor"]?.integer, let currency = json?["currency"]?.string.flatMap({ Currency($0) }) else { return nil }
    return "\(Money(minor: minor, currency))"
  }

  // MARK: Why not

  static func whyNot(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2 else {
      throw .usage("why-not takes an order and an offer", "write accord why-not ORDER OFFER")
    }
    let (order, offer) = (arguments.operands[0], arguments.operands[1])
    let office = try Office(arguments)
    let answer = try office.ask(
      "service", .get, "/v1/orders/\(order.percentEncoded)/offers/\(offer.percentEncoded)\(query(arguments))")
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "\(answer["offer"]?.string ?? offer) (\(answer["name"]?.string ?? "?")\(fallback(answer))) for order \(order): "
        + "\(answer["yes"]?.bool == true ? "YES" : "NO"), \((answer["reason"]?.string ?? "?").replacingUnderscores)")
    Terminal.print("  \(answer["sentence"]?.string ?? "?")")
    let money = amounts(answer)
    if !money.isEmpty { Terminal.print("  \(money)  (\(answer["who_pays"]?.string ?? "?") pays)") }
    Terminal.print("Looked at:")
    for input in answer["inputs"]?.array ?? [] {
      let name = (input["name"]?.string ?? "?").replacingUnderscores
      Terminal.print("  \(name)\(String(repeating: " ", count: max(1, 20 - name.count)))\(input["sentence"]?.string ?? "?")")
    }
    for line in answer["lines"]?.array ?? [] { Terminal.print("  line \(line["id"]?.string ?? "?"): \(line["sentence"]?.string ?? "?")") }
    if let message = answer["message_id"]?.string { Terminal.print("`accord why \(message)` tells the order's way.") }
  }
}

extension String {
  /// A code as words.
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
