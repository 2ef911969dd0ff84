package import Contracts
import Host
import LedgerDomain
package import Store
import Terms

/// Orders that become known, or change, when a look-back is over or does not reach them any more: each new fact about an order asks every
/// offer that may reach it again, until nobody can have the offer any more.
package enum LateOrders {
  /// How many offers a captured order is held against at `now`; it is looked into only where there is one. HOT in imports.
  package static func offers(
    concerning order: OrderCaptured, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> Int64 {
    try OfferInForce.countReaching(OrderTimes(order), at: now, in: reading)
  }

  /// An order was captured. HOT in imports: without an offer that may reach it nothing is read but that there is none.
  static func captured(
    _ order: OrderCaptured, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    guard try offers(concerning: order, at: occasion.now, in: transaction) > 0 else { return }
    let judge = try Judge(desk, occasion, in: transaction)
    var file = try OrderFile(order, in: transaction)
    try Self.judge(&file, judge, books: &books, in: &transaction)
  }

  /// Decides again on `file` for every offer concerned, earliest start first.
  static func judge(
    _ file: inout OrderFile, _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws {
    let offers = try OfferInForce.reaching(file.times, at: judge.occasion.now, in: transaction)
    try Self.judge(&file, offers, judge, books: &books, in: &transaction)
  }

  /// Decides again on `file` for these offers, earliest start first.
  static func judge(
    _ file: inout OrderFile, _ offers: [OfferInForce], _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws {
    for offer in offers.sorted(by: { ($0.terms.startsAt, $0.name) < ($1.terms.startsAt, $1.name) }) {
      guard try isPastLookBack(file.order, offer, in: transaction) else { continue }
      try decide(&file, offer, judge, books: &books, in: &transaction)
    }
  }

  private static func decide(
    _ file: inout OrderFile, _ offer: OfferInForce, _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws {
    // What came in time but for the look-back is late; what the checkout left out is in_window.
    let isInside = file.order.placedAt >= max(offer.terms.startsAt, offer.life.effectiveFrom)
    let decided = try judge.judge(&file, offer, basis: isInside ? nil : .late, books: &books, in: &transaction)
    if decided.given == nil, file.order.subscriptionID != nil {
      try ParityMatches.correct(&file, offer, judge, books: &books, in: &transaction)
    }
  }

  /// Whether the offer's look-back will not come to this order by itself: it is over, or has passed the order's place.
  private static func isPastLookBack(
    _ order: OrderCaptured, _ offer: OfferInForce, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    let span = LookBack.Span(offer)
    if try LookBack.completed(offer.version.offer, version: offer.version.version, from: span.from, in: reading) != nil { return true }
    guard let run = try Runs.find(kind: LookBack.kind, subject: span.subject, in: reading), let cursor = LookBack.Cursor(run.cursor) else {
      return false
    }
    guard run.state == .running else { return true }
    let at = offer.terms.document.lookBack.basis == .capturedAt ? order.capturedAt : order.placedAt
    return (at, order.orderID.text) <= (cursor.at, cursor.order) || at >= span.scanTo
  }
}
