import Synchronization

/// Counts tokens that nobody is known by, by where they come from, so that guessing is told to go slowly.
///
/// A right token is never kept waiting: a stranger behind the same address must not be able to lock people out. Safe from any thread.
final class WrongTokens: Sendable {
  private struct Count {
    /// Uptime in milliseconds.
    var since: Int64
    var wrong = 0
  }

  private let counts = Mutex<[String: Count]>([:])

  /// Takes note of a wrong token from `peer`; returns after how many seconds it may try again, nil while it may go on.
  func wrong(from peer: String, uptime: Int64) -> Int64? {
    counts.withLock { counts in
      let window = HostLimits.wrongTokensWindow
      // No more addresses are kept than fit: the counting begins again for all, which lets nobody in.
      if counts.count >= HostLimits.wrongTokenPeersMax, counts[peer] == nil { counts = [:] }
      var count = counts[peer] ?? Count(since: uptime)
      if uptime - count.since >= window { count = Count(since: uptime) }
      count.wrong += 1
      counts[peer] = count
      guard count.wrong > HostLimits.wrongTokensMax else { return nil }
      return max(1, (window - (uptime - count.since) + 999) / 1_000)
    }
  }
}
