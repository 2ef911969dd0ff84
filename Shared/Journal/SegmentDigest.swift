import Contracts

// A digest record, payload:
//
//    0   8  number of the segment that it tells of
//    8   8  base, milliseconds since 1970
//   16  24  one entry an event, in order:
//             0  4  offset of the event's record in its segment
//             4  4  the record's CRC
//             8  4  producer
//            12  4  accepted at, milliseconds after base (signed)
//            16  8  sequence
//
// Where a stretch was damaged and nothing told of it when the segment was sealed, an entry says that it is unknown: its producer is all
// ones, its CRC the length in bytes.
//
// A trail record (kind 6) is the same for a stretch of its own segment: u32 the offset where it begins, u32 where it ends, then what a
// digest record says of it. Written before a closing mark, so that damage in the newest segment has names as well.
//
// A record holds at most 1 MiB; an event that was accepted more than 24 days from the base begins another record. With offset, CRC and
// the instant, an event that is lost can be named, asked of its producer and written again bit by bit.

/// What a segment holds, event by event: written at the head of the next one, so that damage can be named and healed.
struct SegmentDigest {
  /// One event of the segment.
  struct Entry: Equatable {
    var offset: UInt32
    var checksum: UInt32
    var producer: UInt32
    var sequence: UInt64
    var acceptedAt: Timestamp

    /// No event: nobody knows what stood at `offset` and so many bytes behind it.
    var isUnknown: Bool { producer == .max }

    static func unknown(_ offsets: Range<Int>) -> Entry {
      Entry(
        offset: UInt32(offsets.lowerBound), checksum: UInt32(offsets.count), producer: .max, sequence: 0,
        acceptedAt: Timestamp(milliseconds: 0))
    }
  }

  static let headBytes = 16
  static let entryBytes = 24

  /// Finished pieces and the open one, each a payload.
  private var pieces: [[UInt8]] = []
  private var piece: [UInt8] = []
  private var base: Int64 = 0
  private let number: UInt64
  /// Up to where trails have told: finished pieces, bytes of the open one, and the segment's offset.
  private var told: (pieces: Int, bytes: Int, offset: Int)
  private var lastOffset = 0

  /// Tells of segment `number`, whose trails begin at the offset `from`.
  init(of number: UInt64, from: Int) {
    self.number = number
    told = (0, Self.headBytes, from)
  }

  /// Bytes of the digest as records.
  var byteCount: Int {
    pieces.reduce(piece.isEmpty ? 0 : RecordLayout.byteCount(payload: piece.count)) { $0 + RecordLayout.byteCount(payload: $1.count) }
  }

  /// Takes up the event that stands at `offset`. HOT.
  mutating func add(_ head: EventHead, checksum: UInt32, offset: Int) {
    let accepted = head.acceptedAt.milliseconds
    var after = Int32(truncatingIfNeeded: accepted &- base)
    if piece.isEmpty || Int64(after) != accepted &- base || piece.count + Self.entryBytes > JournalLimits.pieceBytes {
      begin(accepted)
      after = 0
    }
    lastOffset = offset
    var entry = (
      UInt32(offset).littleEndian, checksum.littleEndian, head.producer.littleEndian, after.littleEndian, head.sequence.littleEndian
    )
    withUnsafeBytes(of: &entry) { piece.append(contentsOf: $0) }
  }

  /// Takes up what another told of the segment: an event that is gone, or a stretch that nobody knows.
  mutating func add(_ entry: Entry) {
    add(
      EventHead(producer: entry.producer, type: 0, sequence: entry.sequence, key: 0, acceptedAt: entry.acceptedAt),
      checksum: entry.checksum, offset: Int(entry.offset))
  }

  // MARK: Trails

  /// What is to be told since the last trail, everything before the offset `end`: the payloads of records. Call `trailed` once they are
  /// durable.
  func trails(before end: Int) -> [[UInt8]] {
    guard end > told.offset else { return [] }
    let all = payloads()
    var trails: [[UInt8]] = []
    var from = told.offset
    for index in all.indices.dropFirst(told.pieces) {
      let start = index == told.pieces ? max(told.bytes, Self.headBytes) : Self.headBytes
      guard start < all[index].count else { continue }
      let next = index + 1 < all.count ? all[index + 1].withUnsafeBytes { Int(Bytes.u32($0, Self.headBytes)) } : end
      trails.append(Self.trail(from, next) + all[index][..<Self.headBytes] + all[index][start...])
      from = next
    }
    // That nothing stands in a stretch is worth knowing as well.
    if trails.isEmpty {
      var head = [UInt8](repeating: 0, count: Self.headBytes)
      head.withUnsafeMutableBytes { Bytes.put(number, $0, 0) }
      trails.append(Self.trail(from, end) + head)
    }
    return trails
  }

  private static func trail(_ from: Int, _ end: Int) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: 8)
    head.withUnsafeMutableBytes {
      Bytes.put(UInt32(from), $0, 0)
      Bytes.put(UInt32(end), $0, 4)
    }
    return head
  }

  /// Everything before the offset `end` is told.
  mutating func trailed(before end: Int) {
    told = piece.isEmpty ? (pieces.count, Self.headBytes, end) : (pieces.count, piece.count, end)
  }

  /// A trail that was read tells of everything before the offset `end`, if nothing that was taken up stands behind it.
  mutating func trailed(upTo end: Int) {
    if lastOffset < end, told.offset < end { trailed(before: end) }
  }

  /// The stretch and the entries of a trail's payload; nil where it tells of another segment or is no trail.
  static func trail(of number: UInt64, _ payload: UnsafeRawBufferPointer) -> (range: Range<Int>, entries: [Entry])? {
    guard payload.count >= 8 else { return nil }
    let (from, end) = (Int(Bytes.u32(payload, 0)), Int(Bytes.u32(payload, 4)))
    guard from <= end, let entries = entries(of: number, UnsafeRawBufferPointer(rebasing: payload[8...])) else { return nil }
    return (from..<end, entries)
  }

  /// The pieces, each the payload of one record.
  func payloads() -> [[UInt8]] { piece.isEmpty ? pieces : pieces + [piece] }

  /// The entries of one record's payload; nil where it tells of another segment or is no digest.
  static func entries(of number: UInt64, _ payload: UnsafeRawBufferPointer) -> [Entry]? {
    guard payload.count >= headBytes, (payload.count - headBytes) % entryBytes == 0, Bytes.u64(payload, 0) == number else { return nil }
    let base = Int64(bitPattern: Bytes.u64(payload, 8))
    return stride(from: headBytes, to: payload.count, by: entryBytes).map { at in
      Entry(
        offset: Bytes.u32(payload, at), checksum: Bytes.u32(payload, at + 4), producer: Bytes.u32(payload, at + 8),
        sequence: Bytes.u64(payload, at + 16),
        acceptedAt: Timestamp(milliseconds: base &+ Int64(Int32(bitPattern: Bytes.u32(payload, at + 12)))))
    }
  }

  private mutating func begin(_ base: Int64) {
    if !piece.isEmpty {
      pieces.append(piece)
      piece.removeAll(keepingCapacity: true)
    }
    self.base = base
    var head = (number.littleEndian, base.littleEndian)
    withUnsafeBytes(of: &head) { piece.append(contentsOf: $0) }
  }
}
