import Contracts
import Foundation
import Journal
import TestKit
import Testing

/// A journal of many segments and all kinds of records, damaged in every way a disk knows, again and again: nothing false is ever told,
/// whatever is missing is named, and what outboxes still hold of it stands again where it stood.
@Suite struct RandomDamageTests {
  /// Damages tried; `ACCORD_DAMAGES=1000` is the documented run.
  private static let damages = ProcessInfo.processInfo.environment["ACCORD_DAMAGES"].flatMap(Int.init) ?? 200

  /// Every record of the broker's, in the order of their places.
  struct World {
    let disk = MemoryDisk()
    private(set) var records: [ToldRecord] = []
    let segments: UInt64 = 6
    private(set) var end = Position.zero

    init(_ random: inout SeededRandom) throws {
      var now = try Opened(disk)
      for segment in 1...segments {
        if segment > 1 {
          if segment % 2 == 0 { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
          let state = (0..<Int.random(in: 8...2_000, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
          try now.journal.roll(checkpoint: state, at: smallOptions.now)
        }
        for commit in 0..<Int.random(in: 8...20, using: &random) {
          try add(&now.journal, &random)
          if commit % 7 == 3 { try now.journal.closeMark() }
        }
      }
      try now.journal.closeMark()
      end = now.journal.durableThrough
    }

    private mutating func add(_ journal: inout Journal<MemoryDisk>, _ random: inout SeededRandom) throws {
      var gathering = journal.gather(Int.self)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        var payload = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        if Bool.random(using: &random) {
          let head = EventHead(
            producer: UInt32.random(in: 1...3, using: &random), type: 6, sequence: UInt64(records.count + 1), key: 7,
            acceptedAt: smallOptions.now)
          let position = payload.withUnsafeBytes { gathering.record(event: head, $0) }
          // As it stands on disk: the head's 32 bytes first.
          payload = Self.bytes(of: head) + payload
          records.append(ToldRecord(position: position, kind: .event, payload: payload))
        } else {
          let kind = RecordKind(rawValue: UInt8.random(in: 17...45, using: &random))
          records.append(
            ToldRecord(
              position: payload.withUnsafeBytes { gathering.record(kind, urgent: true, $0) }, kind: kind, payload: payload))
        }
      }
      let writing = try journal.begin(gathering)
      _ = try journal.finish(writing).release()
    }

    private static func bytes(of head: EventHead) -> [UInt8] {
      var bytes: [UInt8] = []
      withUnsafeBytes(of: head.producer.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: head.type.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: head.sequence.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: head.key.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: head.acceptedAt.milliseconds.littleEndian) { bytes += $0 }
      return bytes
    }

    /// From where on nothing tells any more what the newest segment held: behind its first byte that is not as it was, where the mark at its end
    /// is not as it was either. A commit of which something is left is named; what came after it may as well never have been written.
    func doubt(on damaged: MemoryDisk) -> Position? {
      let base = Position(segments * UInt64(smallOptions.segmentBytes))
      let used = 0..<Int(end.value - base.value)
      guard let before = disk.contents(name(segments)), let after = damaged.contents(name(segments)), after.count >= used.upperBound,
        before[used].suffix(Self.markBytes) != after[used].suffix(Self.markBytes),
        let first = used.first(where: { before[$0] != after[$0] })
      else { return nil }
      return base.advanced(by: first)
    }

    private static let markBytes = RecordLayout.headBytes + 8

    func name(_ number: UInt64) -> String { "00000000000\(number).segment" }
  }

  enum Kind: CaseIterable { case flip, flips, sector, truncation, swap, stray, stale, missing }

  /// Damages `disk` in the way of `kind`; says where.
  private static func damage(_ world: World, _ disk: MemoryDisk, _ kind: Kind, _ random: inout SeededRandom) -> String {
    let number = UInt64.random(in: 1...world.segments, using: &random)
    // Of the newest segment nothing later tells: what is cut off its end is the end.
    let sealed = UInt64.random(in: 1..<world.segments, using: &random)
    let base = Int(number) * smallOptions.segmentBytes
    let size = disk.contents(world.name(number))?.count ?? 0
    let used = number == world.segments ? Int(world.end.value) - base : size
    func place(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
    switch kind {
    case .flip, .flips:
      var places: [Int] = []
      for _ in 0..<(kind == .flip ? 1 : 5) {
        let at = place(used)
        let bit = UInt8(place(8))
        disk.damage(world.name(number)) { $0[at] ^= 1 << bit }
        places.append(at)
      }
      return "segment \(number), bits at \(places)"
    case .sector:
      let at = place(used) / 512 * 512
      disk.damage(world.name(number)) { bytes in for index in at..<min(at + 512, bytes.count) { bytes[index] = 0 } }
      return "segment \(number), sector at \(at) zeroed"
    case .truncation:
      let at = place(disk.contents(world.name(sealed))?.count ?? 1)
      disk.damage(world.name(sealed)) { $0.removeLast($0.count - at) }
      return "segment \(sealed), cut to \(at)"
    case .swap:
      let other = sealed == number ? sealed % world.segments + 1 : number
      let (a, b) = (disk.contents(world.name(sealed)) ?? [], disk.contents(world.name(other)) ?? [])
      disk.place(world.name(sealed), b)
      disk.place(world.name(other), a)
      return "segments \(sealed) and \(other) swapped"
    case .stray:
      let other = disk.contents(world.name(sealed)) ?? []
      let from = place(max(1, min(other.count, used) - 2_048)) & ~511
      disk.damage(world.name(number)) { bytes in
        let count = min(2_048, other.count - from, max(0, bytes.count - from))
        bytes.replaceSubrange(from..<from + count, with: other[from..<from + count])
      }
      return "segment \(number), 2,048 bytes at \(from) as in \(sealed)"
    case .stale:
      let commit = world.records.filter { $0.position.value / UInt64(smallOptions.segmentBytes) == sealed }.randomElement(using: &random)
      let from = Int(commit?.position.value ?? 0) % smallOptions.segmentBytes
      disk.damage(world.name(sealed)) { bytes in for index in min(from, bytes.count)..<bytes.count { bytes[index] = 0 } }
      return "segment \(sealed), as it was before \(from)"
    case .missing:
      try? disk.remove(world.name(sealed))
      return "segment \(sealed) is gone"
    }
  }

  @Test func `whatever happens to the bytes is found, named and never served`() throws {
    var random = Seed.printed(for: "damage")
    var (found, harmless, refused, lost) = (0, 0, 0, 0)
    var healing = Healing()
    var world = try World(&random)
    let written = Set(world.records)
    for round in 0..<Self.damages {
      if round % 100 == 99 { world = try World(&random) }
      let known = round < 99 ? written : Set(world.records)
      let disk = world.disk.copy()
      let kind = Kind.allCases[round % Kind.allCases.count]
      let place = Self.damage(world, disk, kind, &random)
      let what = Comment(rawValue: "round \(round), \(kind): \(place)")
      let doubt = world.doubt(on: disk)

      var verified = JournalVerify(disk.copy())
      verified.expect(from: .zero)
      for finding in verified.findings { #expect(finding.description.count > 20, what) }
      var told = Told()
      let report: RecoveryReport
      var gone: [Range<Position>] = []
      do {
        let opened = try Opened(disk)
        told = opened.told
        report = opened.journal.recovery
        gone = report.damage.map(\.range) + (report.undecided.map { [$0.range] } ?? [])
        // Everything since the checkpoint it began with: told, or in a place that is named.
        for record in world.records where record.position >= report.replayedFrom {
          let isTold = told.records.contains(record)
          #expect(
            isTold || gone.contains { $0.contains(record.position) } || record.isBehind(doubt),
            "\(what): \(record.position) is gone without a word")
          if !isTold { lost += 1 }
        }
        try Self.read(opened.journal.id, disk, world, known, behind: doubt, what)
      } catch let fault as JournalFault {
        refused += 1
        #expect(fault.description.count > 20 && !verified.isSound, what)
        if kind == .swap { try Self.expectAdvice(fault, world, disk, what) }
        continue
      }
      #expect(kind != .swap, "\(what): nothing is read from a segment under another's name")
      for record in told.records { #expect(known.contains(record), "\(what): \(record.position) was never written so") }
      let isTouched = disk.differs(from: world.disk)
      if verified.findings.isEmpty {
        // Bytes that nobody reads: behind the end, between the two copies of the header, of the last mark.
        harmless += 1
        let expected = world.records.count { record in
          record.position >= report.replayedFrom && (told.records.contains(record) || !record.isBehind(doubt))
        }
        #expect(gone.isEmpty && told.records.count == expected, what)
      } else {
        #expect(isTouched, what)
        found += 1
      }
      // Outboxes hold what lies above a mark somewhere in the journal's first half.
      let mark = UInt64.random(in: 0...UInt64(world.records.count / 2), using: &random)
      try healing.heal(world, disk, above: mark, report, behind: doubt, what)
    }
    print("healing: \(healing)")
    #expect(healing.healed > Self.damages / 4 && healing.unnamed * 20 < healing.healed)
    print(
      "damage: \(Self.damages) tried, \(found) found and named, \(refused) refused whole, \(harmless) in bytes that nobody reads; \(lost) records named as gone"
    )
    #expect(found + refused > Self.damages / 2)
  }

  /// The sentence names the file and its right name, and following it undoes the harm.
  private static func expectAdvice(_ fault: JournalFault, _ world: World, _ disk: MemoryDisk, _ what: Comment) throws {
    guard case .misnamedSegment(let file, let holds) = fault else {
      Issue.record("\(what): \(fault)")
      return
    }
    #expect(fault.description.contains(file) && fault.description.contains("give it back its own, \(world.name(holds))"), what)
    let other = try #require(disk.contents(world.name(holds)))
    disk.place(world.name(holds), try #require(disk.contents(file)))
    disk.place(file, other)
    #expect(JournalVerify(disk).isSound && !disk.differs(from: world.disk), what)
  }

  /// A reader meets every record or a range that is named, and nothing else.
  private static func read(
    _ id: [UInt8], _ disk: MemoryDisk, _ world: World, _ known: Set<ToldRecord>, behind doubt: Position?, _ what: Comment
  ) throws {
    var reader = JournalReader(disk, journalID: id, segmentBytes: smallOptions.segmentBytes)
    var position = Position.zero
    var met: Set<Position> = []
    var named: [Range<Position>] = []
    for _ in 0..<10_000 where position < world.end {
      let reading: JournalReading
      do { reading = try reader.read(from: position, bytesMax: 2_000, before: world.end) } catch { return }
      switch reading {
      case .slice(let slice):
        slice.bytes.withUnsafeBytes { bytes in
          var cursor = RecordCursor(bytes, base: slice.base)
          while let record = cursor.next() {
            let told = ToldRecord(position: record.position, kind: record.kind, payload: Array(record.payload))
            met.insert(told.position)
            #expect(known.contains(told), "\(what): read \(record.position), never written so")
          }
        }
        guard slice.next > position else {
          position = world.end
          continue
        }
        position = slice.next
      case .damaged(let range):
        #expect(range.upperBound > position, what)
        named.append(position..<range.upperBound)
        position = max(range.upperBound, position.advanced(by: 8))
      case .forgotten(let oldest):
        named.append(position..<oldest)
        position = oldest
      }
    }
    for record in world.records where !met.contains(record.position) && !record.isBehind(doubt) {
      #expect(named.contains { $0.contains(record.position) }, "\(what): a reader passed over \(record.position) without a word")
    }
  }
}

extension ToldRecord {
  /// Whether it ends behind `place`; never where there is none.
  func isBehind(_ place: Position?) -> Bool {
    place.map { position.advanced(by: RecordLayout.byteCount(payload: payload.count)) > $0 } ?? false
  }
}

extension MemoryDisk {
  /// Whether any file holds other bytes than `other`'s.
  fileprivate func differs(from other: MemoryDisk) -> Bool {
    let names = Set((try? list()) ?? []).union((try? other.list()) ?? [])
    return names.contains { contents($0) != other.contents($0) }
  }
}
