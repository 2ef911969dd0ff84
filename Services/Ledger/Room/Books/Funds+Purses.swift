import Contracts
import LedgerDomain
import Store

extension Funds {
  /// The purses of a campaign, and of one of its offers, as they stand in `books`.
  static func purses(
    of campaign: Identifier<Campaign>, _ offer: Identifier<Offer>?, _ currency: Currency, books: inout Books,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> Purses {
    var purses = Purses(
      campaign: campaign, currency, free: try books.available(.goodwill(of: campaign, currency), in: reading))
    try reading.rows(
      "SELECT outstanding, closed_at FROM campaign_fund WHERE campaign = ?1 AND currency = ?2", .text(campaign.text), .text(currency.code)
    ) { row in
      purses.outstanding = try row.integer(0)
      purses.isClosed = !row.isNull(1)
    }
    guard let offer else { return purses }
    purses.reserved = try books.available(.reserved(for: offer, of: campaign, currency), in: reading)
    let released = try reading.integer(
      "SELECT released_at FROM offer_reserve WHERE campaign = ?1 AND offer = ?2 AND currency = ?3 AND released_at IS NOT NULL",
      .text(campaign.text), .text(offer.text), .text(currency.code))
    purses.isReleased = released != nil
    return purses
  }

  static func offers(
    of campaign: Identifier<Campaign>, _ currency: Currency, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Identifier<Offer>] {
    try reading.all(
      "SELECT offer FROM offer_reserve WHERE campaign = ?1 AND currency = ?2", .text(campaign.text), .text(currency.code)
    ) { row in Identifier(restoring: try row.text(0)) }
  }
}
