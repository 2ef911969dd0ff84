/// Stops the deliveries of a subscription whose consumers fail at everything, before all of it becomes dead letters.
///
/// ```
///            20 different ones fail in a row, within 10 s, none done
///   closed ─────────────────────────────────────────────────────────▶ open: one probe every 30 s, failures count nothing
///      ▲                                                                │
///      └───────────────────────────── one is done ──────────────────────┘
/// ```
/// The pause is durable: a restart of the broker in the middle of a night must not burn everybody's attempts.
struct FloodBreaker: Sendable {
  struct Pause: Sendable, Equatable {
    /// Milliseconds since 1970.
    var since: Int64
    /// Different events that had failed in a row.
    var failures: UInt32
    /// What was said of the last of them.
    var reason: String
  }

  /// Durable; nil while deliveries go on.
  var pause: Pause?

  // Of this run.
  /// The latest failures in a row, each event once; uptime.
  private var row: [(position: UInt64, at: Int64)] = []
  /// When the next probe may go out, while paused; uptime.
  var probeDue: Int64 = 0
  /// Sent as probes in this pause: others come first, so that one bad event does not keep all others out.
  var probed: Set<UInt64> = []

  var isStirred: Bool { !row.isEmpty || pause != nil }

  /// One has failed; returns whether that is too many.
  mutating func failed(_ position: UInt64, at uptime: Int64, _ limits: BrokerLimits) -> Bool {
    row.removeAll { $0.position == position || uptime - $0.at > limits.floodSpan }
    row.append((position, uptime))
    return row.count >= limits.floodFailures
  }

  mutating func calm() {
    row.removeAll()
    probed.removeAll()
  }
}
