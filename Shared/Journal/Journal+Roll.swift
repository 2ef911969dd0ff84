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
      digest: SegmentDigest(of: number, from: header.headEnd))
    starts.append(SegmentStart(base: base, begun: now))
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
        forgotten = oldest
        let kept = oldestKept
        starts.removeAll { $0.base < kept }
      }
    } catch { throw .disk(error) }
  }
}
