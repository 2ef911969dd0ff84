import Contracts
import LedgerDomain
import Store

/// Every account with what stands on it, and the sums of both sides, which are the same.
struct TrialBalance {
  struct Line {
    /// Customers' credit stands in one row, `customer/*/credit`: a trial balance is read whole.
    let path: String
    let role: Account.Role
    let currency: Currency
    var balance = Balance()
  }

  private(set) var rows: [Line] = []
  let throughDay: Int?

  private struct Name: Hashable {
    let path: String
    let currency: Currency
  }

  /// As the books stand, or as their days through `throughDay` have them.
  static func read(throughDay: Int?, in snapshot: borrowing Snapshot) throws -> TrialBalance {
    var found: [Name: Line] = [:]
    if let throughDay {
      try snapshot.rows(
        """
        SELECT path, account.currency, sum(max(leg.amount, 0)), -sum(min(leg.amount, 0)), 0, 0
        FROM entry JOIN leg ON leg.id BETWEEN entry.number * 1024 AND entry.number * 1024 + 1023
          JOIN account ON account.number = leg.account
        WHERE accounting_day <= ?1 AND state IN ('posted', 'post') GROUP BY leg.account
        """, .integer(Int64(throughDay))
      ) { row in try add(row, to: &found) }
    } else {
      try snapshot.rows("SELECT path, currency, posted_debit, posted_credit, pending_debit, pending_credit FROM account") { row in
        try add(row, to: &found)
      }
    }
    let rows = found.values.sorted { ($0.currency.code, $0.path) < ($1.currency.code, $1.path) }
    return TrialBalance(rows: rows, throughDay: throughDay)
  }

  private static func add(_ row: borrowing Row, to found: inout [Name: Line]) throws {
    guard let currency = Currency(try row.text(1)) else { throw BooksRefusal.noSuchAccount(try row.text(0)) }
    let account = try Account(path: try row.text(0), currency)
    let path = account.role == .customerCredit ? "customer/*/credit" : account.path
    let name = Name(path: path, currency: currency)
    var balance = found[name]?.balance ?? Balance()
    try balance.add(try row.integer(2), .debit, isPending: false)
    try balance.add(try row.integer(3), .credit, isPending: false)
    try balance.add(try row.integer(4), .debit, isPending: true)
    try balance.add(try row.integer(5), .credit, isPending: true)
    found[name] = Line(path: path, role: account.role, currency: currency, balance: balance)
  }

  /// A debit or credit is what is left of both sides of a row; their sums are equal.
  var json: JSON {
    var debits: [Currency: Int64] = [:]
    var credits: [Currency: Int64] = [:]
    let rows = rows.map { row -> JSON in
      let signed = row.balance.signed
      debits[row.currency, default: 0] += max(signed, 0)
      credits[row.currency, default: 0] += max(-signed, 0)
      return .object([
        .init("account", .string(row.path)), .init("class", .string(row.role.accountClass)),
        .init("currency", .string(row.currency.code)), .init("debit_minor", .integer(max(signed, 0))),
        .init("credit_minor", .integer(max(-signed, 0))), .init("pending_minor", .integer(row.balance.pendingSigned)),
      ])
    }
    let totals = debits.keys.sorted { $0.code < $1.code }.map { currency -> JSON in
      .object([
        .init("currency", .string(currency.code)), .init("debit_minor", .integer(debits[currency, default: 0])),
        .init("credit_minor", .integer(credits[currency, default: 0])),
        .init("balanced", .bool(debits[currency] == credits[currency])),
      ])
    }
    var members: [JSON.Member] = [.init("rows", .array(rows)), .init("totals", .array(totals))]
    if let throughDay { members.insert(.init("through", .string(CivilDate(daysSinceEpoch: throughDay).description)), at: 0) }
    return .object(members)
  }
}
