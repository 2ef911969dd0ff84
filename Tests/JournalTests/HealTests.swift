import Contracts
import Journal
import TestKit
import Testing

/// Damage is named by digests and trails, written again where it was, and what is left of it is filled.
@Suite struct HealTests {
  typealias Ground = DamageTests.Ground

  static func examine(_ ground: Ground, _ number: UInt64, _ disk: MemoryDisk? = nil) throws -> [Damage] {
    let reader = JournalReader(disk ?? ground.disk, journalID: smallOptions.newID, segmentBytes: smallOptions.segmentBytes)
    return try reader.examine(segment: number, before: Position((number + 1) << 16))
  }

  /// The record of event `index` as it was written.
  static func record(_ ground: Ground, _ lost: Damage.LostEvent) -> (bytes: [UInt8], checksum: UInt32) {
    let head = EventHead(producer: lost.producer, type: 6, sequence: lost.sequence, key: 7, acceptedAt: lost.acceptedAt)
    return DamageTests.json.withUnsafeBytes { Checksum(journal: smallOptions.newID).record(head, $0, at: lost.position) }
  }

  /// What the broker does with what it finds: rolls where it must, writes all events again, fills the rest.
  static func repair(_ ground: Ground, _ disk: MemoryDisk) throws {
    var now = try Opened(disk)
    if now.journal.wantsRoll { try now.journal.roll(checkpoint: [9], at: smallOptions.now) }
    for number in 1...3 as ClosedRange<UInt64> {
      let damages = try examine(ground, number, disk)
      for damage in damages where damage.part == .records || damage.part == .segment {
        for lost in damage.lost { try now.journal.heal(record(ground, lost).bytes, at: lost.position) }
        if damage.isNamed { try now.journal.mend(damage.range) }
      }
    }
  }

