import Contracts
import Journal
import TestKit
import Testing

/// Folders that a journal does not open, and says why.
@Suite struct RefusalTests {
  static let first = "000000000001.segment"

  static func ground() throws -> MemoryDisk {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    try commitNotes(&now.journal, [[1]])
    try now.journal.roll(checkpoint: [1], at: smallOptions.now)
    return disk
  }

  /// Changes the header's fields and makes its sum right again.
  static func rewrite(_ disk: MemoryDisk, _ name: String, _ change: (inout [UInt8]) -> Void) {
    disk.damage(name) { bytes in
      for place in [0, 2048] {
        var copy = Array(bytes[place..<place + 508])
        change(&copy)
        let sum = copy.withUnsafeBytes { Checksum()($0) }
        bytes.replaceSubrange(place..<place + 508, with: copy)
        withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(place + 508..<place + 512, with: $0) }
      }
    }
  }

  @Test func `a newer format is left to the newer program`() throws {
    let disk = try Self.ground()
    Self.rewrite(disk, Self.first) { $0[8] = 2 }
    let fault = #expect(throws: JournalFault.self) { _ = try Opened(disk) }
    #expect(fault == .newerFormat(file: Self.first, found: 2, known: 1))
    #expect(fault?.description == "this folder was written by a newer Accord (format 2, this one knows 1): run the newer one")
    #expect(!JournalVerify(disk).isSound)
  }

  @Test func `segments of two journals do not mix`() throws {
    let disk = try Self.ground()
    Self.rewrite(disk, Self.first) { $0[16] ^= 1 }
    let fault = #expect(throws: JournalFault.self) { _ = try Opened(disk) }
    #expect(fault == .foreignSegment(file: Self.first, reason: "it is part of another journal"))
  }

  @Test func `a copied segment under another name is not taken`() throws {
    let disk = try Self.ground()
    disk.place("000000000003.segment", try #require(disk.contents(Self.first)))
    let fault = #expect(throws: JournalFault.self) { _ = try Opened(disk) }
    #expect(fault == .misnamedSegment(file: "000000000003.segment", holds: 1))
  }

  @Test func `records of another journal never verify`() throws {
    let disk = try Self.ground()
    Self.rewrite(disk, "000000000002.segment") { $0[16] ^= 1 }
    Self.rewrite(disk, Self.first) { $0[16] ^= 1 }
    let now = try Opened(disk)
    #expect(now.told.checkpoint == nil && now.told.records.isEmpty)
  }

  @Test func `no header, no checkpoint`() throws {
    let disk = MemoryDisk()
    disk.place(Self.first, [])
    #expect(throws: JournalFault.noHeader(file: Self.first)) { _ = try Opened(disk) }
    let other = try Self.ground()
    try other.remove(Self.first)
    other.damage("000000000002.segment") { $0[4096] ^= 1 }
    #expect(throws: JournalFault.noCheckpoint(oldest: 2)) { _ = try Opened(other) }
  }

  @Test func `a reader that does not understand ends the opening`() throws {
    let disk = try Self.ground()
    #expect(throws: JournalFault.notTaken(ReplayRefusal("state of a later version"))) {
      _ = try Journal(opening: disk, options: smallOptions) { _ throws(ReplayRefusal) in throw ReplayRefusal("state of a later version") }
    }
  }

  @Test(arguments: [0, 4096, 65_537, (1 << 30) + 4096]) func `segments of an impossible size`(bytes: Int) throws {
    var options = smallOptions
    options.segmentBytes = bytes
    #expect(throws: JournalFault.segmentBytes(bytes)) { _ = try Opened(MemoryDisk(), options) }
  }

  @Test func `a journal keeps its own segment size and id`() throws {
    let disk = try Self.ground()
    var options = smallOptions
    options.segmentBytes = 128 << 10
    options.newID = [UInt8](repeating: 1, count: 16)
    let now = try Opened(disk, options)
    #expect(now.journal.segmentBytes == 64 << 10 && now.journal.id == smallOptions.newID && !now.journal.recovery.isNew)
  }

  @Test func `files of others are left alone`() throws {
    let disk = try Self.ground()
    for name in ["notes.txt", "1.segment", "000000000000.segment", "999999999999999999999.segment"] { disk.place(name, [1]) }
    _ = try Opened(disk)
    #expect(disk.contents("notes.txt") == [1])
  }

  @Test func `every fault is a sentence that says what to do`() {
    let disk = DiskFault(errno: DiskFault.noSpace, operation: .write, path: "reserve.filling")
    let faults: [JournalFault] = [
      .full(disk), .writeFailed(disk), .syncFailed(disk), .disk(disk), .newerFormat(file: "a", found: 2, known: 1),
      .foreignSegment(file: "a", reason: "b"), .misnamedSegment(file: "a", holds: 2), .noHeader(file: "a"), .noCheckpoint(oldest: 1),
      .checkpointTooLarge(bytes: 2, most: 1),
      .segmentBytes(1), .notTaken(ReplayRefusal("no")),
    ]
    for fault in faults { #expect(fault.description.count > 20) }
    #expect(faults.filter(\.isFatal).count == 2)
    #expect(disk.description == "could not write reserve.filling: the disk is full")
  }
}
