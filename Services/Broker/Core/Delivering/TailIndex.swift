/// What is known of the latest events without reading the disk: a ring of places, bounded by count and by bytes. HOT.
struct TailIndex: Sendable {
  private var ring = Ring(empty: IndexedEvent())
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
    ring.clear()
    bytes = 0
    before = position
  }

  var first: UInt64 { ring.first }
  var end: UInt64 { ring.end }

  subscript(_ ordinal: UInt64) -> IndexedEvent { ring[ordinal] }

  mutating func push(_ event: IndexedEvent) {
    if ring.count >= eventsMax { drop() }
    ring.push(event)
    bytes += Int(event.bytes)
    while bytes > bytesMax, ring.count > 1 { drop() }
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

  /// What lies before `position` is let go of, here as in the journal: nobody who comes later finds it.
  mutating func forget(before position: UInt64) {
    while ring.count > 0, ring[first].position < position { drop() }
    before = max(before, position == 0 ? 0 : position - 1)
  }

  private mutating func drop() {
    let oldest = ring[first]
    bytes -= Int(oldest.bytes)
    before = oldest.position
    ring.dropFirst()
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
