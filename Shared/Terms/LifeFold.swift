package import Contracts

/// How an offer lives, as marketing tells it: which version is in force, since when, and what interrupted it. A fold of its facts, the same
/// in all three departments, so that they agree on which orders lie in a gap.
///
/// ```
/// heard ─scheduled─▸ scheduled ─launched─▸ live ◂─resumed── paused
///                       │                    │  └──paused────▸ │
///                       ├─blocked─▸ blocked  └──── stopped ◂───┘─▸ ended        a later version that is launched brings any of
///                       └─cancelled─▸ cancelled                                 live, paused and stopped to live
/// ```
package struct LifeFold: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case heard, scheduled, blocked, live, paused, stopped, ended, cancelled }

  package private(set) var state = State.heard
  /// The version in force: the latest that was launched. Nil before the first launch.
  package private(set) var version: Int?
  /// Nil before the first launch.
  package private(set) var life: Life?
  /// What was said with the turn that led to the state.
  package private(set) var cause: String?

  package init() {}

  /// Takes the turns of one offer in the order in which they were told.
  package init(_ turns: [OfferTurned]) { for turn in turns { take(turn) } }

  /// A version has its time. Who takes no such facts never sees the state `scheduled`.
  package mutating func take(_: OfferScheduled) { if life == nil { state = .scheduled } }

  /// Takes the next turn. One that the offer's state does not allow changes nothing: marketing decides on its offers, the others follow.
  package mutating func take(_ turn: OfferTurned) {
    switch turn.turn {
    case .launched: launch(turn)
    case .blocked: if life == nil { enter(.blocked, turn) }
    case .paused:
      guard state == .live else { return }
      enter(.paused, turn)
      life?.pauses.append(turn.at..<Timestamp.last)
    case .resumed:
      guard state == .paused else { return }
      enter(.live, turn)
      endPause(at: turn.at)
    case .stopped:
      guard state == .live || state == .paused else { return }
      if state == .paused { endPause(at: turn.at) }
      enter(.stopped, turn)
      life?.stoppedAt = turn.at
    case .ended:
      guard life != nil, state != .ended else { return }
      if state == .paused { endPause(at: turn.at) }
      enter(.ended, turn)
      life?.endedAt = turn.at
    case .cancelled: if life == nil { enter(.cancelled, turn) }
    }
  }

  private mutating func enter(_ state: State, _ turn: OfferTurned) {
    self.state = state
    cause = turn.sentence ?? turn.cause
  }

  private mutating func launch(_ turn: OfferTurned) {
    version = max(version ?? 0, turn.version)
    guard let before = life else {
      life = Life(effectiveFrom: turn.effectiveFrom ?? turn.at, isHistorical: turn.historical)
      return enter(.live, turn)
    }
    // A later version goes on where the one before left off: its word on the beginning is the first one's, and a rest ends now.
    switch state {
    case .paused: endPause(at: turn.at)
    case .stopped:
      if let stopped = before.stoppedAt, stopped < turn.at { life?.pauses.append(stopped..<turn.at) }
      life?.stoppedAt = nil
    case .heard, .scheduled, .blocked, .live, .ended, .cancelled: return
    }
    enter(.live, turn)
  }

  private mutating func endPause(at instant: Timestamp) {
    guard var pauses = life?.pauses, let last = pauses.last, last.upperBound == .last else { return }
    pauses.removeLast()
    if last.lowerBound < instant { pauses.append(last.lowerBound..<instant) }
    life?.pauses = pauses
  }
}
