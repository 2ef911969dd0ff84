package import Contracts

/// What bears on a decision beside the order itself: the person as of the placement, and how far the offer's limits are used.
package struct History: Sendable, Equatable {
  /// When the person's latest captured order before this one was placed; nil where there is none.
  package var earlierOrderAt: Timestamp?
  /// Whether the person was in the offer's segment or on its list when the order was placed.
  package var isMember: Bool
  /// For a plan's charge: what led to it. Nil counts as a renewal.
  package var subscriptionChange: String?
  /// Whether the subscription, by another period, is a use of this offer already.
  package var subscriptionUses: Bool
  /// Whether the offer went to the customer's order when it was asked for by a code, at the verdict.
  package var isAtVerdict: Bool
  /// What this person used of the offer so far, other orders included, voided and expired remedies left out.
  package var customer: Tally
  /// The same over all.
  package var total: Tally

  package init(
    earlierOrderAt: Timestamp? = nil, isMember: Bool = false, subscriptionChange: String? = nil, subscriptionUses: Bool = false,
    isAtVerdict: Bool = false, customer: Tally = Tally(), total: Tally = Tally()
  ) {
    self.earlierOrderAt = earlierOrderAt
    self.isMember = isMember
    self.subscriptionChange = subscriptionChange
    self.subscriptionUses = subscriptionUses
    self.isAtVerdict = isAtVerdict
    self.customer = customer
    self.total = total
  }
}

/// How much of an offer was used.
package struct Tally: Sendable, Hashable {
  /// Minor units.
  package var amount: Int64
  /// Orders; for plans subscriptions.
  package var uses: Int64
  /// Quantities of lines.
  package var units: Int64

  package init(amount: Int64 = 0, uses: Int64 = 0, units: Int64 = 0) {
    self.amount = amount
    self.uses = uses
    self.units = units
  }

  /// Takes in what was decided.
  package mutating func add(_ other: Tally) {
    amount += other.amount
    uses += other.uses
    units += other.units
  }
}
