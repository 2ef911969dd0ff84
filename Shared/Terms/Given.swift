package import Contracts

/// A remedy that an order got.
package struct Given: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case pending, posted, voided, expired }

  package var remedyID: RemedyID
  /// Nil for goodwill without an offer.
  package var offer: OfferVersion?
  /// The stacking group of its offer; nil where there is none, or nobody knows.
  package var group: String?
  package var amount: Int64
  package var parts: [Part]
  package var state: State
  package var at: Timestamp
  package var by: String
  /// How much of the limits' units it took.
  package var units: Int64

  /// What fell on one line, or on the shipping where `lineID` is nil.
  package struct Part: Sendable, Equatable {
    package var lineID: Identifier<OrderLine>?
    package var amount: Int64
    /// How much of the line's quantity was kept when it was decided; nil for shipping.
    package var kept: Int64?
    /// What was taken back of it so far.
    package var clawedBack: Int64 = 0

    package init(lineID: Identifier<OrderLine>?, amount: Int64, kept: Int64? = nil) {
      self.lineID = lineID
      self.amount = amount
      self.kept = kept
    }
  }

  package init(
    remedyID: RemedyID, offer: OfferVersion?, group: String?, amount: Int64, parts: [Part], state: State, at: Timestamp, by: String,
    units: Int64 = 0
  ) {
    self.remedyID = remedyID
    self.offer = offer
    self.group = group
    self.amount = amount
    self.parts = parts
    self.state = state
    self.at = at
    self.by = by
    self.units = units
  }

  /// Whether it still counts: a voided or expired one was never had.
  package var isActive: Bool { state == .pending || state == .posted }
  package var clawedBack: Int64 { parts.reduce(0) { $0 + $1.clawedBack } }
}
