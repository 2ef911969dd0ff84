import Glibc

/// The last words in a program's log: usually the sentence that explains its end.
enum LastWords {
  /// The last line; where indented lines stand before it (a list of what is wrong with the settings), these instead.
  ///
  /// Nil where nothing stands in the file at `log`, or where it cannot be read. A line of which only the end was read is told from there.
  static func of(log: String) -> String? {
    let file = open(log, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    let end = lseek(file, 0, SEEK_END)
    let count = pread(file, &bytes, bytes.count, max(0, end - off_t(bytesMax)))
    let lines = bytes[..<max(0, count)].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let listed = lines.dropLast().reversed().prefix { $0.hasPrefix("  ") }.reversed()
    return listed.isEmpty ? lines.last : listed.map { String($0.dropFirst(2)) }.joined(separator: "; ")
  }

  /// A log has no bound, its lines have one (4 KiB), and a crash's report ends with short ones.
  private static let bytesMax = 8_192
}
