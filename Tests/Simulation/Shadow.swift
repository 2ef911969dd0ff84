import Contracts

/// What the broker must remember, kept as plainly as possible beside the real machine: only what survives a restart.
struct Shadow {
  struct Event {
    let fact: Int
    let producer: Int
    let sequence: UInt64
    let key: Int
    let type: Int
    /// Where it stands; 0 until its commit is durable.
    var position: UInt64 = 0
  }

  struct Producer {
    let name: String
    var epoch: UInt64
    var last: UInt64 = 0
    /// The highest sequence that its publisher was told of.
    var told: UInt64 = 0
    /// Event of a sequence, from 1 on; nil for a refused one.
    var events: [Int?] = []
  }

  enum State: UInt8 { case open, settled, dead }

  struct Trouble: Equatable {
    var attempts: UInt32
    var isSuspect: Bool
    /// Wall clock: not before one of these.
    var notBefore: ClosedRange<Int64>
  }

  enum Cause: Equatable { case exhausted, never, behind }

  struct Letter: Equatable {
    let event: Int
    let attempts: UInt32
    let cause: Cause
  }

  struct Subscription {
    let name: String
    /// By type.
    var wanted: [Bool]
    let parks: Bool
    /// The first event that it wants.
    var from: Int
    var states: [State] = []
    var troubles: [Int: Trouble] = [:]
    var dead: [Letter] = []
    /// By key: whether a dead event parks it.
    var parked = [Bool](repeating: false, count: Fact.keys)

    func wants(_ event: Event, _ number: Int) -> Bool { number >= from && wanted[event.type] }
  }

  var attemptsMax: UInt32 = 3
  var events: [Event] = []
  var byKey = [[Int]](repeating: [], count: Fact.keys)
  var producers: [Producer] = []
  var subscriptions: [Subscription] = []
  /// Wall clock of the latest acceptance.
  var lastAccepted: Int64 = 0
  /// How many events have their positions.
  var placed = 0

  // MARK: Publishers

  mutating func accept(_ fact: Fact, of producer: Int, at wall: Int64) {
    byKey[fact.key].append(events.count)
    producers[producer].last = fact.sequence
    producers[producer].events.append(events.count)
    events.append(Event(fact: fact.number, producer: producer, sequence: fact.sequence, key: fact.key, type: fact.type))
    for s in subscriptions.indices { subscriptions[s].states.append(.open) }
    lastAccepted = max(lastAccepted, wall)
  }

  mutating func refuse(_ sequence: UInt64, of producer: Int) {
    producers[producer].last = sequence
    producers[producer].events.append(nil)
  }

  func event(_ producer: Int, _ sequence: UInt64) -> Int? {
    guard sequence >= 1, sequence <= UInt64(producers[producer].events.count) else { return nil }
    return producers[producer].events[Int(sequence) - 1]
  }

  // MARK: Subscriptions

  mutating func open(_ name: String, wanted: [Bool], parks: Bool, fromBeginning: Bool) {
    var subscription = Subscription(name: name, wanted: wanted, parks: parks, from: fromBeginning ? 0 : events.count)
    subscription.states = [State](repeating: .open, count: events.count)
    subscriptions.append(subscription)
  }

  mutating func settle(_ event: Int, of s: Int) {
    subscriptions[s].states[event] = .settled
    subscriptions[s].troubles[event] = nil
  }

  mutating func bury(_ event: Int, _ attempts: UInt32, _ cause: Cause, of s: Int) {
    subscriptions[s].states[event] = .dead
    subscriptions[s].troubles[event] = nil
    subscriptions[s].dead.append(Letter(event: event, attempts: attempts, cause: cause))
    if subscriptions[s].parks { subscriptions[s].parked[events[event].key] = true }
  }

  /// A counted attempt failed; `wait` is where it may be tried again, in wall clock.
  mutating func fail(_ event: Int, isSuspect: Bool, notBefore: ClosedRange<Int64>, of s: Int) {
    let attempts = (subscriptions[s].troubles[event]?.attempts ?? 0) + 1
    if attempts >= attemptsMax { return bury(event, attempts, .exhausted, of: s) }
    subscriptions[s].troubles[event] = Trouble(attempts: attempts, isSuspect: isSuspect, notBefore: notBefore)
  }

  mutating func never(_ event: Int, of s: Int) {
    bury(event, (subscriptions[s].troubles[event]?.attempts ?? 0) + 1, .never, of: s)
  }

  /// Events that a subscription still owes: neither settled nor dead, though wanted.
  func owed(_ s: Int) -> [Int] {
    let subscription = subscriptions[s]
    return events.indices.filter { subscription.wants(events[$0], $0) && subscription.states[$0] == .open }
  }
}
