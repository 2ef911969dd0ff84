package import Contracts
import Terms

/// What stands in for a sheet: what the terms say, and a sentence that holds until there is more. Made of the document alone.
package struct FactsCard: Sendable, Equatable {
  /// Its sentences are in this language.
  package static let locale = "en"

  package let offer: OfferVersion
  /// Why there is no sheet, as a code: `stopped`, `over`, `not_begun`, `no_sheet`.
  package let reason: String
  /// What to say to the customer until there is a sheet.
  package let holding: String
  /// What was promised, one sentence each.
  package let facts: [String]

  package init(_ offer: DeskOffer, at now: Timestamp) {
    self.offer = offer.offer
    reason = Self.reason(offer, at: now) ?? "no_sheet"
    facts = offer.terms.facts()
    switch reason {
    case "stopped":
      holding =
        "We have stopped this offer and are looking at what that means for you. What you were given stays yours. We write to you as soon "
        + "as we know more; until then only what stands here is certain."
    case "over": holding = "This offer is over. Whatever you were given stays yours."
    case "not_begun": holding = "This offer has not begun. We tell you gladly what is planned, and cannot promise it."
    default: holding = "This is what the offer says. Where that does not answer you, we ask and come back to you."
    }
  }

  /// Why no sheet of the offer holds at `now`; nil where one may.
  static func reason(_ offer: DeskOffer, at now: Timestamp) -> String? {
    switch offer.known.state {
    case .stopped: return "stopped"
    case .heard, .blocked, .cancelled: return "not_begun"
    case .scheduled, .live, .paused, .ended: break
    }
    switch offer.phase(at: now) {
    case .gone: return "over"
    case .live, .paused, .startsSoon, .honourable, .historical: return nil
    }
  }
}
