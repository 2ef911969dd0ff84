package import Contracts

/// What bears on a decision beside the order itself: the person as of the placement, and how far the offer's limits are used.
package struct History: Sendable, Equatable {
  /// When the person's latest captured order before this one was placed; nil where there is none.
  package var earlierOrderAt: Timestamp?
  /// When the person was in the offer's segment or on its list; judged as of the order's placement.
  package var membership: Membership
  /// For a plan's charge: what led to it. Nil counts as a renewal.
  package var subscriptionChange: SubscriptionChanged.Change?
  /// Whether the subscription, by another of its periods, is a use of this offer already.
  package var subscriptionUses: Bool
  /// Whether this is decided at a verdict: an order inside the window that lacks its code is honoured there.
  package var isAtVerdict: Bool
  /// What this person used of the offer so far, this order's own remedies included, voided and expired ones left out.
  package var customer: Tally
  /// The same over all.
  package var total: Tally

  package init(
    earlierOrderAt: Timestamp? = nil, membership: Membership = Membership(), subscriptionChange: SubscriptionChanged.Change? = nil,
    subscriptionUses: Bool = false, isAtVerdict: Bool = false, customer: Tally = Tally(), total: Tally = Tally()
  ) {
    self.earlierOrderAt = earlierOrderAt
    self.membership = membership
    self.subscriptionChange = subscriptionChange
    self.subscriptionUses = subscriptionUses
    self.isAtVerdict = isAtVerdict
    self.customer = customer
    self.total = total
  }
}
