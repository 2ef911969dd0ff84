/// Where a piece of work stands in a trace: the W3C `traceparent` (w3.org/TR/trace-context, version 00).
///
/// `00-<trace: 32 hex>-<span: 16 hex>-<flags: 2 hex>`; lower case; neither id is all zeros.
package struct Trace: Hashable, Sendable, CustomStringConvertible {
  package let traceHigh: UInt64
  package let traceLow: UInt64
  package let span: UInt64
  package let isSampled: Bool

  /// A new trace with its first span.
  package init(using random: inout some RandomNumberGenerator) {
    self.init(
      traceHigh: UInt64.random(in: .min ... .max, using: &random), traceLow: UInt64.random(in: 1 ... .max, using: &random),
      span: UInt64.random(in: 1 ... .max, using: &random), isSampled: true)
  }

  private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.isSampled = isSampled
  }

  /// Reads a header value; nil for anything that the recommendation calls invalid: the receiver then starts a trace of its own.
  ///
  /// A higher version is read by the rules of 00 and may carry more after a further hyphen (section 3.2.4); `ff` is invalid.
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
      let version = Self.hex(bytes[0..<2]), version != 0xFF,
      version == 0 ? bytes.count == 55 : (bytes.count == 55 || bytes[55] == 0x2D),
      let high = Self.hex(bytes[3..<19]), let low = Self.hex(bytes[19..<35]), high != 0 || low != 0,
      let span = Self.hex(bytes[36..<52]), span != 0, let flags = Self.hex(bytes[53..<55])
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
  }

  /// The next span of the same trace.
  package func child(using random: inout some RandomNumberGenerator) -> Trace {
    Trace(traceHigh: traceHigh, traceLow: traceLow, span: UInt64.random(in: 1 ... .max, using: &random), isSampled: isSampled)
  }

  package var description: String {
    "00-\(Self.text(traceHigh))\(Self.text(traceLow))-\(Self.text(span))-\(isSampled ? "01" : "00")"
  }

  private static func text(_ word: UInt64) -> String {
    let hex = String(word, radix: 16)
    return String(repeating: "0", count: 16 - hex.utf8.count) + hex
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var word: UInt64 = 0
    for byte in bytes {
      switch byte {
      case 0x30...0x39: word = word << 4 | UInt64(byte - 0x30)
      case 0x61...0x66: word = word << 4 | UInt64(byte - 0x57)
      default: return nil
      }
    }
    return word
  }
}
