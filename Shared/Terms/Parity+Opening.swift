package import Contracts

extension Parity {
  /// Another offer for the same time.
  package struct Beside: Sendable {
    let document: OfferDocument
    /// When it went away; nil where it can be had.
    let goneAt: Timestamp?

    package init(_ document: OfferDocument, goneAt: Timestamp?) {
      self.document = document
      self.goneAt = goneAt
    }
  }

  /// When a gap opened under `offer`, live since `live`, because another one went away: the last that went before there was none. Nil where
  /// there is no gap, or where it is not for want of what went away.
  package static func opened(
    under offer: OfferDocument, since live: Timestamp, beside others: [Beside], items: [Item]
  ) -> Timestamp? {
    var there = others.filter { $0.goneAt == nil }.map(\.document)
    guard !gaps(of: offer, beside: there, items: items).isEmpty else { return nil }
    let gone = others.compactMap { other in other.goneAt.map { (other.document, $0) } }.filter { $0.1 > live }
    for (document, goneAt) in gone.sorted(by: { $0.1 > $1.1 }) {
      there.append(document)
      if gaps(of: offer, beside: there, items: items).isEmpty { return goneAt }
    }
    return nil
  }
}
