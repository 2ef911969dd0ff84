/// One version of an offer, written `spring-sale@2`.
package struct OfferVersion: Hashable, Sendable, CustomStringConvertible {
  package let offer: Identifier<Offer>
  /// From 1 on, without gaps.
  package let version: Int

  package init?(offer: Identifier<Offer>, version: Int) {
    guard version >= 1 else { return nil }
    self.offer = offer
    self.version = version
  }

  /// Reads `spring-sale@2`; nil where it is written otherwise.
  package init?(_ text: String) {
    // The last one parts them: an offer's id may itself hold an @.
    guard let mark = text.lastIndex(of: "@") else { return nil }
    let digits = text[text.index(after: mark)...]
    guard let version = Int(digits), "\(version)" == digits, let offer = try? Identifier<Offer>(String(text[..<mark])) else { return nil }
    self.init(offer: offer, version: version)
  }

  package var description: String { offer.text + "@" + String(version) }
}
