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
    if case .exists(let known) = try recall(order, given: known) { return .exists(known) }
    guard order.placedAt <= now.adding(Limits.placedAheadMax) else { throw .placedAhead(placed: order.placedAt, now: now) }
    try balance(order)
    return .capture(order)
  }

  /// Decides about `order` of the ledger's own fact, when its store is rebuilt, given what is there under its id.
  ///
  /// What was told was true: neither the clock nor the sums are asked again.
  package static func recall(_ order: OrderCaptured, given known: KnownOrder?) throws(LedgerRefusal) -> LedgerDecision {
    guard let known else { return .capture(order) }
    if let field = known.order.firstDifference(from: order) { throw .differs(order: order.orderID, field: field) }
    return .exists(known)
  }

  /// What an order charges: lines and charges as paid, and the taxes that were not in those prices.
  package static func charged(_ order: OrderCaptured) throws(LedgerRefusal) -> Money {
    let paid = order.lines.map(\.paid) + order.charges.map(\.paid)
    let taxes = order.lines.flatMap(\.tax) + order.charges.flatMap(\.tax)
    return try sum(of: paid + taxes.filter { !$0.inclusive }.map(\.amount), in: order.currency)
  }

  /// Tenders, where any are named, cover exactly what was charged.
  private static func balance(_ order: OrderCaptured) throws(LedgerRefusal) {
    let charged = try charged(order)
    guard !order.tenders.isEmpty else { return }
    let tendered = try sum(of: order.tenders.map(\.amount), in: order.currency)
    guard tendered == charged else { throw .unbalanced(charged: charged, tendered: tendered) }
  }

  /// The contract lets no order have two currencies, so what cannot be added is too large.
  private static func sum(of amounts: [Money], in currency: Currency) throws(LedgerRefusal) -> Money {
    var sum = Money(minor: 0, currency)
    do throws(MoneyRefusal) { for amount in amounts { sum = try sum.adding(amount) } } catch { throw .tooLarge }
    return sum
  }

  private enum Limits {
    /// A till's clock may be wrong; by more than this it would be inside an offer that has not begun.
    static let placedAheadMax = Duration.seconds(300)
  }
}
