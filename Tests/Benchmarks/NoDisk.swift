import Journal

/// A disk that takes everything and keeps only names and lengths, so that a path's instructions are its own.
final class NoDisk: Disk {
  final class File {
    fileprivate var size = 0
  }

  private var files: [String: File] = [:]

  func create(_ name: String) throws(DiskFault) -> File {
    let file = File()
    files[name] = file
    return file
  }

  func open(_ name: String) throws(DiskFault) -> File {
    guard let file = files[name] else { throw DiskFault(errno: DiskFault.noEntry, operation: .open, path: name) }
    return file
  }

  func size(_ file: File) throws(DiskFault) -> Int { file.size }

  func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int) throws(DiskFault) {
    file.size = max(file.size, offset + bytes.count)
  }

  func read(_ file: File, at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    return min(bytes.count, max(0, file.size - offset))
  }

  func sync(_ file: File) throws(DiskFault) {}

  func rename(_ name: String, to other: String) throws(DiskFault) { files[other] = files.removeValue(forKey: name) }

  func remove(_ name: String) throws(DiskFault) { files[name] = nil }

  func list() throws(DiskFault) -> [String] { files.keys.sorted() }

  func syncDirectory() throws(DiskFault) {}
}
