/// What the broker must have remembered and may do next, kept as plainly as possible beside the real machine.
struct ShadowModel {
  struct Event: Hashable {
    let producer: Int
    let sequence: UInt64
    let key: String
    let type: String
  }

  struct Subscription {
    let name: String
    let filter: String
    let parks: Bool
    /// Index of the first event that it wants.
    let from: Int
    var settled: Set<Int> = []
    var attempts: [Int: Int] = [:]
    var dead: Set<Int> = []
    /// Called back from the dead, and not settled yet.
    var returning: Set<Int> = []
    /// May be delivered once more, or several times, when they are settled.
    var replayed: Set<Int> = []
    /// The flood breaker: different ones that failed in a row and when, and whether it is open.
    var row: [(event: Int, at: Int64)] = []
    var isPaused = false
    /// Uptime of the last probe; nil where the next may come at once.
    var probedAt: Int64?
    /// In flight: event to consumer and number. Of this run only.
    var inFlight: [Int: (consumer: UInt32, number: UInt64)] = [:]
    var working: Set<Int> = []

    /// Whether an earlier event of its key is dead and parks it.
    func isBehindDead(_ event: Int, _ events: [Event]) -> Bool {
      parks && dead.contains { $0 < event && events[$0].key == events[event].key }
    }

    func wants(_ event: Event) -> Bool {
      filter == "*" || event.type == filter || (filter.hasSuffix("*") && event.type.hasPrefix(filter.dropLast()))
    }
  }

  var attemptsMax = 3
  var floodFailures = 8
  /// Uptime.
  var now: Int64 = 0
  /// Accepted, in journal order.
  var events: [Event] = []
  var places: [Event: Int] = [:]
  var last: [UInt64] = []
  var subscriptions: [Subscription] = []

  mutating func accept(_ event: Event) {
    places[event] = events.count
    events.append(event)
    last[event.producer] = event.sequence
  }

  func event(_ producer: Int, _ sequence: UInt64) -> Int? {
    events.firstIndex { $0.producer == producer && $0.sequence == sequence }
  }

  /// Why this delivery is wrong; nil where it is right.
  mutating func deliver(_ number: UInt64, _ event: Int, attempt: UInt32, to consumer: UInt32, of s: Int) -> String? {
    let subscription = subscriptions[s]
    let it = events[event]
    guard subscription.wants(it), event >= subscription.from else { return "is not wanted" }
    let isReplay = subscription.settled.contains(event)
    if isReplay, !subscription.replayed.contains(event) { return "was settled" }
    if subscription.isPaused {
      if let probed = subscription.probedAt, now - probed < 30_000 { return "comes while the subscription pauses" }
      subscriptions[s].probedAt = now
    }
    if subscription.dead.contains(event) { return "is dead" }
    if subscription.isBehindDead(event, events) { return "is behind a dead event" }
    if subscription.inFlight[event] != nil { return "is in flight" }
    if Int(attempt) != 1 + (subscription.attempts[event] ?? 0) {
      return "is attempt \(attempt), not \(1 + (subscription.attempts[event] ?? 0))"
    }
    for (other, flight) in subscription.inFlight where events[other].key == it.key {
      let isBeside = isReplay || !subscription.parks && subscription.returning.contains(event)
      if other > event, !isBeside, !subscription.settled.contains(other) { return "comes behind a later one of its key" }
      if flight.consumer != consumer { return "has its key at another consumer" }
    }
    for earlier in subscription.from..<event where !isReplay && events[earlier].key == it.key && subscription.wants(events[earlier]) {
      if !subscription.parks, subscription.returning.contains(earlier) { continue }
      if !subscription.settled.contains(earlier), !subscription.dead.contains(earlier), subscription.inFlight[earlier] == nil {
        return "comes before \(events[earlier])"
      }
    }
    subscriptions[s].inFlight[event] = (consumer, number)
    return nil
  }

  mutating func settle(_ event: Int, of s: Int) {
    subscriptions[s].settled.insert(event)
    subscriptions[s].returning.remove(event)
    subscriptions[s].attempts[event] = nil
    subscriptions[s].row = []
    subscriptions[s].isPaused = false
    release(event, of: s)
  }

