/// One folder of files: the seam below the journal, held by files, by memory in simulations and by nothing else.
///
/// A write may be lost until `sync` of its file returned; a created, renamed or removed name until `syncDirectory` returned.
package protocol Disk {
  associatedtype File

  /// A new empty file, open for reading and writing. A fault where the name is taken.
  func create(_ name: String) throws(DiskFault) -> File
  /// An existing file, open for reading and writing.
  func open(_ name: String) throws(DiskFault) -> File
  func size(_ file: File) throws(DiskFault) -> Int
  /// Writes all of `bytes` at `offset`; what lies between the old end and `offset` reads as zeros.
  func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int) throws(DiskFault)
  /// Fills `bytes` from `offset`; returns how many there were, fewer only at the file's end.
  func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int
  /// Makes the file's bytes and length durable.
  func sync(_ file: File) throws(DiskFault)
  /// Gives a file another name; what had that name is gone.
  func rename(_ name: String, to other: String) throws(DiskFault)
  func remove(_ name: String) throws(DiskFault)
  /// The names of all files, in no order.
  func list() throws(DiskFault) -> [String]
  /// Makes names durable.
  func syncDirectory() throws(DiskFault)
  /// Bytes that new files may still take; nil where nobody knows.
  func room() throws(DiskFault) -> Int?
}

extension Disk {
  package func room() throws(DiskFault) -> Int? { nil }

  /// Writes the first `count` of `bytes`, or all.
  func write(_ bytes: [UInt8], count: Int? = nil, to file: File, at offset: Int) throws(DiskFault) {
    try bytes.withUnsafeBufferPointer { all throws(DiskFault) in
      try write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[..<(count ?? all.count)])), to: file, at: offset)
    }
  }

  /// Writes zeros to `file` between the two offsets and syncs each stretch of them.
  func fill(_ file: File, from start: Int, to end: Int, stretch: Int = .max) throws(DiskFault) {
    let zeros = [UInt8](repeating: 0, count: min(JournalLimits.zerosBytes, max(0, end - start)))
    var at = start
    var unsynced = 0
    while at < end {
      let count = min(zeros.count, end - at)
      try write(zeros, count: count, to: file, at: at)
      at += count
      unsynced += count
      if unsynced >= stretch || at == end {
        try sync(file)
        unsynced = 0
      }
    }
  }

  /// Opens `name`; nil where there is no such file.
  func openIfThere(_ name: String) throws(DiskFault) -> File? {
    do throws(DiskFault) { return try open(name) } catch {
      guard error.errno == DiskFault.noEntry else { throw error }
      return nil
    }
  }
}

/// What the operating system answered to one operation on the journal's folder.
package struct DiskFault: Error, Hashable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case create, open, measure, write, read, sync, rename, remove, list, syncDirectory = "sync the folder of"
  }

  package let errno: Int32
  package let operation: Operation
  /// A file's name in the folder, or the folder.
  package let path: String

  package init(errno: Int32, operation: Operation, path: String) {
    self.errno = errno
    self.operation = operation
    self.path = path
  }

  // The numbers of Linux, which a pure target cannot import.
  package static let noEntry: Int32 = 2
  package static let inputOutput: Int32 = 5
  package static let exists: Int32 = 17
  package static let noSpace: Int32 = 28
  package static let quota: Int32 = 122

  /// Whether making room would help.
  package var isFull: Bool { errno == Self.noSpace || errno == Self.quota }

  package var description: String {
    let why =
      switch errno {
      case Self.noSpace: "the disk is full"
      case Self.quota: "the quota is used up"
      case Self.inputOutput: "the disk reports an input/output error"
      case Self.noEntry: "there is no such file"
      case Self.exists: "the name is taken"
      case 13, 1: "permission is denied"
      case 30: "the file system is read-only"
      default: "the system says errno \(errno)"
      }
    return "could not \(operation.rawValue) \(path): \(why)"
  }
}
