import Journal
import TestKit
import Testing

/// The rules of power and failure that the simulated disk keeps: a test that trusts it must be able to.
@Suite struct MemoryDiskTests {
  static func put(_ disk: MemoryDisk, _ name: String, _ bytes: [UInt8], at offset: Int = 0) throws {
    let file = try disk.list().contains(name) ? disk.open(name) : disk.create(name)
    try bytes.withUnsafeBytes { try disk.write($0, to: file, at: offset) }
  }

  @Test func `without syncs a power cut leaves nothing`() throws {
    let disk = MemoryDisk()
    try Self.put(disk, "a", [1])
    #expect(disk.afterPowerCut().contents("a") == nil)
    #expect(disk.afterPowerCut(names: 1).contents("a") == [])
    #expect(disk.copy().contents("a") == [1])
  }

  @Test func `synced bytes stay, and only unsynced sectors may go`() throws {
    let disk = MemoryDisk()
    try Self.put(disk, "a", [UInt8](repeating: 1, count: 1_000))
    try disk.sync(disk.open("a"))
    try disk.syncDirectory()
    try Self.put(disk, "a", [UInt8](repeating: 2, count: 1_200), at: 400)
    #expect(disk.unsyncedSectors == [4])
    let after = try #require(disk.afterPowerCut { $0.index == 1 }.contents("a"))
    #expect(after.count == 1_024 && after[511] == 1 && after[512] == 2 && after[1_023] == 2)
    #expect(disk.afterPowerCut().contents("a") == [UInt8](repeating: 1, count: 1_000))
    let last = try #require(disk.afterPowerCut { $0.index == 3 }.contents("a"))
    #expect(last.count == 1_600 && last[1_200] == 0 && last[1_536] == 2, "a lost sector before a kept one reads as zeros")
  }

  @Test func `a rename that the folder's sync did not cover is forgotten`() throws {
    let disk = MemoryDisk()
    try Self.put(disk, "a", [1])
    try disk.sync(disk.open("a"))
    try disk.syncDirectory()
    try disk.rename("a", to: "b")
    #expect(disk.afterPowerCut().contents("a") == [1])
    #expect(disk.afterPowerCut(names: 1).contents("b") == [1])
    try disk.syncDirectory()
    #expect(disk.afterPowerCut().contents("a") == nil)
  }

  @Test func `what a failed sync covered is lost, whatever a later one says`() throws {
    let disk = MemoryDisk()
    try Self.put(disk, "a", [1])
    try disk.syncDirectory()
    disk.failures[disk.operations + 1] = DiskFault.inputOutput
    #expect(throws: DiskFault(errno: DiskFault.inputOutput, operation: .sync, path: "a")) { try disk.sync(disk.open("a")) }
    try disk.sync(disk.open("a"))
    #expect(disk.contents("a") == [1])
    #expect(disk.copy().contents("a") == [])
  }

  @Test func `a failed write has written a part, a full disk nothing`() throws {
    let disk = MemoryDisk()
    try Self.put(disk, "a", [1, 1])
    disk.failures[disk.operations + 1] = DiskFault.inputOutput
    #expect(throws: DiskFault.self) { try Self.put(disk, "a", [2, 2, 2, 2]) }
    #expect(disk.contents("a") == [2, 2])
    disk.capacity = 3
    let fault = #expect(throws: DiskFault.self) { try Self.put(disk, "a", [3, 3, 3, 3]) }
    #expect(fault?.isFull == true && disk.contents("a") == [2, 2])
    try Self.put(disk, "a", [3, 3, 3])
  }

  @Test func `nothing happens once the power is gone`() throws {
    let disk = MemoryDisk()
    disk.powerGoesAt = 3
    try Self.put(disk, "a", [1])
    #expect(throws: DiskFault.self) { try Self.put(disk, "a", [2]) }
    #expect(throws: DiskFault.self) { try disk.syncDirectory() }
    #expect(disk.contents("a") == [1])
  }
}
