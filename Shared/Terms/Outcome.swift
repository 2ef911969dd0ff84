package import Contracts

/// What an offer gives to an order, and why.
package struct Outcome: Sendable, Equatable {
  package var reason: Reason
  /// Minor units; 0 unless granted. Where something was given under the key before, this is what comes on top.
  package var amount: Int64 = 0
  package var currency: Currency
  /// What falls where; only parts above 0.
  package var shares: [Share] = []
  /// Where the order's time lies; nil where the decision did not get that far.
  package var interval: Interval?
  /// Whether only the day of the placement is known.
  package var dayPrecision = false
  /// What a grant uses up: add it to the customer's and to the total tally.
  package var used = Tally()
  /// What it would be without limits.
  package var uncut: Int64 = 0
  /// Whether it is given without being asked for. Offers that are claimed on request, and benefits that are only described, are not.
  package var isAutomatic = true

  package var money: Money { Money(minor: amount, currency) }
  package var isGranted: Bool { reason.isGranted }
  /// Whether a limit made it less: the customer is told.
  package var isCut: Bool { reason == .grantedCut }

  /// One part of the amount.
  package struct Share: Sendable, Equatable {
    /// Nil for a charge.
    package var lineID: Identifier<OrderLine>?
    /// The place of the charge in the order; nil for a line.
    package var charge: Int?
    package var amount: Int64

    package init(lineID: Identifier<OrderLine>?, charge: Int? = nil, amount: Int64) {
      self.lineID = lineID
      self.charge = charge
      self.amount = amount
    }
  }

  /// Nothing is given, for `reason`.
  init(_ reason: Reason, _ currency: Currency) {
    self.reason = reason
    self.currency = currency
  }
}
