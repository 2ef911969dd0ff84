// A commit is what one fdatasync covers. It is one thing in three states, each of its own type, none of which can be copied:
//
//    Gathering --begin--> Writing --finish--> Durable --release--> Released: effects and bytes
//    records and effects   written             synced               may leave
//    are added
//
// Only the journal makes a Writing and a Durable, so an effect leaves after the sync that covers it, or never.

/// Records and effects on their way into one commit. Nobody reads the effects here: they are for who makes a `Durable` of it.
///
/// The compiler does not specialise what is generic here for another module, so who gathers message by message says these few things once
/// more for its own effects, by the two parts (BrokerCore/Gathering+Effect.swift).
/// Confined to the thread of its journal. While it holds records, no other Gathering, closing mark or roll may come between.
package struct Gathering<Effect>: ~Copyable {
  package var bytes: CommitBytes
  package var effects: [Effect]

  /// Gathers for a journal whose first free place is `position`, with room for `room` bytes; `Journal.gather` calls this.
  package init(
    at position: Position, room: Int, _ sum: Checksum, reusing storage: consuming [UInt8] = [], effects: consuming [Effect] = []
  ) {
    bytes = CommitBytes(at: position, room: room, sum, storage)
    effects.removeAll(keepingCapacity: true)
    self.effects = effects
  }

  /// Adds a record; returns where it will stand. Somebody waits for an urgent one; others ride along with the next urgent one.
  package mutating func record(_ kind: RecordKind, urgent: Bool, _ payload: UnsafeRawBufferPointer) -> Position {
    bytes.add(kind, urgent: urgent, payload)
  }

  /// Adds an event, always urgent; returns where it will stand. HOT.
  package mutating func record(event head: EventHead, _ json: UnsafeRawBufferPointer) -> Position { bytes.add(head, json) }

  /// Keeps `effect` back until everything gathered so far is durable. HOT.
  package mutating func afterDurable(_ effect: Effect) { effects.append(effect) }

  /// Completes the commit's head; nothing is added afterwards.
  mutating func close(durableThrough: Position) { bytes.close(durableThrough: durableThrough) }

  /// Nothing was gathered: the commit may be skipped.
  package var isEmpty: Bool { bytes.records == 0 && effects.isEmpty }
  package var hasRecords: Bool { bytes.records > 0 }
  /// Somebody waits, for a record or for an effect.
  package var isUrgent: Bool { bytes.isUrgent || !effects.isEmpty }
  /// Bytes of the commit so far, its head included.
  package var byteCount: Int { bytes.used }
  /// Bytes that records may still take in this segment. Begin the commit, and roll if the journal asks for it, before an input that could
  /// need more.
  package var remaining: Int { bytes.room - bytes.used }
  /// Where the commit begins.
  package var start: Position { bytes.start }
}

/// A commit whose records were written but not yet synced. Its effects are for nobody.
package struct Writing<Effect>: ~Copyable {
  let bytes: CommitBytes
  let effects: [Effect]

  init(bytes: consuming CommitBytes, effects: consuming [Effect]) {
    self.bytes = bytes
    self.effects = effects
  }
}

/// A commit that is on the disk for good. Only the journal makes one, after its own sync.
package struct Durable<Effect>: ~Copyable {
  private let bytes: CommitBytes
  private let effects: [Effect]

  init(_ writing: consuming Writing<Effect>) {
    bytes = writing.bytes
    effects = writing.effects
  }

  /// Lets the effects go, and gives the memory back.
  package consuming func release() -> Released<Effect> {
    Released(effects: effects, bytes: bytes.storage, byteCount: bytes.records > 0 ? bytes.used : 0, start: bytes.start)
  }
}

/// What a durable commit leaves behind: hand `bytes` and `effects` to the next `gather(reusing:)`.
package struct Released<Effect> {
  package var effects: [Effect]
  /// The first `byteCount` are the commit as it stands in the journal from `start`; what follows is old and means nothing.
  package var bytes: [UInt8]
  package var byteCount: Int
  package var start: Position
}

/// The bytes of a commit: its head and its records, as they will stand in the segment.
package struct CommitBytes {
  private(set) var storage: [UInt8]
  package private(set) var used = RecordLayout.commitBytes
  package private(set) var records: UInt32 = 0
  package private(set) var isUrgent = false
  package let start: Position
  package let room: Int
  private let sum: Checksum

  init(at start: Position, room: Int, _ sum: Checksum, _ storage: consuming [UInt8]) {
    self.start = start
    self.room = room
    self.sum = sum
    if storage.count < RecordLayout.commitBytes { storage = [UInt8](repeating: 0, count: 64 << 10) }
    self.storage = storage
  }

  /// Where the commit ends.
  var end: Position { records > 0 ? start.advanced(by: used) : start }

  /// As `Gathering.record`.
  package mutating func add(_ kind: RecordKind, urgent: Bool, _ payload: UnsafeRawBufferPointer) -> Position {
    precondition(!kind.isJournals, "kinds below 16 are the journal's own")
    let at = take(payload.count)
    let position = start.advanced(by: at)
    storage.withUnsafeMutableBytes { bytes in
      Bytes.copy(payload, bytes, at + RecordLayout.headBytes)
      RecordLayout.seal(kind, payload: payload.count, position: position, sum, bytes, at)
    }
    isUrgent = isUrgent || urgent
    return position
  }

  /// As `Gathering.record(event:_:)`. HOT.
  package mutating func add(_ head: EventHead, _ json: UnsafeRawBufferPointer) -> Position {
    let payload = EventHead.byteCount + json.count
    let at = take(payload)
    let position = start.advanced(by: at)
    storage.withUnsafeMutableBytes { bytes in
      head.write(bytes, at + RecordLayout.headBytes)
      Bytes.copy(json, bytes, at + RecordLayout.headBytes + EventHead.byteCount)
      RecordLayout.seal(.event, payload: payload, position: position, sum, bytes, at)
    }
    isUrgent = true
    return position
  }

  /// Completes the head; nothing is added afterwards.
  mutating func close(durableThrough: Position) {
    let payload = RecordLayout.commitBytes - RecordLayout.headBytes
    storage.withUnsafeMutableBytes { bytes in
      Bytes.put(durableThrough.value, bytes, RecordLayout.headBytes)
      Bytes.put(UInt32(used - RecordLayout.commitBytes), bytes, RecordLayout.headBytes + 8)
      Bytes.put(records, bytes, RecordLayout.headBytes + 12)
      RecordLayout.seal(.commit, payload: payload, position: start, sum, bytes, 0)
    }
  }

  /// Room for a record with a payload of `payload` bytes; returns its offset in the commit.
  private mutating func take(_ payload: Int) -> Int {
    precondition(payload <= JournalLimits.payloadBytesMax, "a record's payload is larger than the journal takes")
    let at = used
    used += RecordLayout.byteCount(payload: payload)
    precondition(used <= room, "a record does not fit the segment: ask `remaining` before each input")
    records += 1
    if used > storage.count { storage.append(contentsOf: repeatElement(0, count: max(storage.count, used - storage.count))) }
    return at
  }
}
