package import Contracts

// A roll, and what a power cut leaves at each step:
//
//   1  with a reserve: head written into reserve.segment, synced      the old segment goes on; the reserve is dropped at the next start
//      without: segment.filling created, head and zeros, synced       the old segment goes on; the file is removed at the next start
//   2  renamed to its number                                          either of the two
//   3  folder synced                                                  the new segment goes on
//
// Everything in the old segment was synced before step 1. No commit is written to the new one before step 3.

extension Journal {
  /// Opens the next segment with `checkpoint`, the broker's state as of `end`, at its head. Call between commits.
  ///
  /// `.full` leaves everything as it was. The reserve is taken where there is one; otherwise the segment is grown as it is used.
  package mutating func roll(checkpoint: [UInt8], at now: Timestamp) throws(JournalFault) {
    if let ended { throw ended }
    precondition(current.end == current.durableThrough, "a roll between begin and finish would leave a commit behind")
    let number = current.number + 1
    let header = SegmentHeader(
      journalID: id, number: number, segmentBytes: segmentBytes, created: now, sealedEnd: current.end,
      digestBytes: current.digest.byteCount, checkpointBytes: Checkpoint.byteCount(state: checkpoint.count))
    let most = segmentBytes - options.inputBytesMax - RecordLayout.commitBytes
    guard header.headEnd <= most else { throw .checkpointTooLarge(bytes: header.headEnd, most: most) }
    let head = SegmentWriting.head(header, digest: current.digest, checkpoint: checkpoint, sum)
    let opened: (file: D.File, filled: Int)
    do throws(JournalFault) {
      opened = try SegmentWriting.open(number, head: head, on: disk, growthBytes: options.growthBytes, segmentBytes: segmentBytes)
    } catch { throw error.isFatal ? stop(error) : error }
    let base = header.base
    let first = base.advanced(by: header.headEnd)
    current = Current(
      file: opened.file, number: number, base: base, end: first, durableThrough: first, filled: opened.filled, isClosed: true,
      digest: SegmentDigest(of: number))
    growth = nil
  }

  /// Forgets every segment that ends before `position`: its file becomes a spare that the preparation of the next reserve recycles.
  ///
  /// The current segment and the one before it always stay: should the newest checkpoint be damaged, the one before it is the way back.
  package mutating func forget(before position: Position) throws(JournalFault) {
    if let ended { throw ended }
    let wanted = min(position.value / UInt64(segmentBytes), current.number - min(current.number, 1))
    guard oldest < wanted else { return }
    do throws(DiskFault) {
      // Oldest first, so that a power cut leaves no hole.
      while oldest < wanted {
        if try disk.openIfThere(JournalFiles.segment(oldest)) != nil {
          try disk.rename(JournalFiles.segment(oldest), to: JournalFiles.spare(oldest))
          try disk.syncDirectory()
        }
        oldest += 1
      }
    } catch { throw .disk(error) }
  }
}

/// How segments come to be on a disk.
enum SegmentWriting {
  /// Header block, digest and checkpoint as one run of bytes.
  static func head(_ header: SegmentHeader, digest: SegmentDigest, checkpoint: [UInt8], _ sum: Checksum) -> [UInt8] {
    var head = header.block()
    head.reserveCapacity(header.headEnd)
    func add(_ kind: RecordKind, flags: UInt8, _ payload: [UInt8]) {
      let at = head.count
      head.append(contentsOf: repeatElement(0, count: RecordLayout.byteCount(payload: payload.count)))
      head.withUnsafeMutableBytes { bytes in
        payload.withUnsafeBytes { Bytes.copy($0, bytes, at + RecordLayout.headBytes) }
        RecordLayout.seal(kind, flags: flags, payload: payload.count, position: header.base.advanced(by: at), sum, bytes, at)
      }
    }
    for payload in digest.payloads() { add(.digest, flags: 0, payload) }
    if header.checkpointBytes > 0 {
      let payloads = Checkpoint.payloads(of: checkpoint, sum)
      for (index, payload) in payloads.enumerated() {
        add(.checkpoint, flags: index == payloads.count - 1 ? Checkpoint.last : 0, payload)
      }
    }
    return head
  }

