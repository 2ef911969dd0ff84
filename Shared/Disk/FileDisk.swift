package import Journal

import Glibc

/// A folder of the real file system as the journal's disk.
///
/// Every method may be called from any thread; two threads never use one file's same bytes. Opens are relative to the folder's descriptor,
/// so that a folder moved while in use stays the same folder.
package struct FileDisk: Disk, Sendable {
  private let folder: File
  private let path: String

  /// An open file; closed when nobody holds it any more.
  package final class File: Sendable {
    fileprivate let descriptor: Int32
    fileprivate let name: String

    fileprivate init(_ descriptor: Int32, _ name: String) {
      self.descriptor = descriptor
      self.name = name
    }

    deinit { close(descriptor) }
  }

  /// Opens the folder at `path`, which exists.
  package init(folder path: String) throws(DiskFault) {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DiskFault(errno: errno, operation: .open, path: path) }
    folder = File(descriptor, path)
    self.path = path
  }

  package func create(_ name: String) throws(DiskFault) -> File {
    File(try check(unsafe openat(folder.descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600), .create, name), name)
  }

  package func open(_ name: String) throws(DiskFault) -> File {
    File(try check(unsafe openat(folder.descriptor, name, O_RDWR | O_CLOEXEC), .open, name), name)
  }

  package func size(_ file: File) throws(DiskFault) -> Int {
    var status = stat()
    try check(unsafe fstat(file.descriptor, &status), .measure, file.name)
    return Int(status.st_size)
  }

  package func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int) throws(DiskFault) {
    var written = 0
    while written < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = unsafe pwrite(file.descriptor, rest.baseAddress, rest.count, off_t(offset + written))
      if count < 0 && errno == EINTR { continue }
      // A write of nothing would be asked for ever.
      guard count > 0 else { throw DiskFault(errno: count < 0 ? errno : EIO, operation: .write, path: file.name) }
      written += count
    }
  }

  package func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
    var filled = 0
    while filled < bytes.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
      let count = unsafe pread(file.descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw DiskFault(errno: errno, operation: .read, path: file.name) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Not asked again on EINTR or anything else: after a failed sync the kernel may have dropped the bytes.
  package func sync(_ file: File) throws(DiskFault) {
    try check(fdatasync(file.descriptor), .sync, file.name)
  }

  package func rename(_ name: String, to other: String) throws(DiskFault) {
    try check(unsafe renameat(folder.descriptor, name, folder.descriptor, other), .rename, name)
  }

  package func remove(_ name: String) throws(DiskFault) {
    try check(unsafe unlinkat(folder.descriptor, name, 0), .remove, name)
  }

  package func list() throws(DiskFault) -> [String] {
    // fdopendir takes a descriptor for itself and moves its place, so it gets one of its own.
    let own = try check(unsafe openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .list, path)
    guard let listing = unsafe fdopendir(own) else {
      let fault = DiskFault(errno: errno, operation: .list, path: path)
      close(own)
      throw fault
    }
    defer { unsafe _ = closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  package func syncDirectory() throws(DiskFault) {
    try check(fsync(folder.descriptor), .syncDirectory, path)
  }

  package func room() throws(DiskFault) -> Int? {
    var status = statvfs()
    try check(unsafe fstatvfs(folder.descriptor, &status), .measure, path)
    return Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
  }

  @discardableResult
  private func check(_ result: Int32, _ operation: DiskFault.Operation, _ name: String) throws(DiskFault) -> Int32 {
    guard result >= 0 else { throw DiskFault(errno: errno, operation: operation, path: name) }
    return result
  }
}
