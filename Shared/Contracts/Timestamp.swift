/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds, from year 0 to year 9999.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// 0000-01-01T00:00:00.000Z.
  package static let first = Timestamp(milliseconds: -62_167_219_200_000)
  /// 9999-12-31T23:59:59.999Z.
  package static let last = Timestamp(milliseconds: 253_402_300_799_999)

  /// The instant `duration` later (earlier where negative); what is finer than a millisecond is cut off.
  ///
  /// Stays between `first` and `last`: a peer's absurd delay means "never", not a crash.
  package func adding(_ duration: Duration) -> Timestamp {
    let (sum, past) = milliseconds.addingReportingOverflow(duration.milliseconds)
    if past { return duration < .zero ? .first : .last }
    return Timestamp(milliseconds: min(max(sum, Self.first.milliseconds), Self.last.milliseconds))
  }

  /// How long after `earlier` this is.
  package func since(_ earlier: Timestamp) -> Duration {
    let (difference, past) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    return .milliseconds(past ? (self < earlier ? .min : .max) : difference)
  }
}

extension Duration {
  /// Whole milliseconds, cut towards zero, and at the ends of Int64.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, past) = seconds.multipliedReportingOverflow(by: 1_000)
    let (sum, pastAgain) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    return past || pastAgain ? (seconds < 0 ? .min : .max) : sum
  }
}
