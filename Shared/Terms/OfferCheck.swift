package import Contracts

/// Holds an offer document against itself and against what is known around it.
package enum OfferCheck {
  /// Everything that is wrong or doubtful, refusals first, else in the order of the document. Empty: it may be scheduled.
  package static func check(_ document: JSON, in context: OfferContext) -> [OfferFinding] { [] }
}
