/// What a plan that carries an offer gives at one of its charges.
package enum Renewal: Sendable, Equatable {
  /// Booked gross, with a discount leg that the campaign pays.
  case funded(Int64)
  /// Booked net: the price is lower, nobody pays the difference.
  case net(Int64)
  /// The plan carries the offer no more.
  case over
}

extension Terms {
  /// What the plan's `ordinal`-th charge with the benefit gets, the one of the catch-up counted: from 1 on.
  ///
  /// `base` is what is charged for the period without the offer, in minor units; a prorated charge is its own base.
  package func renewal(_ ordinal: Int, of base: Int64, quantity: Int64 = 1) -> Renewal {
    switch document.course.length {
    case .once where ordinal > 1: return .over
    case .periods(let count) where ordinal > count: return .over
    case .once, .periods, .forever: break
    }
    let amount = GoodsAmounts.shares(document.benefit, [base], [quantity])[0]
    guard let funded = document.course.fundedPeriods, ordinal > funded else { return .funded(amount) }
    return .net(amount)
  }
}
