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
  }

  static let headBytes = 16
  static let entryBytes = 24

  /// Finished pieces and the open one, each a payload.
  private var pieces: [[UInt8]] = []
  private var piece: [UInt8] = []
  private var base: Int64 = 0
  private let number: UInt64

  init(of number: UInt64) { self.number = number }

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
    var entry = (
      UInt32(offset).littleEndian, checksum.littleEndian, head.producer.littleEndian, after.littleEndian, head.sequence.littleEndian
    )
    withUnsafeBytes(of: &entry) { piece.append(contentsOf: $0) }
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
