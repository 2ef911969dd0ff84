package import Contracts

/// What became of an offer's version after its launch, as far as it bears on intervals.
package struct Life: Sendable, Equatable {
  /// When it went live: starts_at, or later where it was launched late.
  package var effectiveFrom: Timestamp
  /// When it was paused, each up to its resumption, in order; a pause that lasts has `.last` as its end.
  package var pauses: [Range<Timestamp>]
  /// When a person ended it before its time.
  package var endedAt: Timestamp?
  /// When it was found wrong and stopped: it takes no order from then on.
  package var stoppedAt: Timestamp?
  /// Launched for a window that is over: only the interval before the start counts, and nothing is recorded too late.
  package var isHistorical: Bool

  package init(
    effectiveFrom: Timestamp, pauses: [Range<Timestamp>] = [], endedAt: Timestamp? = nil, stoppedAt: Timestamp? = nil,
    isHistorical: Bool = false
  ) {
    self.effectiveFrom = effectiveFrom
    self.pauses = pauses
    self.endedAt = endedAt
    self.stoppedAt = stoppedAt
    self.isHistorical = isHistorical
  }
}
