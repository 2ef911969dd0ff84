import Disk
import Foundation
import Journal
import Simulation
import TestKit
import Testing

/// What every disk below the journal must do: files, memory and the simulation's disk pass the same tests.
@Suite struct DiskConformanceTests {
  enum Kind: CaseIterable { case files, memory, simulated }

  /// Runs `body` on a fresh disk of `kind`.
  static func onDisk(_ kind: Kind, _ body: (Trial) throws -> Void) throws {
    switch kind {
    case .memory: try body(Trial(MemoryDisk()))
    case .simulated: try body(Trial(SimDisk()))
    case .files: try inFolder { try body(Trial(try FileDisk(folder: $0))) }
    }
  }

  @Test(arguments: Kind.allCases) func `what is written is read, across holes and ends`(kind: Kind) throws {
    try Self.onDisk(kind) { (trial: Trial) throws in
      #expect(try trial.run(.create("a")) == .done)
      #expect(try trial.run(.write("a", 10, [1, 2, 3])) == .done)
      #expect(try trial.run(.read("a", 0, 20)) == .bytes([UInt8](repeating: 0, count: 10) + [1, 2, 3]))
      #expect(try trial.run(.write("a", 11, [9])) == .done)
      #expect(try trial.run(.read("a", 11, 1)) == .bytes([9]))
      #expect(try trial.run(.read("a", 13, 5)) == .bytes([]))
      #expect(try trial.run(.read("a", 99, 5)) == .bytes([]))
      #expect(try trial.run(.write("a", 5, [])) == .done)
      #expect(try trial.run(.size("a")) == .size(13))
      #expect(try trial.run(.sync("a")) == .done)
    }
  }

  @Test(arguments: Kind.allCases) func `names are made, changed, replaced and removed`(kind: Kind) throws {
    try Self.onDisk(kind) { (trial: Trial) throws in
      #expect(try trial.run(.list) == .names([]))
      #expect(try trial.run(.create("a")) == .done)
      #expect(try trial.run(.create("b")) == .done)
      #expect(try trial.run(.write("a", 0, [1])) == .done)
      #expect(try trial.run(.rename("a", "b")) == .done)
      #expect(try trial.run(.syncDirectory) == .done)
      #expect(try trial.run(.list) == .names(["b"]))
      #expect(try trial.run(.read("b", 0, 5)) == .bytes([1]))
      #expect(try trial.run(.remove("b")) == .done)
      #expect(try trial.run(.list) == .names([]))
    }
  }

  @Test(arguments: Kind.allCases) func `what cannot be done is a fault that names operation and file`(kind: Kind) throws {
    try Self.onDisk(kind) { (trial: Trial) throws in
      #expect(try trial.run(.create("a")) == .done)
      let cases: [(Trial.Step, Int32, DiskFault.Operation)] = [
        (.create("a"), DiskFault.exists, .create), (.size("none"), DiskFault.noEntry, .open),
        (.rename("none", "b"), DiskFault.noEntry, .rename),
        (.remove("none"), DiskFault.noEntry, .remove),
      ]
      for (step, errno, operation) in cases {
        let fault = #expect(throws: DiskFault.self) { try trial.run(step) }
        #expect(fault?.errno == errno && fault?.operation == operation)
      }
    }
  }

  @Test(arguments: Kind.allCases) func `an open file stays the same when its name changes or goes`(kind: Kind) throws {
    try Self.onDisk(kind) { trial in try trial.keepsFileOpen() }
  }

  @Test(arguments: Kind.allCases) func `a journal lives on it`(kind: Kind) throws {
    try Self.onDisk(kind) { trial in try trial.journalLives() }
  }
}

/// Runs `body` with the path of a new folder, and removes it.
func inFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

/// One disk under test, its type put aside.
struct Trial {
  enum Step {
    case create(String), size(String), write(String, Int, [UInt8]), read(String, Int, Int), sync(String)
    case rename(String, String), remove(String), list, syncDirectory
  }
  enum Answer: Equatable { case done, bytes([UInt8]), size(Int), names([String]) }

  let run: (Step) throws -> Answer
  let keepsFileOpen: () throws -> Void
  let journalLives: () throws -> Void

  init<D: Disk>(_ disk: D) {
    run = { step in try Self.run(step, disk) }
    keepsFileOpen = {
      let file = try disk.create("a")
      try disk.rename("a", to: "b")
      try disk.remove("b")
      try [UInt8]([1, 2]).withUnsafeBytes { try disk.write($0, to: file, at: 0) }
      #expect(try disk.size(file) == 2)
    }
    journalLives = {
      var now = try Opened(disk)
      try commitNotes(&now.journal, [[1]])
      try Reserve.prepare(on: disk, segmentBytes: smallOptions.segmentBytes)
      try now.journal.roll(checkpoint: [2], at: smallOptions.now)
      let written = try commitNotes(&now.journal, [[3], [4, 4]])
      try now.journal.closeMark()
      let again = try Opened(disk)
      #expect(again.told == Told(checkpoint: [2], records: written))
      #expect(again.journal.end == now.journal.end)
    }
  }

  private static func run<D: Disk>(_ step: Step, _ disk: D) throws -> Answer {
    switch step {
    case .create(let name): _ = try disk.create(name)
    case .size(let name): return .size(try disk.size(try disk.open(name)))
    case .write(let name, let offset, let bytes): try bytes.withUnsafeBytes { try disk.write($0, to: try disk.open(name), at: offset) }
    case .read(let name, let offset, let count):
      var bytes = [UInt8](repeating: 0, count: count)
      let filled = try bytes.withUnsafeMutableBytes { try disk.read(try disk.open(name), at: offset, into: $0) }
      return .bytes(Array(bytes[..<filled]))
    case .sync(let name): try disk.sync(try disk.open(name))
    case .rename(let name, let other): try disk.rename(name, to: other)
    case .remove(let name): try disk.remove(name)
    case .list: return .names(try disk.list().sorted())
    case .syncDirectory: try disk.syncDirectory()
    }
    return .done
  }
}
