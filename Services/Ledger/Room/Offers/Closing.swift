import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// The end of an offer's money: its release when nobody can have it any more, and its campaign's close once nothing is left open.
enum Closing {
  static let kind = "offer.release"

  /// What came back into a remedy's fund goes on to where it belongs: advances first, then whoever has it after the release.
  static func settle(
    _ remedy: RemedyStanding, amount: Int64? = nil, currency: Currency, _ judge: Judge, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    guard let offer = remedy.offer?.offer, let campaign = remedy.campaignID else { return }
    let back = amount ?? remedy.whole - remedy.tax.reduce(0) { $0 + $1.amount.minor }
    try Funds.settle(back, for: offer, of: campaign, currency, judge.occasion, judge.desk, books: &books, in: &transaction)
    try closeIfAsked(campaign, judge.occasion, judge.desk, books: &books, in: &transaction)
  }

  /// Waits for the instant from which nobody can have the offer any more.
  static func await(_ offer: OfferInForce, _ occasion: Occasion, in transaction: borrowing Transaction) throws {
    guard !offer.isReleased else { return }
    var instant = offer.terms.honourUntil
    if let ended = offer.life.endedAt { instant = min(instant, ended.adding(offer.terms.document.honourFor)) }
    guard instant < .last else { return }
    try Due.set(at: instant, kind: kind, subject: offer.version.offer.text, origin: occasion.origin, in: transaction)
  }

  /// That instant has come.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    let offer = Identifier<Offer>(restoring: row.subject)
    try Books.keep(in: &transaction) { books, transaction in
      try release(offer, desk.occasion(of: row, now), desk, books: &books, in: &transaction)
    }
  }

  /// Gives back what the offer holds and nobody waits for.
  static func release(
    _ offer: Identifier<Offer>, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    guard let campaign = try OfferRows.campaign(of: offer, in: transaction) else { return }
    for currency in try currencies(of: offer, in: transaction) {
      try Funds.release(offer, of: campaign, currency, occasion, desk, books: &books, in: &transaction)
    }
    try closeIfAsked(campaign, occasion, desk, books: &books, in: &transaction)
  }

  private static func currencies(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Currency] {
    try reading.all("SELECT DISTINCT currency FROM offer_version WHERE offer_id = ?1 AND currency IS NOT NULL", .text(offer.text)) { row in
      Currency(try row.text(0))
    }.compactMap(\.self)
  }

  /// Closes a campaign whose close marketing asked for, as soon as nothing of it is reserved, waits or is owed.
  static func closeIfAsked(
    _ campaign: Identifier<Campaign>, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let asked = try transaction.all(
      "SELECT currency FROM budget_heard WHERE campaign_id = ?1 AND kind = 'closed' AND answer IS NULL", .text(campaign.text)
    ) { row in Currency(try row.text(0)) }
    for currency in asked.compactMap(\.self) {
      do {
        try Funds.close(campaign, currency, occasion, desk, books: &books, in: &transaction)
      } catch is Funding.Hindrance {
        // Something of it is still open: its end asks again.
      }
    }
  }
}
