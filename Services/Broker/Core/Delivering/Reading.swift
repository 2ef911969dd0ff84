/// Where a subscription reads.
struct Reading: Sendable {
  /// Up with the newest event: commits feed it directly, and `cursor` means nothing.
  var isLive = false
  /// Fetched, but not yet in the window: credit ended before them. From `aheadAt` on.
  var ahead: [IndexedEvent] = []
  var aheadAt = 0
  /// Events from here on are neither in the window nor ahead; a record begins here.
  var cursor: UInt64
  /// Position of the last event that was read, while not live.
  var passed: UInt64 = 0
  /// Asked of the disk.
  var fetch: Fetch?
  /// Positions whose bytes the shell holds from the last fetch.
  var held: Range<UInt64> = 0..<0
  /// Events behind this position are at hand without the disk.
  var tailBefore: UInt64 = 0
  /// What is needed from before this position was copied forward: always at hand.
  var kept: UInt64 = 0
  /// The last answer was for what was called back: the next question is the live flow's, where it has one.
  var isLiveNext = false
  /// In the window, and nowhere else any more: see Subscription+Missing.swift.
  var missing: Set<UInt64> = []
  /// Damage that it stands before.
  var damage: ClosedRange<UInt64>?

  /// The first position that is not in the window.
  var next: UInt64 { aheadAt < ahead.count ? ahead[aheadAt].position : cursor }

  /// What is ahead is not needed or no longer at hand; reading begins again at `position`.
  mutating func restart(at position: UInt64) {
    ahead.removeAll(keepingCapacity: true)
    aheadAt = 0
    cursor = position
  }

  /// Whether the shell has the bytes of the event at `position`.
  func isAtHand(_ position: UInt64) -> Bool { position > tailBefore || held.contains(position) || position < kept }

  /// What an answer of the disk is for.
  enum Purpose: Sendable {
    /// What comes next.
    case ahead
    /// Events already in the window, whose bytes are no longer at hand.
    case again
    /// An event that was called back.
    case recalled
    /// What a replay looks through.
    case replay
  }

  struct Fetch: Sendable {
    var from: UInt64
    var purpose: Purpose
    /// The window was dropped meanwhile, or what is on the disk has changed: the answer only ends the waiting.
    var isStale = false
  }
}
