package import Contracts

// A record, the only thing a segment holds behind its header block. Numbers are little-endian; a record starts at a multiple of 8.
//
//    0        4        8                16   17   18       20       24
//    +--------+--------+----------------+----+----+--------+--------+----------------+---------+
//    | CRC    | length | position       |kind|flag| zero   | zero   | payload        | zeros   |
//    +--------+--------+----------------+----+----+--------+--------+----------------+---------+
//             |<------------------------- the CRC covers, from the journal's seed ------------>| multiple of 8
//
// length    of the payload alone, in bytes
// position  of the record itself, as a Position: it names segment and offset, so that what a recycled file held before never verifies,
//           and a reader that lost its way finds the next record by looking for a place that names itself
// CRC       CRC-32C with the first four bytes of the journal's id as seed
//
// kind  1 commit head     u64 durable through, u32 bytes and u32 count of the records that follow
//       2 closing mark    u64 durable through (its own place, or where the trails begin that were written with it): nothing before is in doubt
//       3 checkpoint      one piece of the state at the segment's head; see Checkpoint.swift
//       4 digest          what the segment before held; see SegmentDigest.swift
//       5 filler          stands where damage was and nothing is missed any more; see Heal.swift
//       6 trail           what a stretch of this segment holds; see SegmentDigest.swift
//      16 event           EventHead (32 bytes), then the event as it was published
//     17+                 the broker's own

/// One record that verified. The payload is borrowed: it ends with the closure or the bytes it was read from.
package struct Record {
  package let kind: RecordKind
  package let flags: UInt8
  package let position: Position
  /// The record's checksum, as a digest keeps it.
  package let checksum: UInt32
  package let payload: UnsafeRawBufferPointer

  /// Bytes that the record takes in its segment, padding included.
  package var byteCount: Int { RecordLayout.byteCount(payload: payload.count) }

  /// Head and bytes of an event; nil where the record is of another kind or too short.
  package var event: (head: EventHead, json: UnsafeRawBufferPointer)? {
    guard kind == .event, payload.count >= EventHead.byteCount else { return nil }
    return (EventHead(payload), UnsafeRawBufferPointer(rebasing: payload[EventHead.byteCount...]))
  }
}

/// What a record is about. 1 to 15 belong to the journal, 17 and above to the broker.
package struct RecordKind: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let commit = RecordKind(rawValue: 1)
  package static let closingMark = RecordKind(rawValue: 2)
  package static let checkpoint = RecordKind(rawValue: 3)
  package static let digest = RecordKind(rawValue: 4)
  package static let filler = RecordKind(rawValue: 5)
  package static let trail = RecordKind(rawValue: 6)
  package static let event = RecordKind(rawValue: 16)

  /// The journal's own kinds, which a reader of facts passes over.
  package var isJournals: Bool { rawValue < 16 }
}

/// What the broker must know of an event without reading it: the first 32 bytes of an event record.
package struct EventHead: Hashable, Sendable {
  /// The broker's number for credential and lineage.
  package var producer: UInt32
  /// The broker's number for the event's type.
  package var type: UInt32
  /// The producer's.
  package var sequence: UInt64
  /// A hash of the partition key.
  package var key: UInt64
  package var acceptedAt: Timestamp

  package static let byteCount = 32

  package init(producer: UInt32, type: UInt32, sequence: UInt64, key: UInt64, acceptedAt: Timestamp) {
    self.producer = producer
    self.type = type
    self.sequence = sequence
    self.key = key
    self.acceptedAt = acceptedAt
  }

  /// Reads the first `byteCount` bytes of an event record's payload.
  package init(_ bytes: UnsafeRawBufferPointer) {
    producer = Bytes.u32(bytes, 0)
    type = Bytes.u32(bytes, 4)
    sequence = Bytes.u64(bytes, 8)
    key = Bytes.u64(bytes, 16)
    acceptedAt = Timestamp(milliseconds: Int64(bitPattern: Bytes.u64(bytes, 24)))
  }

  func write(_ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
    Bytes.put(producer, bytes, at)
    Bytes.put(type, bytes, at + 4)
    Bytes.put(sequence, bytes, at + 8)
    Bytes.put(key, bytes, at + 16)
    Bytes.put(UInt64(bitPattern: acceptedAt.milliseconds), bytes, at + 24)
  }
}

/// Where a record's fields lie.
package enum RecordLayout {
  package static let headBytes = 24
  static let commitBytes = headBytes + 16
  static let markBytes = headBytes + 8

  /// Bytes that a record with a payload of `payload` bytes takes.
  package static func byteCount(payload: Int) -> Int { headBytes + (payload + 7) & ~7 }

  /// Writes head, padding and checksum around a payload that is in place at `at + headBytes`.
  static func seal(
    _ kind: RecordKind, flags: UInt8 = 0, payload: Int, position: Position, _ sum: Checksum, _ bytes: UnsafeMutableRawBufferPointer,
    _ at: Int
  ) {
    let size = byteCount(payload: payload)
    // The last word first: its tail stays as padding or is payload already in place.
    for padding in at + headBytes + payload..<at + size { bytes[padding] = 0 }
    Bytes.put(UInt32(payload), bytes, at + 4)
    Bytes.put(position.value, bytes, at + 8)
    Bytes.put(UInt64(kind.rawValue) | UInt64(flags) << 8, bytes, at + 16)
    Bytes.put(sum(UnsafeRawBufferPointer(rebasing: bytes[at + 4..<at + size])), bytes, at)
  }

  /// The record at `at`, were it to stand at `position`; nil where it does not verify or is not all there.
  static func read(_ bytes: UnsafeRawBufferPointer, _ at: Int, position: Position, _ sum: Checksum) -> Record? {
    guard let record = readUnverified(bytes, at, position: position),
      record.checksum == sum(UnsafeRawBufferPointer(rebasing: bytes[at + 4..<at + record.byteCount]))
    else { return nil }
    return record
  }

  /// As `read`, for bytes whose checksums were compared before.
  static func readUnverified(_ bytes: UnsafeRawBufferPointer, _ at: Int, position: Position) -> Record? {
    guard at + headBytes <= bytes.count, Bytes.u64(bytes, at + 8) == position.value else { return nil }
    let payload = Int(Bytes.u32(bytes, at + 4))
    let kinds = Bytes.u64(bytes, at + 16)
    guard payload <= JournalLimits.payloadBytesMax, at + byteCount(payload: payload) <= bytes.count, kinds & 0xFF != 0, kinds >> 16 == 0
    else { return nil }
    return Record(
      kind: RecordKind(rawValue: UInt8(truncatingIfNeeded: kinds)), flags: UInt8(truncatingIfNeeded: kinds >> 8), position: position,
      checksum: Bytes.u32(bytes, at),
      payload: UnsafeRawBufferPointer(rebasing: bytes[at + headBytes..<at + headBytes + payload]))
  }
}
