package import Journal

/// A disk in memory with a real disk's manners: what no sync covers may be lost in any part, an operation may fail, the space may end.
///
/// Deterministic. Before each operation that changes something it calls `beforeStep`, so that its owner can look at what a power cut at
/// this very place would leave (`cut`), while this disk goes on undisturbed.
package final class SimDisk: Disk {
  /// An open file: stays the same file when its name changes.
  package final class File {
    fileprivate(set) var bytes: [UInt8] = []
    fileprivate(set) var unsynced: [Unsynced] = []
    /// What the disk holds where that is not what a reader sees: a sync failed, and the kernel took what it could not write for clean (LWN
    /// 752063). Only what is written again is synced by a later sync.
    fileprivate var platter: [UInt8]?
    fileprivate let made: Int
    /// The last name it had.
    fileprivate(set) var name: String

    fileprivate init(made: Int, name: String) {
      self.made = made
      self.name = name
    }
  }

  /// One write that no sync covers yet, with what it covered up.
  struct Unsynced {
    let offset: Int
    let before: [UInt8]
    let after: [UInt8]
    let countBefore: Int
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

  package func size(_ file: File) throws(DiskFault) -> Int { file.bytes.count }

  package func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int) throws(DiskFault) {
    let growth = max(0, offset + bytes.count - file.bytes.count)
    do throws(DiskFault) {
      try count(.write, .write, file.name)
      guard growth == 0 || used + growth <= capacity else {
        throw DiskFault(errno: DiskFault.noSpace, operation: .write, path: file.name)
      }
    } catch {
      if hasPower { put(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), file, offset) }
      throw error
    }
    put(bytes, file, offset)
  }

  package func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
    let count = max(0, min(bytes.count, file.bytes.count - offset))
    if count > 0 {
      file.bytes.withUnsafeBytes { bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
    }
    return count
  }

  package func sync(_ file: File) throws(DiskFault) {
    do throws(DiskFault) { try count(.sync, .sync, file.name) } catch {
      if hasPower {
        file.platter = Self.base(of: file)
        file.unsynced = []
      }
      throw error
    }
    if var platter = file.platter {
      for write in file.unsynced { Self.put(write.after[...], &platter, write.offset) }
      file.platter = platter == file.bytes ? nil : platter
    }
    file.unsynced.removeAll(keepingCapacity: true)
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
  package var used: Int { names.values.reduce(0) { $0 + $1.bytes.count } }

  private func put(_ bytes: UnsafeRawBufferPointer, _ file: File, _ offset: Int) {
    guard !bytes.isEmpty else { return }
    let end = offset + bytes.count
    let countBefore = file.bytes.count
    let before = offset < countBefore ? Array(file.bytes[offset..<min(end, countBefore)]) : []
    if end > countBefore { file.bytes.append(contentsOf: repeatElement(0, count: end - countBefore)) }
    file.bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]).copyMemory(from: bytes) }
    file.unsynced.append(Unsynced(offset: offset, before: before, after: Array(bytes), countBefore: countBefore))
  }
}

// MARK: Power
extension SimDisk {
  /// Whether a reader sees something that only looks synced.
  package var isLying: Bool { names.contains { $0.value.platter != nil } }

  /// Changes of names that the folder's sync does not cover yet.
  package var unsyncedNames: Int { changes.count }

  /// The sectors of all unsynced writes, by the age of their files, then in the order of writing.
  package func sectors() -> [Sector] {
    var sectors: [Sector] = []
    for file in files(names) where !file.unsynced.isEmpty {
      for (write, unsynced) in file.unsynced.enumerated() {
        var at = unsynced.offset
        let end = at + unsynced.after.count
        while at < end {
          let next = min((at / Self.sectorBytes + 1) * Self.sectorBytes, end)
          sectors.append(Sector(file: file.name, owner: file.made, write: write, range: at..<next))
          at = next
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
      copy.bytes = Self.base(of: file)
      copies[file.made] = copy
      next.names[name] = copy
    }
    for (sector, fate) in zip(sectors, fates) {
      guard let copy = copies[sector.owner], let file = names.values.first(where: { $0.made == sector.owner }) else { continue }
      let write = file.unsynced[sector.write]
      let count: Int
      switch fate {
      case .lost: continue
      case .kept: count = sector.range.count
      case .torn(let bytes): count = min(bytes, sector.range.count)
      case .zeroed: count = 0
      }
      let from = sector.range.lowerBound - write.offset
      Self.put(write.after[from..<from + count], &copy.bytes, sector.range.lowerBound, atLeast: sector.range.upperBound)
    }
    next.filesMade = filesMade
    next.durableNames = next.names
    return next
  }

  /// What the disk holds of a file without what no sync covers.
  private static func base(of file: File) -> [UInt8] {
    if let platter = file.platter { return platter }
    var bytes = file.bytes
    for write in file.unsynced.reversed() {
      bytes.replaceSubrange(write.offset..<write.offset + write.before.count, with: write.before)
      bytes.removeLast(bytes.count - write.countBefore)
    }
    return bytes
  }

  private static func put(_ some: ArraySlice<UInt8>, _ bytes: inout [UInt8], _ offset: Int, atLeast end: Int = 0) {
    let end = max(end, offset + some.count)
    if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
    bytes.replaceSubrange(offset..<offset + some.count, with: some)
  }

  private func files(_ names: [String: File]) -> [File] {
    names.count == 1 ? Array(names.values) : names.values.sorted { $0.made < $1.made }
  }

  // MARK: Behind everyone's back

  /// Changes a file durably: a flipped bit, a bad sector, a truncation.
  package func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
    guard let file = names[name] else { preconditionFailure("there is no file \(name) to damage") }
    change(&file.bytes)
    file.unsynced = []
    file.platter = nil
  }

  /// The names of the journal's segments.
  package var segments: [String] { names.keys.filter { $0.hasSuffix(".segment") && $0.first == "0" }.sorted() }

  /// What a reader sees in a file; nil where there is none.
  package func contents(_ name: String) -> [UInt8]? { names[name]?.bytes }

  /// Whether a write to a file of this kind of name is not synced; zeros that were written ahead do not count.
  package func hasUnsynced(suffix: String) -> Bool {
    names.contains { name, file in
      !file.unsynced.isEmpty && name.hasSuffix(suffix) && file.unsynced.contains { $0.after.contains { $0 != 0 } }
    }
  }

  /// The names and bytes of all files as the next start would find them were nothing lost.
  package var image: [String: [UInt8]] { names.mapValues(\.bytes) }
}
