package import Contracts

/// What offers ask of customer service, what it answered, and what it has: a fold of facts, the same in every department that makes it.
///
/// ```
/// marketing.promise.declared ─┐                    ┌─▸ standings(of:)   who answered what, does it hold     (row `promises`)
/// service.promise.answered   ─┼─▸ CapacityBook ────┼─▸ capacityWord(of:) is what was answered still there  (row `capacity`)
/// service.capacity.changed   ─┘   any order, twice └─▸ shortfalls(at:)  what a later drop has taken away
/// ```
package struct CapacityBook: Sendable, Equatable {
  /// A promise through all versions of its offer.
  package struct Name: Hashable, Sendable, Comparable {
    package let offer: Identifier<Offer>
    package let promise: Identifier<OfferPromise>

    package init(_ offer: Identifier<Offer>, _ promise: Identifier<OfferPromise>) {
      self.offer = offer
      self.promise = promise
    }

    package static func < (a: Self, b: Self) -> Bool { (a.offer.text, a.promise.text) < (b.offer.text, b.promise.text) }
  }

  private(set) var declared: [Name: [Int: PromiseDeclared]] = [:]
  private(set) var answers: [Name: [Int: PromiseAnswered]] = [:]
  package private(set) var slots: [Identifier<CapacitySlot>: CapacityChanged] = [:]
  private var windows: [OfferVersion: Range<Timestamp>] = [:]
  private var ended: Set<Identifier<Offer>> = []
  private var cancelled: Set<OfferVersion> = []
  private(set) var unread: [Identifier<Offer>: [Unread]] = [:]

  /// Contacts an hour that nobody takes for an offer although somebody is there: whoever has not read it cannot open its card.
  package struct Unread: Sendable, Equatable {
    package let window: Range<Timestamp>
    package let contacts: Int64
    /// Who, in words.
    package let cause: String
    package let since: Timestamp

    package init(window: Range<Timestamp>, contacts: Int64, cause: String, since: Timestamp) {
      self.window = window
      self.contacts = contacts
      self.cause = cause
      self.since = since
    }
  }

  /// A promise that names no hours, of an offer whose time is not known: what follows its answer for three days.
  private static let usualWindow = Duration.seconds(72 * 3_600)

  package init() {}

  package init(_ facts: some Sequence<DomainEvent>) { for fact in facts { take(fact) } }

  /// Takes a fact; the later word counts, as `LastWord` has it. A fact about anything else changes nothing.
  package mutating func take(_ event: DomainEvent) {
    switch event {
    case .promiseDeclared(let fact):
      let name = Name(fact.offerID, fact.promiseID)
      if let known = declared[name]?[fact.version], !LastWord.counts(fact.at, after: known.at) { return }
      declared[name, default: [:]][fact.version] = fact
    case .promiseAnswered(let fact):
      let name = Name(fact.offerID, fact.promiseID)
      if let known = answers[name]?[fact.version], !LastWord.counts(fact.at, after: known.at) { return }
      answers[name, default: [:]][fact.version] = fact
    case .capacityChanged(let fact):
      if let known = slots[fact.slotID], !LastWord.counts(fact.at, after: known.at) { return }
      slots[fact.slotID] = fact
    case .offerScheduled(let fact):
      guard let version = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
      windows[version] = fact.startsAt..<max(fact.startsAt, fact.endsAt ?? fact.startsAt.adding(Self.usualWindow))
    case .offerTurned(let fact):
      if fact.turn == .ended { ended.insert(fact.offerID) }
      if fact.turn == .cancelled, let version = OfferVersion(offer: fact.offerID, version: fact.version) { cancelled.insert(version) }
    default: break
    }
  }

  /// From now on `offer` is not counted on whoever has not read it; what they could do for others stays.
  package mutating func leaveOut(_ unread: [Unread], of offer: Identifier<Offer>) { self.unread[offer] = unread }

  /// The promises of `version` by name.
  package func promises(of version: OfferVersion) -> [PromiseDeclared] {
    declared.filter { $0.key.offer == version.offer }.compactMap { $0.value[version.version] }.sorted { $0.promiseID < $1.promiseID }
  }

  /// Every promise's latest version, by name.
  package var latest: [PromiseDeclared] {
    declared.sorted { $0.key < $1.key }.compactMap { versions in versions.value.max { $0.key < $1.key }?.value }
  }

  /// What was answered to `promise`: its own answer, or that to an earlier version which asked for the same.
  package func answer(to promise: PromiseDeclared) -> PromiseAnswered? {
    let name = Name(promise.offerID, promise.promiseID)
    for version in (answers[name] ?? [:]).keys.sorted(by: >) where version <= promise.version {
      guard version != promise.version else { return answers[name]?[version] }
      guard let earlier = declared[name]?[version], earlier.asksTheSame(as: promise) else { continue }
      return answers[name]?[version]
    }
    return nil
  }

  /// When it has to be kept.
  package func window(of promise: PromiseDeclared) -> Range<Timestamp> {
    let known = OfferVersion(offer: promise.offerID, version: promise.version).flatMap { windows[$0] }
    let from = promise.from ?? known?.lowerBound ?? promise.answerBy
    let to = promise.to ?? known?.upperBound ?? from.adding(Self.usualWindow)
    return from..<max(from, to)
  }

  /// Whether nobody has to keep it any more.
  func isOver(_ promise: PromiseDeclared) -> Bool {
    if ended.contains(promise.offerID) { return true }
    return OfferVersion(offer: promise.offerID, version: promise.version).map { cancelled.contains($0) } ?? true
  }
}

extension PromiseDeclared {
  /// Whether an answer to the one is an answer to the other.
  fileprivate func asksTheSame(as other: PromiseDeclared) -> Bool {
    kind == other.kind && sku == other.sku && quantity == other.quantity && duration == other.duration && from == other.from
      && to == other.to
  }

  /// Such as “40 contacts an hour” or “200 of KETTLE-17”.
  package var words: String { words(quantity) }

  /// The same with another number.
  package func words(_ quantity: Int64?) -> String {
    switch kind {
    case .contactsPerHour: "\(quantity ?? 0) contacts an hour"
    case .units: "\(quantity ?? 0) of \(sku?.text ?? "its goods")"
    case .returns: "\(quantity ?? 0) returns"
    case .leadTime: "delivery within \(duration?.iso8601 ?? "its time")"
    }
  }
}
