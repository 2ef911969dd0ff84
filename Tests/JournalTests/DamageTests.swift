import Contracts
import Journal
import TestKit
import Testing

/// Bytes that change behind the journal's back are named, never served, and take nothing else with them.
@Suite struct DamageTests {
  static let json = Array(#"{"specversion":"1.0","id":"a"}"#.utf8)
  static let size = 24 + 32 + 32

  /// Two sealed segments and one in use: each with four commits of two events; numbers 1 to 24 of producer 5.
  struct Ground {
    let disk = MemoryDisk()
    private(set) var events: [(position: Position, sequence: UInt64)] = []

    init(closing: Bool = true, producer: UInt32 = 5) throws {
      var now = try Opened(disk)
      for segment in 0..<3 {
        if segment > 0 { try now.journal.roll(checkpoint: [UInt8(segment)], at: smallOptions.now) }
        for _ in 0..<4 {
          var gathering = now.journal.gather(Int.self)
          for _ in 0..<2 {
            let sequence = UInt64(events.count + 1)
            let head = EventHead(producer: producer, type: 6, sequence: sequence, key: 7, acceptedAt: smallOptions.now)
            events.append((json.withUnsafeBytes { gathering.record(event: head, $0) }, sequence))
          }
          let writing = try now.journal.begin(gathering)
          let durable = try now.journal.finish(writing)
          _ = durable.release()
        }
      }
      if closing { try now.journal.closeMark() }
    }

    /// Flips one bit of the byte at `position`.
    func flip(_ position: Position, plus: Int = 0) {
      let number = position.value / UInt64(smallOptions.segmentBytes)
      disk.damage(name(number)) { $0[Int(position.value) % smallOptions.segmentBytes + plus] ^= 0x10 }
    }

    func name(_ number: UInt64) -> String { "00000000000\(number).segment" }

    func sequences(_ told: Told) -> [UInt64] {
      told.records.map { record in record.payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) } }
    }
  }

  @Test func `every byte of the newest segment's events, one bit at a time`() throws {
    for index in 16..<24 {
      // Head and payload; the padding too, which the sum covers.
      for byte in [0, 3, 4, 7, 8, 16, 17, 18, 20, 24, 32, 40, 55, 56, 85, 87] {
        let ground = try Ground()
        let position = ground.events[index].position
        ground.flip(position, plus: byte)
        let now = try Opened(ground.disk)
        #expect(ground.sequences(now.told) == (17...24).filter { $0 != UInt64(index + 1) }, "event \(index + 1), byte \(byte)")
        #expect(now.told.damage.map(\.range) == [position..<position.advanced(by: Self.size)])
        #expect(now.journal.recovery.damage == now.told.damage)
        #expect(now.journal.wantsRoll == true, "nothing is added to a damaged segment")
      }
    }
  }

  @Test func `a damaged commit head loses no record`() throws {
    let ground = try Ground()
    let head = Position(ground.events[18].position.value - 40)
    ground.flip(head, plus: 26)
    let now = try Opened(ground.disk)
    #expect(ground.sequences(now.told) == Array(17...24))
    #expect(now.told.damage.map(\.range) == [head..<head.advanced(by: 40)])
  }

  @Test func `without the closing mark the last commit is in doubt, with it it is damage`() throws {
    for closing in [true, false] {
      let ground = try Ground(closing: closing)
      ground.flip(ground.events[23].position, plus: 60)
      let now = try Opened(ground.disk)
      #expect(ground.sequences(now.told) == (closing ? Array(17...23) : Array(17...22)))
      #expect(now.told.damage.count == (closing ? 1 : 0))
      let commit = Position(ground.events[22].position.value - 40)
      #expect(now.journal.recovery.undecided?.range == (closing ? nil : commit..<commit.advanced(by: 40 + 2 * Self.size)))
      if !closing {
        let kept = try #require(ground.disk.contents("undecided-\(commit).bin"))
        #expect(kept.count == 40 + 2 * Self.size && kept.contains(Self.json))
        let rest = try #require(ground.disk.contents(ground.name(3)))[(Int(commit.value) % smallOptions.segmentBytes)...]
        #expect(rest.allSatisfy { $0 == 0 })
        #expect(now.journal.wantsRoll == false)
      }
    }
  }

  @Test func `the same place in doubt twice keeps both`() throws {
    let ground = try Ground(closing: false)
    ground.flip(ground.events[23].position)
    var now = try Opened(ground.disk)
    let first = try #require(now.journal.recovery.undecided)
    let written = try commitNotes(&now.journal, [[1], [2]])
    ground.flip(written[1].position)
    let again = try Opened(ground.disk)
    #expect(again.journal.recovery.undecided?.file == first.file.replacing(".bin", with: "-2.bin"))
  }

  @Test func `after damage the journal goes on in a new segment, and the hole stays named`() throws {
    let ground = try Ground()
    let position = ground.events[20].position
    ground.flip(position, plus: 30)
    var now = try Opened(ground.disk)
    let gathering = now.journal.gather(Int.self)
    #expect(gathering.remaining <= 0)
    try now.journal.roll(checkpoint: [9], at: smallOptions.now)
    let written = try commitNotes(&now.journal, [[1]])
    let again = try Opened(ground.disk.afterPowerCut())
    #expect(again.told == Told(checkpoint: [9], records: written))
    let findings = JournalVerify(ground.disk).findings
    #expect(findings.count == 1 && findings.first?.isLoss == true)
    var reader = JournalReader(ground.disk, journalID: smallOptions.newID, segmentBytes: smallOptions.segmentBytes)
    #expect(try reader.read(from: position, bytesMax: 1, before: now.journal.end) == .damaged(position..<position.advanced(by: Self.size)))
  }

  @Test func `a damaged checkpoint is passed over for the one before, whose segment is told whole`() throws {
    let ground = try Ground()
    ground.disk.damage(ground.name(3)) { bytes in bytes[4096 + 24 + 16 + 8 * 24 + 24 + 16] ^= 1 }
    let now = try Opened(ground.disk)
    #expect(now.told.checkpoint == [1])
    #expect(ground.sequences(now.told) == Array(9...24))
    #expect(now.journal.recovery.damage.map(\.part) == [.checkpoint])
    #expect(now.journal.recovery.startedAt == 2)
    #expect(now.journal.wantsRoll == true)
  }

  @Test func `events that are gone from a sealed segment are named by the next one's digest`() throws {
    let ground = try Ground()
    ground.disk.damage(ground.name(3)) { bytes in bytes[4096 + 24 + 16 + 8 * 24 + 24 + 16] ^= 1 }
    let from = ground.events[10].position
    ground.flip(from, plus: 50)
    ground.flip(ground.events[11].position)
    let now = try Opened(ground.disk)
    #expect(ground.sequences(now.told) == [9, 10] + Array(13...24))
    let gone = try #require(now.told.damage.first)
    #expect(gone.segment == 2 && gone.range == from..<from.advanced(by: 2 * Self.size))
    #expect(gone.lost.map(\.sequence) == [11, 12] && gone.lost.map(\.producer) == [5, 5])
    #expect(gone.lost.map(\.position) == [from, ground.events[11].position])
    #expect(gone.description.contains("2 events are gone, producer 5 number 11 to producer 5 number 12"))
  }

  @Test func `one bad copy of a header costs nothing, two cost the segment's place as a start`() throws {
    let ground = try Ground()
    ground.disk.damage(ground.name(3)) { $0[40] ^= 1 }
    var now = try Opened(ground.disk)
    #expect(now.told.checkpoint == [2] && now.journal.recovery.damage.isEmpty)
    #expect(JournalVerify(ground.disk).findings == [.headerCopy(segment: 3)])
    ground.disk.damage(ground.name(3)) { $0[2048 + 40] ^= 1 }
    now = try Opened(ground.disk)
    #expect(now.told.checkpoint == [2], "the checkpoint's records verify by themselves")
    #expect(ground.sequences(now.told) == Array(17...24))
    #expect(now.journal.recovery.damage.map(\.part) == [.header])
    #expect(now.journal.wantsRoll == true)
  }

  @Test(arguments: [0, 1, 100, 4095, 4096, 4500]) func `a file cut to a few bytes takes no other with it`(count: Int) throws {
    for number in 1...3 as ClosedRange<UInt64> {
      let ground = try Ground()
      ground.disk.damage(ground.name(number)) { $0 = Array($0.prefix(count)) }
      let now = try Opened(ground.disk)
      let told = ground.sequences(now.told)
      let verified = JournalVerify(ground.disk)
      switch (number, count) {
      case (1, _), (2, _): #expect(told == Array(17...24) && !verified.isSound)
      // Its head is whole: what stood behind it cannot be known, because nothing later tells of it.
      case (_, 4500): #expect(told == Array((17...24).prefix(told.count)) && now.journal.recovery.undecided != nil)
      default: #expect(told == Array(9...16) && now.journal.wantsRoll == true)
      }
      #expect(verified.events >= 16)
    }
  }

  @Test func `a segment that is missing is named with all that it held`() throws {
    let ground = try Ground()
    try ground.disk.remove(ground.name(2))
    ground.disk.damage(ground.name(3)) { bytes in bytes[4096 + 24 + 16 + 8 * 24 + 24 + 16] ^= 1 }
    let now = try Opened(ground.disk)
    #expect(ground.sequences(now.told) == Array(1...8) + Array(17...24))
    #expect(now.told.damage.map(\.part) == [.segment] && now.told.damage.first?.lost.map(\.sequence) == Array(9...16))
  }

  @Test func `every bit of a small commit: what is told is what was written`() throws {
    let ground = try Ground()
    let name = ground.name(3)
    let first = Int(ground.events[16].position.value) % smallOptions.segmentBytes - 40
    let whole = try #require(ground.disk.contents(name))
    for offset in stride(from: first, to: first + 4 * (40 + 2 * Self.size) + 32, by: 1) {
      let disk = ground.disk.copy()
      disk.damage(name) { $0[offset] ^= 1 << UInt8(offset % 8) }
      let told = ground.sequences(try Opened(disk).told)
      #expect(told.count >= 7 && Set(told).isSubset(of: 17...24) && told == told.sorted(), "byte \(offset)")
    }
    #expect(ground.disk.contents(name) == whole)
  }
}

extension [UInt8] {
  func contains(_ part: [UInt8]) -> Bool { indices.contains { self[$0...].starts(with: part) } }
}
