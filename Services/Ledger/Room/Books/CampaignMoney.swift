import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What became of a campaign's money, day by day of the books: what was expected to be spent by then, what was, and what is owed to customer
/// service. Read from the legs on the campaign's own accounts.
struct CampaignMoney {
  /// One day's movements; amounts in minor units.
  struct Day {
    var opened: Int64 = 0
    var reserved: Int64 = 0
    /// Remedies, those that wait included, less what was voided or expired.
    var granted: Int64 = 0
    var clawedBack: Int64 = 0
    var advanced: Int64 = 0
    var repaid: Int64 = 0
    var released: Int64 = 0

    mutating func add(_ other: Day) {
      opened += other.opened
      reserved += other.reserved
      granted += other.granted
      clawedBack += other.clawedBack
      advanced += other.advanced
      repaid += other.repaid
      released += other.released
    }
  }

  let campaign: Identifier<Campaign>
  let currency: Currency
  let free: Int64
  /// By offer, what is still reserved for it and not waiting to be given.
  let reserved: [(offer: String, amount: Int64)]
  let days: [(day: Int, moved: Day)]
  /// What the reserves were expected to have given by the end of each day.
  private let expected: [Window]

  private struct Window {
    let reserve: Int64
    let from: Int
    let to: Int
  }

  /// One for each currency that the campaign has money in.
  static func read(_ campaign: Identifier<Campaign>, in reading: borrowing some Reading & ~Copyable) throws -> [CampaignMoney] {
    let codes = try reading.all("SELECT currency FROM campaign_fund WHERE campaign = ?1 ORDER BY currency", .text(campaign.text)) { row in
      try row.text(0)
    }
    return try codes.compactMap { Currency($0) }.map { try CampaignMoney(campaign, $0, in: reading) }
  }

  private init(_ campaign: Identifier<Campaign>, _ currency: Currency, in reading: borrowing some Reading & ~Copyable) throws {
    self.campaign = campaign
    self.currency = currency
    var days: [Int: Day] = [:]
    let goodwill = Account.goodwill(of: campaign, currency)
    try Self.read(goodwill.path, currency, isReserve: false, into: &days, in: reading)
    var reserved: [(offer: String, amount: Int64)] = []
    for offer in try Funds.offers(of: campaign, currency, in: reading).sorted(by: { $0.text < $1.text }) {
      let account = Account.reserved(for: offer, of: campaign, currency)
      try Self.read(account.path, currency, isReserve: true, into: &days, in: reading)
      reserved.append((offer.text, try Self.balance(account.path, currency, in: reading)))
    }
    free = try Self.balance(goodwill.path, currency, in: reading)
    self.reserved = reserved
    self.days = days.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    expected = try reading.all(
      """
      SELECT max(version), reserve, starts_at, ifnull(ends_at, starts_at) FROM offer_version
      WHERE campaign_id = ?1 AND currency = ?2 AND reserve IS NOT NULL GROUP BY offer_id
      """, .text(campaign.text), .text(currency.code)
    ) { row in
      let (from, to) = (Entry.day(of: try row.timestamp(2)), Entry.day(of: try row.timestamp(3)))
      return Window(reserve: try row.integer(1), from: from, to: max(from, to))
    }
  }

  private static func balance(_ path: String, _ currency: Currency, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer(
      "SELECT posted_credit - posted_debit - pending_debit FROM account WHERE path = ?1 AND currency = ?2", .text(path),
      .text(currency.code)) ?? 0
  }

  private static func read(
    _ path: String, _ currency: Currency, isReserve: Bool, into days: inout [Int: Day], in reading: borrowing some Reading & ~Copyable
  ) throws {
    // From leg to leg, as a statement goes; a debit is above zero.
    try reading.rows(
      """
      WITH RECURSIVE chain (id, amount, previous) AS (
        SELECT id, amount, previous FROM leg
          WHERE id = (SELECT last_leg FROM account WHERE path = ?1 AND currency = ?2)
        UNION ALL SELECT leg.id, leg.amount, leg.previous FROM leg JOIN chain ON leg.id = chain.previous
      ) SELECT e.accounting_day, e.kind, e.state, sum(c.amount) FROM chain c JOIN entry e ON e.number = c.id / 1024
      GROUP BY 1, 2, 3
      """, .text(path), .text(currency.code)
    ) { row in
      var moved = Day()
      let amount = try row.integer(3)
      switch (try row.text(1), try row.text(2), isReserve) {
      case ("budget.opened", _, false): moved.opened = -amount
      case ("budget.closed", _, false): moved.opened = -amount
      case ("budget.reserved", _, true): moved.reserved = -amount
      case ("budget.released", _, true): moved.released = amount
      case ("budget.advanced", _, true): moved.advanced = -amount
      case ("budget.repaid", _, _): moved.repaid = amount
      case ("remedy.clawed_back", _, true): moved.clawedBack = -amount
      case (_, "void", true), (_, "expire", true): moved.granted = -amount
      // What waited was counted when it was granted.
      case (_, "post", true): break
      case ("remedy.granted", _, true), ("remedy.posted", _, true), ("order.captured", _, true): moved.granted = amount
      case _: break
      }
      days[Int(try row.integer(0)), default: Day()].add(moved)
    }
  }

  /// By the end of `day`: each reserve evenly over the days of its window.
  private func expected(by day: Int) -> Int64 {
    expected.reduce(0) { sum, window in
      guard day >= window.from else { return sum }
      let (gone, whole) = (min(day, window.to) - window.from + 1, window.to - window.from + 1)
      return sum + (Rounding.share(of: window.reserve, Int64(gone), by: Int64(whole)) ?? 0)
    }
  }

  var json: JSON {
    var total = Day()
    let rows = days.map { one -> JSON in
      total.add(one.moved)
      return .object([
        .init("day", .string(CivilDate(daysSinceEpoch: one.day).description)),
        .init("expected", .integer(expected(by: one.day))), .init("granted", .integer(one.moved.granted)),
        .init("clawed_back", .integer(one.moved.clawedBack)), .init("given", .integer(total.granted - total.clawedBack)),
        .init("advanced", .integer(one.moved.advanced)), .init("repaid", .integer(one.moved.repaid)),
        .init("outstanding", .integer(total.advanced - total.repaid)),
      ])
    }
    return .object([
      .init("campaign_id", .string(campaign.text)), .init("currency", .string(currency.code)), .init("opened", .integer(total.opened)),
      .init("free", .integer(free)),
      .init(
        "reserved",
        .array(reserved.map { .object([.init("offer_id", .string($0.offer)), .init("amount_minor", .integer($0.amount))]) })),
      .init("given", .integer(total.granted - total.clawedBack)), .init("clawed_back", .integer(total.clawedBack)),
      .init("advanced", .integer(total.advanced)), .init("repaid", .integer(total.repaid)),
      .init("outstanding", .integer(total.advanced - total.repaid)), .init("released", .integer(total.released)),
      .init("days", .array(rows)),
    ])
  }
}
