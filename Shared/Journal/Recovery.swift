// Opening, step by step. Nothing is told before the segment it stands in is known to be durable.
//
//   survey    headers of all segments; a newer or foreign one ends it
//   start     the newest segment whose checkpoint verifies
//   newest    scanned once quietly: a rest in doubt is kept aside, then zeroed; the last commit is written once more, and so are the zeros of
//             earlier starts; file and folder are synced
//   replay    checkpoint, then records of the start segment and all after it
//   leftover  files of preparations that were cut short are removed

/// Opens a journal's folder.
struct Recovery<D: Disk> {
  let disk: D
  let options: JournalOptions
  private(set) var journalID: [UInt8]
  private(set) var segmentBytes: Int
  private(set) var report = RecoveryReport()
  private(set) var sum: Checksum
  private let survey: Survey?

  init(_ disk: D, _ options: JournalOptions) throws(JournalFault) {
    self.disk = disk
    self.options = options
    survey = try Survey(disk)
    journalID = survey?.journalID ?? options.newID
    segmentBytes = survey?.segmentBytes ?? options.segmentBytes
    sum = Checksum(journal: journalID)
    guard (JournalLimits.segmentBytesMin...JournalLimits.segmentBytesMax).contains(segmentBytes),
      segmentBytes % SegmentHeader.blockBytes == 0
    else { throw .segmentBytes(segmentBytes) }
  }

  mutating func run(_ replay: (Replayed) throws(ReplayRefusal) -> Void) throws(JournalFault) -> Current<D> {
    do throws(DiskFault) { try removeLeftovers() } catch { throw .disk(error) }
    guard let survey else { return try begin() }
    report.segments = survey.oldest...survey.newest
    report.starts = survey.segments.compactMap { segment in
      segment.header.map { SegmentStart(base: base(segment.number), begun: $0.created) }
    }
    let start = try self.start(survey, replay)
    var current: Current<D>?
    for number in start.number...survey.newest {
      current = try walk(number, survey, headEnd: number == start.number ? start.headEnd : nil, replay)
    }
    guard let current else { throw .noCheckpoint(oldest: survey.oldest) }
    report.replayedThrough = current.end
    return current
  }

  /// An empty folder: segment 1, which has nothing to check.
  private mutating func begin() throws(JournalFault) -> Current<D> {
    report.isNew = true
    let header = SegmentHeader(
      journalID: journalID, number: 1, segmentBytes: segmentBytes, created: options.now, sealedEnd: .zero, digestBytes: 0,
      checkpointBytes: 0)
    let digest = SegmentDigest(of: 1, from: header.headEnd)
    let opened = try SegmentWriting.open(
      1, head: SegmentWriting.head(header, digest: digest, checkpoint: [], sum), on: disk, growthBytes: options.growthBytes,
      segmentBytes: segmentBytes)
    let end = header.base.advanced(by: header.headEnd)
    report.starts = [SegmentStart(base: header.base, begun: header.created)]
    report.replayedFrom = end
    report.replayedThrough = end
    return Current(
      file: opened.file, number: 1, base: header.base, end: end, durableThrough: end, filled: opened.filled, isClosed: true, digest: digest)
  }

  /// Tells the newest state that verifies; returns its segment.
  private mutating func start(
    _ survey: Survey, _ replay: (Replayed) throws(ReplayRefusal) -> Void
  ) throws(JournalFault) -> (number: UInt64, headEnd: Int) {
    for segment in survey.segments.reversed() {
      // The head alone: the walk reads the whole segment later.
      let image = try SegmentImage(disk, segment: segment.number, limit: segment.header.map { $0.headEnd } ?? .max)
      defer { extendLifetime(image) }
      let scan = SegmentScan(bytes: image.bytes, base: base(segment.number), sum: sum)
      let head = SegmentHead(scan, number: segment.number, header: segment.header)
      for part in head.damaged { report.damage.append(damage(segment.number, part.part, part.range, .none)) }
      guard let state = segment.number == 1 ? [] : head.checkpoint else { continue }
      report.startedAt = segment.number
      report.replayedFrom = base(segment.number).advanced(by: head.end)
      if segment.number > 1 {
        do throws(ReplayRefusal) {
          try state.withUnsafeBufferPointer { bytes throws(ReplayRefusal) in try replay(.checkpoint(UnsafeRawBufferPointer(bytes))) }
        } catch { throw .notTaken(error) }
      }
      return (segment.number, head.end)
    }
    throw .noCheckpoint(oldest: survey.oldest)
  }

