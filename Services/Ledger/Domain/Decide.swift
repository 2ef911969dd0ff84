package import Contracts

/// What the ledger decides about an order. Pure: the same inputs give the same answer for ever.
package enum LedgerDomain {
  /// Decides about `order`, offered at the door, given what the ledger holds under its id.
  ///
  /// An id is idempotent for ever: the same content again is answered *exists*, any other content is refused naming the field.
  /// `capturedAt` of the offered order is ignored where the order is known.
  package static func capture(
    _ order: OrderCaptured, given known: KnownOrder?, at now: Timestamp
  ) throws(LedgerRefusal) -> LedgerDecision {
    if let known {
      if let field = known.order.firstDifference(from: order) { throw .differs(order: order.orderID, field: field) }
      return .exists(known)
    }
    guard order.placedAt <= now.adding(Limits.placedAheadMax) else { throw .placedAhead(placed: order.placedAt, now: now) }
    try balance(order)
    return .capture(order)
  }

  /// What an order charges: lines and charges as paid, and the taxes that were not in those prices. Nil for an order without an amount.
  package static func charged(_ order: OrderCaptured) throws(LedgerRefusal) -> Money? {
    var sum: Money?
    for line in order.lines {
      try add(line.paid, to: &sum)
      for tax in line.tax where !tax.inclusive { try add(tax.amount, to: &sum) }
    }
    for charge in order.charges {
      try add(charge.paid, to: &sum)
      for tax in charge.tax where !tax.inclusive { try add(tax.amount, to: &sum) }
    }
    return sum
  }

  /// Tenders, where any are named, cover exactly what was charged.
  private static func balance(_ order: OrderCaptured) throws(LedgerRefusal) {
    let charged = try charged(order)
    guard !order.tenders.isEmpty else { return }
    var tendered: Money?
    for tender in order.tenders { try add(tender.amount, to: &tendered) }
    guard tendered == charged else { throw .unbalanced(charged: charged, tendered: tendered) }
  }

  private static func add(_ amount: Money, to sum: inout Money?) throws(LedgerRefusal) {
    guard let before = sum else {
      sum = amount
      return
    }
    guard before.currency == amount.currency else { throw .currencies(before.currency, amount.currency) }
    guard let after = try? before.adding(amount) else { throw .tooLarge }
    sum = after
  }

  private enum Limits {
    /// A till's clock may be wrong; by more than this it would be inside an offer that has not begun (offer.md, "Which orders" 3).
    static let placedAheadMax = Duration.seconds(300)
  }
}
