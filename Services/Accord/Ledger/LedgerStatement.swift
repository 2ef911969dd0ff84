import Contracts
import HTTP
import Host

/// `accord ledger statement`: the legs of one account, page by page.
enum LedgerStatement {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("ACCOUNT or CUSTOMER")
    let office = try Office(arguments)
    // A path has a slash; a customer whose id has one is named by the path of their credit.
    let subject = name.contains("/") ? ("account", name) : ("customer", name)
    let limit = try arguments.integer("--limit") ?? 50
    guard (1...1_000).contains(limit) else { throw .usage("--limit \(limit) is no count of entries", "a page has 1 to 1000") }
    let items = [
      (subject.0, Optional(subject.1)), ("currency", arguments.value("--currency")), ("from", arguments.value("--from")),
      ("to", arguments.value("--to")),
    ]
    if arguments.has("--csv") { return try writeAll(items, office) }
    let path = "/v1/ledger/statement"
    let answer = try office.ask(
      "ledger", .get, path + LedgerBooks.query(items + [("before", arguments.value("--before")), ("limit", "\(limit)")]))
    if arguments.has("--json") { return Terminal.print(answer) }
    let lines = answer["lines"]?.array ?? []
    let account = answer["account"]?.string ?? name
    guard !lines.isEmpty else {
      let goesOn = answer["next"]?.integer.map { "; earlier ones: --before \($0)" } ?? ""
      return Terminal.print("\(account): no entries\(goesOn)")
    }
    if let balance = answer["balances"]?.array?.first {
      Terminal.print("\(account): \(LedgerBooks.money(balance["posted_minor"]?.integer ?? 0, balance)) (a debit above zero), newest first")
    }
    for line in lines { Terminal.print("  \(sentence(line))") }
    if let next = answer["next"]?.integer { Terminal.print("  ... and more: --before \(next)") }
  }

  private static func sentence(_ line: JSON) -> String {
    let about = ["order_id", "offer", "remedy_id", "campaign_id"].compactMap { line[$0]?.string }.first ?? ""
    let state = line["state"]?.string ?? "?"
    let amount = LedgerBooks.money(line["amount_minor"]?.integer ?? 0, line)
    return
      "\(line["accounting_day"]?.string ?? "?")  entry \(line["entry"]?.integer ?? 0)  \(amount)  \(line["kind"]?.string ?? "?")\(state == "posted" ? "" : " (\(state))")  \(about)"
  }

  /// Every page, oldest first: the history is linked the other way, so where its pages begin is found first, and then each is asked for
  /// again. No more than a page is held.
  private static func writeAll(_ items: [(String, String?)], _ office: Office) throws(Complaint) {
    var starts: [Int64] = []
    var before: Int64?
    repeat {
      let answer = try page(items, before: before, office)
      // What is posted from now on stands before the first line of the first page.
      if let start = before ?? answer["lines"]?.array?.first?["leg"]?.integer { starts.append(start) }
      before = answer["next"]?.integer
    } while before != nil
    Terminal.print("entry,day,effective_at,recorded_at,kind,state,debit,credit,currency,order,offer,remedy,reason,message")
    for start in starts.reversed() {
      for line in (try page(items, before: start, office)["lines"]?.array ?? []).reversed() { Terminal.print(csv(line)) }
    }
  }

  private static func csv(_ line: JSON) -> String {
    let amount = line["amount_minor"]?.integer ?? 0
    let texts = ["order_id", "offer", "remedy_id", "reason", "message_id"].map { LedgerBooks.text(line, $0) }
    let head = ["accounting_day", "effective_at", "recorded_at", "kind", "state"].map { LedgerBooks.text(line, $0) }
    let sides = [max(amount, 0), max(-amount, 0)].map { $0 == 0 ? "" : String(LedgerBooks.money($0, line).prefix { $0 != " " }) }
    return CSVLine.of(["\(line["entry"]?.integer ?? 0)"] + head + sides + [LedgerBooks.text(line, "currency")] + texts)
  }

  /// A thousand lines from `before` backwards, newest first; `next` of the answer is where the following page begins.
  static func page(_ items: [(String, String?)], before: Int64?, _ office: Office) throws(Complaint) -> JSON {
    let more = [("before", before.map { "\($0)" }), ("limit", "1000")]
    return try office.ask("ledger", .get, "/v1/ledger/statement" + LedgerBooks.query(items + more))
  }
}
