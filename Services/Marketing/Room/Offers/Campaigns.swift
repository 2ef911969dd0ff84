import Contracts
import Store

/// Campaigns and their money, as rows.
enum Campaigns {
  struct Known: Equatable {
    let id: Identifier<Campaign>
    /// What it was opened with.
    let opening: Money
    /// With what it was given since.
    let amount: Money
    let approvedBy: String?
    let openedAt: Timestamp
    let closedAt: Timestamp?
    let messageID: String

    var isOpen: Bool { closedAt == nil }
  }

  static func find(_ id: Identifier<Campaign>, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      """
      SELECT currency, amount_minor, approved_by, opened_at, closed_at, message_id,
        (SELECT ifnull(sum(m.amount_minor), 0) FROM campaign_money m WHERE m.campaign_id = c.campaign_id) FROM campaign c WHERE campaign_id = ?1
      """, .text(id.text)
    ) { row throws(StoreFault) in try known(row, id) }
  }

  /// All of them, by name.
  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [Known] {
    try reading.all(
      """
      SELECT currency, amount_minor, approved_by, opened_at, closed_at, message_id,
        (SELECT ifnull(sum(m.amount_minor), 0) FROM campaign_money m WHERE m.campaign_id = c.campaign_id), campaign_id
      FROM campaign c ORDER BY campaign_id LIMIT 1000
      """
    ) { row throws(StoreFault) in try known(row, Identifier(restoring: try row.text(7))) }
  }

  private static func known(_ row: borrowing Row, _ id: Identifier<Campaign>) throws(StoreFault) -> Known {
    guard let currency = Currency(try row.text(0)) else {
      throw .unreadable(column: "currency", wanted: "a currency", found: "other text")
    }
    let opening = try row.integer(1)
    return Known(
      id: id, opening: Money(minor: opening, currency), amount: Money(minor: opening + (try row.integer(6)), currency),
      approvedBy: try row.optionalText(2), openedAt: try row.timestamp(3),
      closedAt: try row.optionalTimestamp(4), messageID: try row.text(5))
  }

  /// Takes in that marketing opened a campaign, gave it more, or closed it. The same again changes nothing.
  static func fold(
    _ budget: BudgetChanged, message: Identifier<Message>, at: Timestamp, in transaction: borrowing Transaction
  ) throws {
    guard let id = budget.campaignID else { return }
    if budget.kind == .opened {
      try transaction.run(
        """
        INSERT INTO campaign (campaign_id, currency, amount_minor, approved_by, opened_at, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO NOTHING
        """, .text(id.text), .text(budget.amount.currency.code), .integer(budget.amount.minor), .optional(budget.approvedBy?.text),
        .timestamp(at), .text(message.text))
      // Any other message than the one that opened it gave it more.
      try transaction.run(
        """
        INSERT INTO campaign_money (message_id, campaign_id, amount_minor, approved_by, at)
        SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM campaign WHERE message_id = ?1) ON CONFLICT DO NOTHING
        """, .text(message.text), .text(id.text), .integer(budget.amount.minor), .optional(budget.approvedBy?.text), .timestamp(at))
    } else if budget.kind == .closed {
      try transaction.run("UPDATE campaign SET closed_at = ifnull(closed_at, ?2) WHERE campaign_id = ?1", .text(id.text), .timestamp(at))
    }
  }

  /// The offers of a campaign that are not over, for which it must stay open.
  static func unfinished(_ id: Identifier<Campaign>, in reading: borrowing some Reading & ~Copyable) throws -> [String] {
    try reading.all(
      """
      SELECT o.offer_id FROM offer o WHERE o.campaign_id = ?1 AND EXISTS (
        SELECT 1 FROM offer_version v WHERE v.offer_id = o.offer_id AND v.state IN ('scheduled', 'blocked', 'live', 'paused', 'stopped'))
      ORDER BY o.offer_id LIMIT 20
      """, .text(id.text)
    ) { row throws(StoreFault) in try row.text(0) }
  }
}
