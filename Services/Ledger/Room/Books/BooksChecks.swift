import Contracts
import LedgerDomain
import Store

/// What must hold in the books, for `accord verify`: every entry again from the first to the last, and every balance against their fold.
enum BooksChecks {
  static let all = [
    Check("books") { snapshot in
      var audit = try entries(in: snapshot)
      audit.finish()
      try balances(&audit, in: snapshot)
      try others(&audit, in: snapshot)
      return audit.findings.map { Finding("books", $0) }
    }
  ]

  /// All entries with their legs, through the audit. An entry that cannot be one is a finding, and the next goes on.
  private static func entries(in snapshot: borrowing Snapshot) throws -> Audit {
    let orders = try snapshot.all("SELECT DISTINCT order_id FROM entry WHERE remedy IS NOT NULL AND order_id IS NOT NULL") { row in
      try row.text(0)
    }
    var audit = Audit(orders: Set(orders), waivers: try waivers(in: snapshot))
    var reader = EntryReader()
    try snapshot.rows(
      """
      SELECT entry.number, kind, state, of, entry.currency, entry.amount, effective_at, recorded_at, accounting_day, message, correlation,
        causation, actor_kind, actor, rule_version, campaign, offer, order_id, remedy, reason, hash, entry.legs, leg.id, account.path,
        account.currency, leg.amount, leg.previous
      FROM entry LEFT JOIN leg ON leg.id BETWEEN entry.number * 1024 AND entry.number * 1024 + 1023
        LEFT JOIN account ON account.number = leg.account
      ORDER BY entry.number, leg.id
      """
    ) { row in try reader.take(row, &audit) }
    reader.finish(&audit)
    return audit
  }

  /// What the terms of each offer leave with a customer who returns the goods.
  private static func waivers(in snapshot: borrowing Snapshot) throws -> [String: Audit.Waiver] {
    var waivers: [String: Audit.Waiver] = [:]
    try snapshot.rows("SELECT offer_id, version, document FROM offer_version WHERE document IS NOT NULL") { row in
      let clawback = try JSON(parsing: try row.blob(2))["remedy"]?["clawback"]
      let name = "\(try row.text(0))@\(try row.integer(1))"
      if clawback?["on_return"]?.bool == false {
        waivers[name] = .all
      } else if let amount = clawback?["waive_below"]?["amount_minor"]?.integer {
        waivers[name] = .below(amount)
      }
    }
    return waivers
  }

  /// The rows of one entry, gathered until the next begins.
  private struct EntryReader {
    private var row: EntryRows.Kept?
    private var legs: [Leg] = []
    private var count: Int64 = 0
    private var trouble: String?
    /// The newest leg of each account, to hold the way back against.
    private var lastLegs: [Account: Int64] = [:]

    mutating func take(_ row: borrowing Row, _ audit: inout Audit) throws {
      if self.row?.number != (try row.integer(0)) {
        finish(&audit)
        self.row = try EntryRows.kept(row)
        (legs, count, trouble) = ([], try row.integer(21), nil)
      }
      guard let id = try row.optionalInteger(22) else { return }
      guard let path = try row.optionalText(23), let currency = Currency(try row.text(24)), let account = try? Account(path: path, currency)
      else {
        trouble = "leg \(id) stands on no account of the chart"
        return
      }
      let amount = try row.integer(25)
      legs.append(Leg(amount > 0 ? .debit : .credit, account, amount == .min ? 0 : abs(amount)))
      if try row.optionalInteger(26) != lastLegs[account] { trouble = "leg \(id) does not lead to the one before it on \(account)" }
      lastLegs[account] = id
    }

