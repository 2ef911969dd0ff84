/// The broker's one memory: what is in it happened. Opened on a folder whose lock is held; confined to one thread.
///
/// A turn of the loop: `gather`, add records and effects, `begin`, `finish`, `release`. See Gathering.swift for the types and
/// SegmentHeader.swift for the files. After a fatal fault it refuses everything.
package struct Journal<D: Disk>: ~Copyable {
  let disk: D
  let options: JournalOptions
  /// 16 bytes, born with the folder.
  package let id: [UInt8]
  /// Size of every segment.
  package let segmentBytes: Int
  package let recovery: RecoveryReport

  let sum: Checksum
  var current: Current<D>
  /// Number of the oldest segment that is kept.
  var oldest: UInt64
  /// Segments before this number were let go of in this run.
  var forgotten: UInt64 = 0
  /// When the kept segments were begun, oldest to newest; those whose header is damaged left out.
  package internal(set) var starts: [SegmentStart]
  /// The fatal fault that ended this journal. Growing a segment may end it without throwing: look after each `gather`.
  package internal(set) var ended: JournalFault?
  /// Why the current segment could not be grown, while it could not.
  var growth: DiskFault?

  /// Opens the folder's journal, or begins one, and tells `replay` the newest state and what came after it. Everything told is durable.
  package init(
    opening disk: D, options: JournalOptions, replay: (Replayed) throws(ReplayRefusal) -> Void
  ) throws(JournalFault) {
    var recovery = try Recovery(disk, options)
    current = try recovery.run(replay)
    self.disk = disk
    self.options = options
    id = recovery.journalID
    segmentBytes = recovery.segmentBytes
    sum = recovery.sum
    oldest = recovery.report.segments.lowerBound
    starts = recovery.report.starts
    self.recovery = recovery.report
  }

  /// The id of the journal on `disk`; nil where there is none yet. What is seeded by it can be made before the journal is opened.
  package static func id(on disk: D) throws(JournalFault) -> [UInt8]? { try Survey(disk)?.journalID }

  /// The first free place.
  package var end: Position { current.end }
  /// Everything before it is on the disk for good.
  package var durableThrough: Position { current.durableThrough }
  /// Where the oldest kept segment begins.
  package var oldestKept: Position { Position(oldest * UInt64(segmentBytes)) }
  /// The segment has no room for one more input, or is damaged: roll before the next one.
  package var wantsRoll: Bool { current.isDamaged || segmentBytes - current.offset < options.inputBytesMax + RecordLayout.commitBytes }
  /// The segment in use has damage: only a roll goes on.
  package var isDamaged: Bool { current.isDamaged }
  /// The oldest segment, where it may go: neither the one in use nor the one before it.
  package var oldestSegment: Range<Position>? {
    oldest + 1 < current.number ? oldestKept..<Position((oldest + 1) * UInt64(segmentBytes)) : nil
  }
  /// How many segments are kept, and the number of the one in use.
  package var segmentCount: Int { Int(current.number - oldest) + 1 }
  package var newestSegment: UInt64 { current.number }
  /// Why there is no room beyond what `Gathering.remaining` says: refuse publishes while this is set.
  package var fullBecause: DiskFault? { growth }
  /// Something was written since the last closing mark: after 100 ms of idleness, write one.
  package var wantsClosingMark: Bool { !current.isClosed && ended == nil }

  /// Begins to gather a commit, in the memory of an earlier one where given. Grows a segment that is not written ahead; where that fails,
  /// `fullBecause` says why and the gathering has what room is left.
  package mutating func gather<E>(
    reusing bytes: consuming [UInt8] = [], effects: consuming [E] = [], _: E.Type = E.self
  ) -> Gathering<E> {
    grow()
    let room = current.isDamaged ? 0 : min(current.filled, segmentBytes) - current.offset
    return Gathering(at: current.end, room: room, sum, reusing: bytes, effects: effects)
  }

  /// As above, in all that a commit left behind. Hand it over with `consume`: memory that somebody still holds is copied.
  package mutating func gather<E>(reusing released: consuming Released<E>) -> Gathering<E> {
    var bytes: [UInt8] = []
    var effects: [E] = []
    swap(&bytes, &released.bytes)
    swap(&effects, &released.effects)
    return gather(reusing: bytes, effects: effects)
  }

  /// Writes the commit. Without records it passes through: what it waits for was finished before it.
  package mutating func begin<E>(_ gathering: consuming Gathering<E>) throws(JournalFault) -> Writing<E> {
    if let ended { throw ended }
    guard gathering.hasRecords else { return Writing(bytes: gathering.bytes, effects: gathering.effects) }
    precondition(gathering.start == current.end, "a commit was gathered for another place than the journal's end")
    // Closed where it lies: a second holder of its bytes would have them copied.
    gathering.close(durableThrough: current.durableThrough)
    do throws(DiskFault) {
      try disk.write(gathering.bytes.storage, count: gathering.bytes.used, to: current.file, at: current.offset)
    } catch {
      throw stop(.writeFailed(error))
    }
    current.end = gathering.bytes.end
    current.isClosed = false
    return Writing(bytes: gathering.bytes, effects: gathering.effects)
  }

  /// Syncs the commit; only now its effects may leave. A failed sync is never asked again.
  package mutating func finish<E>(_ writing: consuming Writing<E>) throws(JournalFault) -> Durable<E> {
    if let ended { throw ended }
    if writing.bytes.records > 0 {
      try sync()
      current.durableThrough = writing.bytes.end
      let start = writing.bytes.start
      writing.bytes.storage.withUnsafeBytes { storage in
        var cursor = RecordCursor(UnsafeRawBufferPointer(rebasing: storage[..<writing.bytes.used]), base: start)
        while let record = cursor.next() { current.note(record) }
      }
    }
    return Durable(writing)
  }

  /// Writes a closing mark and hands `gathering` back for the place behind it, with all that waits there without a record: a mark by the
  /// clock falls into turns in which others wait for answers. Where records are gathered there is no place for a mark.
  package mutating func closeMark<E>(before gathering: consuming Gathering<E>) throws(JournalFault) -> Gathering<E> {
    if gathering.hasRecords { return gathering }
    try closeMark()
    var behind = gather(reusing: gathering.bytes.storage, E.self)
    behind.effects = gathering.effects
    return behind
  }

  /// Writes and syncs a closing mark: from now on damage before it is damage, not doubt. Call after 100 ms without a commit, while nothing is
  /// gathered; does nothing where a mark is the last thing or no room is left.
  package mutating func closeMark() throws(JournalFault) {
    if let ended { throw ended }
    let room = min(current.filled, segmentBytes) - current.offset
    guard !current.isClosed, !current.isDamaged, RecordLayout.markBytes <= room else { return }
    let (offset, end) = (current.offset, current.end)
    var mark = SegmentWriting.mark(at: end, trails: current.digest.trails(before: offset), sum)
    // Where there is no room for names there is for the mark.
    let isTold = mark.count <= room
    if !isTold { mark = SegmentWriting.mark(at: end, trails: [], sum) }
    do throws(DiskFault) {
      try disk.write(mark, to: current.file, at: current.offset)
    } catch {
      throw stop(.writeFailed(error))
    }
    try sync()
    current.end = end.advanced(by: mark.count)
    current.durableThrough = current.end
    current.isClosed = true
    if isTold { current.digest.trailed(before: offset) }
  }

  private mutating func sync() throws(JournalFault) {
    do throws(DiskFault) { try disk.sync(current.file) } catch {
      throw stop(.syncFailed(error))
    }
  }

  /// Keeps two inputs' room written ahead of the end. The zeros are synced so that a commit's sync need not record a new length.
  private mutating func grow() {
    let want = min(current.offset + 2 * options.inputBytesMax, segmentBytes)
    guard ended == nil, !current.isDamaged, current.filled < want else { return }
    let filled = min((want + options.growthBytes - 1) / options.growthBytes * options.growthBytes, segmentBytes)
    do throws(DiskFault) {
      try disk.fill(current.file, from: current.filled, to: filled)
      current.filled = filled
      growth = nil
    } catch {
      growth = error
      if error.operation == .sync || !error.isFull { _ = stop(.fatal(error)) }
    }
  }

  /// Ends the journal's use with `fault`.
  mutating func stop(_ fault: JournalFault) -> JournalFault {
    ended = fault
    return fault
  }
}
