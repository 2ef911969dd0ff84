package import Contracts
package import Terms

/// An offer as customer service knows it: its versions, where it stands, and what interrupted it. A fold of the facts about it.
///
/// ```
/// heard ─scheduled─▸ scheduled ─launched─▸ live ◂─resumed── paused
///                       │                    │  └──paused────▸ │
///                       ├─blocked─▸ blocked  └──── stopped ◂───┘─▸ ended        a later version that is launched brings it back
///                       └─cancelled─▸ cancelled
/// ```
package struct KnownOffer: Sendable {
  package enum State: String, Sendable, CaseIterable { case heard, scheduled, blocked, live, paused, stopped, ended, cancelled }

  /// One version as it was told.
  package struct Version: Sendable, Equatable {
    package var versioned: OfferVersioned?
    package var scheduled: OfferScheduled?
    package var lookBack: LookBackCompleted?
    package var audience: AudiencePrepared?
  }

  package let id: Identifier<Offer>
  package private(set) var state = State.heard
  package private(set) var versions: [Int: Version] = [:]
  /// The version that was launched last; nil before the first launch.
  package private(set) var inForce: Int?
  /// Nil before the first launch.
  package private(set) var life: Life?
  /// What was said when it was blocked, paused, stopped, ended or cancelled.
  package private(set) var cause: String?

  package init(_ id: Identifier<Offer>) { self.id = id }

  /// Takes the facts about one offer in the order of the journal.
  package init(_ id: Identifier<Offer>, facts: [DomainEvent]) {
    self.init(id)
    for fact in facts { take(fact) }
  }

  /// A fact about anything else changes nothing.
  package mutating func take(_ event: DomainEvent) {
    switch event {
    case .offerVersioned(let fact) where fact.offerID == id: versions[fact.version, default: Version()].versioned = fact
    case .offerScheduled(let fact) where fact.offerID == id:
      versions[fact.version, default: Version()].scheduled = fact
      if life == nil { state = .scheduled }
    case .offerTurned(let fact) where fact.offerID == id: turn(fact)
    case .lookBackCompleted(let fact) where fact.offerID == id: versions[fact.version, default: Version()].lookBack = fact
    case .audiencePrepared(let fact) where fact.offerID == id: versions[fact.version, default: Version()].audience = fact
    default: break
    }
  }

  /// What the desk goes by: the version in force, before that the latest one with a time, before that the latest.
  package var current: Int? { inForce ?? versions.filter { $0.value.scheduled != nil }.keys.max() ?? versions.keys.max() }

  /// A later version that has its time and waits for its launch.
  package var next: OfferScheduled? {
    guard let inForce else { return nil }
    return versions.filter { $0.key > inForce }.compactMap(\.value.scheduled).max { $0.version < $1.version }
  }

  private mutating func turn(_ fact: OfferTurned) {
    switch fact.turn {
    case .launched: launch(fact)
    case .blocked: if life == nil { leave(for: .blocked, fact) }
    case .paused:
      guard state == .live else { return }
      leave(for: .paused, fact)
      life?.pauses.append(fact.at..<Timestamp.last)
    case .resumed:
      guard state == .paused else { return }
      leave(for: .live, fact)
      endPause(at: fact.at)
    case .stopped:
      guard state == .live || state == .paused else { return }
      if state == .paused { endPause(at: fact.at) }
      leave(for: .stopped, fact)
      life?.stoppedAt = fact.at
    case .ended:
      guard life != nil, state != .ended else { return }
      if state == .paused { endPause(at: fact.at) }
      leave(for: .ended, fact)
      life?.endedAt = fact.at
    case .cancelled: if life == nil { leave(for: .cancelled, fact) }
    }
  }

  private mutating func leave(for state: State, _ fact: OfferTurned) {
    self.state = state
    cause = fact.sentence ?? fact.cause
  }

  private mutating func launch(_ fact: OfferTurned) {
    let from = fact.effectiveFrom ?? fact.at
    inForce = max(inForce ?? 0, fact.version)
    guard var before = life else {
      life = Life(effectiveFrom: from, isHistorical: fact.historical)
      return leave(for: .live, fact)
    }
    // A later version goes on where the one before left off; what it was stopped for is a gap.
    guard let stopped = before.stoppedAt else { return }
    if stopped < from { before.pauses.append(stopped..<from) }
    before.stoppedAt = nil
    life = before
    leave(for: .live, fact)
  }

  private mutating func endPause(at instant: Timestamp) {
    guard var pauses = life?.pauses, let last = pauses.last, last.upperBound == .last else { return }
    pauses.removeLast()
    if last.lowerBound < instant { pauses.append(last.lowerBound..<instant) }
    life?.pauses = pauses
  }
}

extension KnownOffer {
  /// The earliest order that it may reach and the last instant at which it may be honoured, over all its versions; nil without a time.
  package var reach: (from: Timestamp, until: Timestamp)? {
    var reach: (from: Timestamp, until: Timestamp)?
    for version in versions.values {
      guard let scheduled = version.scheduled else { continue }
      let honour = version.versioned?.document["honour_for"]?.string.flatMap { try? Duration(iso8601: $0) } ?? .zero
      let until = scheduled.endsAt?.adding(honour) ?? .last
      reach = (min(reach?.from ?? .last, scheduled.lookBackFrom), max(reach?.until ?? .first, until))
    }
    return reach
  }
}
