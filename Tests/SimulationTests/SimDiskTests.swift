import Journal
import Simulation
import Testing

/// The disk that the simulation lies on, tried by itself.
@Suite struct SimDiskTests {
  private func write(_ bytes: [UInt8], _ disk: SimDisk, _ file: SimDisk.File, at offset: Int = 0) throws {
    try bytes.withUnsafeBytes { try disk.write($0, to: file, at: offset) }
  }

  @Test func `what was synced stays, the rest meets its fate`() throws {
    let disk = SimDisk()
    let file = try disk.create("a")
    try disk.syncDirectory()
    try write([UInt8](repeating: 1, count: 1_024), disk, file)
    try disk.sync(file)
    try write([UInt8](repeating: 2, count: 1_024), disk, file)
    let sectors = disk.sectors()
    #expect(sectors.count == 2)
    let cut = disk.cut(names: 0, sectors, [.lost, .torn(100)])
    let bytes = try #require(cut.contents("a"))
    #expect(bytes.prefix(512).allSatisfy { $0 == 1 } && bytes[512..<612].allSatisfy { $0 == 2 } && bytes[612...].allSatisfy { $0 == 1 })
    #expect(disk.contents("a") == [UInt8](repeating: 2, count: 1_024), "the disk itself goes on")
  }

  @Test func `a file may have grown and hold zeros`() throws {
    let disk = SimDisk()
    let file = try disk.create("a")
    try disk.syncDirectory()
    try write([7, 7, 7], disk, file)
    #expect(disk.cut(names: 0, disk.sectors(), [.zeroed]).contents("a") == [0, 0, 0])
    #expect(disk.cut(names: 0, disk.sectors(), [.lost]).contents("a") == [])
  }

  @Test func `names come and go with the folder's sync`() throws {
    let disk = SimDisk()
    _ = try disk.create("a")
    try disk.syncDirectory()
    try disk.rename("a", to: "b")
    #expect(try disk.cut(names: 0, [], []).list() == ["a"])
    #expect(try disk.cut(names: 1, [], []).list() == ["b"])
  }

  @Test func `after a failed sync a reader sees what the disk does not hold, until it is written again`() throws {
    let disk = SimDisk()
    let file = try disk.create("a")
    try disk.syncDirectory()
    try write([1, 2, 3], disk, file)
    disk.fault = (disk.steps + 1, DiskFault.inputOutput)
    #expect(throws: DiskFault.self) { try disk.sync(file) }
    try disk.sync(file)
    #expect(disk.contents("a") == [1, 2, 3] && disk.isLying)
    #expect(disk.cut(names: 0, disk.sectors(), []).contents("a") == [])
    try write([1, 2, 3], disk, file)
    try disk.sync(file)
    #expect(!disk.isLying && disk.cut(names: 0, [], []).contents("a") == [1, 2, 3])
  }

  @Test func `a full disk takes a part and says so`() throws {
    let disk = SimDisk()
    let file = try disk.create("a")
    disk.capacity = 10
    #expect(throws: DiskFault.self) { try write([UInt8](repeating: 1, count: 11), disk, file) }
  }
}
