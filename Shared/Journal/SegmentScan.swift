// How the records behind a segment's head are judged. Proven is the highest "durable through" that anything intact says: a later commit
// head or closing mark, or the next segment's header.
//
//    | commit | commit |#######| commit |  ?????
//                      |       |        |
//                      |       |        behind the last proven place: whole commits count, the rest is undecided
//                      before it: damage; every record that verifies is kept, with or without its commit
//
// In doubt is what names its own place there. Bytes that do not, stale or torn, cannot be read as a record, now or later, and stay.
//
// A segment is scanned in memory: 64 MiB take some tens of milliseconds, and places are looked at more than once only where it is damaged.

/// Walks the records of one segment, whose bytes are in memory.
struct SegmentScan {
  /// The segment's file from its beginning; it may end early.
  let bytes: UnsafeRawBufferPointer
  /// Where the segment begins.
  let base: Position
  let sum: Checksum

  /// One thing found on the way.
  enum Step {
    case record(Record)
    case damaged(Range<Int>)
    /// Something was damaged here; nothing is missed any more.
    case filled(Range<Int>)
    /// What a stretch before it holds.
    case trail(Record)
  }

  /// What a walk came to.
  struct Outcome: Equatable {
    /// Offset behind the last thing that counts.
    var end: Int
    /// Offset of the last commit or mark that counts: no later sync proves it.
    var last: Int
    var commits = 0
    var records = 0
    /// The last thing that counts is a closing mark.
    var isClosed = false
    /// Offset behind the last thing in the undecided rest that names its own place; equal to `end` where there is no rest.
    var undecidedEnd: Int
  }

  func record(at offset: Int) -> Record? { RecordLayout.read(bytes, offset, position: base.advanced(by: offset), sum) }

  /// Walks from `headEnd`. `sealedEnd` is what the next segment's header says of this one's end; `isSealed` that there is a next one.
  func walk<Stop: Error>(
    from headEnd: Int, sealedEnd: Int?, isSealed: Bool, _ visit: (Step) throws(Stop) -> Void
  ) throws(Stop) -> Outcome {
    var outcome = Outcome(end: headEnd, last: headEnd, undecidedEnd: headEnd)
    var proven = sealedEnd
    var offset = headEnd
    // Where the trails began that belong to the mark behind them: one write, one sync.
    var trails: Int?
    while sealedEnd.map({ offset < $0 }) ?? true {
      if let end = wholeCommit(at: offset) {
        outcome.commits += 1
        outcome.last = offset
        trails = nil
        var at = offset + RecordLayout.commitBytes
        while at < end, let record = RecordLayout.readUnverified(bytes, at, position: base.advanced(by: at)) {
          outcome.records += 1
          try visit(.record(record))
          at += record.byteCount
        }
        offset = end
        outcome.isClosed = false
        continue
      }
      let found = record(at: offset)
      if let found, found.kind == .closingMark {
        outcome.last = trails ?? offset
        trails = nil
        offset += found.byteCount
        outcome.isClosed = true
        continue
      }
      if let found, found.kind == .trail {
        trails = trails ?? offset
        outcome.last = trails ?? offset
        try visit(.trail(found))
        offset += found.byteCount
        continue
      }
      let limit = proven ?? proof(from: offset, isSealed: isSealed)
      proven = limit
      guard offset < limit else { break }
      if let found {
        if found.kind == .filler { try visit(.filled(offset..<offset + found.byteCount)) }
        if !found.kind.isJournals {
          outcome.records += 1
          try visit(.record(found))
        }
        offset += found.byteCount
      } else {
        let next = self.next(from: offset + 8, before: limit) ?? limit
        try visit(.damaged(offset..<next))
        offset = next
      }
    }
    outcome.end = offset
    outcome.undecidedEnd = isSealed ? offset : lastNamed(from: offset) ?? offset
    return outcome
  }

  /// The offset behind the commit at `offset`; nil where there is none or not all of it verifies.
  private func wholeCommit(at offset: Int) -> Int? {
    guard let head = record(at: offset), head.kind == .commit, head.payload.count == 16 else { return nil }
    let end = offset + RecordLayout.commitBytes + Int(Bytes.u32(head.payload, 8))
    guard end <= bytes.count else { return nil }
    var at = offset + RecordLayout.commitBytes
    var count: UInt32 = 0
    while at < end {
      guard let record = record(at: at), !record.kind.isJournals else { return nil }
      at += record.byteCount
      count += 1
    }
    return at == end && count == Bytes.u32(head.payload, 12) ? end : nil
  }

  /// The first offset from `start` where a record verifies; nil where none does before `limit`.
  func next(from start: Int, before limit: Int) -> Int? {
    var offset = start
    while let place = named(from: offset, before: limit) {
      if record(at: place) != nil { return place }
      offset = place + 8
    }
    return nil
  }

  /// The offset through which everything was durable once, as told by what verifies from `start` on.
  private func proof(from start: Int, isSealed: Bool) -> Int {
    var proven = 0
    var offset = start
    while let place = named(from: offset, before: bytes.count) {
      guard let record = record(at: place) else {
        offset = place + 8
        continue
      }
      if record.kind == .commit || record.kind == .closingMark, record.payload.count >= 8 {
        let through = Bytes.u64(record.payload, 0)
        if through >= base.value, through <= record.position.value { proven = max(proven, Int(through - base.value)) }
      }
      // A sealed segment was synced to its end before the next one began.
      if isSealed { proven = max(proven, place + record.byteCount) }
      offset = place + record.byteCount
    }
    return proven
  }

  /// The offset behind the last place from `start` on that names itself, with the length that it claims where that is possible; a commit
  /// head that verifies claims its records too.
  private func lastNamed(from start: Int) -> Int? {
    var last: Int?
    var offset = start
    while let place = named(from: offset, before: bytes.count) {
      let payload = Int(Bytes.u32(bytes, place + 4))
      var claimed = payload <= JournalLimits.payloadBytesMax ? RecordLayout.byteCount(payload: payload) : RecordLayout.headBytes
      if let record = record(at: place), record.kind == .commit, record.payload.count >= 12 { claimed += Int(Bytes.u32(record.payload, 8)) }
      last = max(last ?? 0, min(place + claimed, bytes.count))
      offset = place + 8
    }
    return last
  }

  /// The first multiple of 8 from `start` whose position field names the place itself, verified or not.
  private func named(from start: Int, before limit: Int) -> Int? {
    var offset = start
    let end = min(limit, bytes.count - RecordLayout.headBytes + 1)
    while offset < end {
      if bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self) == (base.value + UInt64(offset)).littleEndian { return offset }
      offset += 8
    }
    return nil
  }
}
