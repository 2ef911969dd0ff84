import Contracts
import Journal
import TestKit
import Testing

@Suite struct GatheringTests {
  @Test func `effects leave after the commit they belong to, with or without records of their own`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    var gathering = now.journal.gather(String.self)
    #expect(gathering.isEmpty == true)
    #expect(gathering.isUrgent == false)
    gathering.afterDurable("an answer that reveals nothing")
    #expect(gathering.isUrgent == true)
    #expect(gathering.hasRecords == false)
    let operations = disk.operations
    let writing = try now.journal.begin(gathering)
    let durable = try now.journal.finish(writing)
    let released = durable.release()
    #expect(released.effects == ["an answer that reveals nothing"] && released.byteCount == 0)
    #expect(disk.operations == operations, "a commit without records does not touch the disk")
  }

  @Test func `riding records are not urgent, events are`() throws {
    var now = try Opened(MemoryDisk())
    var gathering = now.journal.gather(Int.self)
    _ = [UInt8]([1]).withUnsafeBytes { gathering.record(note, urgent: false, $0) }
    #expect(gathering.isUrgent == false)
    #expect(gathering.hasRecords == true)
    let head = EventHead(producer: 1, type: 2, sequence: 3, key: 4, acceptedAt: smallOptions.now)
    _ = [UInt8]("{}".utf8).withUnsafeBytes { gathering.record(event: head, $0) }
    #expect(gathering.isUrgent == true)
  }

  @Test func `positions given while gathering are where the records stand`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    var gathering = now.journal.gather(Int.self)
    let heads = (1...3).map { EventHead(producer: 1, type: 2, sequence: UInt64($0), key: 4, acceptedAt: Timestamp(milliseconds: -5)) }
    let payloads = ["{}", #"{"a":1}"#, #"{"id":"12345678"}"#].map { Array($0.utf8) }
    var positions: [Position] = []
    for (head, payload) in zip(heads, payloads) { positions.append(payload.withUnsafeBytes { gathering.record(event: head, $0) }) }
    let before = gathering.remaining
    #expect(gathering.byteCount == 40 + 64 + 64 + 80)
    let start = gathering.start
    let writing = try now.journal.begin(gathering)
    #expect(now.journal.durableThrough == start)
    let durable = try now.journal.finish(writing)
    #expect(now.journal.durableThrough == now.journal.end)
    let released = durable.release()
    released.bytes.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[..<released.byteCount])
      var cursor = RecordCursor(bytes, base: released.start)
      for (index, position) in positions.enumerated() {
        let record = cursor.next()
        #expect(record?.position == position)
        #expect(record?.event?.head == heads[index])
        #expect(record?.event.map { Array($0.json) } == payloads[index])
        #expect(RecordCursor.record(at: position, in: bytes, base: released.start)?.event?.head == heads[index])
      }
      #expect(cursor.next() == nil)
      #expect(RecordCursor.record(at: Position(positions[0].value + 8), in: bytes, base: released.start) == nil)
    }
    let next = now.journal.gather(reusing: released)
    #expect(next.remaining + 40 + 64 + 64 + 80 == before + 40 || next.remaining > 0)
  }

  @Test func `memory of an earlier commit leaves no trace in the next`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    var memory: [UInt8] = []
    var written: [ToldRecord] = []
    for size in [3_000, 1, 0, 7, 8, 9, 2_000] {
      let payload = [UInt8](repeating: UInt8(size % 251), count: size)
      var gathering = now.journal.gather(reusing: memory, effects: [Int]())
      written.append(
        ToldRecord(position: payload.withUnsafeBytes { gathering.record(note, urgent: true, $0) }, kind: note, payload: payload))
      let writing = try now.journal.begin(gathering)
      let durable = try now.journal.finish(writing)
      memory = durable.release().bytes
    }
    #expect(try Opened(disk).told.records == written)
    let file = try #require(disk.contents(RefusalTests.first))
    for record in written {
      let payloadEnd = Int(record.position.value) % smallOptions.segmentBytes + 24 + record.payload.count
      #expect(file[payloadEnd..<(payloadEnd + 7) & ~7].allSatisfy { $0 == 0 }, "padding is zeros")
    }
    let end = Int(now.journal.end.value) % smallOptions.segmentBytes
    #expect(file[end...].allSatisfy { $0 == 0 })
  }

  @Test func `a closing mark stands once, and only behind something`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    #expect(now.journal.wantsClosingMark == false)
    try now.journal.closeMark()
    let empty = now.journal.end
    try commitNotes(&now.journal, [[1]])
    #expect(now.journal.wantsClosingMark == true)
    try now.journal.closeMark()
    let closed = now.journal.end
    try now.journal.closeMark()
    #expect(now.journal.end == closed)
    #expect(closed.distance(from: empty) == 40 + 32 + 48 + 32)
    #expect(try Opened(disk).journal.wantsClosingMark == false)
  }

  @Test func `answers that wait without a record wait on behind a closing mark, and what has records keeps the mark away`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    try commitNotes(&now.journal, [[1]])
    var gathering = now.journal.gather(String.self)
    gathering.afterDurable("an answer")
    var behind = try now.journal.closeMark(before: gathering)
    #expect(now.journal.wantsClosingMark == false)
    #expect(behind.isUrgent == true)
    #expect(behind.start == now.journal.end)
    behind.afterDurable("a second one")
    _ = [UInt8]([2]).withUnsafeBytes { behind.record(note, urgent: false, $0) }
    let writing = try now.journal.begin(behind)
    let durable = try now.journal.finish(writing)
    #expect(durable.release().effects == ["an answer", "a second one"])
    // A record has its place already: the mark would stand there.
    var riding = now.journal.gather(String.self)
    _ = [UInt8]([3]).withUnsafeBytes { riding.record(note, urgent: false, $0) }
    let operations = disk.operations
    let kept = try now.journal.closeMark(before: riding)
    #expect(disk.operations == operations)
    #expect(now.journal.wantsClosingMark == true)
    let second = try now.journal.begin(kept)
    _ = try now.journal.finish(second)
    #expect(try Opened(disk).told.records.map(\.payload) == [[1], [2], [3]])
  }

  @Test func `the largest record fits, and one more byte is a bug that is named`() async throws {
    var options = JournalOptions(newID: smallOptions.newID, now: smallOptions.now)
    options.segmentBytes = 4 << 20
    let disk = MemoryDisk()
    var now = try Opened(disk, options)
    let written = try commitNotes(&now.journal, [[UInt8](repeating: 1, count: JournalLimits.payloadBytesMax)])
    #expect(try Opened(disk, options).told.records == written)
    await #expect(processExitsWith: .failure) {
      var now = try Opened(MemoryDisk(), JournalOptions(newID: smallOptions.newID, now: smallOptions.now))
      try commitNotes(&now.journal, [[UInt8](repeating: 1, count: JournalLimits.payloadBytesMax + 1)])
    }
    await #expect(processExitsWith: .failure) {
      var now = try Opened(MemoryDisk())
      for _ in 0..<20 { try commitNotes(&now.journal, [[UInt8](repeating: 1, count: 4_000)]) }
    }
    await #expect(processExitsWith: .failure) {
      var now = try Opened(MemoryDisk())
      var early = now.journal.gather(Int.self)
      _ = [UInt8]([1]).withUnsafeBytes { early.record(note, urgent: true, $0) }
      try commitNotes(&now.journal, [[2]])
      _ = try now.journal.begin(early)
    }
  }
}
