/// The events of a subscription from its first unsettled one to its reading, in journal order but for what was called back: a ring of
/// places. HOT.
///
/// Ordinals count the events that entered, from 0; only one that `trimReturns` took is given again. An entry keeps the low 32 bits of others.
struct Window: Sendable {
  enum State: UInt8, Sendable {
    /// In its key's chain.
    case waiting
    case inFlight
    /// In flight, and its consumer said that it has begun.
    case working
    case settled
  }

  struct Entry: Sendable {
    var position: UInt64 = 0
    var key: UInt64 = 0
    var sequence: UInt64 = 0
    /// Of the delivery in flight.
    var number: UInt64 = 0
    /// Uptime.
    var leaseEnd: Int64 = 0
    var producer: UInt32 = 0
    var bytes: UInt32 = 0
    /// The next in the key's chain, low bits of its ordinal.
    var next: UInt32 = 0
    /// Node in `KeyLeases`.
    var node: UInt32 = 0
    var consumer: UInt16 = 0
    /// Number of the event's type.
    var type: UInt16 = 0
    var state: State = .settled
    /// Has an entry in `Troubles`.
    var isTroubled = false
    /// Called back: stands here out of the journal's order, and its position says nothing of the floor.
    var isReturn = false

    var isInFlight: Bool { state == .inFlight || state == .working }
    var isSettledHere: Bool { state == .settled && !isReturn }
  }

  private var ring = Ring(empty: Entry())
  /// Position of the last event that left at the front.
  private(set) var passed: UInt64 = 0

  /// The oldest ordinal kept.
  var first: UInt64 { ring.first }
  /// One past the newest.
  var end: UInt64 { ring.end }
  var count: Int { ring.count }
  var isEmpty: Bool { ring.isEmpty }

  subscript(_ ordinal: UInt64) -> Entry {
    get { ring[ordinal] }
    _modify { yield &ring[ordinal] }
  }

  /// The whole ordinal of an entry that is in the window, or some number beyond `end`.
  func ordinal(_ low: UInt32) -> UInt64 { first &+ UInt64(low &- UInt32(truncatingIfNeeded: first)) }

  /// Adds an event at the end, waiting.
  mutating func push(_ event: IndexedEvent) -> UInt64 {
    ring.push(
      Entry(
        position: event.position, key: event.key, sequence: event.sequence, producer: event.producer, bytes: event.bytes,
        type: UInt16(truncatingIfNeeded: event.type), state: .waiting))
    return end - 1
  }

  /// Drops what is settled at the front.
  mutating func trim() {
    while first < end, self[first].state == .settled {
      // Where something came back from says nothing of what lies before it.
      if !self[first].isReturn { passed = self[first].position }
      ring.dropFirst()
    }
  }

  /// Drops what came back and is settled at the end: behind an event that is held up it would keep its place until that one goes.
  /// Nothing may speak of it any more; deliveries of it are known by their numbers, which never repeat.
  mutating func trimReturns() {
    while first < end, self[end - 1].state == .settled, self[end - 1].isReturn { ring.dropLast() }
  }

  /// Drops everything; ordinals go on.
  mutating func clear() {
    ring.clear()
    passed = 0
  }
}
