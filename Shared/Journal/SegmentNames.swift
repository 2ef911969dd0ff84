import Contracts

// Who stood where in a segment, told by three:
//
//   the next segment's digest     whole, once the segment is sealed
//   the segment's own trails      piece by piece, each written before a closing mark; see SegmentDigest.swift
//   a damaged record itself       its head, where that looks like one: nothing proves it but the checksum of what is made anew from it

/// What is known of a segment's events without reading them.
struct SegmentNames: Equatable {
  /// By offset.
  private(set) var entries: [SegmentDigest.Entry] = []
  /// Offsets of which everything is told, ascending.
  private(set) var covered: [Range<Int>] = []

  static let none = SegmentNames()

  init() {}

  /// The names that the digest at the next segment's head gives.
  init(digest: [SegmentDigest.Entry], through end: Int) {
    take(digest, in: 0..<end)
  }

  /// Takes over entries that tell all of `range` but for stretches that they call unknown.
  mutating func take(_ more: [SegmentDigest.Entry], in range: Range<Int>) {
    var at = range.lowerBound
    for entry in more where entry.isUnknown {
      if Int(entry.offset) > at { covered.append(at..<Int(entry.offset)) }
      at = max(at, Int(entry.offset) + Int(entry.checksum))
    }
    if at < range.upperBound { covered.append(at..<range.upperBound) }
    covered.sort { $0.lowerBound < $1.lowerBound }
    let known = Set(entries.map(\.offset))
    entries += more.filter { !$0.isUnknown && !known.contains($0.offset) }
    entries.sort { $0.offset < $1.offset }
  }

  /// Takes what the head of a damaged record says of itself, where nothing better is known.
  mutating func guess(_ scan: SegmentScan, in range: Range<Int>) {
    guard !cover(range), range.count >= RecordLayout.headBytes + EventHead.byteCount else { return }
    let at = range.lowerBound
    guard entries(in: at..<at + 8).isEmpty, range.upperBound <= scan.bytes.count,
      Bytes.u64(scan.bytes, at + 8) == scan.base.value + UInt64(at), scan.bytes[at + 16] == RecordKind.event.rawValue
    else { return }
    let head = EventHead(UnsafeRawBufferPointer(rebasing: scan.bytes[(at + RecordLayout.headBytes)...]))
    // A number far beyond any that is ever given out is damage as well.
    guard head.producer < 1 << 20, head.sequence > 0, head.sequence < 1 << 53 else { return }
    entries.append(
      SegmentDigest.Entry(
        offset: UInt32(at), checksum: Bytes.u32(scan.bytes, at), producer: head.producer, sequence: head.sequence,
        acceptedAt: head.acceptedAt))
    entries.sort { $0.offset < $1.offset }
  }

  /// Takes the segment's own trails, and what damaged records say, for those of `ranges` that are not told otherwise.
  mutating func complete(_ scan: SegmentScan, _ number: UInt64, from start: Int, for ranges: [Range<Int>]) {
    guard ranges.contains(where: { !cover($0) }) else { return }
    let trails = scan.trails(of: number, from: start)
    merge(trails)
    for range in ranges { guess(scan, in: range) }
  }

  private mutating func merge(_ other: SegmentNames) {
    covered = (covered + other.covered).sorted { $0.lowerBound < $1.lowerBound }
    let known = Set(entries.map(\.offset))
    entries = (entries + other.entries.filter { !known.contains($0.offset) }).sorted { $0.offset < $1.offset }
  }

  func entries(in offsets: Range<Int>) -> ArraySlice<SegmentDigest.Entry> {
    let first = entries.firstIndex { Int($0.offset) >= offsets.lowerBound } ?? entries.count
    let end = entries[first...].firstIndex { Int($0.offset) >= offsets.upperBound } ?? entries.count
    return entries[first..<end]
  }

  /// Whether every event of `offsets` is told.
  func cover(_ offsets: Range<Int>) -> Bool {
    var at = offsets.lowerBound
    for range in covered where range.contains(at) { at = max(at, range.upperBound) }
    return at >= offsets.upperBound
  }
}

extension SegmentScan {
  /// What the segment's own trails tell.
  func trails(of number: UInt64, from start: Int) -> SegmentNames {
    var names = SegmentNames()
    var offset = start
    while let place = next(from: offset, before: bytes.count), let record = record(at: place) {
      if record.kind == .trail, let trail = SegmentDigest.trail(of: number, record.payload) {
        names.take(trail.entries, in: trail.range)
      }
      offset = place + record.byteCount
    }
    return names
  }
}
