import Contracts
import Journal
import TestKit
import Testing

/// The N-th operation fails, for N = 1, 2, 3 ... until nothing fails any more.
@Suite struct FaultTests {
  /// Lives as the broker would: a fatal fault ends it, a full disk does not.
  static func live(_ life: inout Life, _ disk: MemoryDisk) throws {
    var now = try Opened(disk)
    func unlessFull(_ body: () throws -> Void) throws {
      do { try body() } catch JournalFault.full {}
    }
    try life.commit(&now.journal, [[1], [UInt8](repeating: 2, count: 700)])
    try now.journal.closeMark()
    do { try life.roll(&now.journal) } catch JournalFault.full {}
    try life.commit(&now.journal, [[3]])
    try unlessFull { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
    for round in 0..<4 {
      do { try life.roll(&now.journal) } catch JournalFault.full {}
      try life.commit(&now.journal, [[UInt8(round)], [UInt8](repeating: 3, count: 700)])
      try now.journal.forget(before: now.journal.end)
      try unlessFull { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
    }
  }

  @Test(arguments: [DiskFault.inputOutput, DiskFault.noSpace]) func `the N-th operation fails`(errno: Int32) throws {
    var at = 0
    var failed = true
    while failed {
      at += 1
      let disk = MemoryDisk()
      var life = Life()
      disk.failures[at] = errno
      do { try Self.live(&life, disk) } catch is JournalFault {}
      failed = disk.operations >= at
      disk.failures = [:]
      try life.holds(on: disk.copy(), "operation \(at) failed, the program was killed")
      try life.holds(on: disk.afterPowerCut(names: disk.unsyncedNames), "operation \(at) failed, then the power went, names kept")
      try life.holds(on: disk.afterPowerCut(), "operation \(at) failed, then the power went")
      // What a failed sync covered is still read: the next start must not build on it as it is.
      try life.holds(on: disk, "operation \(at) failed, the program ended and began anew")
    }
    print("errno \(errno): \(at - 1) operations failed in turn")
    #expect(at > 40)
  }

  @Test func `opening fails at the N-th operation, and succeeds the next time`() throws {
    for errno in [DiskFault.inputOutput, DiskFault.noSpace] {
      var at = 0
      var failed = true
      while failed {
        at += 1
        let ground = try DamageTests.Ground(closing: false)
        ground.flip(ground.events[23].position)
        let disk = ground.disk.copy()
        disk.place("segment.filling", [1])
        disk.place("reserve.segment", [1])
        disk.failures[at] = errno
        do {
          _ = try Opened(disk)
          failed = false
        } catch { #expect(!error.isFatal) }
        disk.failures = [:]
        let now = try Opened(disk.copy())
        #expect(ground.sequences(now.told) == Array(17...22))
        #expect(try disk.copy().list().contains { $0.hasPrefix("undecided-") } || now.journal.recovery.undecided != nil)
      }
      #expect(at > 8)
    }
  }

  /// The zeros over what is in doubt look written to the next start, and are not on the disk.
  @Test func `a start that ends of a failed operation leaves no doubt behind the next one`() throws {
    var at = 0
    var failed = true
    while failed {
      at += 1
      var (disk, life) = try PowerCutTests.torn()
      disk.failures[disk.operations + at] = DiskFault.inputOutput
      do { _ = try Opened(disk) } catch { #expect(!error.isFatal) }
      failed = disk.operations >= disk.failures.keys.first!
      disk.failures = [:]
      try life.holds(on: disk, "operation \(at) of the start failed")
      life = Life()
    }
    #expect(at > 6)
  }

  @Test func `a spare whose new name was given in vain does not come back with the head of the next segment`() throws {
    let disk = MemoryDisk()
    var life = Life()
    var now = try Opened(disk)
    for round in 0..<3 {
      try life.commit(&now.journal, [[UInt8(round)], [UInt8](repeating: 3, count: 700)])
      try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
      try life.roll(&now.journal)
    }
    // The first segment was never filled.
    try now.journal.forget(before: Position(2 << 16))
    // Letting go: renamed, and the folder's sync fails. So does the one behind the spare's becoming the reserve.
    try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
    try life.roll(&now.journal)
    disk.failures = [disk.operations + 2: DiskFault.inputOutput, disk.operations + 4: DiskFault.inputOutput]
    #expect(throws: JournalFault.self) { try now.journal.forget(before: Position(3 << 16)) }
    #expect(throws: JournalFault.self) { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
    disk.failures = [:]
    try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
    // The head is written, then the power goes.
    disk.powerGoesAt = disk.operations + 3
    #expect(throws: JournalFault.self) { try life.roll(&now.journal) }
    try life.holds(on: disk.afterPowerCut(), "the head was in a file whose new name was never synced")
  }

  @Test func `after a failed write or sync everything is refused`() throws {
    for isSync in [false, true] {
      let disk = MemoryDisk()
      var now = try Opened(disk)
      try commitNotes(&now.journal, [[1]])
      disk.failures[disk.operations + (isSync ? 2 : 1)] = DiskFault.inputOutput
      let fault = #expect(throws: JournalFault.self) { try commitNotes(&now.journal, [[2]]) }
      let said = DiskFault(errno: DiskFault.inputOutput, operation: isSync ? .sync : .write, path: RefusalTests.first)
      #expect(fault == (isSync ? .syncFailed(said) : .writeFailed(said)) && fault?.isFatal == true)
      let ended = try #require(fault)
      #expect(throws: ended) { try commitNotes(&now.journal, [[3]]) }
      #expect(throws: ended) { try now.journal.closeMark() }
      #expect(throws: ended) { try now.journal.roll(checkpoint: [], at: smallOptions.now) }
      #expect(throws: ended) { try now.journal.forget(before: now.journal.end) }
    }
  }

  @Test func `a full disk: what is left of the segment is used, and the journal goes on when there is room`() throws {
    let disk = MemoryDisk()
    var options = smallOptions
    options.growthBytes = 8 << 10
    var now = try Opened(disk, options)
    disk.capacity = 12 << 10
    var written: [ToldRecord] = []
    while true {
      let gathering = now.journal.gather(Int.self)
      guard gathering.remaining >= 1_100 else { break }
      written += try commitNotes(&now.journal, [[UInt8](repeating: 1, count: 1_000)])
    }
    #expect(written.count > 2)
    #expect(now.journal.fullBecause?.errno == DiskFault.noSpace)
    let fault = #expect(throws: JournalFault.self) { try now.journal.roll(checkpoint: [], at: options.now) }
    #expect(fault?.isFatal == false && fault?.description.contains("free some space") == true)
    #expect(try disk.list() == [RefusalTests.first])
    written += try commitNotes(&now.journal, [[9]])
    disk.capacity = .max
    written += try commitNotes(&now.journal, [[UInt8](repeating: 2, count: 3_000)])
    #expect(now.journal.fullBecause == nil)
    #expect(try Opened(disk, options).told.records == written)
  }

  @Test(arguments: [false, true]) func `a roll refused at any operation leaves a journal that goes on, or one that has ended`(reserve: Bool)
    throws
  {
    var refused = 0
    for at in 1...10 {
      let disk = MemoryDisk()
      var life = Life()
      var now = try Opened(disk)
      try life.commit(&now.journal, [[1]])
      if reserve { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
      disk.failures[disk.operations + at] = DiskFault.noSpace
      do {
        try life.roll(&now.journal)
      } catch let fault as JournalFault {
        refused += 1
        if fault.isFatal {
          #expect(throws: fault) { try commitNotes(&now.journal, [[2]]) }
        } else {
          try life.commit(&now.journal, [[2]])
        }
      }
      disk.failures = [:]
      try life.holds(on: disk.copy(), "operation \(at) of the roll")
      try life.holds(on: disk.afterPowerCut(names: disk.unsyncedNames), "operation \(at) of the roll, then the power went, names kept")
      try life.holds(on: disk.afterPowerCut(), "operation \(at) of the roll, then the power went")
    }
    #expect(refused > 3)
  }

  /// A reserve that holds the head of a roll nobody finished is not used again: its checkpoint would lie behind a shorter one.
  @Test func `what an unfinished roll wrote is never found again`() throws {
    var options = smallOptions
    options.segmentBytes = 4 << 20
    let disk = MemoryDisk()
    var now = try Opened(disk, options)
    try commitNotes(&now.journal, [[1]])
    try Reserve.prepare(on: disk, segmentBytes: options.segmentBytes)
    disk.failures[disk.operations + 3] = DiskFault.inputOutput
    // Of two pieces, so that the second lies behind all that the next roll writes.
    #expect(throws: JournalFault.self) { try now.journal.roll(checkpoint: [UInt8](repeating: 1, count: 3 << 19), at: options.now) }
    disk.failures = [:]
    let after = disk.afterPowerCut()
    #expect(after.contents("reserve.segment")?.first != 0)
    now = try Opened(after, options)
    try Reserve.prepare(on: after, segmentBytes: options.segmentBytes)
    try now.journal.roll(checkpoint: [2], at: options.now)
    let written = try commitNotes(&now.journal, [[3]])
    let again = try Opened(after.afterPowerCut(), options)
    #expect(again.told == Told(checkpoint: [2], records: written))
    #expect(again.journal.recovery.undecided == nil)
  }

  @Test func `no room for a reserve is a fault of its own, and leaves nothing behind`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    disk.capacity = 40 << 10
    let fault = #expect(throws: JournalFault.self) { try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes) }
    guard case .full = fault else {
      Issue.record("not \(String(describing: fault))")
      return
    }
    #expect(try disk.list() == [RefusalTests.first])
    try commitNotes(&now.journal, [[1]])
    disk.capacity = .max
    try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
    #expect(disk.contents("reserve.segment")?.count == smallOptions.segmentBytes)
  }

  @Test func `a state that leaves no room for an input is refused, and nothing is changed`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    let fault = #expect(throws: JournalFault.self) {
      try now.journal.roll(checkpoint: [UInt8](repeating: 1, count: 60 << 10), at: smallOptions.now)
    }
    #expect(fault?.isFatal == false)
    try now.journal.roll(checkpoint: [UInt8](repeating: 1, count: 50 << 10), at: smallOptions.now)
    try commitNotes(&now.journal, [[UInt8](repeating: 2, count: 4_000)])
    #expect(try Opened(disk).told.checkpoint?.count == 50 << 10)
  }
}
