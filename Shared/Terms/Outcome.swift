package import Contracts

/// What an offer gives to an order, and why.
package struct Outcome: Sendable, Equatable {
  package var reason: Reason
  /// Minor units; 0 unless granted.
  package var amount: Int64
  package var currency: Currency
  /// What falls where; only parts above 0.
  package var shares: [Share]
  /// Where the order's time lies, if the decision got that far.
  package var interval: Interval?
  /// Whether only the day of the placement is known.
  package var dayPrecision: Bool
  /// What a grant uses up: add it to the customer's and to the total tally.
  package var used: Tally
  /// Whether it is given without being asked for: on_request offers and those without an amount are not.
  package var isAutomatic: Bool
  /// What it gives before limits cut it; the same as `amount` unless the reason is granted_cut or a cap.
  package var uncut: Int64

  package var money: Money { Money(minor: amount, currency) }
  package var isGranted: Bool { reason.isGranted }
  /// Whether limits took something: the customer is told.
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

  /// Where an order's time lies.
  package enum Interval: String, Sendable, CaseIterable {
    /// Before the start: the look-back.
    case before = "look_back"
    /// Between the start and a late launch, or in a pause.
    case gap
    /// While the offer is live.
    case inside = "in_window"
  }

  /// Nothing is given, for `reason`.
  package init(
    _ reason: Reason, _ currency: Currency, interval: Interval? = nil, dayPrecision: Bool = false, isAutomatic: Bool = true,
    uncut: Int64 = 0
  ) {
    self.reason = reason
    amount = 0
    self.currency = currency
    shares = []
    self.interval = interval
    self.dayPrecision = dayPrecision
    used = Tally()
    self.isAutomatic = isAutomatic
    self.uncut = uncut
  }
}
