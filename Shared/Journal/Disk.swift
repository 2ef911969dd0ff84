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
