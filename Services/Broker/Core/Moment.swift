package import Contracts

/// When an input arrives: the machine has no clock of its own.
package struct Moment: Sendable, Hashable {
  /// What the clock on the wall says; may jump.
  package var wall: Timestamp
  /// Milliseconds since the machine was switched on, asleep or awake (CLOCK_BOOTTIME); never runs backwards.
  package var uptime: Int64

  package init(wall: Timestamp, uptime: Int64) {
    self.wall = wall
    self.uptime = uptime
  }
}

/// Makes a wall clock that never runs backwards and never stands still, out of one that jumps.
///
/// After a jump back it goes on from the latest instant ever seen at the pace of the uptime: what must not happen before
/// an instant waits no longer than it should, and what was accepted later is stamped later, across restarts as well.
struct SteadyClock: Sendable {
  /// Milliseconds since 1970 at which it stands still: what is added to it stays an instant that memory knows.
  private static let latest: Int64 = 1 << 52

  private(set) var wall: Int64 = 0
  private var uptime: Int64?

  /// The same moment with its wall made steady.
  mutating func steady(_ now: Moment) -> Moment {
    if let uptime { wall = min(wall + max(0, now.uptime - uptime), Self.latest) }
    uptime = max(uptime ?? now.uptime, now.uptime)
    wall = max(wall, min(now.wall.milliseconds, Self.latest))
    return Moment(wall: Timestamp(milliseconds: wall), uptime: now.uptime)
  }

  /// What the journal remembers of the time.
  mutating func remember(_ instant: Int64) { wall = max(wall, min(instant, Self.latest)) }

  /// What is left of the waiting at `now` (steady) until `instant`, in uptime, at most `cap` milliseconds.
  static func due(_ instant: Int64, at now: Moment, cap: Int64) -> Int64 {
    now.uptime + min(max(0, instant - now.wall.milliseconds), cap)
  }
}

/// One connection as the shell numbers it. A number is not used again while effects for it may be under way.
package struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
  package let raw: UInt32
  package init(_ raw: UInt32) { self.raw = raw }
  package var description: String { "connection \(raw)" }
}
