/// The limits of the words, each with its reason.
package enum Limits {
  /// Long enough for a URL-like id, short enough for an index and a log line.
  package static let identifierBytesMax = 128
  /// Deeper JSON than any contract has; bounds the scanner's stack (RFC 8259 9 lets a parser set one).
  package static let jsonDepthMax = 64
}
