/// What is known of the latest events without reading the disk: a ring of places, bounded by count and by bytes. HOT.
struct TailIndex: Sendable {
  private var ring: [IndexedEvent] = []
  private var mask: UInt64 = 0
  private(set) var first: UInt64 = 0
  private(set) var end: UInt64 = 0
  private var bytes = 0
  /// Every event behind this position is here.
  private(set) var before: UInt64 = 0
  private let eventsMax: Int
  private let bytesMax: Int

  init(eventsMax: Int, bytesMax: Int) {
    self.eventsMax = eventsMax
    self.bytesMax = bytesMax
  }

  /// Begins anew, for events behind `position`.
  mutating func restart(behind position: UInt64) {
    first = end
    bytes = 0
    before = position
  }

  subscript(_ ordinal: UInt64) -> IndexedEvent { ring[Int(truncatingIfNeeded: ordinal & mask)] }

  mutating func push(_ event: IndexedEvent) {
    if Int(end &- first) == ring.count { if ring.count < eventsMax { grow() } else { drop() } }
    ring[Int(truncatingIfNeeded: end & mask)] = event
    end += 1
    bytes += Int(event.bytes)
    while bytes > bytesMax, end &- first > 1 { drop() }
  }

  /// The ordinal of the first event at or behind `position`.
  func ordinal(from position: UInt64) -> UInt64 {
    var low = first
    var high = end
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func drop() {
    let oldest = self[first]
    bytes -= Int(oldest.bytes)
    before = oldest.position
    first += 1
  }

  private mutating func grow() {
    let size = max(64, ring.count * 2)
    var larger = [IndexedEvent](repeating: IndexedEvent(), count: size)
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

extension IndexedEvent {
  /// An empty place.
  init() {
    position = 0
    key = 0
    sequence = 0
    acceptedAt = 0
    type = 0
    producer = 0
    bytes = 0
  }
}