  @Test(arguments: 0..<24) func `every event that is damaged is named, and healed byte for byte`(index: Int) throws {
    for byte in [0, 5, 9, 16, 30, 60, 87] {
      let ground = try Ground()
      let whole = try (1...3).map { try #require(ground.disk.contents(ground.name($0))) }
      ground.flip(ground.events[index].position, plus: byte)
      let number = UInt64(index / 8 + 1)
      let damage = try #require(try Self.examine(ground, number).first)
      #expect(damage.isNamed && damage.lost.map(\.sequence) == [ground.events[index].sequence], "event \(index + 1), byte \(byte)")
      #expect(damage.lost.first?.checksum == damage.lost.first.map { Self.record(ground, $0).checksum })
      try Self.repair(ground, ground.disk)
      for number in 1...3 { #expect(ground.disk.contents(ground.name(UInt64(number))) == whole[number - 1], "segment \(number)") }
      #expect(JournalVerify(ground.disk).isSound && JournalVerify(ground.disk).events == 24)
    }
  }

  @Test func `a repair that is cut short anywhere is made again, and takes nothing else with it`() throws {
    var cuts = 0
    var at = 0
    var isDone = false
    while !isDone {
      at += 1
      for kept in [0, 1, 2] {
        let ground = try Ground()
        // Two events, the commit head between them, and a settle-like hole: a commit head alone.
        for index in [9, 10, 17] { ground.flip(ground.events[index].position, plus: 40) }
        ground.flip(Position(ground.events[12].position.value - 40), plus: 26)
        let disk = ground.disk
        disk.powerGoesAt = disk.operations + at
        do {
          try Self.repair(ground, disk)
          isDone = true
        } catch is JournalFault {}
        let after = disk.afterPowerCut(names: disk.unsyncedNames) { kept == 0 ? false : kept == 1 ? $0.index % 2 == 0 : true }
        cuts += 1
        // Nothing that stood is gone by it: the same events, or more of them.
        let events = JournalVerify(after).events
        #expect((21...24).contains(events), "before operation \(at): \(events)")
        try Self.repair(ground, after)
        let verified = JournalVerify(after)
        #expect(verified.isSound && verified.events == 24, "before operation \(at), \(kept): \(verified.findings)")
        #expect(verified.findings.contains { if case .filled = $0 { true } else { false } })
        let told = try Opened(after).told
        #expect(told.damage.isEmpty, "\(told.damage)")
      }
    }
    print("heal: \(cuts) power cuts")
    #expect(cuts > 40)
  }

  @Test func `the N-th operation of a repair fails, and the next one succeeds`() throws {
    for errno in [DiskFault.inputOutput, DiskFault.noSpace] {
      var at = 0
      var failed = true
      while failed {
        at += 1
        let ground = try Ground()
        for index in [3, 17] { ground.flip(ground.events[index].position, plus: 40) }
        let disk = ground.disk
        disk.failures[disk.operations + at] = errno
        do {
          try Self.repair(ground, disk)
          failed = false
        } catch is JournalFault {}
        disk.failures = [:]
        let after = disk.copy()
        try Self.repair(ground, after)
        #expect(JournalVerify(after).isSound && JournalVerify(after).events == 24, "operation \(at)")
      }
      #expect(at > 8)
    }
  }

  @Test func `a repair whose sync fails ends the journal, for what is read then may never reach the disk`() throws {
    for errno in [DiskFault.inputOutput, DiskFault.noSpace] {
      let ground = try Ground()
      ground.flip(ground.events[3].position, plus: 40)
      var now = try Opened(ground.disk)
      let damage = try #require(try Self.examine(ground, 1).first)
      // The write is one operation, its sync the next.
      ground.disk.failures[ground.disk.operations + 2] = errno
      #expect(throws: JournalFault.self) { try now.journal.heal(Self.record(ground, damage.lost[0]).bytes, at: damage.lost[0].position) }
      ground.disk.failures = [:]
      #expect(try Self.examine(ground, 1).isEmpty, "in memory it looks healed")
      #expect(now.journal.ended != nil && now.journal.ended?.isFatal == true, "so nobody may go by it")
      let after = ground.disk.afterPowerCut(names: ground.disk.unsyncedNames) { _ in true }
      #expect(try Self.examine(ground, 1, after).count == 1, "the disk never got it")
      try Self.repair(ground, after)
      #expect(JournalVerify(after).isSound && JournalVerify(after).events == 24)
    }
  }

  @Test func `what was healed and not synced is durable behind the start that goes by it`() throws {
    // The program ends before the sync, or of its failing: the next one reads what the system shows.
    for fails in [false, true] {
      for confirms in [false, true] {
        let ground = try Ground()
        ground.flip(ground.events[3].position, plus: 40)
        let disk = ground.disk
        var now = try Opened(disk)
        let damage = try #require(try Self.examine(ground, 1).first)
        if fails { disk.failures[disk.operations + 2] = DiskFault.inputOutput } else { disk.powerGoesAt = disk.operations + 2 }
        #expect(throws: JournalFault.self) { try now.journal.heal(Self.record(ground, damage.lost[0]).bytes, at: damage.lost[0].position) }
        (disk.failures, disk.powerGoesAt) = ([:], .max)
        now = try Opened(disk)
        #expect(try Self.examine(ground, 1).isEmpty, "it looks healed")
        // Also where the place is as long as the segment, or runs beyond it, and where it is the one in use or gone.
        let places =
          fails ? [damage.range] : [damage.range.lowerBound..<Position(.max), Position(3 << 16)..<Position(4 << 16), .zero..<Position(9)]
        if confirms { try now.journal.confirm(places) }
        let after = disk.afterPowerCut(names: disk.unsyncedNames)
        #expect(try Self.examine(ground, 1, after).count == (confirms ? 0 : 1), "failed: \(fails), confirmed: \(confirms)")
        try Self.repair(ground, after)
        #expect(JournalVerify(after).isSound && JournalVerify(after).events == 24)
      }
    }
  }

  @Test func `a start that cannot make sure of what was healed does not go on`() throws {
    for at in 1...2 {
      let ground = try Ground()
      let place = ground.events[3].position..<ground.events[4].position
      var now = try Opened(ground.disk)
      ground.disk.failures[ground.disk.operations + at] = DiskFault.inputOutput
      let fault = #expect(throws: JournalFault.self) { try now.journal.confirm([place]) }
      #expect(fault?.isFatal == true && now.journal.ended == fault)
    }
  }

  @Test func `what a filler covers is kept aside whole, also where that was cut short before`() throws {
    var at = 0
    var failed = true
    while failed {
      at += 1
      for isKilled in [false, true] {
        let ground = try Ground()
        let position = ground.events[4].position
        ground.flip(position, plus: 60)
        let bytes = try #require(ground.disk.contents(ground.name(1)))[(Int(position.value) - 65_536)...].prefix(DamageTests.size)
        let range = position..<position.advanced(by: DamageTests.size)
        let disk = ground.disk
        var now = try Opened(disk)
        if isKilled { disk.powerGoesAt = disk.operations + at } else { disk.failures[disk.operations + at] = DiskFault.inputOutput }
        do throws(JournalFault) {
          try now.journal.mend(range)
          failed = false
        } catch {}
        (disk.failures, disk.powerGoesAt) = ([:], .max)
        now = try Opened(disk)
        try now.journal.mend(range)
        let after = disk.afterPowerCut()
        // A filler that its own sync covers has nothing more to keep.
        let kept = after.contents("damaged-\(position).bin")
        #expect(kept == Array(bytes), "operation \(at), killed: \(isKilled)")
      }
    }
    #expect(at > 4)
  }

  @Test func `names outlast the roll that follows damage in the segment in use`() throws {
    let ground = try Ground()
    let position = ground.events[20].position
    ground.flip(position, plus: 30)
    var now = try Opened(ground.disk)
    #expect(now.told.damage.first?.lost.map(\.sequence) == [21] && now.told.damage.first?.isNamed == true)
    try now.journal.roll(checkpoint: [9], at: smallOptions.now)
    try commitNotes(&now.journal, [[1]])
    let damage = try #require(try Self.examine(ground, 3).first)
    #expect(damage.isNamed && damage.lost.map(\.sequence) == [21])
    try now.journal.heal(Self.record(ground, damage.lost[0]).bytes, at: position)
    #expect(JournalVerify(ground.disk).findings.isEmpty)
  }

  @Test func `what nothing tells of is never called known, not after a roll either`() throws {
    // Without a closing mark nothing tells what the last commits hold; a later commit head proves that they were durable.
    let ground = try Ground(closing: false)
    for index in [18, 19] { ground.flip(ground.events[index].position, plus: 4) }
    var now = try Opened(ground.disk)
    let damage = try #require(now.told.damage.first)
    #expect(!damage.isNamed)
    try now.journal.roll(checkpoint: [9], at: smallOptions.now)
    let again = try Self.examine(ground, 3)
    #expect(again.map(\.range) == now.told.damage.map(\.range) && again.allSatisfy { !$0.isNamed })
    #expect(JournalVerify(ground.disk).isSound == false)
  }

  @Test func `a damaged record tells its own name, which its checksum proves or not`() throws {
    let ground = try Ground(closing: false)
    ground.flip(ground.events[18].position, plus: 60)
    let damage = try #require(try Opened(ground.disk).told.damage.first)
    #expect(!damage.isNamed && damage.lost.map(\.sequence) == [19])
    #expect(damage.lost.first.map { Self.record(ground, $0).checksum == $0.checksum } == true)
  }

  @Test func `a segment that is gone is written again from its events`() throws {
    let ground = try Ground()
    try ground.disk.remove(ground.name(2))
    let damage = try #require(try Self.examine(ground, 2).first)
    #expect(damage.part == .segment && damage.isNamed && damage.lost.map(\.sequence) == Array(9...16))
    try Self.repair(ground, ground.disk)
    var reader = ReaderTests.reader(ground.disk)
    let end = try Opened(ground.disk).journal.end
    let read = try ReaderTests.all(&reader, from: .zero, bytesMax: 1 << 20, before: end)
    #expect(read.sequences == Array(1...24) && read.others.isEmpty)
  }

  @Test func `a hole below the mark is filled by the operator's word, and what lay there is kept aside`() throws {
    let ground = try Ground()
    let position = ground.events[4].position
    ground.flip(position, plus: 60)
    let bytes = try #require(ground.disk.contents(ground.name(1)))[(Int(position.value) - 65_536)...].prefix(DamageTests.size)
    var now = try Opened(ground.disk)
    try now.journal.mend(position..<position.advanced(by: DamageTests.size))
    #expect(ground.disk.contents("damaged-\(position).bin") == Array(bytes))
    var reader = ReaderTests.reader(ground.disk)
    let read = try ReaderTests.all(&reader, from: .zero, bytesMax: 1 << 20, before: now.journal.end)
    #expect(read.sequences == (1...24).filter { $0 != 5 } && read.others.isEmpty)
    let verified = JournalVerify(ground.disk)
    #expect(verified.isSound && verified.findings.contains(.keptAside(file: "damaged-\(position).bin")), "\(verified.findings)")
    // Once more changes nothing.
    let whole = ground.disk.contents(ground.name(1))
    try now.journal.mend(position..<position.advanced(by: DamageTests.size))
    #expect(ground.disk.contents(ground.name(1)) == whole)
  }

  @Test func `the segment in use is not repaired in place`() throws {
    let ground = try Ground()
    var now = try Opened(ground.disk)
    let whole = ground.disk.contents(ground.name(3))
    try now.journal.mend(ground.events[17].position..<now.journal.end)
    #expect(ground.disk.contents(ground.name(3)) == whole)
    now.journal.noteDamage(at: ground.events[17].position)
    #expect(now.journal.wantsRoll == true)
  }

  @Test func `trails tell what each idle moment left, piece by piece`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    var positions: [Position] = []
    for sequence in 1...6 as ClosedRange<UInt64> {
      var gathering = now.journal.gather(Int.self)
      // Two months apart: a digest begins another piece for it.
      let accepted = smallOptions.now.adding(.seconds(Int64(sequence) * 5_000_000))
      let head = EventHead(producer: 1, type: 1, sequence: sequence, key: 1, acceptedAt: accepted)
      positions.append(DamageTests.json.withUnsafeBytes { gathering.record(event: head, $0) })
      let writing = try now.journal.begin(gathering)
      let durable = try now.journal.finish(writing)
      _ = durable.release()
      if sequence % 2 == 0 { try now.journal.closeMark() }
      // A start in between goes on where the trails ended.
      if sequence == 4 { now = try Opened(disk) }
    }
    for (index, position) in positions.enumerated() {
      let copy = disk.copy()
      copy.damage(RefusalTests.first) { $0[Int(position.value) - 65_536 + 40] ^= 1 }
      let told = try Opened(copy).told
      #expect(told.damage.first?.lost.map(\.sequence) == [UInt64(index + 1)] && told.damage.first?.isNamed == true)
      #expect(told.damage.first?.lost.first?.acceptedAt == smallOptions.now.adding(.seconds(Int64(index + 1) * 5_000_000)))
    }
  }
}
