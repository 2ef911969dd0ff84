import BrokerCore
import Journal

/// The youngest bytes of the journal, in memory: what consumers that keep up are served from.
///
/// ```
///   slabs:  [ start ........ used | free ]  [ start ......... ]  ...     each a contiguous stretch of the journal, whole commits
///              ▲ dropped once the machine's tail begins behind it
/// ```
/// Belongs to the reactor's thread.
struct RecentBytes {
  private struct Slab {
    let start: Position
    var used: Int
    let bytes: UnsafeMutableRawBufferPointer
    var end: Position { start.advanced(by: used) }
  }

  private var slabs: [Slab] = []
  /// The slab that was asked last: most questions are about the youngest, and a look at an array counts a reference to it.
  private var last: Slab?
  /// Slabs before this one have been dropped.
  private var first = 0
  private var spares: [UnsafeMutableRawBufferPointer] = []

  /// Large enough for the commit of a busy turn, small enough to be freed in steps.
  private static let slabBytes = 1 << 20
  private static let sparesMax = 2

  /// Where the oldest byte in memory stands.
  var start: Position? { first < slabs.count ? slabs[first].start : nil }

  /// Keeps the durable commit `bytes`, which stands at `position`.
  mutating func keep(_ bytes: UnsafeRawBufferPointer, at position: Position) {
    guard !bytes.isEmpty else { return }
    last = nil
    if let last = slabs.indices.last, last >= first, slabs[last].end == position, slabs[last].bytes.count - slabs[last].used >= bytes.count
    {
      UnsafeMutableRawBufferPointer(rebasing: slabs[last].bytes[slabs[last].used...]).copyMemory(from: bytes)
      slabs[last].used += bytes.count
      return
    }
    let slab = Slab(start: position, used: bytes.count, bytes: room(for: bytes.count))
    slab.bytes.copyMemory(from: bytes)
    slabs.append(slab)
  }

  /// Lets go of what lies wholly before `position`.
  mutating func drop(before position: Position) {
    last = nil
    while first < slabs.count, slabs[first].end <= position {
      let bytes = slabs[first].bytes
      if bytes.count == Self.slabBytes, spares.count < Self.sparesMax { spares.append(bytes) } else { bytes.deallocate() }
      first += 1
    }
    guard first > 64, first * 2 > slabs.count else { return }
    slabs.removeFirst(first)
    first = 0
  }

  /// The JSON of the event whose record stands at `position`; nil where it is not in memory. Valid until the next `keep` or `drop`. HOT.
  mutating func event(at position: Position) -> UnsafeRawBufferPointer? {
    if let last, last.start <= position, position < last.end { return event(at: position, in: last) }
    var low = first
    var high = slabs.count
    while low < high {
      let middle = (low + high) / 2
      if slabs[middle].end <= position { low = middle + 1 } else { high = middle }
    }
    guard low < slabs.count, slabs[low].start <= position else { return nil }
    last = slabs[low]
    return event(at: position, in: slabs[low])
  }

  @inline(__always)
  private func event(at position: Position, in slab: Slab) -> UnsafeRawBufferPointer? {
    EventBytes.at(position, in: UnsafeRawBufferPointer(rebasing: slab.bytes[..<slab.used]), base: slab.start)
  }

  private mutating func room(for count: Int) -> UnsafeMutableRawBufferPointer {
    if count <= Self.slabBytes, let spare = spares.popLast() { return spare }
    return .allocate(byteCount: max(count, Self.slabBytes), alignment: 64)
  }
}

/// Finds an event's JSON in bytes of the journal.
enum EventBytes {
  /// The JSON of the event at `position`, where `bytes` begin at `base`; nil where no event stands there.
  static func at(_ position: Position, in bytes: UnsafeRawBufferPointer, base: Position) -> UnsafeRawBufferPointer? {
    RecordCursor.record(at: position, in: bytes, base: base).flatMap(CarriedRecord.json)
  }
}
