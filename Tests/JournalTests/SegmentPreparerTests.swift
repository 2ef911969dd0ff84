import Disk
import Foundation
import Journal
import Synchronization
import Testing

@Suite struct SegmentPreparerTests {
  /// Prepares and waits for the answer.
  static func prepared(_ preparer: SegmentPreparer) -> JournalFault? {
    let answer = Mutex<JournalFault?>(nil)
    let done = DispatchSemaphore(value: 0)
    preparer.prepare { fault in
      answer.withLock { $0 = fault }
      done.signal()
    }
    done.wait()
    return answer.withLock { $0 }
  }

  @Test func `a roll takes the reserve, and a forgotten segment becomes the next one`() throws {
    try inFolder { path in
      let disk = try FileDisk(folder: path)
      let preparer = SegmentPreparer(disk, segmentBytes: smallOptions.segmentBytes)
      var now = try Opened(disk)
      for number in 2...4 {
        #expect(Self.prepared(preparer) == nil)
        #expect(Self.prepared(preparer) == nil, "asked twice, there is one reserve")
        try now.journal.roll(checkpoint: [UInt8(number)], at: smallOptions.now)
        try commitNotes(&now.journal, [[1]])
      }
      try now.journal.forget(before: now.journal.end)
      #expect(try disk.list().filter { $0.hasSuffix(".spare") }.count == 2)
      #expect(Self.prepared(preparer) == nil)
      #expect(try disk.list().sorted() == ["000000000003.segment", "000000000004.segment", "reserve.segment"])
      try now.journal.roll(checkpoint: [5], at: smallOptions.now)
      let written = try commitNotes(&now.journal, [[2]])
      #expect(try Opened(disk).told == Told(checkpoint: [5], records: written))
      #expect(JournalVerify(disk).findings.isEmpty)
    }
  }

  @Test func `a folder that is gone is a fault`() throws {
    var left: SegmentPreparer?
    try inFolder { left = SegmentPreparer(try FileDisk(folder: $0), segmentBytes: smallOptions.segmentBytes) }
    let fault = left.map(Self.prepared) ?? nil
    guard case .disk = fault else {
      Issue.record("not \(String(describing: fault))")
      return
    }
    #expect(throws: DiskFault(errno: DiskFault.noEntry, operation: .open, path: "/nowhere/at/all")) {
      _ = try FileDisk(folder: "/nowhere/at/all")
    }
  }

  @Test func `a new journal is open at once, and asks for little of the disk`() throws {
    try inFolder { path in
      let disk = try FileDisk(folder: path)
      let clock = ContinuousClock()
      var options = smallOptions
      options.segmentBytes = JournalLimits.segmentBytes
      options.growthBytes = JournalLimits.growthBytes
      options.inputBytesMax = JournalLimits.inputBytesMax
      let took = try clock.measure { _ = try Opened(disk, options) }
      print("a new journal: \(took)")
      #expect(try disk.size(disk.open("000000000001.segment")) == 4 << 20)
    }
  }
}
