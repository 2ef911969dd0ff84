import Contracts
import Journal
import TestKit
import Testing

/// A journal's life that may end at any operation on its disk, and what must be true of the disk afterwards.
struct Life {
  /// Records of commits that finished.
  var acknowledged: [ToldRecord] = []
  /// Records of the commit that was on its way when the life ended.
  var offered: [ToldRecord] = []
  /// Bytes of doubt, which stay somewhere in the folder.
  var doubt: [UInt8]?

  /// The broker's state in these tests: how many records there were.
  static func checkpoint(_ count: Int) -> [UInt8] { withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) } }

  mutating func commit<D: Disk>(_ journal: inout Journal<D>, _ notes: [[UInt8]]) throws {
    var gathering = journal.gather(Int.self)
    offered = notes.map { payload in
      ToldRecord(position: payload.withUnsafeBytes { gathering.record(note, urgent: true, $0) }, kind: note, payload: payload)
    }
    let writing = try journal.begin(gathering)
    let durable = try journal.finish(writing)
    _ = durable.release()
    acknowledged += offered
    offered = []
  }

  mutating func roll<D: Disk>(_ journal: inout Journal<D>) throws {
    try journal.roll(checkpoint: Self.checkpoint(acknowledged.count), at: smallOptions.now)
  }

  /// Opens `disk` and wants every acknowledged record, the offered commit whole or absent, and no damage; then that the journal goes on.
  func holds(on disk: MemoryDisk, _ where: String) throws {
    let place = Comment(rawValue: `where`)
    var now = try Opened(disk)
    if let doubt { #expect(try disk.afterPowerCut().list().contains { disk.contents($0)?.contains(doubt) == true }, place) }
    let known = Self.count(now.told.checkpoint)
    let all = acknowledged + offered
    let told = known + now.told.records.count
    #expect(told == acknowledged.count || told == all.count, place)
    #expect(now.told.records == Array(all.dropFirst(known).prefix(now.told.records.count)), place)
    #expect(now.told.damage.isEmpty && now.journal.recovery.damage.isEmpty, place)
    // What was told was durable, and what was in doubt is settled.
    let again = try Opened(disk.afterPowerCut())
    #expect(again.told == now.told && again.journal.recovery.undecided == nil, place)
    if now.journal.wantsRoll { try now.journal.roll(checkpoint: Self.checkpoint(told), at: smallOptions.now) }
    let more = try commitNotes(&now.journal, [[7, 7], [8]])
    let later = try Opened(disk.afterPowerCut())
    #expect(Array(later.told.records.suffix(2)) == more && later.told.damage.isEmpty, place)
    #expect(Self.count(later.told.checkpoint) + later.told.records.count == told + 2, place)
  }

  private static func count(_ checkpoint: [UInt8]?) -> Int {
    checkpoint?.withUnsafeBytes { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) } ?? 0
  }
}

/// Ends `life` before each of its operations in turn, with every subset of unsynced sectors of some shapes lost: all, none, each prefix kept,
/// each single one lost, each single one kept; and with each prefix of the changes of names kept.
func endEverywhere(_ start: () throws -> (MemoryDisk, Life), _ live: (inout Life, MemoryDisk) throws -> Void) throws -> (
  cuts: Int, torn: Int
) {
  var cuts = 0
  var torn = 0
  var at = 0
  while true {
    at += 1
    var (disk, life) = try start()
    let before = disk.operations
    disk.powerGoesAt = before + at
    do { try live(&life, disk) } catch is JournalFault {}
    let sectors = disk.unsyncedSectors
    let total = sectors.reduce(0, +)
    let first = sectors.indices.map { sectors[..<$0].reduce(0, +) }
    let shapes: [(String, (Int) -> Bool)] =
      (0...total).map { kept in ("first \(kept) kept", { $0 < kept }) }
      + (0..<total).map { lost in ("\(lost) lost", { $0 != lost }) } + (0..<total).map { kept in ("only \(kept) kept", { $0 == kept }) }
    for names in 0...disk.unsyncedNames {
      for (name, shape) in shapes {
        let after = disk.afterPowerCut(names: names) { shape(first[$0.write] + $0.index) }
        try life.holds(on: after, "before operation \(at), \(name) of \(total) sectors, \(names) names kept")
        cuts += 1
        if total > 0 { torn += 1 }
      }
    }
    let isLast = disk.operations < disk.powerGoesAt
    // The program alone ends: the system still has what was not synced, and may lose it later.
    disk.powerGoesAt = .max
    try life.holds(on: disk, "killed before operation \(at)")
    if isLast { return (cuts, torn) }
  }
}

