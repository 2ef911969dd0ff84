import Contracts
import LedgerDomain
import Terms

/// Remedies and decisions as answers: JSON for programs, with sentences for people.
enum RemedyText {
  static func money(_ money: Money) -> JSON {
    .object([.init("amount_minor", .integer(money.minor)), .init("currency", .string(money.currency.code))])
  }

  static func tender(_ one: TenderAmount) -> JSON {
    .object([.init("tender", .string(one.kind.rawValue)), .init("amount", money(one.amount))])
  }

  static func json(_ remedy: RemedyStanding) -> JSON {
    let currency = remedy.destination.tenders.first?.amount.currency
    func amount(_ minor: Int64) -> JSON { currency.map { money(Money(minor: minor, $0)) } ?? .integer(minor) }
    var members: [JSON.Member] = [
      .init("remedy_id", .string(remedy.id.description)), .init("state", .string(remedy.state.rawValue)),
      .init("kind", .string(remedy.kind.rawValue)), .init("basis", .string(remedy.basis.rawValue)),
      .init("amount", amount(remedy.whole)), .init("clawed_back", amount(remedy.clawedBack)),
      .init("destination", .string(remedy.destination.kind.rawValue)),
      .init("tenders", .array(remedy.destination.tenders.map(tender))), .init("reason", .string(remedy.reason)),
      .init("cut", .bool(remedy.isCut)),
    ]
    if let offer = remedy.offer { members.insert(.init("offer", .string(offer.description)), at: 1) }
    if let campaign = remedy.campaignID { members.append(.init("campaign_id", .string(campaign.text))) }
    if let entry = remedy.entry { members.append(.init("entry", .integer(entry))) }
    if let expires = remedy.expiresAt { members.append(.init("expires_at", .string(expires.description))) }
    members.append(
      .init(
        "lines",
        .array(
          remedy.shares.map { share in
            .object([
              .init("line_id", share.lineID.map { .string($0.text) } ?? .null), .init("amount", amount(share.amount)),
              .init("clawed_back", amount(share.clawedBack)),
            ])
          })))
    members.append(.init("sentence", .string(sentence(remedy))))
    return .object(members)
  }

  static func sentence(_ remedy: RemedyStanding) -> String {
    let amount = remedy.destination.tenders.first.map { "\(Money(minor: remedy.whole, $0.amount.currency))" } ?? "\(remedy.whole)"
    let offer = remedy.offer.map { " under \($0)" } ?? ""
    let way =
      switch remedy.destination.kind {
      case .originalTender: "to what it was paid with"
      case .customerCredit: "as credit"
      case .receipt: "to whoever shows the receipt"
      }
    let state =
      switch remedy.state {
      case .pending: remedy.destination.kind == .receipt ? "waits to be claimed" : "is on its way"
      case .posted: "has arrived"
      case .voided: "was voided"
      case .expired: "was not claimed in time"
      case .clawedBack, .declined: "is \(remedy.state.rawValue)"
      }
    let back = remedy.clawedBack > 0 ? "; \(remedy.clawedBack == remedy.amount ? "all" : "some") of it went back with the goods" : ""
    return "\(amount)\(offer) \(way) \(state)\(back)"
  }

  /// A reason in words for people.
  static func sentence(_ reason: Reason, _ offer: String, amount: Money) -> String {
    switch reason {
    case .granted: "the order gets \(amount) under \(offer)"
    case .grantedCut: "the order gets \(amount) under \(offer): a limit was reached"
    case .alreadyGiven: "the order has it already"
    case .wrongCurrency: "the order is in another currency than the offer"
    case .notCaptured: "the order was never captured"
    case .cancelled: "the order was cancelled"
    case .recordedTooLate: "the order became known when nobody could have the offer any more"
    case .outsideWindow: "the order lies outside the offer's time and what it reaches back to"
    case .inCheckout: "the order was placed while the offer was on: the checkout applies it"
    case .wrongChannel: "the offer does not go with the channel of the order"
    case .wrongCountry: "the offer does not go with the country of the order"
    case .anonymousNotCovered: "the order has no person, and the offer covers none without"
    case .notEligibleCustomer: "the customer was not among those who may have it when the order was placed"
    case .otherSeller: "the goods are sold by somebody else"
    case .excludedItem: "nothing of the order is among what the offer applies to"
    case .returned: "what it applies to came back before"
    case .belowMinimum: "the order is below the offer's minimum"
    case .betterAlready: "the order has as much or more by another offer"
    case .eligibleZero: "the offer comes to nothing for this order"
    case .capOrder, .capCustomer, .capTotal: "a limit of the offer is reached: nothing is left to give"
    }
  }
}
