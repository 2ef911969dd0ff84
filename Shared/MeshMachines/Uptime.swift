import Contracts

/// A moment on the computer's own clock: milliseconds since it booted (CLOCK_BOOTTIME), never set back, counting sleep.
package struct Uptime: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// The moment `duration` later; what is finer than a millisecond is cut off.
  package func adding(_ duration: Duration) -> Uptime { Uptime(milliseconds: milliseconds + duration.milliseconds) }

  /// How long after `earlier` this is.
  package func since(_ earlier: Uptime) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }
}
