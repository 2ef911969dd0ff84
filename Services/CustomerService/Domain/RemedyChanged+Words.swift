package import Contracts

/// Remedies in words: how much, where to, who pays, and whether somebody had to ask.
extension RemedyChanged {
  /// Such as “back to the card”.
  package var destinationWords: String {
    switch destination.kind {
    case .originalTender:
      destination.tenders.isEmpty
        ? "back to what paid" : "back to " + destination.tenders.map(\.kind.words).joined(separator: " and ")
    case .customerCredit: "to the customer's credit"
    case .receipt: "to whoever brings the receipt"
    }
  }

  /// Such as “campaign spring”.
  package var payerWords: String { campaignID.map { "campaign \($0)" } ?? "customer service's fund" }

  /// Whether it was given without anybody asking for it.
  package var cameByItself: Bool {
    switch basis {
    case .lookBack, .gap, .inWindow, .late: true
    case .desk, .honourFor, .parity, .goodwill: false
    }
  }

  /// How it came about.
  package var basisWords: String {
    switch basis {
    case .lookBack: "the offer reaches back to the order"
    case .gap: "the order fell into a time when the offer should have been live"
    case .inWindow: "the order lies inside the offer's time and had not got it"
    case .late: "the order was recorded late"
    case .desk: "granted at the desk"
    case .honourFor: "granted at the desk after the offer's end, while it is still honoured"
    case .parity: "somebody new would have got it"
    case .goodwill: "goodwill"
    }
  }

  /// As it stands on a timeline.
  package var sentence: String {
    switch change {
    case .posted:
      if of != nil { return "\(amount) arrived\(forWhat): \(destinationWords)" }
      return "\(amount) given\(forWhat), \(destinationWords): \(offerWords)\(story)"
    case .granted:
      let waiting =
        destination.kind == .receipt
        ? ", waiting to be claimed" + (expiresAt.map { " until \($0)" } ?? "") : ", on its way"
      return "\(amount) granted\(forWhat), \(destinationWords)\(waiting): \(offerWords)\(story)"
    case .voided: return "\(amount)\(forWhat) could not go \(destinationWords) and was taken off: \(Telling.plain(reason))"
    case .expired: return "\(amount)\(forWhat) was not claimed in time and expired"
    case .clawedBack: return "\(amount) of the remedy\(forWhat) was taken back: \(Telling.plain(reason))"
    case .declined:
      let before = already.map { "; \($0.by) gave \($0.amount) at \($0.at)" } ?? ""
      return "\(offer.map { "\($0)" } ?? "goodwill") was asked for\(forWhat) and declined: \(Telling.plain(reason))\(before)"
    }
  }

  private var forWhat: String {
    if let orderID { return " for order \(orderID)" }
    if let subscriptionID { return " for subscription \(subscriptionID)\(period.map { ", period \($0)" } ?? "")" }
    return ""
  }

  private var offerWords: String { offer.map { "\($0), " } ?? "" }

  private var story: String {
    let cutWords = cut ? "; less than the terms give, because a limit was reached" : ""
    let dayWords = dayPrecision ? "; the order is known only to the day" : ""
    return "\(basisWords); \(payerWords) pays\(cameByItself ? "; applied before anybody asked" : "")\(cutWords)\(dayWords)"
  }
}
