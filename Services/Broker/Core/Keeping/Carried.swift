package import Journal

/// Events that somebody still needs although their segment is gone: copied forward, known by the position at which they were accepted.
///
/// A position is an event's name for ever: settles, dead letters and inboxes go on to use it. Only who needs the bytes asks for the place.
struct Carried: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    var event: IndexedEvent
    /// Where its bytes stand now.
    var place: UInt64
  }

  /// Ascending by position.
  private(set) var list: [Entry] = []

  /// What an entry takes in a checkpoint.
  static let entryBytes = 60

  var count: Int { list.count }
  var isEmpty: Bool { list.isEmpty }

  init(_ list: [Entry] = []) { for entry in list { put(entry) } }

  func find(_ position: UInt64) -> Entry? {
    let at = index(position)
    return at < list.count && list[at].event.position == position ? list[at] : nil
  }

  /// Takes up an event, or where it stands from now on.
  mutating func put(_ entry: Entry) {
    let at = index(entry.event.position)
    if at < list.count, list[at].event.position == entry.event.position { list[at] = entry } else { list.insert(entry, at: at) }
  }

  mutating func keep(where isNeeded: (IndexedEvent) -> Bool) { list.removeAll { !isNeeded($0.event) } }

  /// Those from `position` to before `end`, in order.
  func events(from position: UInt64, before end: UInt64) -> [IndexedEvent] {
    list[index(position)..<max(index(position), index(end))].map(\.event)
  }

  /// The first entry at or behind `position`.
  private func index(_ position: UInt64) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].event.position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The record of an event that was copied forward: u64 the position at which it was accepted, then the event record's payload as it was.
package enum CarriedRecord {
  package static let kind = RecordKind(rawValue: 34)
  static let headBytes = 8

  /// What `record` carries; nil for other records.
  package static func read(_ record: Record) -> (event: IndexedEvent, json: UnsafeRawBufferPointer)? {
    let most = headBytes + EventHead.byteCount
    guard record.kind == kind, record.payload.count >= most else { return nil }
    let original = UInt64(littleEndian: record.payload.loadUnaligned(as: UInt64.self))
    let json = UnsafeRawBufferPointer(rebasing: record.payload[most...])
    let head = EventHead(UnsafeRawBufferPointer(rebasing: record.payload[headBytes..<most]))
    return (IndexedEvent(head, at: Position(original), bytes: json.count), json)
  }

  /// The payload that carries what `record`, an event or one carried before, holds; nil for other records.
  static func payload(_ record: Record) -> [UInt8]? {
    if record.kind == kind { return Array(record.payload) }
    guard record.event != nil else { return nil }
    return withUnsafeBytes(of: record.position.value.littleEndian) { Array($0) } + record.payload
  }

  /// The JSON of an event, wherever it stands; nil for other records.
  package static func json(_ record: Record) -> UnsafeRawBufferPointer? { record.event?.json ?? read(record)?.json }
}
