/// The limits of offer documents, each with its reason.
package enum TermsLimits {
  /// PT1440H: sixty days before the start, the longest that the document's contract takes.
  package static let lookBackMax = Duration.seconds(1_440 * 3_600)
  /// A year of honouring, claiming and the like is longer than any budget is kept open.
  package static let durationMax = Duration.seconds(10 * 8_760 * 3_600)
  /// `[a-z0-9-]`: an offer's id becomes part of account names.
  package static let offerIDBytesMax = 64
  /// A title, a name, a sentence: a line or two on a screen.
  package static let textBytesMax = 1_000
  /// What may be looked for among the names of a catalogue.
  package static let nameBytesMax = 128
  /// Ids of one selection: what a coupon of a chain of stores is for (the Complete Journey panel has 35,616), and the fact still fits into a message.
  package static let idsMax = 50_000
  package static let listMax = 200
  /// Ten years of months.
  package static let periodsMax: Int64 = 120
  /// Twenty days of opening hours: longer than anybody plans shifts, short enough to look at each hour.
  package static let briefingMax = Duration.seconds(480 * 3_600)
}
