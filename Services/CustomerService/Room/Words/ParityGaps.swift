import Contracts
import ServiceDomain
import Store
import Terms

/// Where new customers came to be better off because an offer that evened it out went away.
enum ParityGaps {
  /// When a gap opened under the live offer `known`; nil where there is none, or it was there when the offer went live.
  static func opened(
    under known: KnownOffer, _ terms: Terms, _ shelf: OfferShelf, in reading: borrowing some Reading & ~Copyable
  ) throws -> Timestamp? {
    guard case .new = terms.document.eligibility.customers, let live = known.life?.effectiveFrom else { return nil }
    var others: [Parity.Beside] = []
    for id in try Offers.all(in: reading) where id != known.id {
      if let other = try shelf.find(id, in: reading), let beside = beside(other, terms) { others.append(beside) }
    }
    return Parity.opened(under: terms.document, since: live, beside: others, items: try Catalogue.items(in: reading))
  }

  /// Another offer that can be had at a time when `terms` can, or could be; nil for any else.
  private static func beside(_ other: DeskOffer, _ terms: Terms) -> Parity.Beside? {
    guard other.known.life?.isHistorical != true, other.terms.startsAt < terms.endsAt ?? .last,
      other.terms.endsAt ?? .last > terms.startsAt
    else { return nil }
    switch other.known.state {
    case .scheduled, .live, .paused: return .init(other.terms.document, goneAt: nil)
    case .ended:
      let said = other.known.life?.endedAt ?? .last
      return .init(other.terms.document, goneAt: min(said, other.terms.endsAt ?? said))
    case .stopped: return .init(other.terms.document, goneAt: other.known.life?.stoppedAt ?? .first)
    case .heard, .blocked, .cancelled: return nil
    }
  }
}
