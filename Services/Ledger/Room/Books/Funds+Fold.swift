import Contracts
import LedgerDomain
import Store

extension Funds {
  /// Writes what a fact of the ledger says of a campaign's debt, of its close and of an offer's release.
  static func fold(_ budget: BudgetChanged, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    guard budget.publisher == .ledger, let campaign = budget.campaignID else { return }
    let currency = budget.amount.currency.code
    switch budget.kind {
    case .opened:
      // A closed campaign that gets money again is open again.
      try transaction.run(
        """
        INSERT INTO campaign_fund (campaign, currency) VALUES (?1, ?2)
        ON CONFLICT (campaign, currency) DO UPDATE SET closed_at = NULL
        """, .text(campaign.text), .text(currency))
    case .closed:
      try transaction.run(
        """
        INSERT INTO campaign_fund (campaign, currency, closed_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (campaign, currency) DO UPDATE SET closed_at = ifnull(closed_at, ?3)
        """, .text(campaign.text), .text(currency), .timestamp(meta.time))
    case .advanced, .repaid:
      let change = budget.kind == .advanced ? budget.amount.minor : -budget.amount.minor
      try transaction.run(
        "INSERT INTO campaign_fund (campaign, currency) VALUES (?1, ?2) ON CONFLICT DO NOTHING", .text(campaign.text), .text(currency))
      try transaction.run(
        "UPDATE campaign_fund SET outstanding = outstanding + ?3 WHERE campaign = ?1 AND currency = ?2", .text(campaign.text),
        .text(currency), .integer(change))
      if budget.kind == .advanced, let offer = budget.offerID { try note(offer, campaign, currency, in: transaction) }
    case .reserved:
      guard let offer = budget.offerID else { return }
      try note(offer, campaign, currency, in: transaction)
      // A top-up pays for one remedy; only a reserve at scheduling makes a released offer hold money again.
      guard budget.cause == nil else { return }
      try transaction.run(
        "UPDATE offer_reserve SET released_at = NULL WHERE campaign = ?1 AND offer = ?2 AND currency = ?3 AND released_at IS NOT NULL",
        .text(campaign.text), .text(offer.text), .text(currency))
    case .released:
      guard let offer = budget.offerID else { return }
      try note(offer, campaign, currency, in: transaction)
      try transaction.run(
        "UPDATE offer_reserve SET released_at = ifnull(released_at, ?4) WHERE campaign = ?1 AND offer = ?2 AND currency = ?3",
        .text(campaign.text), .text(offer.text), .text(currency), .timestamp(meta.time))
    case .refused, .exhausted: break
    }
  }

  private static func note(
    _ offer: Identifier<Offer>, _ campaign: Identifier<Campaign>, _ currency: String, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "INSERT INTO offer_reserve (campaign, offer, currency) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", .text(campaign.text),
      .text(offer.text), .text(currency))
  }
}
