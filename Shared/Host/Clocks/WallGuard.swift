package import Contracts

/// Keeps the wall clock from running backwards within one run, without letting it stand still.
///
/// ```
/// system   09:59  10:00 | set back: 09:00  09:02  ...  11:00
/// told     09:59  10:00 |           10:00  10:01  ...  11:00   half speed until the system has caught up
/// ```
/// Half speed, and not a stop: what is due in a minute still falls due, and order in time keeps its meaning.
package struct WallGuard: Sendable {
  private var told: Timestamp
  /// Where half speed began: what was told, and the uptime then, in milliseconds.
  private var slow: (told: Timestamp, uptime: Int64)?

  package init() { told = Timestamp(milliseconds: .min) }

  /// The instant to tell, given the system's wall clock and uptime in milliseconds. Never less than the one before.
  package mutating func tell(system: Timestamp, uptime: Int64) -> Timestamp {
    guard system < told else {
      slow = nil
      told = system
      return told
    }
    let start = slow ?? (told, uptime)
    slow = start
    let slowed = Timestamp(milliseconds: start.told.milliseconds + (uptime - start.uptime) / 2)
    if slowed > told { told = slowed }
    return told
  }
}
