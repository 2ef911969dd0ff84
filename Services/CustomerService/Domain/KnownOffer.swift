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
      fold.take(fact)
    case .offerTurned(let fact) where fact.offerID == id: fold.take(fact)
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
