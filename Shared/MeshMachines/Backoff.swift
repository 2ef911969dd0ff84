import Contracts

/// How long to wait before the next try. The random part comes in as a number, so that the same number gives the same wait.
package enum Backoff {
  /// After `failures` in a row (1 for the first): doubling from `first` up to `cap`; the upper half of the wait is random.
  ///
  /// `jitter` is any random number; the result lies in half the doubled wait ... the doubled wait.
  package static func delay(
    failures: Int, jitter: UInt32, first: Duration = MeshLimits.retryFirst, cap: Duration = MeshLimits.retryMax
  ) -> Duration {
    precondition(failures > 0, "a wait follows a failure")
    let doublings = min(failures - 1, 20)
    let full = min(first.milliseconds << Int64(doublings), cap.milliseconds)
    return .milliseconds(full - full / 2 + share(of: full / 2, jitter))
  }

  /// For troubles that only a person can mend: around `MeshLimits.retrySlow`, half of it random.
  package static func slow(jitter: UInt32) -> Duration {
    let full = MeshLimits.retrySlow.milliseconds
    return .milliseconds(full - full / 2 + share(of: full / 2, jitter))
  }

  private static func share(of whole: Int64, _ jitter: UInt32) -> Int64 {
    (whole * Int64(jitter)) >> 32
  }
}
