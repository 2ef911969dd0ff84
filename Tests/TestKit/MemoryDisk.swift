package import Journal
import Simulation

/// A disk in memory that forgets what was not synced and fails when told: the real rules of files without the real disk.
///
/// Deterministic; nothing happens that its owner did not ask for. Confined to one thread.
package final class MemoryDisk: Disk {
  /// An open file: stays the same file when its name changes.
  package final class File {
    fileprivate var loose: LooseBytes
    fileprivate let created: Int

    fileprivate init(created: Int, _ bytes: [UInt8] = []) {
      self.created = created
      loose = LooseBytes(bytes)
    }
  }

  /// What may happen to a folder's names; durable once the folder is synced.
  fileprivate enum NameChange {
    case create(String, File)
    case rename(String, String)
    case remove(String)
  }

  /// A sector of an unsynced write, as offered to a power cut.
  package struct Sector: Hashable, Sendable {
    /// The write's number among the unsynced writes of all files, in the order of their files' making.
    package let write: Int
    /// The sector's number in the write, and how many there are.
    package let index: Int
    package let count: Int
  }

  package static let sectorBytes = 512

  private var names: [String: File] = [:]
  private var durableNames: [String: File] = [:]
  private var changes: [NameChange] = []
  private var filesMade = 0

  /// Operations that may fail, counted from 1: create, write, sync, rename, remove and syncDirectory.
  package private(set) var operations = 0
  /// Operations that will fail, by number, with what the system will say.
  package var failures: [Int: Int32] = [:]
  /// The operation before which the power goes: it and all later ones do nothing and fail.
  package var powerGoesAt = Int.max
  /// Bytes that all files may have together; a write beyond says that the disk is full.
  package var capacity = Int.max

  package init() {}

  // MARK: Disk

  package func create(_ name: String) throws(DiskFault) -> File {
    try count(.create, name)
    guard names[name] == nil else { throw DiskFault(errno: DiskFault.exists, operation: .create, path: name) }
    filesMade += 1
    let file = File(created: filesMade)
    names[name] = file
    changes.append(.create(name, file))
    return file
  }

  package func open(_ name: String) throws(DiskFault) -> File {
    guard let file = names[name] else { throw DiskFault(errno: DiskFault.noEntry, operation: .open, path: name) }
    return file
  }

  package func size(_ file: File) throws(DiskFault) -> Int { file.loose.bytes.count }

  package func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int) throws(DiskFault) {
    let growth = max(0, offset + bytes.count - file.loose.bytes.count)
    guard growth == 0 || used + growth <= capacity else {
      throw DiskFault(errno: DiskFault.noSpace, operation: .write, path: name(of: file))
    }
    do throws(DiskFault) { try count(.write, name(of: file)) } catch {
      // What fails has often written a part.
      if hasPower { file.loose.put(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: offset) }
      throw error
    }
    file.loose.put(bytes, at: offset)
  }

  package func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
    file.loose.read(at: offset, into: bytes)
  }

  package func sync(_ file: File) throws(DiskFault) {
    do throws(DiskFault) { try count(.sync, name(of: file)) } catch {
      if hasPower { file.loose.failSync() }
      throw error
    }
    file.loose.sync()
  }

  package func rename(_ name: String, to other: String) throws(DiskFault) {
    try count(.rename, name)
    guard let file = names.removeValue(forKey: name) else { throw DiskFault(errno: DiskFault.noEntry, operation: .rename, path: name) }
    names[other] = file
    changes.append(.rename(name, other))
  }

  package func remove(_ name: String) throws(DiskFault) {
    try count(.remove, name)
    guard names.removeValue(forKey: name) != nil else { throw DiskFault(errno: DiskFault.noEntry, operation: .remove, path: name) }
    changes.append(.remove(name))
  }

  package func list() throws(DiskFault) -> [String] { names.keys.sorted() }

  package func syncDirectory() throws(DiskFault) {
    try count(.syncDirectory, "folder")
    changes = []
    durableNames = names
  }

  // MARK: Power

  /// Unsynced writes of all files, and changes of names.
  package var unsyncedWrites: Int { files(of: names).reduce(0) { $0 + $1.loose.unsynced.count } }
  package var unsyncedNames: Int { changes.count }
  /// How many sectors each unsynced write has.
  package var unsyncedSectors: [Int] { files(of: names).flatMap { $0.loose.unsynced.map { Self.sectors($0).count } } }

  /// The disk as the next start finds it when the power goes now: of unsynced writes, the sectors that `keeping` wants; of changes of names
  /// since the folder was synced, the first `names`. This disk is left as it is.
  ///
  /// `keeping: { _ in true }` with all names is what a killed program leaves.
  package func afterPowerCut(names kept: Int = 0, keeping: (Sector) -> Bool = { _ in false }) -> MemoryDisk {
    let next = MemoryDisk()
    next.capacity = capacity
    var names = durableNames
    for change in changes.prefix(kept) { Self.apply(change, &names) }
    var write = 0
    var copies: [ObjectIdentifier: File] = [:]
    for file in files(of: self.names, names) {
      next.filesMade += 1
      let copy = File(created: next.filesMade, file.loose.held)
      for unsynced in file.loose.unsynced {
        let sectors = Self.sectors(unsynced)
        for (index, sector) in sectors.enumerated() where keeping(Sector(write: write, index: index, count: sectors.count)) {
          let kept = sector.lowerBound - unsynced.offset..<sector.upperBound - unsynced.offset
          copy.loose.leave(unsynced.after[kept], at: sector.lowerBound)
        }
        write += 1
      }
      copies[ObjectIdentifier(file)] = copy
    }
    next.names = names.compactMapValues { copies[ObjectIdentifier($0)] }
    next.durableNames = next.names
    return next
  }

  /// As if nothing had been in memory only: what an orderly end of the machine leaves.
  package func copy() -> MemoryDisk { afterPowerCut(names: changes.count) { _ in true } }

  /// Changes a file behind everyone's back, durably: a flipped bit, a bad sector, a truncation.
  package func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
    guard let file = names[name] else { preconditionFailure("there is no file \(name) to damage") }
    file.loose.damage(change)
  }

  /// What a reader sees in a file; nil where there is none.
  package func contents(_ name: String) -> [UInt8]? { names[name]?.loose.bytes }

  /// Puts a file in place, durably.
  package func place(_ name: String, _ bytes: [UInt8]) {
    filesMade += 1
    let file = File(created: filesMade, bytes)
    names[name] = file
    durableNames[name] = file
  }

  // MARK: Inside

  private var hasPower: Bool { operations < powerGoesAt }
  private var used: Int { names.values.reduce(0) { $0 + $1.loose.bytes.count } }

  private func name(of file: File) -> String { names.first { $0.value === file }?.key ?? "a removed file" }

  private func count(_ operation: DiskFault.Operation, _ path: String) throws(DiskFault) {
    operations += 1
    guard hasPower else { throw DiskFault(errno: DiskFault.inputOutput, operation: operation, path: path) }
    if let errno = failures[operations] { throw DiskFault(errno: errno, operation: operation, path: path) }
  }

  private static func sectors(_ write: LooseBytes.Write) -> [Range<Int>] { LooseBytes.sectors(write, of: sectorBytes) }

  private static func apply(_ change: NameChange, _ names: inout [String: File]) {
    switch change {
    case .create(let name, let file): names[name] = file
    case .rename(let name, let other): names[other] = names.removeValue(forKey: name)
    case .remove(let name): names.removeValue(forKey: name)
    }
  }

  /// Every file that one of the folders names, in the order of their making.
  private func files(of folders: [String: File]...) -> [File] {
    var seen: Set<ObjectIdentifier> = []
    return folders.flatMap(\.values).filter { seen.insert(ObjectIdentifier($0)).inserted }.sorted { $0.created < $1.created }
  }
}
