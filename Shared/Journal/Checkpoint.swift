// A checkpoint is cut into records; the payload of each:
//
//    0   8  offset of this piece in the state
//    8   4  CRC of the state through the end of this piece, from the journal's seed
//   12   4  zero
//   16   .  the piece, at most 1 MiB
//
// The last record has flag 1: with its CRC it vouches for the whole.

/// The broker's small state as it stood when a segment was opened.
enum Checkpoint {
  static let headBytes = 16
  static let last: UInt8 = 1

  /// Bytes that a state of `count` bytes takes as records.
  static func byteCount(state count: Int) -> Int {
    let whole = count / JournalLimits.pieceBytes
    let rest = count % JournalLimits.pieceBytes
    let full = whole * RecordLayout.byteCount(payload: headBytes + JournalLimits.pieceBytes)
    return rest > 0 || whole == 0 ? full + RecordLayout.byteCount(payload: headBytes + rest) : full
  }

  /// The payloads of the records, first to last.
  static func payloads(of state: [UInt8], _ sum: Checksum) -> [[UInt8]] {
    var payloads: [[UInt8]] = []
    var through = sum(UnsafeRawBufferPointer(start: nil, count: 0))
    var at = 0
    repeat {
      let end = min(at + JournalLimits.pieceBytes, state.count)
      var payload = [UInt8](repeating: 0, count: headBytes)
      state.withUnsafeBytes { through = sum.continued(through, UnsafeRawBufferPointer(rebasing: $0[at..<end])) }
      payload.withUnsafeMutableBytes {
        Bytes.put(UInt64(at), $0, 0)
        Bytes.put(through, $0, 8)
      }
      payload.append(contentsOf: state[at..<end])
      payloads.append(payload)
      at = end
    } while at < state.count
    return payloads
  }

  /// Gathers the state from the records of a head.
  struct Gatherer {
    private(set) var state: [UInt8] = []
    /// Whether the last piece came and every sum agreed.
    private(set) var isWhole = false
    private var through: UInt32
    private let sum: Checksum

    init(_ sum: Checksum) {
      self.sum = sum
      through = sum(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Takes the next record; false where it does not follow.
    mutating func add(_ record: Record) -> Bool {
      guard record.kind == .checkpoint, !isWhole, record.payload.count >= headBytes, Bytes.u64(record.payload, 0) == UInt64(state.count)
      else { return false }
      let piece = UnsafeRawBufferPointer(rebasing: record.payload[headBytes...])
      through = sum.continued(through, piece)
      guard through == Bytes.u32(record.payload, 8) else { return false }
      state.append(contentsOf: piece)
      isWhole = record.flags & last != 0
      return true
    }
  }
}
