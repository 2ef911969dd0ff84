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

  enum State: UInt8 {
    case open, settled, dead
    /// An operator has called it back: a dead letter that is redriven, or an event that is replayed.
    case recalled
    /// An operator has let go of it.
    case dropped
    /// Its segment went before the subscription wanted it: it comes where somebody else keeps it, or not.
    case gone
  }

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

  /// What an operator called back, and has not come to its end.
  struct Return {
    var trouble = Trouble(attempts: 0, isSuspect: false, notBefore: 0...0)
    /// What it was among the dead; nil for what is replayed.
    var letter: Letter?
    /// What is replayed is this again when it is over.
    var before = State.settled
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
    var returns: [Int: Return] = [:]
    /// By key: its first dead event.
    var firstDead = [Int](repeating: .max, count: Fact.keys)
    /// A replay was asked for: what is over may come once more.
    var isReplayed = false
    /// Too many failed in a row: nothing is counted until one is done.
    var isPaused = false
    /// False: it is gone, and its number is free.
    var isOpen = true

    func wants(_ event: Event, _ number: Int) -> Bool { (number >= from || states[number] == .recalled) && wanted[event.type] }

    /// Whether it follows a dead event of its key to the dead letters.
    func isParked(_ number: Int, key: Int) -> Bool { parks && firstDead[key] < number }

    func trouble(_ number: Int) -> Trouble? { states[number] == .recalled ? returns[number]?.trouble : troubles[number] }
  }

  var attemptsMax: UInt32 = 3
  var events: [Event] = []
  var byKey = [[Int]](repeating: [], count: Fact.keys)
  var producers: [Producer] = []
  var subscriptions: [Subscription] = []
  /// By credential: the types that it has said it reads; none once that was withdrawn.
  var reads: [String: [String]] = [:]
  /// Wall clock of the latest acceptance.
  var lastAccepted: Int64 = 0
  /// Something was damaged, some time.
  var isDamaged = false
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

  /// A new one under this number.
  mutating func open(_ s: Int, _ name: String, wanted: [Bool], parks: Bool, fromBeginning: Bool, kept: UInt64) {
    var subscription = Subscription(name: name, wanted: wanted, parks: parks, from: fromBeginning ? 0 : events.count)
    subscription.states = events.map { $0.position > 0 && $0.position < kept ? .gone : .open }
    if s < subscriptions.count { subscriptions[s] = subscription } else { subscriptions.append(subscription) }
  }

  /// It is gone with all that it had, and nobody owes it anything.
  mutating func remove(_ s: Int) {
    subscriptions[s] = Subscription(name: "", wanted: Fact.types.map { _ in false }, parks: false, from: .max)
    subscriptions[s].states = events.map { _ in .dropped }
    subscriptions[s].isOpen = false
  }

  /// Dead letters, those on their way back included: what keeps a subscription from being forgotten.
  func deadInAll(_ s: Int) -> Int { subscriptions[s].dead.count + subscriptions[s].returns.values.count { $0.letter != nil } }

  mutating func settle(_ event: Int, of s: Int) {
    subscriptions[s].states[event] = .settled
    subscriptions[s].troubles[event] = nil
    subscriptions[s].returns[event] = nil
  }

  mutating func bury(_ event: Int, _ attempts: UInt32, _ cause: Cause, of s: Int) {
    subscriptions[s].states[event] = .dead
    subscriptions[s].troubles[event] = nil
    subscriptions[s].returns[event] = nil
    subscriptions[s].dead.append(Letter(event: event, attempts: attempts, cause: cause))
    let key = events[event].key
    subscriptions[s].firstDead[key] = min(subscriptions[s].firstDead[key], event)
  }

  /// A counted attempt failed; it may be tried again at one of these instants.
  mutating func fail(_ event: Int, isSuspect: Bool, notBefore: ClosedRange<Int64>, of s: Int) {
    let attempts = (subscriptions[s].trouble(event)?.attempts ?? 0) + 1
    if attempts >= attemptsMax { return bury(event, attempts, .exhausted, of: s) }
    let trouble = Trouble(attempts: attempts, isSuspect: isSuspect, notBefore: notBefore)
    if subscriptions[s].states[event] == .recalled {
      subscriptions[s].returns[event]?.trouble = trouble
    } else {
      subscriptions[s].troubles[event] = trouble
    }
  }

  mutating func never(_ event: Int, of s: Int) {
    bury(event, (subscriptions[s].trouble(event)?.attempts ?? 0) + 1, .never, of: s)
  }

  // MARK: Operators

  /// All dead letters come back.
  mutating func redrive(_ s: Int) {
    for letter in subscriptions[s].dead {
      subscriptions[s].states[letter.event] = .recalled
      subscriptions[s].returns[letter.event] = Return(letter: letter)
    }
    clearDead(s)
  }

  /// All dead letters go.
  mutating func drop(_ s: Int) {
    for letter in subscriptions[s].dead { subscriptions[s].states[letter.event] = .dropped }
    clearDead(s)
  }

  private mutating func clearDead(_ s: Int) {
    subscriptions[s].dead = []
    subscriptions[s].firstDead = [Int](repeating: .max, count: Fact.keys)
  }

  /// What is on its way back is dead again, or over.
  mutating func stop(_ s: Int) {
    subscriptions[s].isReplayed = false
    for (event, it) in subscriptions[s].returns.sorted(by: { $0.key < $1.key }) {
      if let letter = it.letter { bury(event, letter.attempts, letter.cause, of: s) } else { subscriptions[s].states[event] = it.before }
    }
    subscriptions[s].returns = [:]
  }

  /// The subscription begins anew, or with what comes next; the dead stay dead.
  mutating func reset(_ s: Int, toBeginning: Bool, kept: UInt64) {
    stop(s)
    subscriptions[s].isPaused = false
    subscriptions[s].troubles = [:]
    subscriptions[s].from = toBeginning ? 0 : events.count
    for event in events.indices where subscriptions[s].states[event] != .dead {
      subscriptions[s].states[event] = !toBeginning ? .dropped : events[event].position > 0 && events[event].position < kept ? .gone : .open
    }
  }

  /// Events that a subscription still owes: neither settled nor dead, though wanted.
  func owed(_ s: Int) -> [Int] {
    let subscription = subscriptions[s]
    return events.indices.filter {
      subscription.wants(events[$0], $0) && (subscription.states[$0] == .open || subscription.states[$0] == .recalled)
    }
  }
}
