import Glibc

/// Small files read and written whole: markers, credentials, the manual clock. Nothing here is for data that grows.
package enum Files {
  /// What a small file may hold; a larger one is not ours.
  private static let bytesMax = 1 << 20

  /// The whole of the file at `path`, of at most 1 MiB.
  package static func read(_ path: String) throws(FileFault) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFault("read", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault("read", path) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= bytesMax else { throw FileFault("read", path, code: EFBIG) }
    }
  }

  /// Puts `bytes` into the file at `path`, all or nothing and durably: a file beside it, synced, renamed, the folder synced.
  ///
  /// `mode` is the new file's; the file beside it has a name of this process's own, so that two writers never mix.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(FileFault) {
    let beside = try writeBeside(bytes, path, mode)
    guard rename(beside, path) == 0 else {
      let fault = FileFault("replace", path)
      unlink(beside)
      throw fault
    }
    try syncFolder(of: path)
  }

  /// Like `write`, but leaves a file that is already there as it is. Returns whether this call made it.
  package static func create(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o600) throws(FileFault) -> Bool {
    let beside = try writeBeside(bytes, path, mode)
    defer { unlink(beside) }
    guard link(beside, path) == 0 else {
      if errno == EEXIST { return false }
      throw FileFault("create", path)
    }
    try syncFolder(of: path)
    return true
  }

  /// Makes the folder at `path` for this user alone; one that is there stays as it is.
  package static func makeFolder(_ path: String) throws(FileFault) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFault("make the folder", path) }
  }

  /// The names in a folder, without the two dots, in no order.
  package static func names(in path: String) throws(FileFault) -> [String] {
    guard let folder = opendir(path) else { throw FileFault("read the folder", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes what is at `path`, a folder with all that is in it. What cannot be removed stays: for folders made for a moment.
  package static func remove(_ path: String) {
    guard Glibc.remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
    // A folder that cannot be listed is one that stays.
    for name in (try? names(in: path)) ?? [] { remove(path + "/" + name) }
    rmdir(path)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func writeBeside(_ bytes: [UInt8], _ path: String, _ mode: UInt32) throws(FileFault) -> String {
    let beside = "\(path).\(getpid()).new"
    unlink(beside)
    let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw FileFault("create", beside) }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failed("write", beside) }
      rest = rest.dropFirst(count)
    }
    guard fsync(file) == 0 else { throw failed("sync", beside) }
    return beside
  }

  private static func failed(_ operation: String, _ path: String) -> FileFault {
    let fault = FileFault(operation, path)
    unlink(path)
    return fault
  }

  /// Makes the name of what is at `path` durable.
  package static func syncFolder(of path: String) throws(FileFault) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw FileFault("open the folder", folder) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw FileFault("sync the folder", folder) }
  }
}
