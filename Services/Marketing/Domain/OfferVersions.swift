package import Contracts

/// Which versions of an offer may follow which.
package enum OfferVersions {
  /// A version as it is known.
  package struct Known: Sendable, Equatable {
    package let version: Int
    package let termsHash: String
    package let state: OfferState

    package init(version: Int, termsHash: String, state: OfferState) {
      self.version = version
      self.termsHash = termsHash
      self.state = state
    }
  }

  /// What a document is to those that are known.
  package enum Standing: Sendable, Equatable {
    /// The next version: to be told and kept.
    case new
    /// Known, with the same content.
    case known
  }

  /// Places the document of `offer` among the `known` versions; `changed` names what differs from the one of the same number.
  package static func place(
    _ offer: OfferVersion, hash: String, among known: [Known], changed: (Known) -> [String]
  ) throws(OfferRefusal) -> Standing {
    let latest = known.map(\.version).max() ?? 0
    if let same = known.first(where: { $0.version == offer.version }) {
      guard same.termsHash == hash else { throw .otherContent(offer, fields: changed(same)) }
      return .known
    }
    guard offer.version > latest else { throw .older(offer, latest: latest) }
    guard offer.version == latest + 1 else { throw .gap(offer, expected: latest + 1) }
    if let last = known.first(where: { $0.version == latest }), last.state.isOver { throw .over(offer, last.state) }
    return .new
  }
}
