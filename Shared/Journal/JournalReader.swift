/// Reads the journal behind the broker's back: backlog for a slow subscription, on a thread of its own.
///
/// Holds its own open files and shares nothing with the running journal but the folder. One reader belongs to one thread at a time.
package struct JournalReader<D: Disk> {
  let disk: D
  let sum: Checksum
  let segmentBytes: Int
  private var open: Segment?

  /// A segment that is open for reading.
  fileprivate struct Segment {
    let number: UInt64
    let file: D.File
    let headEnd: Int
    /// Where it ends, once the next segment's header was seen.
    var sealedEnd: Int?
  }

  /// Reads what the journal with `journalID` wrote to `disk` in segments of `segmentBytes`.
  package init(_ disk: D, journalID: [UInt8], segmentBytes: Int) {
    self.disk = disk
    self.segmentBytes = segmentBytes
    sum = Checksum(journal: journalID)
  }

  /// The whole records from `start` on, about `bytesMax` bytes of them and at least one, none at or behind `before`, which is at most the
  /// journal's `durableThrough`. Every record verified; go on at the slice's `next`.
  package mutating func read(from start: Position, bytesMax: Int, before: Position) throws(JournalFault) -> JournalReading {
    do throws(DiskFault) { return try step(from: start, bytesMax: bytesMax, before: before) } catch { throw .disk(error) }
  }

  private mutating func step(from start: Position, bytesMax: Int, before: Position) throws(DiskFault) -> JournalReading {
    var position = start
    while position < before {
      let number = position.value / UInt64(segmentBytes)
      let base = self.base(number)
      guard let segment = try segment(number, isSealed: before >= self.base(number + 1)) else {
        let kept = try disk.list().compactMap(JournalFiles.number(segment:)).sorted()
        guard let next = kept.first(where: { $0 > number }) else { return .damaged(position..<before) }
        guard next == kept.first else { return .damaged(position..<self.base(next)) }
        guard number == 0, next == 1 else { return .forgotten(oldest: self.base(next)) }
        position = self.base(next)
        continue
      }
      let offset = max(position.distance(from: base), segment.headEnd)
      let end = min(segment.sealedEnd ?? segmentBytes, segmentBytes, before.distance(from: base))
      if offset < end {
        let reading = try read(segment, offset, end, bytesMax)
        if let reading { return reading }
        guard try disk.openIfThere(JournalFiles.segment(number)) != nil else {
          // The file was recycled under the open descriptor.
          open = nil
          continue
        }
        if let damage = try damage(segment, offset, end) { return .damaged(damage) }
      }
      guard before > self.base(number + 1) else { return .slice(JournalSlice(bytes: [], base: position, next: position)) }
      position = self.base(number + 1)
    }
    return .slice(JournalSlice(bytes: [], base: position, next: position))
  }

  /// The records from `offset`; nil where the first of them does not verify.
  private func read(_ segment: Segment, _ offset: Int, _ end: Int, _ bytesMax: Int) throws(DiskFault) -> JournalReading? {
    let base = self.base(segment.number).advanced(by: offset)
    let largest = RecordLayout.byteCount(payload: JournalLimits.payloadBytesMax)
    // Small reads are tried first; a record that does not fit is read in full.
    for count in [max(bytesMax, 4096), largest] {
      var bytes = try read(segment.file, offset, min(count, end - offset))
      var at = 0
      bytes.withUnsafeBytes { window in
        while at < window.count, at == 0 || at < bytesMax,
          let record = RecordLayout.read(window, at, position: base.advanced(by: at), sum)
        { at += record.byteCount }
      }
      if at > 0 {
        bytes.removeLast(bytes.count - at)
        return .slice(JournalSlice(bytes: bytes, base: base, next: base.advanced(by: at)))
      }
      if count >= end - offset { break }
    }
    return nil
  }

  /// The stretch from `offset` where nothing verifies; nil where that is the unsealed end of the segment.
  private func damage(_ segment: Segment, _ offset: Int, _ end: Int) throws(DiskFault) -> Range<Position>? {
    let base = self.base(segment.number).advanced(by: offset)
    let bytes = try read(segment.file, offset, end - offset)
    let next = bytes.withUnsafeBytes { SegmentScan(bytes: $0, base: base, sum: sum).next(from: 8, before: $0.count) }
    if let next { return base..<base.advanced(by: next) }
    return segment.sealedEnd == nil && end == segmentBytes ? nil : base..<base.advanced(by: end - offset)
  }

  private func read(_ file: D.File, _ offset: Int, _ count: Int) throws(DiskFault) -> [UInt8] {
    var fault: DiskFault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
      do throws(DiskFault) { filled = try disk.read(file, at: offset, into: UnsafeMutableRawBufferPointer(memory)) } catch { fault = error }
    }
    if let fault { throw fault }
    return bytes
  }

  /// Opens segment `number`, or takes it as it is open; nil where there is no such file.
  private mutating func segment(_ number: UInt64, isSealed: Bool) throws(DiskFault) -> Segment? {
    var segment: Segment
    if let open, open.number == number {
      segment = open
    } else {
      guard number > 0, let file = try disk.openIfThere(JournalFiles.segment(number)) else { return nil }
      segment = Segment(number: number, file: file, headEnd: try headEnd(number, file))
    }
    if isSealed, segment.sealedEnd == nil, let next = try disk.openIfThere(JournalFiles.segment(number + 1)), let header = try header(next)
    {
      segment.sealedEnd = Int(header.sealedEnd.value) - Int(base(number).value)
    }
    open = segment
    return segment
  }

  private func headEnd(_ number: UInt64, _ file: D.File) throws(DiskFault) -> Int {
    if let header = try header(file) { return header.headEnd }
    let image = try SegmentImage(disk, file)
    defer { extendLifetime(image) }
    return SegmentHead(SegmentScan(bytes: image.bytes, base: base(number), sum: sum), number: number, header: nil).end
  }

  func header(_ file: D.File) throws(DiskFault) -> SegmentHeader? {
    let image = try SegmentImage(disk, file, limit: SegmentHeader.blockBytes)
    defer { extendLifetime(image) }
    guard case .intact(let header, _) = SegmentHeader.read(image.bytes) else { return nil }
    return header
  }

  func base(_ number: UInt64) -> Position { Position(number * UInt64(segmentBytes)) }
}

/// What reading the journal came to.
package enum JournalReading: Hashable, Sendable {
  /// Records that verified; empty where there is nothing before the limit yet.
  case slice(JournalSlice)
  /// Here nothing verifies; what comes after it does.
  case damaged(Range<Position>)
  /// The place lies before the oldest segment that is kept.
  case forgotten(oldest: Position)
}

/// Whole records as they stand in the journal, for a `RecordCursor`.
package struct JournalSlice: Hashable, Sendable {
  package let bytes: [UInt8]
  package let base: Position
  /// Where to read on.
  package let next: Position
}

extension JournalReader: Sendable where D: Sendable, D.File: Sendable {}
extension JournalReader.Segment: Sendable where D.File: Sendable {}
