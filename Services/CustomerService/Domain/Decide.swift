package import Contracts

/// What customer service makes of the facts of others. Pure: the same inputs give the same answer for ever.
package enum ServiceDomain {
  /// An order was captured. `noted`: this order stands on a timeline already, however the fact came again.
  package static func decide(_ order: OrderCaptured, noted: Bool) -> ServiceDecision {
    guard !noted, let person = order.personID else { return .nothing }
    return .note(
      TimelineEntry(
        person: person, kind: .ordered, order: order.orderID, time: order.placedAt, channel: order.channel,
        lines: Int64(order.lines.count), paid: paid(order)))
  }

  /// The sum of lines and charges, where it can be counted in one currency.
  private static func paid(_ order: OrderCaptured) -> Money? {
    var sum: Money?
    for amount in order.lines.map(\.paid) + order.charges.map(\.paid) {
      guard let before = sum else {
        sum = amount
        continue
      }
      guard before.currency == amount.currency, let after = try? before.adding(amount) else { return nil }
      sum = after
    }
    return sum
  }
}
