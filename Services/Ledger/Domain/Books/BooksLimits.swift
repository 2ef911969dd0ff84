/// The limits of the books, each with its reason.
package enum BooksLimits {
  /// A leg's row is numbered by its entry and its place in it; no order has more tenders, channels and jurisdictions than this.
  package static let legsMax = 1_000
  /// Rows of a page of a statement: a screen or two, and a read of a few milliseconds.
  package static let pageRows = 200
  package static let pageRowsMax = 1_000
  /// Entries after which the chain's head is told, also inside the minute: what an attacker could rewrite unseen stays small.
  package static let anchorEntries: Int64 = 100_000
  /// Time after which a moved head is told.
  package static let anchorEvery = Duration.seconds(60)
}
