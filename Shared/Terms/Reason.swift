/// Why an order gets what it gets: the first of these that holds, in this order.
package enum Reason: String, Sendable, CaseIterable, Comparable {
  case alreadyGiven = "already_given"
  case wrongCurrency = "wrong_currency"
  case notCaptured = "not_captured"
  case cancelled
  case recordedTooLate = "recorded_too_late"
  case outsideWindow = "outside_window"
  case inCheckout = "in_checkout"
  case wrongChannel = "wrong_channel"
  case wrongCountry = "wrong_country"
  case anonymousNotCovered = "anonymous_not_covered"
  case notEligibleCustomer = "not_eligible_customer"
  // From here on over the lines.
  case otherSeller = "other_seller"
  case excludedItem = "excluded_item"
  case returned
  case belowMinimum = "below_minimum"
  case betterAlready = "better_already"
  case eligibleZero = "eligible_zero"
  case capOrder = "cap_order"
  case capCustomer = "cap_customer"
  case capTotal = "cap_total"
  case grantedCut = "granted_cut"
  case granted

  /// Whether money is given.
  package var isGranted: Bool { self == .granted || self == .grantedCut }

  /// Whether the order lies where the offer reaches, whatever became of it then: such orders are *eligible or refused*, the others not considered.
  package var isInReach: Bool { self == .alreadyGiven || self > .inCheckout }

  package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.ladder.firstIndex(of: self) ?? 0 }
  // Made once: an order is held against it several times.
  private static let ladder = allCases
}
