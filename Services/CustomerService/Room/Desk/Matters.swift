import Contracts
import ServiceDomain
import Store
import Terms

/// Orders as they stand, folded from what was heard of them, and what bears on an offer beside them.
enum Matters {
  /// The most orders that a desk looks at for one customer; the latest are taken.
  static let ordersMax = 200

  /// Nil as long as the order's capture was not heard.
  static func find(
    _ order: Identifier<Order>, group: (OfferVersion) -> String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> Matter? {
    let told = try Heard.about(order.text, in: reading).compactMap { fact in
      fact.event.map { Matter.Told(event: $0, at: fact.time, recordedAt: fact.recorded, by: fact.actor, message: fact.message) }
    }
    return Matter(told, group: group)
  }

  /// The orders of `person` to which anything happened since `from`, latest first.
  static func orders(
    of person: Identifier<Person>, since from: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Identifier<Order>] {
    var seen: Set<String> = []
    var orders: [Identifier<Order>] = []
    try reading.rows(
      "SELECT subject FROM heard_fact WHERE person_id = ?1 AND time >= ?2 ORDER BY time DESC, position DESC LIMIT ?3",
      .text(person.text), .timestamp(from), .integer(Int64(ordersMax * 10))
    ) { row in
      let subject = try row.text(0)
      if orders.count < ordersMax, seen.insert(subject).inserted { orders.append(Identifier(restoring: subject)) }
    }
    return orders
  }

  /// What bears on an order beside itself, as of its placement, whichever the offer is. `earlier`: whether any offer asks who is new, which
  /// takes a look at the orders before.
  static func history(of purchase: Purchase, earlier: Bool, in reading: borrowing some Reading & ~Copyable) throws -> History {
    var history = History()
    if earlier, let person = purchase.personID {
      history.earlierOrderAt = try reading.first(
        """
        SELECT time FROM heard_fact WHERE person_id = ?1 AND type = ?2 AND time < ?3 AND subject <> ?4
        ORDER BY time DESC, position DESC LIMIT 1
        """, .text(person.text), .text(OrderCaptured.type), .timestamp(purchase.placedAt), .text(purchase.orderID.text)
      ) { row throws(StoreFault) in try row.timestamp(0) }
    }
    if let subscription = purchase.subscriptionID {
      history.subscriptionChange = try change(of: subscription, before: purchase.placedAt, in: reading)
    }
    return history
  }

  /// What last led to a charge of the subscription at `instant`.
  private static func change(
    of subscription: Identifier<Subscription>, before instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> SubscriptionChanged.Change? {
    let facts = try Heard.about(subscription.text, in: reading).filter { $0.type == SubscriptionChanged.type && $0.time <= instant }
    guard case .subscriptionChanged(let fact)? = facts.max(by: { ($0.time, $0.position) < ($1.time, $1.position) })?.event else {
      return nil
    }
    return fact.change
  }
}
