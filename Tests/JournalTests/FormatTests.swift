import Contracts
import Journal
import TestKit
import Testing

/// The bytes of format 1. They never change: what a later program writes otherwise has another format number.
@Suite struct FormatTests {
  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// Segment 1 holds one event, segment 2 its digest, a checkpoint of two bytes, a commit of one note and a closing mark.
  static func ground() throws -> MemoryDisk {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    var gathering = now.journal.gather(Int.self)
    let head = EventHead(
      producer: 0x0102_0304, type: 5, sequence: 0x1112_1314_1516_1718, key: 0x2122_2324_2526_2728,
      acceptedAt: Timestamp(milliseconds: 1_700_000_000_123))
    _ = Array(#"{"id":"a"}"#.utf8).withUnsafeBytes { gathering.record(event: head, $0) }
    let writing = try now.journal.begin(gathering)
    let durable = try now.journal.finish(writing)
    _ = durable.release()
    try now.journal.roll(checkpoint: Array("ok".utf8), at: Timestamp(milliseconds: 1_700_000_001_000))
    try commitNotes(&now.journal, [[1, 2, 3]])
    try now.journal.closeMark()
    return disk
  }

  @Test func `the header block`() throws {
    let bytes = try #require(try Self.ground().contents("000000000002.segment"))
    #expect(bytes[..<512] == bytes[2048..<2560])
    #expect(bytes[512..<2048].allSatisfy { $0 == 0 } && bytes[2560..<4096].allSatisfy { $0 == 0 })
    #expect(bytes[80..<508].allSatisfy { $0 == 0 })
    #expect(
      Self.hex(bytes[..<80]) == "4143434f52444a4c0100000000000000a0a1a2a3a4a5a6a7a8a9aaabacadaeaf02000000000000000000010000000000"
        + "e86be5cf8b010000701001000000000040000000000000003000000000000000")
    #expect(Self.hex(bytes[508..<512]) == "268ce755")
  }

  @Test func `an event`() throws {
    let bytes = try #require(try Self.ground().contents("000000000001.segment"))
    #expect(Self.hex(bytes[4096..<4136]) == "5c8e8bab100000000010010000000000010000000000000000100100000000004800000001000000")
    #expect(
      Self.hex(bytes[4136..<4208]) == "9f5c2fa22a00000028100100000000001000000000000000040302010500000018171615141312112827262524232221"
        + "7b68e5cf8b0100007b226964223a2261227d000000000000")
    #expect(bytes.count == smallOptions.growthBytes && bytes[4208...].allSatisfy { $0 == 0 })
  }

  @Test func `digest, checkpoint, commit, trail and closing mark`() throws {
    let bytes = try #require(try Self.ground().contents("000000000002.segment"))
    #expect(
      Self.hex(bytes[4096..<4160]) == "ec28164e280000000010020000000000040000000000000001000000000000007b68e5cf8b010000281000009f5c2fa2"
        + "04030201000000001817161514131211")
    #expect(
      Self.hex(bytes[4160..<4208]) == "6b3e077a120000004010020000000000030100000000000000000000000000008ceca3ba000000006f6b000000000000")
    #expect(Self.hex(bytes[4208..<4248]) == "4ac8d278100000007010020000000000010000000000000070100200000000002000000001000000")
    #expect(Self.hex(bytes[4248..<4280]) == "bd2c874403000000981002000000000011000000000000000102030000000000")
    #expect(
      Self.hex(bytes[4280..<4328]) == "61b6382518000000b810020000000000060000000000000070100000b8100000"
        + "02000000000000000000000000000000")
    #expect(Self.hex(bytes[4328..<4360]) == "20b6022308000000e8100200000000000200000000000000b810020000000000")
    #expect(bytes[4360...].allSatisfy { $0 == 0 })
  }

  @Test func `a state of any size comes back, in pieces of 1 MiB`() throws {
    var options = smallOptions
    options.segmentBytes = 8 << 20
    for size in [0, 1, 7, 8, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20] {
      let disk = MemoryDisk()
      var now = try Opened(disk, options)
      let state = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      try now.journal.roll(checkpoint: state, at: options.now)
      #expect(try Opened(disk, options).told.checkpoint == state, "\(size) bytes")
      #expect(JournalVerify(disk).findings.isEmpty)
    }
  }

  /// More than one digest record: by count, and by instants that are further apart than 24 days, forwards and backwards.
  @Test func `a digest of any size agrees with its segment`() throws {
    var options = smallOptions
    options.segmentBytes = 8 << 20
    let disk = MemoryDisk()
    var now = try Opened(disk, options)
    var gathering = now.journal.gather(Int.self)
    let instants: [Int64] = [0, 1, 3_000_000_000, 3_000_000_001, -7, .max, .min]
    for sequence in 0..<50_000 {
      let head = EventHead(
        producer: 1, type: 1, sequence: UInt64(sequence), key: 0,
        acceptedAt: Timestamp(milliseconds: sequence < 49_000 ? 5 : instants[sequence % instants.count]))
      if gathering.remaining < 100 {
        let writing = try now.journal.begin(gathering)
        let durable = try now.journal.finish(writing)
        _ = durable.release()
        gathering = now.journal.gather(Int.self)
      }
      _ = gathering.record(event: head, UnsafeRawBufferPointer(start: nil, count: 0))
    }
    let writing = try now.journal.begin(gathering)
    let durable = try now.journal.finish(writing)
    _ = durable.release()
    try now.journal.roll(checkpoint: [1], at: options.now)
    let verified = JournalVerify(disk)
    #expect(verified.findings.isEmpty && verified.events == 50_000)
  }
}
