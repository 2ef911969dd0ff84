package import Contracts
package import Terms

/// How an offer lives, as marketing told it: which version is in force, since when, and what interrupted it. A fold of its turns.
///
/// ```
/// (heard) ─launched─▸ live ◂─resumed── paused          live, paused ─stopped─▸ stopped ─launched (a new version)─▸ live
///    │                  └────paused────▸               any of these ─ended─▸ ended
///    └─blocked─▸ blocked      heard, blocked ─cancelled─▸ cancelled
/// ```
package struct OfferLife: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case heard, live, paused, stopped, ended, blocked, cancelled }

  package private(set) var state = State.heard
  /// The version in force; the last one that was launched.
  package private(set) var version: Int?
  /// Nil until it was launched.
  package private(set) var life: Life?

  package init() {}

  /// Takes the turns of one offer in the order in which they were told.
  package init(_ turns: [OfferTurned]) { for turn in turns { take(turn) } }

  /// Takes the next turn. One that the offer's state does not allow changes nothing: marketing decides on its offers, the ledger follows.
  package mutating func take(_ turn: OfferTurned) {
    switch turn.turn {
    case .launched: launch(turn)
    case .blocked: if life == nil { state = .blocked }
    case .paused:
      guard state == .live else { return }
      state = .paused
      life?.pauses.append(turn.at..<Timestamp.last)
    case .resumed:
      guard state == .paused else { return }
      state = .live
      endPause(at: turn.at)
    case .stopped:
      guard state == .live || state == .paused else { return }
      if state == .paused { endPause(at: turn.at) }
      state = .stopped
      life?.stoppedAt = turn.at
    case .ended:
      guard life != nil, state != .ended else { return }
      if state == .paused { endPause(at: turn.at) }
      state = .ended
      life?.endedAt = turn.at
    case .cancelled: if life == nil { state = .cancelled }
    }
  }

  private mutating func launch(_ turn: OfferTurned) {
    let from = turn.effectiveFrom ?? turn.at
    version = max(version ?? 0, turn.version)
    guard var before = life else {
      life = Life(effectiveFrom: from, isHistorical: turn.historical)
      state = .live
      return
    }
    // A new version goes on where the one before left off; what it was stopped for is a gap.
    if let stopped = before.stoppedAt {
      if stopped < from { before.pauses.append(stopped..<from) }
      before.stoppedAt = nil
      state = .live
    }
    life = before
  }

  private mutating func endPause(at instant: Timestamp) {
    guard var pauses = life?.pauses, let last = pauses.last, last.upperBound == .last else { return }
    pauses.removeLast()
    if last.lowerBound < instant { pauses.append(last.lowerBound..<instant) }
    life?.pauses = pauses
  }
}
