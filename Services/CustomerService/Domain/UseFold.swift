package import Contracts
package import Terms

/// What remedies use up of the limits of their offers: a fold of the ledger's facts about them, in the order of each remedy.
package struct UseFold: Sendable {
  private struct Held {
    var offer: Identifier<Offer>
    /// What counts as one use: an order, for plans a subscription whatever its periods.
    var use: String
    var subscription: Identifier<Subscription>?
    var order: Identifier<Order>?
    var amount: Int64
    var units: Int64
    var isActive: Bool
  }

  private var held: [RemedyID: Held] = [:]

  package init() {}

  package init(_ facts: [RemedyChanged]) {
    self.init()
    for fact in facts { take(fact) }
  }

  /// Takes the next fact; what is no fact about an offer's remedy uses nothing up.
  package mutating func take(_ fact: RemedyChanged) {
    guard let offer = fact.offer?.offer else { return }
    switch fact.change {
    case .granted, .posted:
      guard held[fact.remedyID] == nil else { return }
      held[fact.remedyID] = Held(
        offer: offer, use: fact.useKey, subscription: fact.subscriptionID, order: fact.orderID, amount: fact.price, units: fact.units,
        isActive: true)
    case .voided, .expired: held[fact.remedyID]?.isActive = false
    // What was taken back was used all the same.
    case .clawedBack, .declined: return
    }
  }

  /// What is used of an offer; voided and expired remedies are left out.
  package func used(of offer: Identifier<Offer>) -> Tally {
    var tally = Tally()
    var uses: Set<String> = []
    for one in held.values where one.isActive && one.offer == offer {
      let isNew = uses.insert(one.use).inserted
      tally.add(Tally(amount: one.amount, uses: isNew ? 1 : 0, units: one.units))
    }
    return tally
  }

  /// Whether a subscription has something of an offer by a charge other than `order`.
  package func holds(_ subscription: Identifier<Subscription>, of offer: Identifier<Offer>, but order: Identifier<Order>) -> Bool {
    held.values.contains { $0.isActive && $0.offer == offer && $0.subscription == subscription && $0.order != order }
  }
}

extension RemedyChanged {
  package var useKey: String { subscriptionID?.text ?? orderID?.text ?? personID?.text ?? remedyKey.text }
  /// The part of it that comes off the price: taxes of their own are not limited.
  package var price: Int64 { lines.isEmpty ? amount.minor : lines.reduce(0) { $0 &+ $1.amount.minor } }
  /// Quantities that it used up, where the decision said so.
  package var units: Int64 { inputs?["units"]?.integer ?? inputs?["used"]?["units"]?.integer ?? 0 }
}
