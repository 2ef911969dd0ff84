package import Contracts
import Terms

/// What stands in for a sheet: what the terms say, and a sentence that holds until there is more. Made of the document alone, in the customer's
/// language where an offer can be told in it, else in English.
package struct FactsCard: Sendable {
  package let offer: OfferVersion
  /// The language of its sentences.
  package let locale: String
  /// Why there is no sheet, as a code: `stopped`, `over`, `not_begun`, `no_sheet`.
  package let reason: String
  /// What to say to the customer until there is a sheet.
  package var holding: String { Self.holding(reason, in: locale) }
  /// What was promised, one sentence each.
  package var facts: [String] { terms.facts(in: locale) }
  private let terms: Terms

  /// `wanted`: what the customer speaks, such as `es-US`.
  package init(_ offer: DeskOffer, in wanted: String, at now: Timestamp) {
    self.offer = offer.offer
    locale = Tongue.of(wanted)?.code ?? "en"
    reason = Self.reason(offer, at: now) ?? "no_sheet"
    terms = offer.terms
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
