/// The head of a segment, as far as it verifies.
struct SegmentHead {
  /// Events of the segment before; nil where a digest record does not verify.
  private(set) var digest: [SegmentDigest.Entry]? = []
  /// The state; nil where it does not verify. Empty in segment 1.
  private(set) var checkpoint: [UInt8]?
  /// Offset of the first commit.
  private(set) var end = SegmentHeader.blockBytes
  private(set) var damaged: [(part: Damage.Part, range: Range<Int>)] = []

  /// Reads the head of segment `number` from `scan`; `header` is nil where the header block is damaged.
  init(_ scan: SegmentScan, number: UInt64, header: SegmentHeader?) {
    var gatherer = Checkpoint.Gatherer(scan.sum)
    var offset = SegmentHeader.blockBytes
    guard let header else {
      // Without lengths the records tell by themselves where the head ends.
      damaged = [(.header, 0..<SegmentHeader.blockBytes)]
      while let record = scan.record(at: offset), record.kind == .digest || record.kind == .checkpoint {
        if record.kind == .digest { take(record, before: number) } else if !gatherer.add(record) { break }
        offset += record.byteCount
      }
      checkpoint = gatherer.isWhole ? gatherer.state : nil
      end = offset
      return
    }
    end = header.headEnd
    let digestEnd = offset + header.digestBytes
    while digest != nil, offset < digestEnd {
      guard let record = scan.record(at: offset), record.kind == .digest else {
        digest = nil
        break
      }
      take(record, before: number)
      offset += record.byteCount
    }
    if digest == nil { damaged.append((.digest, SegmentHeader.blockBytes..<digestEnd)) }
    offset = digestEnd
    while offset < end, let record = scan.record(at: offset), gatherer.add(record) { offset += record.byteCount }
    if header.checkpointBytes == 0 && number == 1 {
      checkpoint = []
    } else if gatherer.isWhole, offset == end {
      checkpoint = gatherer.state
    } else {
      damaged.append((.checkpoint, digestEnd..<end))
    }
  }

  private mutating func take(_ record: Record, before number: UInt64) {
    guard let entries = SegmentDigest.entries(of: number - 1, record.payload) else {
      digest = nil
      return
    }
    digest?.append(contentsOf: entries)
  }
}
