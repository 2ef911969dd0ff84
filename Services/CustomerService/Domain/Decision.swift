package import Contracts

/// What follows for customer service from a fact.
package enum ServiceDecision: Sendable, Equatable {
  /// It belongs to a customer's matters: to an order, a subscription, a person.
  case keep(FactPlace)
  /// It belongs to an offer's life; the mark tells it from others of its type.
  case follow(offer: Identifier<Offer>, mark: String)
  /// Who a customer is.
  case know(CustomerKnown)
  /// What is sold.
  case list([ProductsListed.Item])
  /// Who belongs to a segment or is on a list.
  case belong(MembershipChanged)
  /// Where the ledger's chain stands.
  case anchor(ChainAnchored)
  /// Nobody's business here.
  case nothing
}
