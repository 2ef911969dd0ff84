package import Contracts

/// Looks through a whole journal that nobody has open, and changes nothing.
package struct JournalVerify: Sendable {
  /// Something that a person should know.
  package enum Finding: Hashable, Sendable, CustomStringConvertible {
    /// The folder cannot be read as a journal.
    case unreadable(JournalFault)
    case damage(Damage)
    /// One of a header block's two copies is bad.
    case headerCopy(segment: UInt64)
    /// The digest of a segment names other events than the segment holds.
    case digestDisagrees(segment: UInt64, events: Int)
    /// The end of the newest segment holds no whole commit.
    case undecided(Range<Position>)
    /// An earlier start kept bytes of doubt, or damage was filled after its bytes were kept.
    case keptAside(file: String)
    /// Something was damaged here; it held nothing, or was accepted as lost.
    case filled(Range<Position>)

    /// Whether something that was promised is gone; the others are worth a look.
    package var isLoss: Bool {
      switch self {
      case .unreadable, .damage, .digestDisagrees: true
      case .headerCopy, .undecided, .keptAside, .filled: false
      }
    }

    package var description: String {
      switch self {
      case .unreadable(let fault): fault.description
      case .damage(let damage): damage.description
      case .headerCopy(let segment): "segment \(segment): one of two copies of the header is bad; the other is used; look at the disk"
      case .digestDisagrees(let segment, let events):
        "segment \(segment): \(events) events differ from what the next segment says of it; keep the folder and ask for help"
      case .undecided(let range):
        "bytes \(range.lowerBound) to \(range.upperBound) are no whole commit; nobody was told of them; the next start keeps them aside"
      case .keptAside(let file): "\(file) holds bytes that could not be read where they stood; delete it when nobody misses anything"
      case .filled(let range):
        "bytes \(range.lowerBound) to \(range.upperBound) were damaged once; nothing stood there, or its loss was accepted"
      }
    }
  }

  /// One segment as it was found.
  package struct Segment: Sendable {
    package let number: UInt64
    /// Nil where its header does not verify.
    package let begun: Timestamp?
    package let from: Position
    /// Behind its last record.
    package let end: Position
    package let events: Int
    /// Stretches that do not verify.
    package let damaged: Int
  }

  package private(set) var journalID: [UInt8] = []
  package private(set) var segmentBytes = 0
  /// Each segment that is there, oldest first.
  package private(set) var inventory: [Segment] = []
  package private(set) var segments: [UInt64] = []
  package private(set) var commits = 0
  package private(set) var records = 0
  package private(set) var events = 0
  package private(set) var bytes = 0
  package private(set) var end = Position.zero
  package private(set) var findings: [Finding] = []

  /// What the oldest segment's head tells of the one before it, and where that ended.
  private var earlier = SegmentNames.none
  private var earlierEnd = 0

  package var isSound: Bool { !findings.contains(where: \.isLoss) }

  /// Reads every segment of `disk`, oldest to newest, one at a time in memory. `told` hears what the heads and the records say.
  package init<D: Disk>(_ disk: D, told: (Replayed) -> Void = { _ in }) {
    do throws(JournalFault) {
      guard let survey = try Survey(disk) else { return }
      journalID = survey.journalID
      segmentBytes = survey.segmentBytes
      try check(disk, survey, told)
      do throws(DiskFault) {
        findings += try disk.list().filter { $0.hasPrefix("undecided-") || $0.hasPrefix("damaged-") }.sorted().map { .keptAside(file: $0) }
      } catch { throw .disk(error) }
    } catch { findings.append(.unreadable(error)) }
  }

  /// The journal was let go of before `kept` and nowhere else: what is not there behind it is missing. Only who wrote the records knows that.
  package mutating func expect(from kept: Position) {
    guard let oldest = segments.first else { return }
    let (first, last) = (max(1, kept.value / UInt64(segmentBytes)), oldest - 1)
    if first < last {
      let range = Position(first * UInt64(segmentBytes))..<Position(last * UInt64(segmentBytes))
      findings.append(.damage(Damage(segment: first, part: .segment, range: range, lost: [], isNamed: false)))
    }
    guard first <= last else { return }
    let base = Position(last * UInt64(segmentBytes))
    findings.append(.damage(Damage(segment: last, part: .segment, offsets: 0..<earlierEnd, base: base, names: earlier)))
  }

  /// What a segment was found to hold, to be compared with what the next one says of it.
  private struct Held {
    var number: UInt64
    var entries: [SegmentDigest.Entry] = []
    var damaged: [Range<Int>] = []
    var filled: [Range<Int>] = []
    var names = SegmentNames.none
  }

  private mutating func check<D: Disk>(_ disk: D, _ survey: Survey, _ told: (Replayed) -> Void) throws(JournalFault) {
    var before: Held?
    for number in survey.oldest...survey.newest {
      let base = Position(number * UInt64(survey.segmentBytes))
      let sum = Checksum(journal: survey.journalID)
      guard let segment = survey.segment(number) else {
        let sealed = survey.segment(number + 1)?.header.map { Int($0.sealedEnd.value) - Int(base.value) } ?? survey.segmentBytes
        if let held = before { compare(held, nil, survey) }
        before = Held(number: number, damaged: [0..<sealed])
        continue
      }
      let image = try SegmentImage(disk, segment: number)
      defer { extendLifetime(image) }
      segments.append(number)
      bytes += image.bytes.count
      if segment.copies == 1 { findings.append(.headerCopy(segment: number)) }
      let scan = SegmentScan(bytes: image.bytes, base: base, sum: sum)
      let head = SegmentHead(scan, number: number, header: segment.header)
      if number > 1, let state = head.checkpoint {
        state.withUnsafeBufferPointer { told(.checkpoint(UnsafeRawBufferPointer($0))) }
      }
      if number == survey.oldest {
        earlierEnd = segment.header.map { max(0, Int($0.sealedEnd.value) - Int(base.value) + survey.segmentBytes) } ?? survey.segmentBytes
        earlier = head.digest.map { SegmentNames(digest: $0, through: earlierEnd) } ?? .none
      }
      if let held = before { compare(held, head.digest, survey) }
      for part in head.damaged {
        findings.append(.damage(Damage(segment: number, part: part.part, offsets: part.range, base: base, names: .none)))
      }
      let held = walk(scan, number, head.end, survey, told)
      inventory.append(
        Segment(
          number: number, begun: segment.header?.created, from: base, end: end, events: held.entries.count, damaged: held.damaged.count))
      before = held
    }
    if let held = before { compare(held, nil, survey) }
  }

  private mutating func walk(
    _ scan: SegmentScan, _ number: UInt64, _ headEnd: Int, _ survey: Survey, _ told: (Replayed) -> Void
  ) -> Held {
    let isSealed = number < survey.newest
    let sealedEnd = survey.segment(number + 1)?.header.map { max(0, Int($0.sealedEnd.value) - Int(scan.base.value)) }
    var held = Held(number: number)
    let outcome = scan.walk(from: headEnd, sealedEnd: sealedEnd, isSealed: isSealed) { step in
      switch step {
      case .record(let record):
        told(.record(record))
        guard let event = record.event else { break }
        held.entries.append(
          SegmentDigest.Entry(
            offset: UInt32(record.position.distance(from: scan.base)), checksum: record.checksum, producer: event.head.producer,
            sequence: event.head.sequence, acceptedAt: event.head.acceptedAt))
      case .damaged(let range): held.damaged.append(range)
      case .filled(let range):
        held.filled.append(range)
        findings.append(.filled(scan.base.advanced(by: range.lowerBound)..<scan.base.advanced(by: range.upperBound)))
      case .trail: break
      }
    }
    held.names.complete(scan, number, from: headEnd, for: held.damaged)
    commits += outcome.commits
    records += outcome.records
    events += held.entries.count
    end = scan.base.advanced(by: outcome.end)
    if outcome.undecidedEnd > outcome.end { findings.append(.undecided(end..<scan.base.advanced(by: outcome.undecidedEnd))) }
    return held
  }

  /// Names what is damaged in a segment by its digest, and wants both to agree elsewhere. Without a digest there is nothing to compare.
  private mutating func compare(_ held: Held, _ digest: [SegmentDigest.Entry]?, _ survey: Survey) {
    let base = Position(held.number * UInt64(survey.segmentBytes))
    let part: Damage.Part = survey.segment(held.number) == nil ? .segment : .records
    let sealed = survey.segment(held.number + 1)?.header.map { max(0, Int($0.sealedEnd.value) - Int(base.value)) } ?? survey.segmentBytes
    let names = digest.map { SegmentNames(digest: $0, through: sealed) } ?? held.names
    for range in held.damaged {
      findings.append(.damage(Damage(segment: held.number, part: part, offsets: range, base: base, names: names)))
    }
    guard let digest else { return }
    let standing = digest.filter { entry in
      !entry.isUnknown && !(held.damaged + held.filled).contains { $0.contains(Int(entry.offset)) }
    }
    guard standing != held.entries else { return }
    let differing = zip(standing, held.entries).count { $0 != $1 } + abs(standing.count - held.entries.count)
    findings.append(.digestDisagrees(segment: held.number, events: differing))
  }
}
