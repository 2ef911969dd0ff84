package import Journal

/// A disk in memory with a real disk's manners: what no sync covers may be lost in any part, an operation may fail, the space may end.
///
/// Deterministic. Before each operation that changes something it calls `beforeStep`, so that its owner can look at what a power cut at
/// this very place would leave (`cut`), while this disk goes on undisturbed.
package final class SimDisk: Disk {
  /// An open file: stays the same file when its name changes.
  package final class File {
    fileprivate var loose = LooseBytes()
    fileprivate let made: Int
    /// The last name it had.
    fileprivate(set) var name: String

    fileprivate init(made: Int, name: String) {
      self.made = made
      self.name = name
    }
  }

  /// A change of names; durable once the folder is synced.
  private enum NameChange {
    case create(String, File)
    case rename(String, String)
    case remove(String)
  }

  package enum Step: Sendable { case create, write, sync, rename, remove, syncDirectory }

  /// A sector of an unsynced write, as offered to a power cut.
  package struct Sector {
    package let file: String
    fileprivate let owner: Int
    fileprivate let write: Int
    package let range: Range<Int>
  }

  /// What becomes of a sector when the power goes.
  package enum Fate: Equatable, Sendable {
    case kept, lost
    /// Only its first so many bytes arrived.
    case torn(Int)
    /// The file's new length arrived, its bytes did not.
    case zeroed
  }

  package static let sectorBytes = 512

  private var names: [String: File] = [:]
  private var durableNames: [String: File] = [:]
  private var changes: [NameChange] = []
  private var filesMade = 0

  /// Called before each operation that changes something.
  package var beforeStep: ((Step) -> Void)?
  /// Changing operations so far.
  package private(set) var steps = 0
  /// The operation before which the power goes: it and all later ones do nothing and fail.
  package var powerGoesAt = Int.max
  /// The next changing operation of this number fails with this errno; a write that fails has often written a part.
  package var fault: (step: Int, errno: Int32)?
  /// Bytes that all files may have together.
  package var capacity = Int.max

  package init() {}

  // MARK: Disk

  package func create(_ name: String) throws(DiskFault) -> File {
    try count(.create, .create, name)
    guard names[name] == nil else { throw DiskFault(errno: DiskFault.exists, operation: .create, path: name) }
    filesMade += 1
    let file = File(made: filesMade, name: name)
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
    do throws(DiskFault) {
      try count(.write, .write, file.name)
      guard growth == 0 || used + growth <= capacity else {
        throw DiskFault(errno: DiskFault.noSpace, operation: .write, path: file.name)
      }
    } catch {
      if hasPower { file.loose.put(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: offset) }
      throw error
    }
    file.loose.put(bytes, at: offset)
  }

  package func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
    file.loose.read(at: offset, into: bytes)
  }

  package func sync(_ file: File) throws(DiskFault) {
    do throws(DiskFault) { try count(.sync, .sync, file.name) } catch {
      if hasPower { file.loose.failSync() }
      throw error
    }
    file.loose.sync()
  }

  package func rename(_ name: String, to other: String) throws(DiskFault) {
    try count(.rename, .rename, name)
    guard let file = names.removeValue(forKey: name) else { throw DiskFault(errno: DiskFault.noEntry, operation: .rename, path: name) }
    names[other] = file
    file.name = other
    changes.append(.rename(name, other))
  }

  package func remove(_ name: String) throws(DiskFault) {
    try count(.remove, .remove, name)
    guard names.removeValue(forKey: name) != nil else { throw DiskFault(errno: DiskFault.noEntry, operation: .remove, path: name) }
    changes.append(.remove(name))
  }

  package func list() throws(DiskFault) -> [String] { names.keys.sorted() }

  package func syncDirectory() throws(DiskFault) {
    try count(.syncDirectory, .syncDirectory, "folder")
    changes = []
    durableNames = names
  }

  private func count(_ step: Step, _ operation: DiskFault.Operation, _ path: String) throws(DiskFault) {
    if hasPower { beforeStep?(step) }
    steps += 1
    guard hasPower else { throw DiskFault(errno: DiskFault.inputOutput, operation: operation, path: path) }
    guard let fault, fault.step <= steps else { return }
    self.fault = nil
    throw DiskFault(errno: fault.errno, operation: operation, path: path)
  }

  private var hasPower: Bool { steps < powerGoesAt }
  /// Whether the power is gone: whoever used the disk must come to an end.
  package var isDark: Bool { !hasPower }
  package var used: Int { names.values.reduce(0) { $0 + $1.loose.bytes.count } }
}

