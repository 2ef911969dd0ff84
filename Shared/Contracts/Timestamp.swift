/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds, from year 0 to year 9999.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// The instant `duration` later (earlier where negative); what is finer than a millisecond is cut off.
  package func adding(_ duration: Duration) -> Timestamp { Timestamp(milliseconds: milliseconds + duration.milliseconds) }

  /// How long after `earlier` this is.
  package func since(_ earlier: Timestamp) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }
}

extension Duration {
  /// Whole milliseconds, cut towards zero.
  package var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
