package import Contracts
package import Terms

/// An order as it stands with everything that was heard of it, remedies as the ledger told them.
package struct Matter: Sendable {
  /// A fact with what its envelope says of it.
  package struct Told: Sendable {
    package let event: DomainEvent
    package let at: Timestamp
    package let recordedAt: Timestamp
    package let by: String
    package let message: String

    package init(event: DomainEvent, at: Timestamp, recordedAt: Timestamp, by: String, message: String) {
      self.event = event
      self.at = at
      self.recordedAt = recordedAt
      self.by = by
      self.message = message
    }
  }

  package private(set) var purchase: Purchase
  /// What granted or posted each remedy first, in the order of the ledger's decisions.
  package private(set) var grants: [RemedyChanged] = []
  package let captured: OrderCaptured
  /// The message that told of the capture.
  package let message: String

  /// Folds the facts about one order in the order in which they were told. Nil as long as its capture was not heard.
  ///
  /// `group` is the stacking group of an offer's version, nil where it is not known.
  package init?(_ facts: [Told], group: (OfferVersion) -> String?) {
    var capture: (order: OrderCaptured, told: Told)?
    for fact in facts {
      if case .orderCaptured(let order) = fact.event { capture = capture ?? (order, fact) }
    }
    guard let capture else { return nil }
    captured = capture.order
    message = capture.told.message
    purchase = Purchase(capture.order)
    purchase.recordedAt = capture.told.recordedAt
    for fact in facts { apply(fact, group) }
  }

  private mutating func apply(_ told: Told, _ group: (OfferVersion) -> String?) {
    switch told.event {
    case .orderShipped(let fact): purchase.apply(fact)
    case .orderAmended(let fact): purchase.apply(fact)
    case .orderCancelled(let fact): purchase.apply(fact)
    case .orderReturned(let fact): purchase.apply(fact)
    case .remedyChanged(let fact) where fact.orderID == captured.orderID:
      purchase.apply(fact, group: fact.offer.flatMap(group), at: told.at, by: told.by)
      let isGrant = fact.change == .granted || fact.change == .posted
      if isGrant, !grants.contains(where: { $0.remedyID == fact.remedyID }) { grants.append(fact) }
    default: break
    }
  }

  /// What this order has of `offer` and still counts.
  package func given(_ offer: Identifier<Offer>) -> [Given] {
    purchase.remedies.filter { $0.isActive && $0.offer?.offer == offer }
  }

  /// How the ledger told of a remedy.
  package func grant(_ id: RemedyID) -> RemedyChanged? { grants.first { $0.remedyID == id } }
}