@Suite struct PowerCutTests {
  static func bytes(_ count: Int, _ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: count) }

  @Test func `appending, at every operation`() throws {
    let ends = try endEverywhere({ (MemoryDisk(), Life()) }) { life, disk in
      var now = try Opened(disk)
      try life.commit(&now.journal, [[1]])
      try life.commit(&now.journal, [Self.bytes(600, 2), [3], []])
      try now.journal.closeMark()
      try life.commit(&now.journal, [Self.bytes(3_000, 4), Self.bytes(500, 5)])
      try life.commit(&now.journal, [[6]])
    }
    print("append: \(ends.cuts) power cuts, \(ends.torn) with something unsynced")
    #expect(ends.torn > 100)
  }

  @Test func `rolling with and without a reserve, at every operation`() throws {
    let ends = try endEverywhere({ (MemoryDisk(), Life()) }) { life, disk in
      var now = try Opened(disk)
      try life.commit(&now.journal, [[1], Self.bytes(700, 2)])
      try life.roll(&now.journal)
      try life.commit(&now.journal, [[3]])
      try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
      try life.roll(&now.journal)
      try life.commit(&now.journal, [[4], Self.bytes(700, 5)])
    }
    print("roll: \(ends.cuts) power cuts, \(ends.torn) with something unsynced")
    #expect(ends.torn > 100)
  }

  /// Every segment holds commits of the same sizes, so that what a recycled file held before lies exactly where the next commit would be.
  @Test func `recycled segments, at every operation`() throws {
    func start() throws -> (MemoryDisk, Life) {
      let disk = MemoryDisk()
      var life = Life()
      var now = try Opened(disk)
      for segment in 0..<3 {
        try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
        try life.roll(&now.journal)
        for index in 0..<4 { try life.commit(&now.journal, [Self.bytes(1_200, UInt8(segment * 4 + index))]) }
      }
      return (disk, life)
    }
    let ends = try endEverywhere(start) { life, disk in
      var now = try Opened(disk)
      try now.journal.forget(before: now.journal.end)
      try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
      #expect(disk.contents("reserve.segment")?.contains { $0 != 0 } == true, "the reserve is a recycled segment")
      try life.roll(&now.journal)
      for index in 0..<4 { try life.commit(&now.journal, [Self.bytes(1_200, UInt8(200 + index))]) }
    }
    print("recycle: \(ends.cuts) power cuts, \(ends.torn) with something unsynced")
    #expect(ends.torn > 50)
  }

  /// A disk on which a part of the last commit is lost.
  static func torn() throws -> (MemoryDisk, Life) {
    let disk = MemoryDisk()
    var life = Life()
    var now = try Opened(disk)
    try life.commit(&now.journal, [[1]])
    disk.powerGoesAt = disk.operations + 2
    do { try life.commit(&now.journal, [Self.bytes(1_200, 2), Self.bytes(1_200, 3)]) } catch is JournalFault {}
    life.offered = []
    life.doubt = Self.bytes(400, 3)
    return (disk.afterPowerCut { $0.index != 2 }, life)
  }

  @Test func `opening after a torn commit, at every operation`() throws {
    let ends = try endEverywhere(Self.torn) { life, disk in
      var now = try Opened(disk)
      #expect(now.journal.recovery.undecided != nil)
      try life.commit(&now.journal, [[4]])
    }
    print("reopen: \(ends.cuts) power cuts, \(ends.torn) with something unsynced")
    #expect(ends.torn > 20)
  }
}
