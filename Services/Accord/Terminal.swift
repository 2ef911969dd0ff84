import Contracts
import Glibc

/// What a command prints: answers to standard output, remarks to standard error.
enum Terminal {
  /// One line of the answer.
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// What must be seen first: in capitals, and red where somebody reads it on a screen that wants colours.
  static func alarm(_ word: String) -> String {
    let isScreen = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
    return isScreen ? "\u{1B}[1;31m\(word)\u{1B}[0m" : word
  }

  /// A remark that is no part of the answer.
  static func note(_ line: String) { write("accord: \(line)", to: STDERR_FILENO) }

  /// One JSON value on one line, for scripts.
  static func print(_ json: JSON) { write(String(decoding: json.bytes, as: UTF8.self), to: STDOUT_FILENO) }

  /// A piece of an answer that goes on: what is too long to be gathered is told as it is found.
  static func printPart(_ part: String) { write(part, to: STDOUT_FILENO, end: "") }

  private static func write(_ line: String, to descriptor: Int32, end: String = "\n") {
    var rest = Array((line + end).utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // A closed pipe (`accord tail | head`) is the reader's way to say that it has seen enough.
      guard count > 0 else { exit(0) }
      rest = rest.dropFirst(count)
    }
  }
}
