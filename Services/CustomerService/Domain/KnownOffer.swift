package import Contracts
package import Terms

/// An offer as customer service knows it: its versions, and how it lives. A fold of the facts about it.
package struct KnownOffer: Sendable {
  package typealias State = LifeFold.State

  /// One version as it was told.
  package struct Version: Sendable, Equatable {
    package var versioned: OfferVersioned?
    package var scheduled: OfferScheduled?
    package var lookBack: LookBackCompleted?
    package var audience: AudiencePrepared?
  }

  package let id: Identifier<Offer>
  package private(set) var versions: [Int: Version] = [:]
  private var fold = LifeFold()
  /// Versions that their gate did not let through, and those that were given up.
  private var blocked: Set<Int> = []
  private var cancelled: Set<Int> = []

  package init(_ id: Identifier<Offer>) { self.id = id }

  /// Takes the facts about one offer in the order of the journal.
  package init(_ id: Identifier<Offer>, facts: [DomainEvent]) {
    self.init(id)
    for fact in facts { take(fact) }
  }

  package var state: State { fold.state }
  /// The version that was launched last; nil before the first launch.
  package var inForce: Int? { fold.version }
  /// Nil before the first launch.
  package var life: Life? { fold.life }

  /// A fact about anything else changes nothing.
  package mutating func take(_ event: DomainEvent) {
    switch event {
    case .offerVersioned(let fact) where fact.offerID == id: versions[fact.version, default: Version()].versioned = fact
    case .offerScheduled(let fact) where fact.offerID == id:
      versions[fact.version, default: Version()].scheduled = fact
      blocked.remove(fact.version)
      fold.take(fact)
    case .offerTurned(let fact) where fact.offerID == id:
      switch fact.turn {
      case .blocked: blocked.insert(fact.version)
      case .launched: blocked.remove(fact.version)
      case .cancelled: cancelled.insert(fact.version)
      case .paused, .resumed, .stopped, .ended: break
      }
      fold.take(fact)
    case .lookBackCompleted(let fact) where fact.offerID == id: versions[fact.version, default: Version()].lookBack = fact
    case .audiencePrepared(let fact) where fact.offerID == id: versions[fact.version, default: Version()].audience = fact
    default: break
    }
  }

  /// What the desk goes by: the version in force, before that the latest one with a time, before that the latest.
  package var current: Int? { inForce ?? versions.filter { $0.value.scheduled != nil }.keys.max() ?? versions.keys.max() }

  /// A later version that has its time and waits for its launch; none that was given up.
  package var next: OfferScheduled? {
    guard let inForce else { return nil }
    return versions.filter { $0.key > inForce && !cancelled.contains($0.key) }.compactMap(\.value.scheduled)
      .max { $0.version < $1.version }
  }

  /// What takes the place of the version in force.
  package struct Change: Sendable, Equatable {
    package let version: Int
    /// Nil where it waits for something else than its time.
    package let at: Timestamp?
    /// Such as `at 2026-05-12T04:00:00.000Z`.
    package let words: String
  }

  /// The change that lies ahead at `now`; nil where there is none.
  package func change(at now: Timestamp) -> Change? {
    guard let next else { return nil }
    if blocked.contains(next.version) {
      return Change(version: next.version, at: nil, words: "once marketing launches it, which its gate did not let through")
    }
    guard next.startsAt > now else { return Change(version: next.version, at: nil, words: "as soon as its gate lets it through") }
    return Change(version: next.version, at: next.startsAt, words: "at \(next.startsAt)")
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
