import Contracts
import Glibc

/// What a command prints: answers to standard output, remarks to standard error.
enum Terminal {
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// A remark that is no part of the answer.
  static func note(_ line: String) { write("accord: \(line)", to: STDERR_FILENO) }

  /// One JSON value on one line, for scripts.
  static func print(_ json: JSON) { write(String(decoding: json.bytes, as: UTF8.self), to: STDOUT_FILENO) }

  private static func write(_ line: String, to descriptor: Int32) {
    let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      // A closed pipe (`accord tail | head`) is the reader's way to say that it has seen enough.
      guard count > 0 else { exit(0) }
      written += count
    }
  }
}