  /// Walks one segment, from its first commit, and tells what it holds.
  private mutating func walk(
    _ number: UInt64, _ survey: Survey, headEnd: Int?, _ replay: (Replayed) throws(ReplayRefusal) -> Void
  ) throws(JournalFault) -> Current<D>? {
    let base = self.base(number)
    let isSealed = number < survey.newest
    let sealedEnd = survey.segment(number + 1)?.header.map { max(0, Int($0.sealedEnd.value) - Int(base.value)) }
    var names = isSealed ? try digest(of: number, survey) : .none
    guard let segment = survey.segment(number) else {
      let gone = damage(number, .segment, 0..<(sealedEnd ?? segmentBytes), names)
      report.damage.append(gone)
      try tell(.damaged(gone), replay)
      return nil
    }
    let file: D.File
    do throws(DiskFault) { file = try disk.open(JournalFiles.segment(number)) } catch { throw .disk(error) }
    let image = try SegmentImage(disk, segment: number)
    defer { extendLifetime(image) }
    let scan = SegmentScan(bytes: image.bytes, base: base, sum: sum)
    let first = headEnd ?? SegmentHead(scan, number: number, header: segment.header).end
    var current = Current<D>(
      file: file, number: number, base: base, end: base, durableThrough: base, filled: image.bytes.count & ~7, isClosed: false,
      isDamaged: segment.header == nil, digest: SegmentDigest(of: number, from: first))
    if !isSealed { try settle(&current, scan, first) }
    var damages: [Damage] = []
    let outcome: SegmentScan.Outcome
    do throws(ReplayRefusal) {
      outcome = try scan.walk(from: first, sealedEnd: sealedEnd, isSealed: isSealed) { step throws(ReplayRefusal) in
        switch step {
        case .record(let record):
          current.note(record)
          try replay(.record(record))
        case .trail(let record):
          if let trail = SegmentDigest.trail(of: number, record.payload) { current.digest.trailed(upTo: trail.range.upperBound) }
        case .filled: break
        case .damaged(let range):
          names.complete(scan, number, from: first, for: [range])
          let gone = damage(number, .records, range, names)
          // The digest that the next segment gets must not seem to know more than is known.
          if !gone.isNamed { current.digest.add(.unknown(range)) }
          for entry in names.entries(in: range) { current.digest.add(entry) }
          damages.append(gone)
          try replay(.damaged(gone))
        }
      }
    } catch { throw .notTaken(error) }
    report.damage += damages
    report.commits += outcome.commits
    report.records += outcome.records
    // Nothing is added to a segment in which something is gone: the next one begins with the state as it is known.
    current.isDamaged = current.isDamaged || !damages.isEmpty || report.damage.contains { $0.segment == number }
    return current
  }

  /// Makes what the newest segment holds durable, and takes what is in doubt out of it.
  private mutating func settle(_ current: inout Current<D>, _ scan: SegmentScan, _ first: Int) throws(JournalFault) {
    var isDamaged = false
    let outcome = scan.walk(from: first, sealedEnd: nil, isSealed: false) { step in if case .damaged = step { isDamaged = true } }
    var end = outcome.end
    do throws(DiskFault) {
      if outcome.undecidedEnd > outcome.end {
        let range = outcome.end..<outcome.undecidedEnd
        try keepAside(UnsafeRawBufferPointer(rebasing: scan.bytes[range]), at: scan.base.advanced(by: range.lowerBound))
        if isDamaged {
          // What goes with the rest may be all that proves the damage before it to be damage: without another mark the next start would
          // take it for doubt.
          let mark = SegmentWriting.mark(at: scan.base.advanced(by: end), trails: [], sum)
          try disk.write(mark, to: current.file, at: end)
          try disk.sync(current.file)
          end += mark.count
        }
      }
      let zeroed = max(outcome.undecidedEnd, try earlierDoubt(scan))
      if end < zeroed { try disk.fill(current.file, from: end, to: zeroed) }
      // A sync that failed on it may have left it in the system's memory, taken for clean and not on the disk, where this start has read it
      // (LWN 752063). Written again, it is synced in truth.
      // A file that was cut off within its head ends before the place where its first commit would begin.
      let there = (outcome.last..<outcome.end).clamped(to: 0..<scan.bytes.count)
      let unproven = UnsafeRawBufferPointer(rebasing: scan.bytes[there])
      if !unproven.isEmpty { try disk.write(unproven, to: current.file, at: outcome.last) }
      try disk.sync(current.file)
      try disk.syncDirectory()
    } catch { throw error.isFull ? .full(error) : .disk(error) }
    current.end = scan.base.advanced(by: end)
    current.durableThrough = current.end
    current.isClosed = outcome.isClosed || outcome.end == first || end > outcome.end
    current.filled = max(current.filled, end)
  }