    mutating func finish(_ audit: inout Audit) {
      guard let row else { return }
      self.row = nil
      if let trouble { audit.find("entry \(row.number): \(trouble)") }
      let legs: Legs
      do throws(BooksRefusal) { legs = try Legs(self.legs) } catch { return audit.find("entry \(row.number) is none: \(error)") }
      if legs.each.count != count || self.legs.count != count || legs.total != row.amount || legs.currency != row.currency {
        audit.find("entry \(row.number) says \(count) legs of \(row.amount) \(row.currency), and has others")
      }
      let draft = EntryDraft(row.kind, legs, row.state, of: row.of, about: row.about)
      let entry = Entry(number: row.number, draft, row.meta, recordedAt: row.recordedAt, accountingDay: row.accountingDay)
      audit.take(entry, hash: row.hash)
    }
  }

  /// What is stored of each account, against what its entries made of it.
  private static func balances(_ audit: inout Audit, in snapshot: borrowing Snapshot) throws {
    var found: [String] = []
    var seen = 0
    let balances = audit.balances
    try snapshot.rows("SELECT path, currency, posted_debit, posted_credit, pending_debit, pending_credit FROM account") { row in
      guard let currency = Currency(try row.text(1)), let account = try? Account(path: try row.text(0), currency) else {
        return found.append("\(try row.text(0)) is no account of the chart")
      }
      let stored = Balance(
        postedDebit: try row.integer(2), postedCredit: try row.integer(3), pendingDebit: try row.integer(4),
        pendingCredit: try row.integer(5))
      if balances[account] != nil { seen += 1 }
      guard stored != balances[account] ?? Balance() else { return }
      found.append(
        "\(account) is stored with \(stored.signed) posted and \(stored.pendingSigned) pending, its entries come to \(balances[account]?.signed ?? 0) and \(balances[account]?.pendingSigned ?? 0)"
      )
    }
    if seen != balances.count { found.append("\(balances.count - seen) accounts have entries and no row") }
    for sentence in found { audit.find(sentence) }
  }

  /// Legs without an entry, totals, debts and heads that were told.
  private static func others(_ audit: inout Audit, in snapshot: borrowing Snapshot) throws {
    var found = try snapshot.all(
      "SELECT leg.id FROM leg LEFT JOIN entry ON entry.number = leg.id / 1024 WHERE entry.number IS NULL LIMIT 20"
    ) { row in "leg \(try row.integer(0)) belongs to no entry" }
    var turnover = audit.turnover
    try snapshot.rows("SELECT currency, debits, credits FROM turnover") { row in
      let sum = Currency(try row.text(0)).flatMap { turnover.removeValue(forKey: $0) } ?? 0
      let (debits, credits) = (try row.integer(1), try row.integer(2))
      guard sum != debits || sum != credits else { return }
      found.append("the turnover of \(try row.text(0)) is stored as \(debits), the entries come to \(sum)")
    }
    for (currency, sum) in turnover where sum != 0 { found.append("the turnover of \(currency) is not stored, the entries come to \(sum)") }
    var owed = audit.outstanding
    try snapshot.rows("SELECT campaign, currency, outstanding FROM campaign_fund") { row in
      let sum = owed.removeValue(forKey: "\(try row.text(0)) \(try row.text(1))") ?? 0
      guard sum != (try row.integer(2)) else { return }
      found.append("(v) campaign \(try row.text(0)) is stored as owing \(try row.integer(2)), its entries come to \(sum)")
    }
    for (campaign, sum) in owed where sum != 0 { found.append("(v) \(campaign): \(sum) are owed and no row says so") }
    found += try snapshot.all(
      "SELECT anchor.entry FROM anchor LEFT JOIN entry ON number = anchor.entry WHERE hash IS NOT anchor.head LIMIT 20"
    ) { row in "the head that was told at entry \(try row.integer(0)) is not the one that stands there: entries were rewritten" }
    found += try snapshot.all(
      "SELECT entry.number FROM period JOIN entry ON entry.number > period.entry AND accounting_day <= period.day LIMIT 20"
    ) { row in "entry \(try row.integer(0)) was written into a period that was closed before" }
    for sentence in found { audit.find(sentence) }
  }
}
