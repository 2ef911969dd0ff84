import Contracts
import HTTP
import Host
import Mesh
import Store
import Telemetry

/// What customer service pays in advance for campaigns without money, and what came back: heard from the ledger, which moves it.
enum Advances {
  /// What is listened to.
  static let types = [BudgetChanged.Kind.exhausted, .advanced, .repaid].map { "ledger.budget.\($0.rawValue).v1" }

  /// Takes in one movement. Those of a campaign come in their order.
  static func fold(
    _ fact: BudgetChanged, at time: Timestamp, _ desk: DepartmentDesk, in transaction: borrowing Transaction
  ) throws {
    guard fact.publisher == .ledger, let campaign = fact.campaignID, let owed = fact.outstanding else { return }
    let (advanced, repaid): (Int64, Int64) =
      switch fact.kind {
      case .advanced: (fact.amount.minor, 0)
      case .repaid: (0, fact.amount.minor)
      case .exhausted: (0, 0)
      case .opened, .closed, .reserved, .refused, .released: (0, 0)
      }
    // The first advance of all tells that the money is used up; it has no entry of its own.
    let isEmpty = fact.kind == .exhausted
    try transaction.run(
      """
      INSERT INTO campaign_advance (campaign_id, currency, outstanding, advanced, repaid, offer_id, exhausted_at, changed_at, entry)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?3 > 0 THEN ?7 END, ?7, ?8)
      ON CONFLICT DO UPDATE SET outstanding = ?3, advanced = advanced + ?4, repaid = repaid + ?5, offer_id = coalesce(?6, offer_id),
        exhausted_at = CASE WHEN ?3 > 0 THEN coalesce(exhausted_at, ?7) END, changed_at = ?7, entry = max(entry, ?8)
        WHERE ?8 > entry OR ?9 AND outstanding = 0 AND ?7 > changed_at
      """, .text(campaign.text), .text(fact.amount.currency.code), .integer(owed.minor), .integer(advanced), .integer(repaid),
      .optional(fact.offerID?.text), .timestamp(time), .integer(fact.entry ?? 0), .integer(isEmpty ? 1 : 0))
    if isEmpty {
      desk.log.warning(
        "budget.exhausted",
        "the money of campaign \(campaign) is used up; customer service advances what customers get of \(fact.offerID?.text ?? "it")")
    } else if fact.kind == .repaid, owed.isZero {
      desk.log.info("budget.repaid", "campaign \(campaign) owes customer service nothing any more")
    }
  }

  // MARK: Looking

  static func routes(_ desk: DepartmentDesk) -> [Route] {
    [
      Route(.get, "/v1/advances", "what customer service has advanced for campaigns without money, those that owe most first") {
        request, _ in
        desk.looking(request) { snapshot in .object([.init("advances", .array(try all(in: snapshot)))]) }
      }
    ]
  }

  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all(
      """
      SELECT campaign_id, currency, outstanding, advanced, repaid, offer_id, exhausted_at, changed_at FROM campaign_advance
      ORDER BY outstanding DESC, campaign_id, currency LIMIT 1000
      """
    ) { row in
      let currency = try row.text(1)
      func money(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": .string(currency)] }
      var members: [JSON.Member] = [
        .init("campaign_id", .string(try row.text(0))), .init("outstanding", money(try row.integer(2))),
        .init("advanced", money(try row.integer(3))), .init("repaid", money(try row.integer(4))),
      ]
      if let offer = try row.optionalText(5) { members.append(.init("offer_id", .string(offer))) }
      if let since = try row.optionalTimestamp(6) { members.append(.init("exhausted_since", .string(since.description))) }
      members.append(.init("changed_at", .string(try row.timestamp(7).description)))
      return .object(members)
    }
  }
}
