package import Contracts

/// Which movements between the purses follow from something. Pure: it answers the facts in the order in which they are to be told, each with
/// the number of its entry, counted from `next`. Where nothing has to move the answer is empty.
///
/// ```
/// company/goodwill ─open▸ campaign's goodwill ─reserve, top up▸ reserved for the offer ─▸ remedies
///        ▴                    ▴        ▴                            │   ▴
///        └──── close ─────────┘        └────── release, sweep ──────┘   └─advance── service's reserve
/// ```
package enum Funding {
  /// A campaign's new money. What it owes customer service is repaid from it first.
  package static func open(
    _ amount: Int64, approvedBy: Identifier<Colleague>?, _ purses: Purses, next: Int64
  ) -> [BudgetChanged] {
    guard amount > 0 else { return [] }
    var facts = [fact(.opened, purses, nil, amount, next, approvedBy: approvedBy)]
    let repaid = min(purses.outstanding, amount)
    if repaid > 0 { facts.append(fact(.repaid, purses, nil, repaid, next + 1, outstanding: purses.outstanding - repaid)) }
    return facts
  }

  /// Money for one offer at its scheduling. Refused, without an entry, where the campaign has less free.
  package static func reserve(_ amount: Int64, for offer: Identifier<Offer>, _ purses: Purses, next: Int64) -> BudgetChanged {
    guard purses.free >= amount else {
      let missing = Money(minor: amount - purses.free, purses.currency)
      return fact(
        .refused, purses, offer, amount, nil,
        cause: "the campaign has \(Money(minor: purses.free, purses.currency)) free, \(missing) too little")
    }
    return fact(.reserved, purses, offer, amount, amount > 0 ? next : nil)
  }

  /// What must stand in front of a remedy of `amount` (its fund's part): a top-up from the campaign, and customer service's advance for what
  /// the campaign does not have. So the customer is never refused. That the campaign is exhausted is told with its first advance.
  package static func cover(_ amount: Int64, for offer: Identifier<Offer>, _ purses: Purses, next: Int64) -> [BudgetChanged] {
    var missing = amount - purses.reserved
    guard missing > 0 else { return [] }
    var facts: [BudgetChanged] = []
    let topUp = min(missing, max(purses.free, 0))
    if topUp > 0 { facts.append(fact(.reserved, purses, offer, topUp, next, cause: "top-up")) }
    missing -= topUp
    guard missing > 0 else { return facts }
    let owed = purses.outstanding + missing
    if purses.outstanding == 0 { facts.append(fact(.exhausted, purses, offer, missing, nil, outstanding: owed)) }
    facts.append(fact(.advanced, purses, offer, missing, topUp > 0 ? next + 1 : next, outstanding: owed))
    return facts
  }

  /// What follows from money that came back into the offer's reserve (`purses` as they are after it): advances are repaid first, and after
  /// the release the rest is swept on to the campaign, after its close on to the company.
  package static func settle(_ amount: Int64, for offer: Identifier<Offer>, _ purses: Purses, next: Int64) -> [BudgetChanged] {
    var facts: [BudgetChanged] = []
    var number = next
    let repaid = min(purses.outstanding, amount, purses.reserved)
    if repaid > 0 {
      facts.append(fact(.repaid, purses, offer, repaid, number, outstanding: purses.outstanding - repaid))
      number += 1
    }
    let rest = min(amount, purses.reserved) - repaid
    guard purses.isReleased || purses.isClosed, rest > 0 else { return facts }
    facts.append(fact(.released, purses, offer, rest, number, cause: "sweep"))
    if purses.isClosed { facts.append(fact(.closed, purses, nil, rest, number + 1, cause: "sweep")) }
    return facts
  }

  /// What an offer no longer needs goes back to its campaign: all that does not wait. One fact even where nothing is left, for from now on
  /// what comes back is swept on. Advances are repaid first.
  package static func release(_ offer: Identifier<Offer>, _ purses: Purses, next: Int64) -> [BudgetChanged] {
    guard !purses.isReleased else { return [] }
    var facts: [BudgetChanged] = []
    let repaid = min(purses.outstanding, purses.reserved)
    if repaid > 0 { facts.append(fact(.repaid, purses, offer, repaid, next, outstanding: purses.outstanding - repaid)) }
    let rest = purses.reserved - repaid
    facts.append(fact(.released, purses, offer, rest, rest > 0 ? next + Int64(facts.count) : nil))
    return facts
  }

  /// Why a campaign's fund cannot be closed.
  package enum Hindrance: Error, Sendable, Equatable, CustomStringConvertible {
    case closed(Identifier<Campaign>)
    /// Reserved for an offer, waiting included.
    case reserved(Identifier<Campaign>, Money)
    case owed(Identifier<Campaign>, Money)

    package var description: String {
      switch self {
      case .closed(let campaign): "the fund of campaign \(campaign) is closed already; nothing is left to do"
      case .reserved(let campaign, let amount):
        "\(amount) of campaign \(campaign) are still reserved or wait for a customer; close it once its offers are released and settled"
      case .owed(let campaign, let amount): "campaign \(campaign) owes customer service \(amount); give it that budget first"
      }
    }
  }

  /// The campaign's free money goes back to the company. `held` is what all its offers still hold, what waits included.
  package static func close(held: Int64, _ purses: Purses, next: Int64) throws(Hindrance) -> BudgetChanged {
    guard !purses.isClosed else { throw .closed(purses.campaign) }
    guard held == 0 else { throw .reserved(purses.campaign, Money(minor: held, purses.currency)) }
    guard purses.outstanding == 0 else { throw .owed(purses.campaign, Money(minor: purses.outstanding, purses.currency)) }
    return fact(.closed, purses, nil, purses.free, purses.free > 0 ? next : nil)
  }

  private static func fact(
    _ kind: BudgetChanged.Kind, _ purses: Purses, _ offer: Identifier<Offer>?, _ amount: Int64, _ entry: Int64?, outstanding: Int64? = nil,
    approvedBy: Identifier<Colleague>? = nil, cause: String? = nil
  ) -> BudgetChanged {
    BudgetChanged(
      kind: kind, campaignID: purses.campaign, offerID: offer, amount: Money(minor: amount, purses.currency),
      outstanding: outstanding.map { Money(minor: $0, purses.currency) }, approvedBy: approvedBy, entry: entry, cause: cause)
  }
}
