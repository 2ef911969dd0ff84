package import Contracts

/// What marketing makes of the facts of others. Pure: the same inputs give the same answer for ever.
package enum MarketingDomain {
  /// An order was captured. `counted`: this order was counted before, however the fact came again; `buyer`: the person as known so far.
  ///
  /// Facts arrive in any order across orders, so first and last are the earliest and latest placed, not the earliest and latest heard.
  package static func decide(_ order: OrderCaptured, counted: Bool, buyer: Buyer?) -> MarketingDecision {
    guard !counted else { return .nothing }
    guard let person = order.personID else { return .count(order.orderID, buyer: nil) }
    guard var known = buyer else {
      return .count(
        order.orderID, buyer: Buyer(person: person, orders: 1, firstPlacedAt: order.placedAt, lastPlacedAt: order.placedAt))
    }
    known.orders += 1
    known.firstPlacedAt = min(known.firstPlacedAt, order.placedAt)
    known.lastPlacedAt = max(known.lastPlacedAt, order.placedAt)
    return .count(order.orderID, buyer: known)
  }
}
