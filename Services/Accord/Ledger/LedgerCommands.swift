import Contracts
import HTTP
import Host

extension Command {
  static let ledgerBalance = Command(
    "ledger balance", "Tells what stands on an account, now or as of another time.", operands: "ACCOUNT",
    options: [
      .init("--currency", "CODE", "only in this currency"),
      .init("--as-of", "TIME", "by when it was true: an instant, or a day of the books such as 2026-05-31"),
      .init("--recorded-by", "INSTANT", "by when it was recorded: what was known then"),
    ],
    examples: ["accord ledger balance customer/ada/credit", "accord ledger balance company/goodwill --as-of 2026-05-31"],
    run: { arguments throws(Complaint) in try LedgerBooks.balance(arguments) })

  static let ledgerTrial = Command(
    "ledger trial", "The trial balance: every account with its debit or credit, and the sums of both.",
    options: [.init("--as-of", "DAY", "through this day of the books"), .init("--csv", nil, "as CSV, for a spreadsheet")],
    examples: ["accord ledger trial", "accord ledger trial --as-of 2026-05-31 --csv > trial.csv"],
    run: { arguments throws(Complaint) in try LedgerBooks.trial(arguments) })

  static let ledgerStatement = Command(
    "ledger statement", "Lists the entries of an account, or of a customer's credit.", operands: "ACCOUNT|CUSTOMER",
    options: [
      .init("--currency", "CODE", "where the account is kept in several"), .init("--from", "DAY", "from this day of the books"),
      .init("--to", "DAY", "through this day of the books"), .init("--limit", "N", "at most so many entries (default 50)"),
      .init("--before", "LEG", "go on where the last page ended"), .init("--csv", nil, "all of them as CSV, oldest first"),
    ], examples: ["accord ledger statement ada", "accord ledger statement tender/card --from 2026-05-01 --csv"],
    run: { arguments throws(Complaint) in try LedgerStatement.run(arguments) })

  static let ledgerFund = Command(
    "ledger fund", "Gives customer service's own fund money.", operands: "service AMOUNT",
    options: [
      .init("--currency", "CODE", "its currency, such as USD"), .init("--approved-by", "PERSON", "who approved it"),
      .init("--key", "KEY", "idempotency key (default: a new one)"),
    ], examples: ["accord ledger fund service 1000.00 --currency USD"],
    run: { arguments throws(Complaint) in try LedgerBooks.fund(arguments) })

  static let ledgerPeriod = Command(
    "ledger period", "Closes the books through a day; what comes later counts in the next one.", operands: "close DAY",
    options: [.init("--key", "KEY", "idempotency key (default: the day)")], examples: ["accord ledger period close 2026-05-31"],
    run: { arguments throws(Complaint) in try LedgerBooks.closePeriod(arguments) })

  static let ledgerExport = Command(
    "ledger export",
    "Writes every entry as CSV for another system's books: remedies as contra-revenue, goodwill without an offer as expense.",
    options: [.init("--after", "ENTRY", "begin behind this entry")], examples: ["accord ledger export > books.csv"],
    run: { arguments throws(Complaint) in try LedgerExport.run(arguments) })

  static let ledgerReconcile = Command(
    "ledger reconcile", "Holds the books against a file of somebody else's, order by order, and names every difference.", operands: "FILE",
    options: [
      .init("--account", "ACCOUNT", "the account that the file is about (default: its column account)"),
      .init("--currency", "CODE", "the currency of its amounts (default: its column currency)"),
      .init("--from", "DAY", "from this day of the books"), .init("--to", "DAY", "through this day of the books"),
      .init("--amounts", "minor|major", "whether 995 means 9.95 (default: major)"),
    ], examples: ["accord ledger reconcile card-payments.csv --account tender/card --currency USD"],
    run: { arguments throws(Complaint) in try LedgerReconcile.run(arguments) })
}

/// The shorter commands of the books.
enum LedgerBooks {
  static func balance(_ arguments: Arguments) throws(Complaint) {
    let account = try arguments.operand("ACCOUNT")
    let query = query([
      ("account", account), ("currency", arguments.value("--currency")), ("as_of", arguments.value("--as-of")),
      ("recorded_by", arguments.value("--recorded-by")),
    ])
    let answer = try Office(arguments).ask("ledger", .get, "/v1/ledger/balance" + query)
    if arguments.has("--json") { return Terminal.print(answer) }
    let balances = answer["balances"]?.array ?? []
    guard !balances.isEmpty else { return Terminal.print("Nothing was ever booked on \(account).") }
    let normal = answer["normal"]?.string ?? "debit"
    for balance in balances {
      let (posted, pending) = (balance["posted_minor"]?.integer ?? 0, balance["pending_minor"]?.integer ?? 0)
      let waits = pending == 0 ? "" : ", \(money(normal == "debit" ? pending : -pending, balance)) waiting"
      Terminal.print(
        "\(account): \(money(normal == "debit" ? posted : -posted, balance)) on the \(normal) side\(waits), \(balance["available"]?.string ?? "?") available"
      )
    }
  }

