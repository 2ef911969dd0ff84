import Contracts
import HTTP
import Host

/// `accord ledger reconcile`: somebody else's file against the books, order by order.
///
/// The file is CSV with a header: `order` and `amount` (a debit above zero), and where the flags do not say them `account` and `currency`.
/// Several rows of one order add up, as do several entries.
enum LedgerReconcile {
  private struct Name: Hashable {
    let account: String
    let currency: String
    let order: String
  }

  private struct Difference {
    let kind: String
    let name: Name
    let here: Int64
    let there: Int64
  }

  static func run(_ arguments: Arguments) throws(Complaint) {
    let there = try read(arguments)
    let office = try Office(arguments)
    var here: [Name: Int64] = [:]
    for subject in Set(there.keys.map { [$0.account, $0.currency] }) {
      let items = [
        ("account", Optional(subject[0])), ("currency", subject[1]), ("from", arguments.value("--from")), ("to", arguments.value("--to")),
      ]
      try LedgerStatement.each(items, office) { lines in
        for line in lines where ["posted", "post"].contains(line["state"]?.string ?? "") {
          let name = Name(account: subject[0], currency: subject[1], order: LedgerBooks.text(line, "order_id"))
          here[name, default: 0] += line["amount_minor"]?.integer ?? 0
        }
      }
    }
    let differences = differences(here, there)
    if arguments.has("--json") {
      Terminal.print(json(differences, orders: there.count))
    } else {
      for difference in differences { Terminal.print(sentence(difference)) }
      let verdict = differences.isEmpty ? "they agree" : "\(differences.count) differ"
      Terminal.print("\(there.count) orders in the file, \(here.count) in the books: \(verdict)")
    }
    guard differences.isEmpty else {
      throw Complaint(
        code: .refused, happened: "the books and the file differ in \(differences.count) orders",
        advice: "each is named above; correct the side that is wrong")
    }
  }

  private static func differences(_ here: [Name: Int64], _ there: [Name: Int64]) -> [Difference] {
    var found: [Difference] = []
    for name in Set(here.keys).union(there.keys) {
      let (mine, theirs) = (here[name], there[name])
      guard mine ?? 0 != theirs ?? 0 else { continue }
      let kind = mine == nil ? "missing_in_books" : theirs == nil ? "missing_in_file" : "other_amount"
      found.append(Difference(kind: kind, name: name, here: mine ?? 0, there: theirs ?? 0))
    }
    return found.sorted { ($0.name.account, $0.name.order) < ($1.name.account, $1.name.order) }
  }

  private static func sentence(_ difference: Difference) -> String {
    let (name, currency) = (difference.name, Currency(difference.name.currency))
    func money(_ minor: Int64) -> String { currency.map { Money(minor: minor, $0).description } ?? "\(minor)" }
    let order = name.order.isEmpty ? "what belongs to no order" : "order \(name.order)"
    return switch difference.kind {
    case "missing_in_books": "missing in the books: \(order) on \(name.account), \(money(difference.there)) in the file"
    case "missing_in_file": "missing in the file: \(order) on \(name.account), \(money(difference.here)) in the books"
    case _: "another amount: \(order) on \(name.account), \(money(difference.here)) in the books, \(money(difference.there)) in the file"
    }
  }

  private static func json(_ differences: [Difference], orders: Int) -> JSON {
    let rows = differences.map { difference -> JSON in
      .object([
        .init("difference", .string(difference.kind)), .init("account", .string(difference.name.account)),
        .init("currency", .string(difference.name.currency)), .init("order_id", .string(difference.name.order)),
        .init("books_minor", .integer(difference.here)), .init("file_minor", .integer(difference.there)),
      ])
    }
    return .object([.init("orders", .integer(Int64(orders))), .init("differences", .array(rows))])
  }

  // MARK: The file

  private static func read(_ arguments: Arguments) throws(Complaint) -> [Name: Int64] {
    let path = try arguments.operand("FILE")
    guard let bytes = try? Files.read(path) else {
      throw Complaint(code: .noInput, happened: "\(path) cannot be read", advice: "check the name and its permissions")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Complaint(code: .refused, happened: "\(path) is no text in UTF-8", advice: "export it as CSV in UTF-8")
    }
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    guard let header = lines.first.flatMap(CSVLine.cells) else {
      throw Complaint(code: .refused, happened: "\(path) is empty", advice: "it needs a header with order and amount")
    }
    let isMinor = try isMinor(arguments)
    func column(_ name: String, _ flag: String?) throws(Complaint) -> Int? {
      if let at = header.firstIndex(of: name) { return at }
      if let flag, arguments.value(flag) != nil { return nil }
      throw Complaint(
        code: .refused, happened: "\(path) has no column \(name) (it has \(header.joined(separator: ", ")))",
        advice: flag.map { "add the column, or give \($0)" } ?? "add the column")
    }
    let (order, amount) = (try column("order", nil), try column("amount", nil))
    let (account, currency) = (try column("account", "--account"), try column("currency", "--currency"))
    var sums: [Name: Int64] = [:]
    for (number, line) in lines.enumerated().dropFirst() {
      let cells = CSVLine.cells(line) ?? []
      func cell(_ at: Int?, _ flag: String) -> String? { at.map { cells.indices.contains($0) ? cells[$0] : "" } ?? arguments.value(flag) }
      let code = cell(currency, "--currency") ?? ""
      guard cells.count == header.count, let known = Currency(code) else {
        throw Complaint(
          code: .refused, happened: "line \(number + 1) of \(path) has \(cells.count) cells, or no currency that is known (\(code))",
          advice: "it needs one for each of \(header.joined(separator: ", "))")
      }
      let written = cell(amount, "") ?? ""
      guard let minor = isMinor ? Int64(written) : (try? Money(decimal: written, known))?.minor else {
        throw Complaint(
          code: .refused, happened: "line \(number + 1) of \(path): “\(written)” is no amount of \(known)",
          advice: "write it like 9.95, or in whole minor units with --amounts minor")
      }
      let name = Name(account: cell(account, "--account") ?? "", currency: code, order: cell(order, "") ?? "")
      let (sum, past) = sums[name, default: 0].addingReportingOverflow(minor)
      guard !past else {
        throw Complaint(
          code: .refused, happened: "the amounts of order \(name.order) add up to more than 64 bits hold", advice: "check them")
      }
      sums[name] = sum
    }
    return sums
  }

  private static func isMinor(_ arguments: Arguments) throws(Complaint) -> Bool {
    switch arguments.value("--amounts") {
    case "minor": true
    case "major", nil: false
    case .some(let other): throw .usage("--amounts \(other) is neither minor nor major", "write --amounts minor where 995 means 9.95")
    }
  }
}
