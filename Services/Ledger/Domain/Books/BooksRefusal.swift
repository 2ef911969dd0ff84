package import Contracts

/// Why the books take an entry not.
package enum BooksRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case noSuchAccount(String)
  case notPositive(String, Int64)
  case empty
  case tooManyLegs(Int)
  case bothSides(String)
  case currencies(Currency, Currency)
  case unbalanced(debits: Int64, credits: Int64)
  case tooLarge
  /// What is available on a bounded account does not suffice; pending counted.
  case belowZero(account: String, available: Money, wanted: Money)
  case noSuchEntry(Int64)
  case notPending(Int64)
  case resolvedBefore(Int64, by: Int64)
  /// More, or on other accounts, than the pending entry holds.
  case exceedsPending(Int64, account: String, left: Int64, wanted: Int64)
  case differsFromPending(Int64)
  /// A reversal beyond what the original has left.
  case exceedsOriginal(Int64, account: String, left: Int64, wanted: Int64)
  case notReversible(Int64)
  /// A fact says another number than the books give it: they are not the books that it was told from.
  case numberedOtherwise(told: Int64, next: Int64)
  case needsOriginal(String)
  case needsPerson
  case needsOffer(String)
  case needsCampaign(Identifier<Offer>)
  case noSuchOrder(Identifier<Order>)
  case closedBefore(CivilDate, through: CivilDate)
  case dayNotOver(CivilDate)

  /// For programs.
  package var code: String {
    switch self {
    case .noSuchAccount: "no_such_account"
    case .notPositive: "amount_not_positive"
    case .empty: "entry_empty"
    case .tooManyLegs: "too_many_legs"
    case .bothSides: "account_on_both_sides"
    case .currencies: "two_currencies"
    case .unbalanced: "entry_unbalanced"
    case .tooLarge: "amount_too_large"
    case .belowZero: "exceeds_balance"
    case .noSuchEntry: "no_such_entry"
    case .notPending: "not_pending"
    case .resolvedBefore: "already_resolved"
    case .exceedsPending: "exceeds_pending"
    case .differsFromPending: "differs_from_pending"
    case .exceedsOriginal: "exceeds_original"
    case .notReversible: "not_reversible"
    case .numberedOtherwise: "numbered_otherwise"
    case .needsOriginal: "needs_original"
    case .needsPerson: "needs_person"
    case .needsOffer: "needs_offer"
    case .needsCampaign: "needs_campaign"
    case .noSuchOrder: "no_order"
    case .closedBefore: "period_closed"
    case .dayNotOver: "day_not_over"
    }
  }

  package var description: String {
    switch self {
    case .noSuchAccount(let path):
      "the chart has no account “\(path)”; it has tender/KIND, sales/CHANNEL, shipping/CHANNEL, tax/JURISDICTION, customer/ID/credit, company/goodwill, marketing/CAMPAIGN/goodwill, marketing/CAMPAIGN/reserved/OFFER and service/goodwill-reserve"
    case .notPositive(let path, let amount): "a leg on \(path) of \(amount) is no amount; amounts are above zero, the side says which way"
    case .empty: "the entry moves nothing; leave it out"
    case .tooManyLegs(let count): "the entry has \(count) legs, \(BooksLimits.legsMax) are the most; split it"
    case .bothSides(let path): "\(path) stands on both sides of one entry; book the difference"
    case .currencies(let a, let b): "\(a) and \(b) meet in one entry; book one entry for each"
    case .unbalanced(let debits, let credits): "the entry debits \(debits) and credits \(credits); both must be the same"
    case .tooLarge: "the amounts add up to more than 64 bits hold; check the numbers"
    case .belowZero(let account, let available, let wanted):
      "\(account) has \(available) available and \(wanted) are wanted; bring more into it first, or take less"
    case .noSuchEntry(let number): "there is no entry \(number); check its number"
    case .notPending(let number): "entry \(number) never waited for anything, so it cannot be posted, voided or expired; check its number"
    case .resolvedBefore(let number, let by): "entry \(number) was resolved by entry \(by); a pending entry is resolved once"
    case .exceedsPending(let number, let account, let left, let wanted):
      "\(wanted) are to be posted on \(account), but pending entry \(number) holds \(left) there; post no more than that"
    case .differsFromPending(let number): "voiding or expiring takes back the whole of pending entry \(number); name its legs as they are"
    case .exceedsOriginal(let number, let account, let left, let wanted):
      "\(wanted) are to be taken back from entry \(number) on \(account), where \(left) are left of it; take back no more than that"
    case .notReversible(let number): "entry \(number) was not posted, so nothing of it can be taken back; void it while it is pending"
    case .numberedOtherwise(let told, let next):
      "the fact names entry \(told), the next entry here is \(next): the fact was told from other books; rebuild the store from all facts"
    case .needsOriginal(let kind): "\(kind) names no entry that it is about; name it in “of”"
    case .needsPerson: "credit belongs to a person and none is named; name one, or pay with something else"
    case .needsOffer(let kind): "\(kind) names no offer of a campaign; say for which offer it is"
    case .needsCampaign(let offer): "offer \(offer) names no campaign, so nobody pays for it; name the campaign that it belongs to"
    case .noSuchOrder(let order): "order \(order) was never captured here; capture it first"
    case .closedBefore(let day, let through): "the books are closed through \(through), so \(day) is closed already; nothing is left to do"
    case .dayNotOver(let day): "\(day) is not over in UTC, and what is closed does not move; name a day that is over"
    }
  }
}
