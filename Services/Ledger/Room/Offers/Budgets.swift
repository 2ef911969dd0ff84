import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// Budgets as others open and close them. The ledger answers each with a fact of its own, and only that is booked.
enum Budgets {
  // MARK: Hearing

  /// Notes what was heard; the same message again is the same.
  static func hear(
    _ fact: BudgetChanged, _ message: Identifier<Message>, _ occasion: Occasion, in transaction: borrowing Transaction
  ) throws {
    guard fact.publisher != .ledger, fact.kind == .opened || fact.kind == .closed else { return }
    try transaction.run(
      """
      INSERT INTO budget_heard (message_id, number, publisher, kind, campaign_id, amount, currency, approved_by, heard_at, correlation)
      VALUES (?1, (SELECT 1 + ifnull(max(number), 0) FROM budget_heard), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
      """, .text(message.text), .text(fact.publisher.rawValue), .text(fact.kind.rawValue), .optional(fact.campaignID?.text),
      .integer(fact.amount.minor), .text(fact.amount.currency.code), .optional(fact.approvedBy?.text), .timestamp(occasion.now),
      .optional(occasion.correlation))
  }

  private struct Heard {
    let message: String
    let campaign: Identifier<Campaign>?
    let amount: Money?
    let approvedBy: Identifier<Colleague>?
  }

  /// Answers what was opened and has no answer yet, and asks anew for what waited for money or for a close.
  static func answer(
    _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let waiting = try transaction.all(
      """
      SELECT message_id, campaign_id, amount, currency, approved_by FROM budget_heard
      WHERE answer IS NULL AND kind = 'opened' ORDER BY number
      """
    ) { row in
      Heard(
        message: try row.text(0), campaign: try row.optionalText(1).map { Identifier(restoring: $0) },
        amount: Currency(try row.text(3)).map { Money(minor: (try? row.integer(2)) ?? 0, $0) },
        approvedBy: try row.optionalText(4).map { Identifier(restoring: $0) })
    }
    for one in waiting {
      guard let amount = one.amount else { continue }
      var because = occasion
      because.causation = one.message
      guard let campaign = one.campaign else {
        _ = try Funds.openService(amount, approvedBy: one.approvedBy, because, desk, books: &books, in: &transaction)
        continue
      }
      try Funds.open(amount, of: campaign, approvedBy: one.approvedBy, because, desk, books: &books, in: &transaction)
      for offer in try OfferRows.scheduled(of: campaign, in: transaction) {
        try Offering.proceed(offer, occasion, desk, books: &books, in: &transaction)
      }
    }
    let closing = try transaction.all(
      "SELECT DISTINCT campaign_id FROM budget_heard WHERE answer IS NULL AND kind = 'closed' AND campaign_id IS NOT NULL"
    ) { row in Identifier<Campaign>(restoring: try row.text(0)) }
    for campaign in closing { try Closing.closeIfAsked(campaign, occasion, desk, books: &books, in: &transaction) }
  }

  // MARK: Folding

  /// Takes the ledger's own word about a budget: who waited for it is answered.
  static func fold(_ fact: BudgetChanged, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    guard fact.publisher == .ledger else { return }
    switch fact.kind {
    case .opened:
      guard let cause = meta.causation else { return }
      try transaction.run(
        """
        INSERT INTO budget_heard (message_id, number, publisher, kind, campaign_id, amount, currency, approved_by, heard_at, answer)
        VALUES (?1, (SELECT 1 + ifnull(max(number), 0) FROM budget_heard), 'ledger', 'opened', ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET answer = ?7
        """, .text(cause), .optional(fact.campaignID?.text), .integer(fact.amount.minor), .text(fact.amount.currency.code),
        .optional(fact.approvedBy?.text), .timestamp(meta.recordedTime), .text(meta.messageID.text))
    case .closed:
      guard let campaign = fact.campaignID, fact.cause == nil else { return }
      try transaction.run(
        "UPDATE budget_heard SET answer = ?3 WHERE campaign_id = ?1 AND currency = ?2 AND kind = 'closed' AND answer IS NULL",
        .text(campaign.text), .text(fact.amount.currency.code), .text(meta.messageID.text))
    case .reserved, .refused:
      // A top-up says its cause; a scheduling's answer does not.
      guard let offer = fact.offerID, fact.kind == .refused || fact.cause == nil else { return }
      try OfferRows.answered(offer, fact.kind, fact.amount, in: transaction)
    case .released: if let offer = fact.offerID { try OfferRows.released(offer, at: meta.recordedTime, in: transaction) }
    case .advanced, .repaid, .exhausted: break
    }
  }

  /// Whether a campaign ever had money of a currency.
  static func isOpen(_ campaign: Identifier<Campaign>, _ currency: Currency, in reading: borrowing some Reading & ~Copyable) throws -> Bool
  {
    try reading.integer(
      "SELECT 1 FROM budget_heard WHERE campaign_id = ?1 AND currency = ?2 AND kind = 'opened' AND answer IS NOT NULL LIMIT 1",
      .text(campaign.text), .text(currency.code)) != nil
  }
}