  /// Makes segment `number` current: durable head first, then its name.
  ///
  /// `.full` where there is no reserve and no room: what was begun is removed. Every other fault is fatal: a head half written, or a name
  /// of which nobody knows whether it is durable, must not be tried again under the same number.
  static func open<D: Disk>(
    _ number: UInt64, head: [UInt8], on disk: D, growthBytes: Int, segmentBytes: Int
  ) throws(JournalFault) -> (file: D.File, filled: Int) {
    do throws(DiskFault) {
      if let file = try disk.openIfThere(JournalFiles.reserve), try disk.size(file) == segmentBytes {
        try disk.write(head, to: file, at: 0)
        try disk.sync(file)
        try disk.rename(JournalFiles.reserve, to: JournalFiles.segment(number))
        try disk.syncDirectory()
        return (file, segmentBytes)
      }
    } catch { throw .fatal(error) }
    let filled = min((head.count + growthBytes - 1) / growthBytes * growthBytes, segmentBytes)
    let file: D.File
    do throws(DiskFault) {
      if try disk.openIfThere(JournalFiles.fillingSegment) != nil { try disk.remove(JournalFiles.fillingSegment) }
      file = try disk.create(JournalFiles.fillingSegment)
      try disk.write(head, to: file, at: 0)
      try disk.fill(file, from: head.count, to: filled)
      if filled == head.count { try disk.sync(file) }
    } catch {
      guard error.isFull else { throw .fatal(error) }
      // The fault that is thrown says more than a second one from tidying up; the next roll or start removes what stays.
      try? disk.remove(JournalFiles.fillingSegment)
      throw .full(error)
    }
    do throws(DiskFault) {
      try disk.rename(JournalFiles.fillingSegment, to: JournalFiles.segment(number))
      try disk.syncDirectory()
    } catch { throw .fatal(error) }
    return (file, filled)
  }
}

/// The segment that waits to be the next: made ahead of need, away from the loop, so that a roll finds its space already there.
package enum Reserve {
  /// Makes the folder's reserve, from a spare where one is left, else from zeros; does nothing where there is one. Removes spares that
  /// nobody needs. `between` is called after each synced stretch, to pause.
  ///
  /// Touches no file of the running journal, so that it may run on another thread. `.full` where the disk has no room.
  package static func prepare<D: Disk>(on disk: D, segmentBytes: Int, between: () -> Void = {}) throws(JournalFault) {
    do throws(DiskFault) {
      var there = try disk.openIfThere(JournalFiles.reserve) != nil
      let names = try disk.list()
      for number in names.compactMap(JournalFiles.number(spare:)).sorted() {
        let spare = JournalFiles.spare(number)
        if !there, try disk.size(try disk.open(spare)) == segmentBytes {
          try disk.rename(spare, to: JournalFiles.reserve)
          try disk.syncDirectory()
          there = true
        } else {
          try disk.remove(spare)
        }
      }
      guard !there else { return }
      if names.contains(JournalFiles.fillingReserve) { try disk.remove(JournalFiles.fillingReserve) }
      let file = try disk.create(JournalFiles.fillingReserve)
      try disk.fill(file, from: 0, to: segmentBytes, stretch: JournalLimits.zerosBytes, between: between)
      try disk.rename(JournalFiles.fillingReserve, to: JournalFiles.reserve)
      try disk.syncDirectory()
    } catch {
      guard error.isFull else { throw .disk(error) }
      try? disk.remove(JournalFiles.fillingReserve)  // Gives back what was taken; the fault says the rest.
      throw .full(error)
    }
  }
}