  /// True where it became a dead letter.
  mutating func fail(_ event: Int, never: Bool, of s: Int, isLoss: Bool = false) {
    release(event, of: s)
    if subscriptions[s].isPaused { return }
    let attempts = (subscriptions[s].attempts[event] ?? 0) + 1
    subscriptions[s].attempts[event] = attempts
    if never || attempts >= attemptsMax {
      subscriptions[s].dead.insert(event)
      subscriptions[s].settled.remove(event)
      subscriptions[s].returning.remove(event)
    }
    if !isLoss { noteFailure(event, of: s) }
  }

  private mutating func noteFailure(_ event: Int, of s: Int) {
    subscriptions[s].row.removeAll { $0.event == event || now - $0.at > 10_000 }
    subscriptions[s].row.append((event, now))
    if subscriptions[s].row.count >= floodFailures {
      subscriptions[s].isPaused = true
      subscriptions[s].probedAt = now
      subscriptions[s].row = []
    }
  }

  // MARK: Operators

  /// An operator calls letters back: they are owed again, and the first try is theirs.
  mutating func recall(_ letters: [Int], of s: Int) {
    for letter in letters {
      subscriptions[s].dead.remove(letter)
      subscriptions[s].returning.insert(letter)
      subscriptions[s].attempts[letter] = nil
    }
  }

  /// What was on its way back is dead again, and no replay goes on.
  mutating func endReturns(of s: Int) {
    subscriptions[s].dead.formUnion(subscriptions[s].returning)
    subscriptions[s].returning = []
    for event in subscriptions[s].settled { subscriptions[s].attempts[event] = nil }
    subscriptions[s].replayed = []
  }

  mutating func reset(_ s: Int, settled: Set<Int>) {
    endReturns(of: s)
    subscriptions[s].settled = settled
    subscriptions[s].attempts = [:]
    subscriptions[s].isPaused = false
  }

  /// The operator lets go of what is unread up to the last of `gone` that the subscription has yet to settle; returns how many it
  /// missed: without those behind a dead event, which may be dead letters themselves by now, and with them.
  mutating func passOver(_ gone: [Int], of s: Int) -> (least: UInt64, most: UInt64) {
    func misses(_ event: Int) -> Bool {
      event >= subscriptions[s].from && subscriptions[s].wants(events[event]) && !subscriptions[s].settled.contains(event)
        && !subscriptions[s].dead.contains(event) && !subscriptions[s].returning.contains(event)
    }
    guard let last = gone.filter(misses).max() else { return (0, 0) }
    var passed: (least: UInt64, most: UInt64) = (0, 0)
    for event in 0...last where misses(event) {
      passed.most += 1
      if !subscriptions[s].isBehindDead(event, events) { passed.least += 1 }
      subscriptions[s].settled.insert(event)
    }
    return passed
  }

  mutating func release(_ event: Int, of s: Int) {
    subscriptions[s].inFlight[event] = nil
    subscriptions[s].working.remove(event)
  }

  /// The consumer's connection is gone; what it worked on counts where it said no farewell.
  mutating func lose(_ consumer: UInt32, counting: Bool) {
    for s in subscriptions.indices {
      let held = subscriptions[s].inFlight.filter { $0.value.consumer == consumer }.sorted { $0.value.number < $1.value.number }
      // Whatever it was at work on: one failure.
      let first = counting && !subscriptions[s].isPaused ? held.first { subscriptions[s].working.contains($0.key) }?.key : nil
      for (event, _) in held {
        if counting, subscriptions[s].working.contains(event) {
          fail(event, never: false, of: s, isLoss: true)
        } else {
          release(event, of: s)
        }
      }
      if let first { noteFailure(first, of: s) }
    }
  }

  /// The broker has started anew.
  mutating func restart() {
    for s in subscriptions.indices {
      subscriptions[s].inFlight = [:]
      subscriptions[s].working = []
      subscriptions[s].row = []
      subscriptions[s].probedAt = nil
    }
  }

  /// Events that a subscription still owes.
  func owed(_ s: Int) -> [Int] {
    let subscription = subscriptions[s]
    return (subscription.from..<max(subscription.from, events.count)).filter { event in
      subscription.wants(events[event]) && !subscription.settled.contains(event) && !subscription.dead.contains(event)
        && !(subscription.isBehindDead(event, events) && subscription.inFlight[event] == nil)
    }
  }
}
