import Contracts
import MarketingDomain
import Store

/// What the ledger said about the money of campaigns and offers, as rows.
enum BudgetWords {
  /// Keeps one word. False where it was kept before, by whichever message it came.
  static func keep(
    _ budget: BudgetChanged, message: Identifier<Message>, position: UInt64, at: Timestamp, in transaction: borrowing Transaction
  ) throws -> Bool {
    guard let campaign = budget.campaignID else { return false }
    let word = budget.entry.map { "\(budget.kind)/\($0)" } ?? message.text
    return try transaction.run(
      """
      INSERT INTO budget_word (word, campaign_id, offer_id, kind, amount_minor, currency, outstanding_minor, entry, cause, at, position,
        message_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING
      """, .text(word), .text(campaign.text), .optional(budget.offerID?.text), .text(budget.kind.rawValue), .integer(budget.amount.minor),
      .text(budget.amount.currency.code), .optional(budget.outstanding?.minor), .optional(budget.entry), .optional(budget.cause),
      .timestamp(at), .unsigned(position), .text(message.text)) == 1
  }

  /// What was said about the reserve of `offer`, in the ledger's order.
  static func reserves(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Gate.Reserve] {
    try reading.all(
      """
      SELECT kind, amount_minor, currency, at, cause FROM budget_word
      WHERE offer_id = ?1 AND kind IN ('reserved', 'released', 'refused') ORDER BY at, position
      """, .text(offer.text)
    ) { row throws(StoreFault) in
      guard let word = Gate.Reserve.Word(rawValue: try row.text(0)), let currency = Currency(try row.text(2)) else {
        throw .unreadable(column: "kind", wanted: "a word about a reserve", found: "other text")
      }
      return Gate.Reserve(
        word: word, amount: Money(minor: try row.integer(1), currency), at: try row.timestamp(3), cause: try row.optionalText(4))
    }
  }

  /// What was said about a campaign, in the ledger's order.
  static func said(of campaign: Identifier<Campaign>, in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all(
      """
      SELECT kind, offer_id, amount_minor, currency, outstanding_minor, entry, cause, at FROM budget_word
      WHERE campaign_id = ?1 ORDER BY at, position LIMIT 1000
      """, .text(campaign.text)
    ) { row throws(StoreFault) in
      var members: [JSON.Member] = [.init("kind", .string(try row.text(0)))]
      if let offer = try row.optionalText(1) { members.append(.init("offer_id", .string(offer))) }
      let currency = try row.text(3)
      members.append(.init("amount", ["amount_minor": .integer(try row.integer(2)), "currency": .string(currency)]))
      if let left = try row.optionalInteger(4) {
        members.append(.init("outstanding", ["amount_minor": .integer(left), "currency": .string(currency)]))
      }
      if let entry = try row.optionalInteger(5) { members.append(.init("entry", .integer(entry))) }
      if let cause = try row.optionalText(6) { members.append(.init("cause", .string(cause))) }
      members.append(.init("at", .string(try row.timestamp(7).description)))
      return .object(members)
    }
  }
}
