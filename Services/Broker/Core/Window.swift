/// The events of a subscription from its first unsettled one to its reading, in journal order: a ring of places. HOT.
///
/// Ordinals count the events that entered, from 0, and never repeat; an entry keeps the low 32 bits of others.
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
    var state: State = .settled
    /// Has an entry in `Troubles`.
    var isTroubled = false

    var isInFlight: Bool { state == .inFlight || state == .working }
  }

  private var ring: [Entry] = []
  private var mask: UInt64 = 0
  /// The oldest ordinal kept.
  private(set) var first: UInt64 = 0
  /// One past the newest.
  private(set) var end: UInt64 = 0
  /// Position of the last event that left at the front.
  private(set) var passed: UInt64 = 0

  var count: Int { Int(end &- first) }
  var isEmpty: Bool { end == first }

  subscript(_ ordinal: UInt64) -> Entry {
    get { ring[Int(truncatingIfNeeded: ordinal & mask)] }
    _modify { yield &ring[Int(truncatingIfNeeded: ordinal & mask)] }
  }

  /// The whole ordinal of an entry that is in the window, or some number beyond `end`.
  func ordinal(_ low: UInt32) -> UInt64 { first &+ UInt64(low &- UInt32(truncatingIfNeeded: first)) }

  /// Adds an event at the end, waiting.
  mutating func push(_ event: IndexedEvent) -> UInt64 {
    if count == ring.count { grow() }
    let ordinal = end
    ring[Int(truncatingIfNeeded: ordinal & mask)] = Entry(
      position: event.position, key: event.key, sequence: event.sequence, producer: event.producer, bytes: event.bytes,
      state: .waiting)
    end += 1
    return ordinal
  }

  /// Drops what is settled at the front.
  mutating func trim() {
    while first < end, self[first].state == .settled {
      passed = self[first].position
      first += 1
    }
  }

  /// Drops everything; ordinals go on.
  mutating func clear() { first = end }

  private mutating func grow() {
    let size = max(64, ring.count * 2)
    var larger = [Entry](repeating: Entry(), count: size)
    let newMask = UInt64(size - 1)
    var ordinal = first
    while ordinal < end {
      larger[Int(truncatingIfNeeded: ordinal & newMask)] = self[ordinal]
      ordinal += 1
    }
    ring = larger
    mask = newMask
  }
}
