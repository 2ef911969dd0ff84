import Contracts
import Glibc
import Synchronization

/// What a command prints: answers to standard output, remarks to standard error.
enum Terminal {
  /// One line of the answer.
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// What must be seen first: in capitals, and red where somebody reads it on a screen that wants colours.
  static func alarm(_ word: String) -> String {
    let isScreen = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
    return isScreen ? "\u{1B}[1;31m\(word)\u{1B}[0m" : word
  }

  /// How wide a text for reading is laid out: as wide as the screen, between 80 and 100 columns. What is no screen gets 100.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return columnsMax }
    return min(max(Int(size.ws_col), columnsMin), columnsMax)
  }

  private static let columnsMin = 80
  private static let columnsMax = 100

  /// Waits a moment for more to tell, and ends the program where nobody reads it any more: who has seen enough (`accord tail | head -1`)
  /// does not wait until there is another line.
  static func pause(milliseconds: Int32) {
    // poll tells of an error and of a closed end without being asked (man 2 poll); of a file or an empty pipe it tells nothing.
    var reader = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    guard poll(&reader, 1, milliseconds) > 0, reader.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 else { return }
    leave()
  }

  /// What is done before the program ends because nobody reads what it says.
  private static let leaving = Mutex<(@Sendable () -> Void)?>(nil)

  static func whenUnread(_ body: (@Sendable () -> Void)?) { leaving.withLock { $0 = body } }

  private static func leave() -> Never {
    let body = leaving.withLock { body in
      defer { body = nil }
      return body
    }
    body?()
    exit(0)
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
      guard count > 0 else { leave() }
      rest = rest.dropFirst(count)
    }
  }
}
