import Glibc

/// A file operation that the system refused, with what it said.
package struct FileFault: Explained, Equatable {
  package let operation: String
  package let path: String
  /// The system's error number.
  package let code: Int32

  package init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  package var exitCode: ExitCode {
    switch code {
    case EACCES, EPERM, EROFS: .noPermission
    case ENOENT, ENOTDIR: .noInput
    default: .inputOutput
    }
  }

  package var description: String { "cannot \(operation) \(path); \(SystemText.of(code)); \(advice)" }

  private var advice: String {
    switch code {
    case EACCES, EPERM: "give this user the right to it, or name another place"
    case EROFS: "mount the file system writable, or name another place"
    case ENOSPC, EDQUOT: "make room and start again"
    case ENOENT, ENOTDIR: "check the path"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n) and start again"
    default: "check the disk and start again"
    }
  }
}

/// The system's words for its error numbers.
package enum SystemText {
  /// What the system calls error `code`, such as "Permission denied".
  package static func of(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
