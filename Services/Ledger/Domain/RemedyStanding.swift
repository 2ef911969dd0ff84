package import Contracts
package import Terms

/// One remedy as it stands: what was given, to which lines, in which state, and what of it was taken back.
package struct RemedyStanding: Sendable, Equatable {
  /// What fell on one line, or on the shipping.
  package struct Share: Sendable, Equatable {
    /// Nil for the shipping.
    package let lineID: Identifier<OrderLine>?
    package let amount: Int64
    /// What the customer had of it when it was given: a line's quantity, or the shipping in minor units.
    package let kept: Int64
    /// What was gone of it by then.
    package let goneBefore: Int64
    package var clawedBack: Int64 = 0
  }

  package let id: RemedyID
  package let offer: OfferVersion?
  package let campaignID: Identifier<Campaign>?
  package let personID: Identifier<Person>?
  package let kind: RemedyChanged.Kind
  package let basis: RemedyChanged.Basis
  /// What of the price was given, taxes on top of it not counted.
  package let amount: Int64
  /// The same with the taxes on top.
  package let whole: Int64
  package private(set) var shares: [Share]
  package let tax: [OrderCaptured.Tax]
  package let destination: RemedyChanged.Destination
  package private(set) var state: RemedyChanged.State
  package let expiresAt: Timestamp?
  /// The entry that gave it: the pending one until it is posted, then the one that posted it.
  package private(set) var entry: Int64?
  package private(set) var clawedBack: Int64 = 0
  /// Of each tax what was taken back, in the order of `tax`.
  package private(set) var taxBack: [Int64]
  package let reason: String
  package let isCut: Bool

  /// What was granted or posted at once; `lines` and what is left of the shipping are those of the order at that moment.
  init(_ fact: RemedyChanged, lines: [OrderStanding.Line], shippingLeft: Int64, shippingBack: Int64) {
    id = fact.remedyID
    offer = fact.offer
    campaignID = fact.campaignID
    personID = fact.personID
    kind = fact.kind
    basis = fact.basis
    amount = fact.priceMinor
    whole = fact.amount.minor
    shares = fact.lines.map { part in
      let line = part.lineID.flatMap { id in lines.first { $0.line.lineID == id } }
      return Share(
        lineID: part.lineID, amount: part.amount.minor, kept: line?.left ?? shippingLeft, goneBefore: line?.gone ?? shippingBack)
    }
    tax = fact.tax
    destination = fact.destination
    state = fact.change == .posted ? .posted : .pending
    expiresAt = fact.expiresAt
    entry = fact.entry
    taxBack = fact.tax.map { _ in 0 }
    reason = fact.reason
    isCut = fact.cut
  }

  /// Whether the customer has it or is to have it.
  package var isActive: Bool { state == .pending || state == .posted }
  /// What is left of it.
  package var left: Int64 { isActive ? amount - clawedBack : 0 }

  mutating func resolve(_ fact: RemedyChanged) {
    guard state == .pending else { return }
    switch fact.change {
    case .posted: (state, entry) = (.posted, fact.entry ?? entry)
    case .voided: state = .voided
    case .expired: state = .expired
    case .granted, .clawedBack, .declined: break
    }
  }

  mutating func clawBack(_ fact: RemedyChanged) {
    clawedBack += fact.priceMinor
    for part in fact.lines {
      if let at = shares.firstIndex(where: { $0.lineID == part.lineID }) { shares[at].clawedBack += part.amount.minor }
    }
    for (at, tax) in fact.tax.enumerated() where at < taxBack.count { taxBack[at] += tax.amount.minor }
  }
}

extension RemedyChanged {
  /// What of the price it is about: its lines, without the taxes on top of them that the amount contains.
  package var priceMinor: Int64 { lines.isEmpty ? amount.minor : lines.reduce(0) { $0 + $1.amount.minor } }
}

/// What is used of an offer: amount, uses, units.
package typealias Used = Tally