  /// The offset behind all that earlier starts kept aside of this segment: a sync that failed may have kept their zeros from the disk, and
  /// what they were to cover could come back among records that are written there now.
  private func earlierDoubt(_ scan: SegmentScan) throws(DiskFault) -> Int {
    var end = 0
    for name in try disk.list() {
      guard let place = JournalFiles.position(undecided: name), place >= scan.base, place < scan.base.advanced(by: segmentBytes)
      else { continue }
      end = max(end, place.distance(from: scan.base) + (try disk.size(try disk.open(name))))
    }
    return min(end, scan.bytes.count)
  }

  private mutating func keepAside(_ bytes: UnsafeRawBufferPointer, at position: Position) throws(DiskFault) {
    let names = try disk.list()
    var again = 1
    while names.contains(JournalFiles.undecided(position, again: again)) { again += 1 }
    let name = JournalFiles.undecided(position, again: again)
    let file = try disk.create(name)
    try disk.write(bytes, to: file, at: 0)
    try disk.sync(file)
    try disk.syncDirectory()
    report.undecided = Undecided(range: position..<position.advanced(by: bytes.count), file: name)
  }

  /// Preparations that were cut short, and a reserve that a roll had begun to write.
  private func removeLeftovers() throws(DiskFault) {
    let names = try disk.list()
    for name in [JournalFiles.fillingSegment, JournalFiles.fillingReserve] where names.contains(name) { try disk.remove(name) }
    guard names.contains(JournalFiles.reserve) else { return }
    let file = try disk.open(JournalFiles.reserve)
    let image = try SegmentImage(disk, file, limit: SegmentHeader.blockBytes)
    defer { extendLifetime(image) }
    let isUsed =
      switch SegmentHeader.read(image.bytes) {
      case .intact(let header, _): header.number > survey?.newest ?? 0
      case .newer, .damaged: image.bytes.contains { $0 != 0 }
      }
    let size = try disk.size(file)
    if isUsed || size != segmentBytes { try disk.remove(JournalFiles.reserve) }
  }

  /// What segment `number` held, from the head of the next one.
  private func digest(of number: UInt64, _ survey: Survey) throws(JournalFault) -> SegmentNames {
    guard let next = survey.segment(number + 1) else { return .none }
    let image = try SegmentImage(disk, segment: number + 1, limit: next.header.map { $0.headEnd } ?? .max)
    defer { extendLifetime(image) }
    let head = SegmentHead(SegmentScan(bytes: image.bytes, base: base(number + 1), sum: sum), number: number + 1, header: next.header)
    let end = next.header.map { max(0, Int($0.sealedEnd.value) - Int(base(number).value)) } ?? segmentBytes
    return head.digest.map { SegmentNames(digest: $0, through: end) } ?? .none
  }

  private func damage(_ number: UInt64, _ part: Damage.Part, _ range: Range<Int>, _ names: SegmentNames) -> Damage {
    Damage(segment: number, part: part, offsets: range, base: base(number), names: names)
  }

  private func tell(_ what: Replayed, _ replay: (Replayed) throws(ReplayRefusal) -> Void) throws(JournalFault) {
    do throws(ReplayRefusal) { try replay(what) } catch { throw .notTaken(error) }
  }

  private func base(_ number: UInt64) -> Position { Position(number * UInt64(segmentBytes)) }
}
