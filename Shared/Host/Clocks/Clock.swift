package import Contracts
import Glibc
import Synchronization
import Transport

/// The one clock of a program: business time by `now()`, the machine's own time by `uptime()`. Safe from any thread.
///
/// Business time is the system's, kept from running backwards, or on a sandbox folder the manual one, which stands still until it is
/// advanced (ManualClock). The machine's time (heartbeats, leases, time limits) is always CLOCK_BOOTTIME: real sockets need real time.
package final class Clock: Sendable {
  private enum Wall: Sendable {
    case system(WallGuard)
    case manual(Timestamp)
  }

  private let wall: Mutex<Wall>
  private let hooks = Mutex<[@Sendable () -> Void]>([])
  private let looks = Mutex<(@Sendable () -> Standing)?>(nil)

  private init(_ wall: Wall) { self.wall = Mutex(wall) }

  /// The system's clock.
  package static func system() -> Clock { Clock(.system(WallGuard())) }

  /// A clock that stands at `instant` until `advance(to:)`.
  package static func manual(at instant: Timestamp) -> Clock { Clock(.manual(instant)) }

  package var isManual: Bool {
    wall.withLock { wall in
      switch wall {
      case .system: false
      case .manual: true
      }
    }
  }

  /// The instant now. Within a run never earlier than one told before.
  package func now() -> Timestamp {
    wall.withLock { wall in
      switch wall {
      case .manual(let instant): return instant
      case .system(var guarding):
        let instant = guarding.tell(system: Self.systemNow, uptime: Self.uptimeMilliseconds)
        wall = .system(guarding)
        return instant
      }
    }
  }

  /// Milliseconds since the machine started, sleep included; has nothing to do with business time.
  package func uptime() -> Int64 { Self.uptimeMilliseconds }

  /// Calls `hook` after each advance of a manual clock, on the advancing thread. For those who sleep until something falls due.
  package func onAdvance(_ hook: @escaping @Sendable () -> Void) { hooks.withLock { $0.append(hook) } }

  /// Moves a manual clock forward and calls the hooks; an earlier instant changes nothing. On a system clock this is a bug.
  package func advance(to instant: Timestamp) {
    wall.withLock { wall in
      guard case .manual(let now) = wall else { preconditionFailure("only a manual clock is advanced") }
      wall = .manual(max(now, instant))
    }
    for hook in hooks.withLock({ $0 }) { hook() }
  }

  /// Lets `look` answer where the program stands: what it is busy with, what it waits for. Called on the control socket's thread.
  package func answersStanding(_ look: @escaping @Sendable () -> Standing) { looks.withLock { $0 = look } }

  /// Where the program stands; nil before it said how to find out.
  var standing: Standing? { looks.withLock { $0 }?() }

  static var systemNow: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// What `uptime()` tells, for those who wait for the machine alone and have no business with the hour.
  package static var uptimeMilliseconds: Int64 { Reactor.uptime() / 1_000_000 }
}

/// Which clock a program is told to go by: `system`, `manual`, `manual@2026-03-01T09:00:00Z`.
package enum ClockChoice: Sendable, Equatable {
  case system
  /// From the given instant, unless the folder's own is later; without one from the folder's, at first from the system's.
  case manual(Timestamp?)
}

extension SettingForm where Value == ClockChoice {
  /// `system` or `manual[@INSTANT]`.
  package static var clock: SettingForm {
    SettingForm("system|manual[@INSTANT]") { (text) throws(Unreadable) in
      if text == "system" { return .system }
      if text == "manual" { return .manual(nil) }
      guard text.hasPrefix("manual@"), let instant = try? Timestamp(rfc3339: String(text.dropFirst("manual@".count))) else {
        throw Unreadable("is no clock; give system, manual or manual@2026-03-01T09:00:00Z")
      }
      return .manual(instant)
    }
  }
}
