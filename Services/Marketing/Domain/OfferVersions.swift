package import Contracts

/// Which versions of an offer may follow which.
package enum OfferVersions {
  /// A version as it is known.
  package struct Known: Sendable, Equatable {
    package let version: Int
    package let state: OfferState

    package init(version: Int, state: OfferState) {
      self.version = version
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

  /// Places the document of `offer` among the `known` versions. `changed` are the JSON pointers to what differs from the version of the
  /// same number, where there is one.
  package static func place(_ offer: OfferVersion, among known: [Known], changed: [String]) throws(OfferRefusal) -> Standing {
    let latest = known.map(\.version).max() ?? 0
    if known.contains(where: { $0.version == offer.version }) {
      guard changed.isEmpty else { throw .otherContent(offer, fields: changed) }
      return .known
    }
    guard offer.version > latest else { throw .older(offer, latest: latest) }
    guard offer.version == latest + 1 else { throw .gap(offer, expected: latest + 1) }
    if let last = known.first(where: { $0.version == latest }), last.state.isOver { throw .over(offer, last.state) }
    return .new
  }
}
