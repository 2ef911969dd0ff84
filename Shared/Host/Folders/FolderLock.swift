import Glibc

/// The right to be the only one in a folder: an flock(2) on its file `lock`, which holds the holder's process id for the refusal.
///
/// The kernel gives it back when the process ends, however it ends: there is nothing to clear up after a SIGKILL.
package final class FolderLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock of `folder`, which exists. Throws `.held` at once where another process has it.
  package static func take(_ folder: String) throws(FolderLockFault) -> FolderLock {
    let path = folder + "/lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(FileFault("open", path)) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let fault: FolderLockFault = errno == EWOULDBLOCK ? .held(folder: folder, by: holder(file)) : .file(FileFault("lock", path))
      close(file)
      throw fault
    }
    let text = "\(getpid())\n"
    guard ftruncate(file, 0) == 0, writeWhole(text, to: file) else {
      let fault = FileFault("write", path)
      close(file)
      throw .file(fault)
    }
    return FolderLock(descriptor: file)
  }

  /// A write may take fewer bytes than it was given (POSIX write).
  private static func writeWhole(_ text: String, to file: Int32) -> Bool {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, off_t(done)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// The process that holds the lock of `folder`; nil where nobody does. For `status` and `down`: it may be over a moment later.
  package static func holder(of folder: String) -> Int32? {
    let file = open(folder + "/lock", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return holder(file)
  }

  /// The process id in the lock file; nil where its holder has not written it yet.
  private static func holder(_ file: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }
}

/// Why a folder could not be had for oneself.
package enum FolderLockFault: Explained, Equatable {
  case held(folder: String, by: Int32?)
  case file(FileFault)

  package var exitCode: ExitCode {
    switch self {
    case .held: .temporary
    case .file(let fault): fault.exitCode
    }
  }

  package var description: String {
    switch self {
    case .held(let folder, let pid):
      "the folder \(folder) is in use; process \(pid.map(String.init) ?? "(unknown)") works in it; end that one first or name another folder"
    case .file(let fault): fault.description
    }
  }
}
