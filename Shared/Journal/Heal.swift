// Damage is repaired in place, only in segments that are sealed, and only with what is proven or of no account:
//
//   heal   a record made anew from its producer's row: it carries the checksum that the digest keeps, so it is what stood there, bit by bit
//   mend   a filler (kind 5) over what is left of a hole; what lay there is kept aside in damaged-POSITION.bin first
//
// Both may be torn by a power cut: what does not verify then is the damage that was there before, and is repaired once more. A program that
// ends between the two, or of a failed sync, leaves a repair that its next start reads from the system's memory, and that the disk may never
// have got: `confirm` writes it again before anybody goes by it.

extension Journal {
  /// Writes `record` at its old place and syncs it. Does nothing to the segment in use: roll first (`noteDamage`).
  ///
  /// Not fatal where the disk refuses a write: the hole stays a hole. A failed sync is: readers would find the record in memory, healed,
  /// and the disk might never get it, while its publisher may forget it.
  package mutating func heal(_ record: [UInt8], at position: Position) throws(JournalFault) {
    if let ended { throw ended }
    guard let number = sealed(position) else { return }
    let offset = position.distance(from: base(number))
    let isProven = record.withUnsafeBytes { RecordLayout.read($0, 0, position: position, sum) != nil }
    precondition(isProven && offset + record.count <= segmentBytes, "only what verifies at its place is written there")
    do throws(DiskFault) {
      let (file, isNew) = try damagedFile(number)
      try disk.write(record, to: file, at: offset)
      try disk.sync(file)
      if isNew { try disk.syncDirectory() }
    } catch { throw refusal(error) }
  }

  /// Fills what does not verify in `range` of one sealed segment, so that readers pass over it; keeps aside what lay there.
  package mutating func mend(_ range: Range<Position>) throws(JournalFault) {
    if let ended { throw ended }
    guard let number = sealed(range.lowerBound) else { return }
    let base = base(number)
    let start = max(range.lowerBound.distance(from: base), SegmentHeader.blockBytes)
    let end = min(range.upperBound.distance(from: base), segmentBytes)
    guard start < end else { return }
    do throws(DiskFault) {
      let (file, isNew) = try damagedFile(number)
      let image = try SegmentImage(disk, file)
      defer { extendLifetime(image) }
      let scan = SegmentScan(bytes: image.bytes, base: base, sum: sum)
      var at = start
      while at < end {
        if let record = scan.record(at: at) {
          at += record.byteCount
          continue
        }
        let next = scan.next(from: at + 8, before: end) ?? end
        try keepAside(scan, at..<next)
        try fill(file, base, at..<next)
        at = next
      }
      try disk.sync(file)
      if isNew { try disk.syncDirectory() }
    } catch { throw refusal(error) }
  }

  /// Writes what stands in `places`, each of one sealed segment, once more and syncs it: for a start, with what was known to be damaged when
  /// the last run ended. Every fault but of reading is fatal: what cannot be read is not repaired, and believed by nobody.
  package mutating func confirm(_ places: [Range<Position>]) throws(JournalFault) {
    if let ended { throw ended }
    do throws(DiskFault) {
      for place in places {
        guard let number = sealed(place.lowerBound), let file = try disk.openIfThere(JournalFiles.segment(number)) else { continue }
        let base = base(number)
        let end = min(place.upperBound.value - base.value, UInt64(segmentBytes))
        try writeAgain(file, place.lowerBound.distance(from: base)..<Int(end))
        try disk.sync(file)
      }
    } catch { throw stop(.fatal(error)) }
  }

