import Contracts
import HTTP
import Host

/// `accord ledger export`: the entries that count, as another system's books would have them.
///
/// What moves only between the purses of goodwill is left out; a remedy's purse becomes contra-revenue, and expense where no offer stands
/// behind it. Each entry's rows balance.
enum LedgerExport {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let office = try Office(arguments)
    var after = try arguments.integer("--after") ?? 0
    let isJSON = arguments.has("--json")
    if !isJSON { Terminal.print("entry,day,account,debit,credit,currency,order,offer,kind,message") }
    while true {
      let answer = try office.ask("ledger", .get, "/v1/ledger/entries?after=\(after)&limit=1000")
      for entry in answer["entries"]?.array ?? [] where isExported(entry) {
        // One value a line: an export is too long for one.
        for row in rows(entry) { isJSON ? Terminal.print(row.json) : Terminal.print(row.csv) }
      }
      guard let next = answer["next"]?.integer else { return }
      after = next
    }
  }

  /// Posted, and not only from purse to purse.
  static func isExported(_ entry: JSON) -> Bool {
    let state = entry["state"]?.string
    return (state == "posted" || state == "post") && entry["kind"]?.string?.hasPrefix("budget.") == false
  }

  struct Row {
    let entry: JSON
    let account: String
    let amount: Int64

    var csv: String {
      let sides = [max(amount, 0), max(-amount, 0)].map { $0 == 0 ? "" : String(LedgerBooks.money($0, entry).prefix { $0 != " " }) }
      let texts = ["currency", "order_id", "offer", "kind", "message_id"].map { LedgerBooks.text(entry, $0) }
      return CSVLine.of(["\(entry["entry"]?.integer ?? 0)", LedgerBooks.text(entry, "accounting_day"), account] + sides + texts)
    }

    var json: JSON {
      .object([
        .init("entry", entry["entry"] ?? .null), .init("day", entry["accounting_day"] ?? .null), .init("account", .string(account)),
        .init("amount_minor", .integer(amount)), .init("currency", entry["currency"] ?? .null),
      ])
    }
  }

  static func rows(_ entry: JSON) -> [Row] {
    (entry["legs"]?.array ?? []).map { leg in
      Row(entry: entry, account: account(LedgerBooks.text(leg, "account")), amount: leg["amount_minor"]?.integer ?? 0)
    }
  }

  /// The account in another system's books.
  static func account(_ path: String) -> String {
    let parts = path.split(separator: "/")
    switch (parts.first, parts.count) {
    case ("sales", _), ("shipping", _): return "revenue/" + path
    case ("tender", _): return "clearing/" + path
    case ("tax", _): return "liability/" + path
    case ("customer", _): return "liability/customer-credit"
    case ("marketing", 4): return "contra-revenue/\(parts[1])/\(parts[3])"
    case ("service", _): return "expense/goodwill"
    case _: return "equity/" + path
    }
  }
}
