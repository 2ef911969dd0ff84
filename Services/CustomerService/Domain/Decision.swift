/// What follows for customer service from a fact.
package enum ServiceDecision: Sendable, Equatable {
  /// It belongs on this customer's timeline.
  case note(TimelineEntry)
  /// Nothing new, or nobody's: an order without a person stands on no timeline.
  case nothing
}
