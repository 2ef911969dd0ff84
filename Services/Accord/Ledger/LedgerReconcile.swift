import Contracts
import Feed
import HTTP
import Host

/// `accord ledger reconcile`: somebody else's file against the books, order by order.
///
/// The file is CSV with a header: `order` and `amount` (a debit above zero), and where the flags do not say them `account` and `currency`.
/// Several rows of one order add up, as do several entries. Both sides are parted by order in files beside the data folder (Spool), and each
/// difference is told as it is found, so that memory grows with neither. A document that breaks off is no JSON: nobody takes it for the whole.
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

  /// What an order comes to on either side; nil where it does not stand there.
  private struct Sums {
    var here: Int64?
    var there: Int64?
  }

  static func run(_ arguments: Arguments) throws(Complaint) {
    let path = try arguments.operand("FILE")
    let isMinor = try isMinor(arguments)
    var file = try FeedFile(path, .comma)
    let office = try Office(arguments)
    var spool = try Spool(beside: office.data, expecting: file.byteCount)
    let subjects = try read(&file, path, isMinor, arguments, into: &spool)
    for subject in subjects.sorted(by: { ($0.account, $0.currency) < ($1.account, $1.currency) }) {
      try books(subject, arguments, office, into: &spool)
    }
    var (orders, known, count) = (0, 0, 0)
    let isJSON = arguments.has("--json")
    if isJSON { Terminal.printPart(#"{"differences":["#) }
    try spool.forEachPart { part throws(Complaint) in
      var place = 0
      while place < part.count {
        let end = part.end(from: place)
        let (name, sums) = try add(part, place..<end)
        place = end
        if sums.there != nil { orders += 1 }
        if sums.here != nil { known += 1 }
        guard sums.here ?? 0 != sums.there ?? 0 else { continue }
        count += 1
        let kind = sums.here == nil ? "missing_in_books" : sums.there == nil ? "missing_in_file" : "other_amount"
        let difference = Difference(kind: kind, name: name, here: sums.here ?? 0, there: sums.there ?? 0)
        if isJSON { Terminal.printPart((count > 1 ? "," : "") + json(difference).text) } else { Terminal.print(sentence(difference)) }
      }
    }
    if isJSON {
      Terminal.print(#"],"orders":\#(orders),"orders_in_books":\#(known)}"#)
    } else {
      Terminal.print("\(orders) orders in the file, \(known) in the books: \(count == 0 ? "they agree" : "\(count) differ")")
    }
    guard count == 0 else {
      throw Complaint(
        code: .refused, happened: "the books and the file differ in \(count) orders",
        advice: "each is named above; correct the side that is wrong")
    }
  }

  // MARK: Both sides, parted by order

  private static let parting = "\u{1F}"

  private static func append(_ name: Name, _ amount: Int64, isHere: Bool, to spool: inout Spool) throws(Complaint) {
    let key = Array([name.account, name.currency, name.order].joined(separator: parting).utf8)
    try spool.append(to: spool.place(of: key)) { bytes in
      FeedRow.append(line: isHere ? 1 : 0, key: key, to: &bytes) { bytes in
        withUnsafeBytes(of: amount.littleEndian) { FeedRow.appendColumn($0, to: &bytes) }
      }
    }
  }

  private static func add(_ part: borrowing SpooledRows, _ places: Range<Int>) throws(Complaint) -> (name: Name, sums: Sums) {
    let parts = String(decoding: part[places.lowerBound].key, as: UTF8.self).split(separator: parting, omittingEmptySubsequences: false)
    let name = Name(account: String(parts[0]), currency: String(parts[1]), order: parts.dropFirst(2).joined(separator: parting))
    var sums = Sums()
    for place in places {
      let row = part[place]
      var amount: Int64 = 0
      do throws(FieldFault) {
        try row.forEachColumn { _, bytes throws(FieldFault) in amount = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)) }
      } catch { throw Complaint(code: .software, happened: "\(error)", advice: "") }
      let before = row.line == 1 ? sums.here : sums.there
      let (sum, past) = (before ?? 0).addingReportingOverflow(amount)
      guard !past else {
        throw Complaint(
          code: .refused, happened: "the amounts of order \(name.order) add up to more than 64 bits hold", advice: "check them")
      }
      if row.line == 1 { sums.here = sum } else { sums.there = sum }
    }
    return (name, sums)
  }

  /// What the books hold of one account.
  private static func books(_ subject: Name, _ arguments: Arguments, _ office: Office, into spool: inout Spool) throws(Complaint) {
    let items = [
      ("account", Optional(subject.account)), ("currency", subject.currency), ("from", arguments.value("--from")),
      ("to", arguments.value("--to")),
    ]
    var before: Int64?
    repeat {
      let answer = try LedgerStatement.page(items, before: before, office)
      for line in answer["lines"]?.array ?? [] where ["posted", "post"].contains(line["state"]?.string ?? "") {
        let name = Name(account: subject.account, currency: subject.currency, order: LedgerBooks.text(line, "order_id"))
        try append(name, line["amount_minor"]?.integer ?? 0, isHere: true, to: &spool)
      }
      before = answer["next"]?.integer
    } while before != nil
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

  private static func json(_ difference: Difference) -> JSON {
    .object([
      .init("difference", .string(difference.kind)), .init("account", .string(difference.name.account)),
      .init("currency", .string(difference.name.currency)), .init("order_id", .string(difference.name.order)),
      .init("books_minor", .integer(difference.here)), .init("file_minor", .integer(difference.there)),
    ])
  }

  // MARK: The file

  private struct Columns {
    var count = 0
    var order = 0
    var amount = 0
    var account: Int?
    var currency: Int?
  }

  /// Parts the file's rows; answers which accounts, in which currencies, it is about.
  private static func read(
    _ file: inout FeedFile, _ path: String, _ isMinor: Bool, _ arguments: Arguments, into spool: inout Spool
  ) throws(Complaint) -> Set<Name> {
    var columns: Columns?
    var subjects: Set<Name> = []
    let reader = DelimitedText(.comma)
    do throws(FeedFailure<Complaint>) {
      while try file.next({ (line, fields, bytes) throws(Complaint) in
        let cells = fields.map { String(decoding: reader.bytes(of: $0, in: bytes), as: UTF8.self) }
        guard let known = columns else {
          columns = try header(cells, path, arguments)
          return
        }
        let currency = known.currency.flatMap { cells.indices.contains($0) ? cells[$0] : nil } ?? arguments.value("--currency") ?? ""
        guard cells.count == known.count, let money = Currency(currency) else {
          throw Complaint(
            code: .refused, happened: "line \(line) of \(path) has \(cells.count) cells, or no currency that is known (\(currency))",
            advice: "it needs one for each of its \(known.count) columns")
        }
        let written = cells[known.amount]
        guard let minor = isMinor ? Int64(written) : (try? Money(decimal: written, money))?.minor else {
          throw Complaint(
            code: .refused, happened: "line \(line) of \(path): “\(written)” is no amount of \(money)",
            advice: "write it like 9.95, or in whole minor units with --amounts minor")
        }
        let account = known.account.map { cells[$0] } ?? arguments.value("--account") ?? ""
        subjects.insert(Name(account: account, currency: currency, order: ""))
        try append(Name(account: account, currency: currency, order: cells[known.order]), minor, isHere: false, to: &spool)
      }) {}
    } catch { throw error.complaint(path) }
    guard columns != nil else {
      throw Complaint(code: .refused, happened: "\(path) is empty", advice: "it needs a header with order and amount")
    }
    return subjects
  }

  private static func header(_ names: [String], _ path: String, _ arguments: Arguments) throws(Complaint) -> Columns {
    func column(_ name: String, _ flag: String?) throws(Complaint) -> Int? {
      if let at = names.firstIndex(of: name) { return at }
      if let flag, arguments.value(flag) != nil { return nil }
      throw Complaint(
        code: .refused, happened: "\(path) has no column \(name) (it has \(names.joined(separator: ", ")))",
        advice: flag.map { "add the column, or give \($0)" } ?? "add the column")
    }
    return Columns(
      count: names.count, order: try column("order", nil) ?? 0, amount: try column("amount", nil) ?? 0,
      account: try column("account", "--account"), currency: try column("currency", "--currency"))
  }

  private static func isMinor(_ arguments: Arguments) throws(Complaint) -> Bool {
    switch arguments.value("--amounts") {
    case "minor": true
    case "major", nil: false
    case .some(let other): throw .usage("--amounts \(other) is neither minor nor major", "write --amounts minor where 995 means 9.95")
    }
  }
}
