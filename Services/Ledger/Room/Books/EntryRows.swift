import Contracts
import LedgerDomain
import Store

/// Entries and their legs as rows.
enum EntryRows {
  /// An entry as its row has it, without its legs.
  struct Kept {
    let number: Int64
    let kind: String
    let state: EntryState
    let of: Int64?
    let currency: Currency
    let amount: Int64
    let effectiveAt: Timestamp
    let recordedAt: Timestamp
    let accountingDay: Int
    let meta: FactMeta
    let about: EntryDraft.About
    let hash: [UInt8]
  }

  /// Writes the row of `entry`, whose legs are written already. HOT.
  static func insert(_ entry: Entry, _ hash: [UInt8], in transaction: borrowing Transaction) throws(StoreFault) {
    let (draft, meta) = (entry.draft, entry.meta)
    try transaction.run(
      """
      INSERT INTO entry (number, kind, state, of, currency, amount, legs, effective_at, recorded_at, accounting_day, message, correlation,
        causation, actor_kind, actor, rule_version, campaign, offer, order_id, remedy, reason, hash)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
      """, .integer(entry.number), .text(draft.kind), .text(draft.state.rawValue), .optional(draft.of),
      .text(draft.legs.currency.code), .integer(draft.legs.total), .integer(Int64(draft.legs.each.count)), .timestamp(meta.time),
      .timestamp(entry.recordedAt), .integer(Int64(entry.accountingDay)), .text(meta.messageID.text),
      meta.correlation == meta.messageID.text ? .null : .text(meta.correlation), .optional(meta.causation), .text(meta.actorKind),
      .text(meta.actor), .optional(meta.ruleVersion), .optional(draft.about.campaign), .optional(draft.about.offer),
      .optional(draft.about.order), .optional(draft.about.remedy), .optional(draft.about.reason), .blob(hash))
  }

  static func find(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first(
      """
      SELECT number, kind, state, of, currency, amount, effective_at, recorded_at, accounting_day, message, correlation, causation,
        actor_kind, actor, rule_version, campaign, offer, order_id, remedy, reason, hash
      FROM entry WHERE number = ?1
      """, .integer(number)
    ) { row throws(StoreFault) in try Self.kept(row) }
  }

  /// The columns in the order in which `find` asks for them.
  static func kept(_ row: borrowing Row) throws(StoreFault) -> Kept {
    guard let state = EntryState(rawValue: try row.text(2)), let currency = Currency(try row.text(4)) else {
      throw .unreadable(column: "state or currency", wanted: "one that is known", found: "another")
    }
    return Kept(
      number: try row.integer(0), kind: try row.text(1), state: state, of: try row.optionalInteger(3), currency: currency,
      amount: try row.integer(5), effectiveAt: try row.timestamp(6), recordedAt: try row.timestamp(7),
      accountingDay: Int(try row.integer(8)),
      meta: FactMeta(
        messageID: Identifier(restoring: try row.text(9)), time: try row.timestamp(6), recordedTime: try row.timestamp(7),
        correlation: try row.optionalText(10), causation: try row.optionalText(11), actorKind: try row.text(12),
        actor: try row.text(13), ruleVersion: try row.optionalText(14)),
      about: EntryDraft.About(
        campaign: try row.optionalText(15), offer: try row.optionalText(16), order: try row.optionalText(17),
        remedy: try row.optionalText(18), reason: try row.optionalText(19)),
      hash: try row.blob(20))
  }

  /// The legs of entry `number` in their order.
  static func legs(of number: Int64, in reading: borrowing some Reading & ~Copyable) throws -> [Leg] {
    let first = number * Books.legsOfEntry
    return try reading.all(
      """
      SELECT path, currency, amount FROM leg JOIN account ON account.number = leg.account
      WHERE id BETWEEN ?1 AND ?2 ORDER BY id
      """, .integer(first), .integer(first + Books.legsOfEntry - 1)
    ) { row in
      guard let currency = Currency(try row.text(1)) else { throw BooksRefusal.noSuchAccount(try row.text(0)) }
      let (account, amount) = (try Account(path: try row.text(0), currency), try row.integer(2))
      return Leg(amount > 0 ? .debit : .credit, account, abs(amount))
    }
  }
}
