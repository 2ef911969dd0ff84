package import Contracts

/// What follows for marketing from a fact.
package enum MarketingDecision: Sendable, Equatable {
  /// Remember the order; where somebody is known to have placed it, this is that buyer from now on.
  case count(Identifier<Order>, buyer: Buyer?)
  /// Nothing new.
  case nothing
}