  static func trial(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.isEmpty else { throw .usage("a trial balance takes every account", "leave out the names") }
    let answer = try Office(arguments).ask("ledger", .get, "/v1/ledger/trial" + query([("as_of", arguments.value("--as-of"))]))
    if arguments.has("--json") { return Terminal.print(answer) }
    let rows = answer["rows"]?.array ?? []
    if arguments.has("--csv") {
      Terminal.print("account,class,currency,debit,credit,pending")
      for row in rows {
        let cells = [
          text(row, "account"), text(row, "class"), text(row, "currency"), plain(row, "debit_minor"), plain(row, "credit_minor"),
        ]
        Terminal.print(CSVLine.of(cells + [plain(row, "pending_minor")]))
      }
      return
    }
    guard !rows.isEmpty else { return Terminal.print("Nothing was booked yet.") }
    let width = rows.map { text($0, "account").count }.max() ?? 0
    for row in rows {
      let (debit, credit) = (row["debit_minor"]?.integer ?? 0, row["credit_minor"]?.integer ?? 0)
      Terminal.print(
        "  \(padded(text(row, "account"), width))  \(column(debit == 0 && credit != 0 ? "" : money(debit, row)))  \(column(credit == 0 ? "" : money(credit, row)))"
      )
    }
    for total in answer["totals"]?.array ?? [] {
      let (debit, credit) = (total["debit_minor"]?.integer ?? 0, total["credit_minor"]?.integer ?? 0)
      Terminal.print("  \(padded("", width))  \(column(money(debit, total)))  \(column(money(credit, total)))")
      if debit != credit { Terminal.note("the sides differ: `accord verify` finds where") }
    }
  }

  static func fund(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2, arguments.operands[0] == "service" else {
      throw .usage("a fund is opened for service, with an amount", "write accord ledger fund service 1000.00 --currency USD")
    }
    let currency = try currency(arguments.required("--currency"))
    let amount = try TypedAmount.read(arguments.operands[1], TypedAmount.name, currency)
    var body: [JSON.Member] = [.init("amount", amount.json)]
    if let person = arguments.value("--approved-by") { body.append(.init("approved_by", .string(person))) }
    let answer = try Office(arguments).ask(
      "ledger", .post, "/v1/ledger/funds/service", headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())],
      body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    let now = answer["balance"]?["available"]?.string ?? "?"
    Terminal.print("Customer service's fund got \(amount) by entry \(answer["entry"]?.integer ?? 0); it has \(now) now.")
  }

  static func closePeriod(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2, arguments.operands[0] == "close" else {
      throw .usage("a period is closed through a day", "write accord ledger period close 2026-05-31")
    }
    let day = arguments.operands[1]
    guard CivilDate(day) != nil else { throw .usage("“\(day)” is no day of the calendar", "write it like 2026-05-31") }
    let answer = try Office(arguments).ask(
      "ledger", .post, "/v1/ledger/periods", headers: [("Idempotency-Key", arguments.value("--key") ?? "period/\(day)")],
      body: .object([.init("through", .string(day))]))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("The books are closed through \(day), at entry \(answer["entry"]?.integer ?? 0).")
  }

  // MARK: Words

  /// The query of the items that have a value.
  static func query(_ items: [(String, String?)]) -> String {
    let given = items.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }
    return given.isEmpty ? "" : "?" + given.joined(separator: "&")
  }

  static func currency(_ code: String) throws(Complaint) -> Currency {
    guard let currency = Currency(code) else { throw .usage("\(code) is no currency of ISO 4217", "write it like USD") }
    return currency
  }

  /// An amount in the currency that `row` names.
  static func money(_ minor: Int64, _ row: JSON) -> String {
    guard let currency = row["currency"]?.string.flatMap(Currency.init) else { return "\(minor)" }
    return Money(minor: minor, currency).description
  }

  /// The same without its currency, for a column of numbers.
  static func plain(_ row: JSON, _ name: String) -> String {
    String(money(row[name]?.integer ?? 0, row).prefix { $0 != " " })
  }

  static func text(_ row: JSON, _ name: String) -> String { row[name]?.string ?? "" }

  static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private static func column(_ text: String) -> String { String(repeating: " ", count: max(0, 20 - text.count)) + text }
}

/// One line of CSV (RFC 4180): quoted where a cell needs it.
enum CSVLine {
  static func of(_ cells: [String]) -> String {
    cells.map { cell in
      let needsQuotes = cell.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      return needsQuotes ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
    }.joined(separator: ",")
  }

  /// The cells of a line without line breaks inside its cells; nil where a quotation is not closed.
  static func cells(_ line: String) -> [String]? {
    var cells: [String] = []
    var cell = ""
    var rest = line.unicodeScalars[...]
    while true {
      if rest.first == "\"" {
        rest.removeFirst()
        while true {
          guard let end = rest.firstIndex(of: "\"") else { return nil }
          cell.unicodeScalars.append(contentsOf: rest[..<end])
          rest = rest[rest.index(after: end)...]
          // A doubled quotation mark is one that stands in the text.
          guard rest.first == "\"" else { break }
          cell.unicodeScalars.append("\"")
          rest.removeFirst()
        }
      }
      let end = rest.firstIndex(of: ",") ?? rest.endIndex
      cell.unicodeScalars.append(contentsOf: rest[..<end])
      cells.append(cell)
      cell = ""
      guard end < rest.endIndex else { return cells }
      rest = rest[rest.index(after: end)...]
    }
  }
}
