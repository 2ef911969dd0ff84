import Contracts

extension LinkMachine {
  /// The heartbeat of a welcomed link.
  package struct Beat: Sendable, Equatable {
    var every: Duration
    var since: Uptime
    var lastHeard: Uptime
    var lastPing: Uptime
    /// When the machine was last woken: a late wake means that this program slept, not that the broker was silent.
    var lastTick: Uptime
    var pings: UInt64 = 0

    /// How long the broker has been silent, where that is too long. A program that slept itself asks first.
    mutating func silence(at now: Uptime) -> Duration? {
      defer { lastTick = now }
      let most = every * MeshLimits.heartbeatsMissedMax
      if now.since(lastTick) > every * 2 {
        lastHeard = now.adding(.zero - every)
        return nil
      }
      let silence = now.since(lastHeard)
      return silence >= most ? silence : nil
    }

    /// Whoever has heard nothing for a heartbeat asks; any frame counts as a sign of life (PROTOCOL.md, A connection's life).
    var nextPing: Uptime { max(lastPing, lastHeard).adding(every) }

    /// The number of a ping that is due.
    mutating func ping(at now: Uptime) -> UInt64? {
      guard now >= nextPing else { return nil }
      lastPing = now
      pings += 1
      return pings
    }
  }
}
