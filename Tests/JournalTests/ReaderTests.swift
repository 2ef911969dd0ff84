import Contracts
import Disk
import Foundation
import Journal
import Synchronization
import TestKit
import Testing

@Suite struct ReaderTests {
  static func reader(_ disk: MemoryDisk) -> JournalReader<MemoryDisk> {
    JournalReader(disk, journalID: smallOptions.newID, segmentBytes: smallOptions.segmentBytes)
  }

  /// Reads on from `start` until nothing comes: the sequences seen and the readings that were no slices.
  static func all(
    _ reader: inout JournalReader<MemoryDisk>, from start: Position, bytesMax: Int, before: Position
  ) throws -> (sequences: [UInt64], others: [JournalReading]) {
    var sequences: [UInt64] = []
    var others: [JournalReading] = []
    var position = start
    while true {
      let reading = try reader.read(from: position, bytesMax: bytesMax, before: before)
      switch reading {
      case .slice(let slice):
        guard !slice.bytes.isEmpty else { return (sequences, others) }
        slice.bytes.withUnsafeBytes { bytes in
          var cursor = RecordCursor(bytes, base: slice.base)
          while let record = cursor.next() { sequences.append(record.event?.head.sequence ?? 0) }
        }
        position = slice.next
      case .damaged(let range):
        others.append(reading)
        position = range.upperBound
      case .forgotten(let oldest):
        others.append(reading)
        position = oldest
      }
    }
  }

  @Test(arguments: [1, 88, 100, 500, 1 << 20]) func `reads across segments in pieces of any size`(bytesMax: Int) throws {
    let ground = try DamageTests.Ground()
    var reader = Self.reader(ground.disk)
    let end = try Opened(ground.disk).journal.end
    #expect(try Self.all(&reader, from: .zero, bytesMax: bytesMax, before: end).sequences == Array(1...24))
    for event in ground.events {
      #expect(try Self.all(&reader, from: event.position, bytesMax: bytesMax, before: end).sequences == Array(event.sequence...24))
    }
  }

  @Test func `reads nothing at or behind the limit`() throws {
    let ground = try DamageTests.Ground()
    var reader = Self.reader(ground.disk)
    for event in ground.events {
      let read = try Self.all(&reader, from: .zero, bytesMax: 1 << 20, before: event.position)
      #expect(read.sequences == Array(1..<event.sequence))
      #expect(read.others.isEmpty)
    }
  }

  @Test func `names a damaged stretch and reads on behind it`() throws {
    let ground = try DamageTests.Ground()
    let end = try Opened(ground.disk).journal.end
    ground.flip(ground.events[3].position, plus: 4)
    ground.flip(ground.events[15].position, plus: 40)
    var reader = Self.reader(ground.disk)
    let read = try Self.all(&reader, from: .zero, bytesMax: 1 << 20, before: end)
    #expect(read.sequences == (1...24).filter { $0 != 4 && $0 != 16 })
    let ranges = [3, 15].map { ground.events[$0].position..<ground.events[$0].position.advanced(by: DamageTests.size) }
    #expect(read.others == ranges.map { .damaged($0) })
  }

  @Test func `says from where on there is something`() throws {
    let ground = try DamageTests.Ground()
    var now = try Opened(ground.disk)
    var reader = Self.reader(ground.disk)
    _ = try reader.read(from: ground.events[0].position, bytesMax: 1, before: now.journal.end)
    try now.journal.forget(before: now.journal.end)
    #expect(now.journal.oldestKept == Position(2 << 16))
    #expect(try reader.read(from: .zero, bytesMax: 1, before: now.journal.end) == .forgotten(oldest: Position(2 << 16)))
    // The file is still open here, and still whole.
    #expect(try Self.all(&reader, from: ground.events[0].position, bytesMax: 1, before: now.journal.end).sequences.first == 1)
    ground.disk.damage("000000000001.spare") { $0 = [UInt8](repeating: 0, count: $0.count) }
    var other = Self.reader(ground.disk)
    #expect(
      try other.read(from: ground.events[0].position, bytesMax: 1, before: now.journal.end) == .forgotten(oldest: Position(2 << 16)))
  }

  @Test func `a file recycled under the reader is forgotten, not damaged`() throws {
    let ground = try DamageTests.Ground()
    var now = try Opened(ground.disk)
    var reader = Self.reader(ground.disk)
    _ = try reader.read(from: ground.events[0].position, bytesMax: 1, before: now.journal.end)
    try now.journal.forget(before: now.journal.end)
    let spare = try ground.disk.open("000000000001.spare")
    try [UInt8](repeating: 0, count: 16 << 10).withUnsafeBytes { try ground.disk.write($0, to: spare, at: 0) }
    #expect(
      try reader.read(from: ground.events[1].position, bytesMax: 1, before: now.journal.end) == .forgotten(oldest: Position(2 << 16)))
  }

  @Test func `a large record behind small ones is read whole`() throws {
    var options = JournalOptions(newID: smallOptions.newID, now: smallOptions.now)
    options.segmentBytes = 4 << 20
    let disk = MemoryDisk()
    var now = try Opened(disk, options)
    let written = try commitNotes(&now.journal, [[1], [UInt8](repeating: 2, count: 1 << 20), [3]])
    var reader = JournalReader(disk, journalID: options.newID, segmentBytes: options.segmentBytes)
    guard case .slice(let slice) = try reader.read(from: written[1].position, bytesMax: 100, before: now.journal.end) else {
      Issue.record("no slice")
      return
    }
    #expect(slice.bytes.count == 24 + 1 << 20 && slice.next == written[2].position || slice.bytes.count == 24 + (1 << 20))
  }

  @Test func `reads on another thread while the journal is written`() throws {
    try inFolder { path in
      let disk = try FileDisk(folder: path)
      var now = try Opened(disk)
      let id = now.journal.id
      let seen = Mutex<[UInt64]>([])
      for round in 0..<30 {
        if now.journal.wantsRoll { try now.journal.roll(checkpoint: [1], at: smallOptions.now) }
        var gathering = now.journal.gather(Int.self)
        for sequence in 0..<5 {
          let head = EventHead(producer: 1, type: 1, sequence: UInt64(round * 5 + sequence), key: 0, acceptedAt: smallOptions.now)
          _ = [UInt8](repeating: 0x20, count: 600).withUnsafeBytes { gathering.record(event: head, $0) }
        }
        let writing = try now.journal.begin(gathering)
        let durable = try now.journal.finish(writing)
        _ = durable.release()
      }
      let end = now.journal.durableThrough
      let group = DispatchGroup()
      DispatchQueue.global().async(group: group) {
        var reader = JournalReader(disk, journalID: id, segmentBytes: smallOptions.segmentBytes)
        var position = Position.zero
        while case .slice(let slice)? = try? reader.read(from: position, bytesMax: 2_000, before: end), !slice.bytes.isEmpty {
          slice.bytes.withUnsafeBytes { bytes in
            var cursor = RecordCursor(bytes, base: slice.base)
            while let record = cursor.next() { if let event = record.event { seen.withLock { $0.append(event.head.sequence) } } }
          }
          position = slice.next
        }
      }
      group.wait()
      #expect(seen.withLock { $0 } == Array(0..<150))
      #expect(JournalVerify(disk).isSound && JournalVerify(disk).events == 150)
    }
  }
}