// MARK: Power
extension SimDisk {
  /// Whether a reader sees something that only looks synced.
  package var isLying: Bool { names.contains { $0.value.loose.isLying } }

  /// Changes of names that the folder's sync does not cover yet.
  package var unsyncedNames: Int { changes.count }

  /// The sectors of all unsynced writes, by the age of their files, then in the order of writing.
  package func sectors() -> [Sector] {
    var sectors: [Sector] = []
    for file in files(names) {
      for (write, unsynced) in file.loose.unsynced.enumerated() {
        for range in LooseBytes.sectors(unsynced, of: Self.sectorBytes) {
          sectors.append(Sector(file: file.name, owner: file.made, write: write, range: range))
        }
      }
    }
    return sectors
  }

  /// The disk as the next start finds it when the power goes now: each of `sectors` as its fate wants; of changes of names the first
  /// `names`. This disk is left as it is.
  package func cut(names kept: Int, _ sectors: [Sector], _ fates: [Fate]) -> SimDisk {
    let next = SimDisk()
    next.capacity = capacity
    var names = durableNames
    for change in changes.prefix(kept) {
      switch change {
      case .create(let name, let file): names[name] = file
      case .rename(let name, let other): names[other] = names.removeValue(forKey: name)
      case .remove(let name): names.removeValue(forKey: name)
      }
    }
    var copies: [Int: File] = [:]
    for (name, file) in names {
      let copy = File(made: file.made, name: name)
      copy.loose = LooseBytes(file.loose.held)
      copies[file.made] = copy
      next.names[name] = copy
    }
    for (sector, fate) in zip(sectors, fates) {
      guard let copy = copies[sector.owner], let file = names.values.first(where: { $0.made == sector.owner }) else { continue }
      let write = file.loose.unsynced[sector.write]
      let count: Int
      switch fate {
      case .lost: continue
      case .kept: count = sector.range.count
      case .torn(let bytes): count = min(bytes, sector.range.count)
      case .zeroed: count = 0
      }
      let from = sector.range.lowerBound - write.offset
      copy.loose.leave(write.after[from..<from + count], at: sector.range.lowerBound, atLeast: sector.range.upperBound)
    }
    next.filesMade = filesMade
    next.durableNames = next.names
    return next
  }

  private func files(_ names: [String: File]) -> [File] {
    names.count == 1 ? Array(names.values) : names.values.sorted { $0.made < $1.made }
  }

  // MARK: Behind everyone's back

  /// Changes a file durably: a flipped bit, a bad sector, a truncation.
  package func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
    guard let file = names[name] else { preconditionFailure("there is no file \(name) to damage") }
    file.loose.damage(change)
  }

  /// The names of the journal's segments.
  package var segments: [String] { names.keys.filter { $0.hasSuffix(".segment") && $0.first == "0" }.sorted() }

  /// What a reader sees in a file; nil where there is none.
  package func contents(_ name: String) -> [UInt8]? { names[name]?.loose.bytes }

  /// Whether a write to a file of this kind of name is not synced; zeros that were written ahead do not count.
  package func hasUnsynced(suffix: String) -> Bool {
    names.contains { name, file in
      name.hasSuffix(suffix) && file.loose.unsynced.contains { $0.after.contains { $0 != 0 } }
    }
  }

  /// The names and bytes of all files as the next start would find them were nothing lost.
  package var image: [String: [UInt8]] { names.mapValues(\.loose.bytes) }
}
