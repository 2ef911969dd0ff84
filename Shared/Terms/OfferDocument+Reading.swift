package import Contracts

/// The document out of JSON, and what changes between two versions.
extension OfferDocument {
  /// Reads a document; everything that is wrong with it in itself is thrown at once.
  package init(_ json: JSON) throws(OfferRefusals) {
    throw OfferRefusals([OfferFinding(.refusal, "", "this build reads no offers yet", next: "wait for it")])
  }

  /// SHA-256 in hex over what is material in the document: versions with the same hash promise the same.
  package var termsHash: String { "" }

  /// JSON pointers to what differs from `old`.
  package func changes(from old: OfferDocument) -> [String] { [] }

  /// Whether a change at `pointer` changes what is promised.
  package static func isMaterial(_ pointer: String) -> Bool { true }
}