  /// Page by page, as the system keeps them: one that cannot be read does not hide the next.
  private func writeAgain(_ file: D.File, _ range: Range<Int>) throws(DiskFault) {
    var page = [UInt8](repeating: 0, count: 4096)
    var at = range.lowerBound
    while at < range.upperBound {
      let count = min(page.count - at % page.count, range.upperBound - at)
      let read = page.withUnsafeMutableBytes { try? disk.read(file, at: at, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count])) }
      if let read, read > 0 { try disk.write(page, count: read, to: file, at: at) }
      at += count
    }
  }

  /// Something before the end of the segment in use does not verify: the next one is wanted, whose head tells what stood there.
  package mutating func noteDamage(at position: Position) {
    if position >= current.base, position < current.end { current.isDamaged = true }
  }

  /// What a repair that the disk refused comes to.
  private mutating func refusal(_ fault: DiskFault) -> JournalFault {
    if fault.operation == .sync || fault.operation == .syncDirectory { return stop(.syncFailed(fault)) }
    return fault.isFull ? .full(fault) : .disk(fault)
  }

  /// The sealed segment that holds `position`; nil for the one in use and for what is gone.
  private func sealed(_ position: Position) -> UInt64? {
    let number = position.value / UInt64(segmentBytes)
    return number >= max(1, forgotten) && number < current.number ? number : nil
  }

  private func base(_ number: UInt64) -> Position { Position(number * UInt64(segmentBytes)) }

  /// The segment's file; a new one without a header where it is gone.
  private mutating func damagedFile(_ number: UInt64) throws(DiskFault) -> (file: D.File, isNew: Bool) {
    if let file = try disk.openIfThere(JournalFiles.segment(number)) { return (file, false) }
    let file = try disk.create(JournalFiles.segment(number))
    oldest = min(oldest, number)
    return (file, true)
  }

  private func keepAside(_ scan: SegmentScan, _ range: Range<Int>) throws(DiskFault) {
    let there = range.clamped(to: 0..<scan.bytes.count)
    let bytes = Array(scan.bytes[there])
    let name = JournalFiles.damaged(scan.base.advanced(by: range.lowerBound))
    guard bytes.contains(where: { $0 != 0 }) else { return }
    let kept = try disk.openIfThere(name)
    // Kept by an earlier repair, when more of it was left. What is cut short, or the same and perhaps never synced, is written again.
    if let kept, try !isCutShort(kept, bytes) { return }
    let file = if let kept { kept } else { try disk.create(name) }
    try disk.write(bytes, to: file, at: 0)
    try disk.sync(file)
    try disk.syncDirectory()
  }

  /// Whether a file is what writing `bytes` to it may have left.
  private func isCutShort(_ file: D.File, _ bytes: [UInt8]) throws(DiskFault) -> Bool {
    let image = try SegmentImage(disk, file)
    defer { extendLifetime(image) }
    return image.bytes.count <= bytes.count && zip(image.bytes, bytes).allSatisfy { $0 == $1 || $0 == 0 }
  }

  /// Writes fillers over `range`, whose length is a multiple of 8. Less than a record's head stays as it is: nothing reads it.
  private func fill(_ file: D.File, _ base: Position, _ range: Range<Int>) throws(DiskFault) {
    var at = range.lowerBound
    while range.upperBound - at >= RecordLayout.headBytes {
      var count = min(range.upperBound - at, RecordLayout.byteCount(payload: JournalLimits.pieceBytes))
      // What is left must hold a head as well.
      if (1..<RecordLayout.headBytes).contains(range.upperBound - at - count) { count -= RecordLayout.headBytes }
      var filler = [UInt8](repeating: 0, count: count)
      filler.withUnsafeMutableBytes {
        RecordLayout.seal(.filler, payload: count - RecordLayout.headBytes, position: base.advanced(by: at), sum, $0, 0)
      }
      try disk.write(filler, to: file, at: at)
      at += count
    }
  }
}

extension Checksum {
  /// An event's record as the journal writes it at `position`, and its checksum.
  package func record(_ head: EventHead, _ json: UnsafeRawBufferPointer, at position: Position) -> (bytes: [UInt8], checksum: UInt32) {
    let payload = EventHead.byteCount + json.count
    var bytes = [UInt8](repeating: 0, count: RecordLayout.byteCount(payload: payload))
    bytes.withUnsafeMutableBytes { bytes in
      head.write(bytes, RecordLayout.headBytes)
      Bytes.copy(json, bytes, RecordLayout.headBytes + EventHead.byteCount)
      RecordLayout.seal(.event, payload: payload, position: position, self, bytes, 0)
    }
    return (bytes, bytes.withUnsafeBytes { Bytes.u32($0, 0) })
  }
}
