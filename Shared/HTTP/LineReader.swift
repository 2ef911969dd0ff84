import Glibc

/// Gathers one line that ends in CR LF from bytes that come in any pieces, never longer than asked for.
struct LineReader {
  enum Step: Equatable {
    case more
    /// A whole line is in `line`, without its end.
    case line
    case tooLong
    case bareLineFeed
  }

  /// The line so far.
  private(set) var line: [UInt8] = []

  /// Takes bytes from `bytes[offset...]`, moving `offset` over them. After `.line` the next call begins anew.
  mutating func read(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, limit: Int) -> Step {
    if ended { reset() }
    guard offset < bytes.count, let base = bytes.baseAddress else { return .more }
    let room = bytes.count - offset
    guard let found = memchr(base + offset, 0x0A, room) else {
      // The CR of an end may already be here: it does not count.
      guard line.count + room <= limit + 1 else { return .tooLong }
      line.append(contentsOf: bytes[offset...])
      offset = bytes.count
      return .more
    }
    let end = UnsafeRawPointer(found) - base
    guard line.count + (end - offset) <= limit + 1 else { return .tooLong }
    line.append(contentsOf: bytes[offset..<end])
    offset = end + 1
    guard line.last == 0x0D else { return .bareLineFeed }
    line.removeLast()
    ended = true
    return .line
  }

  /// True before a line's first byte.
  var isFresh: Bool { ended || line.isEmpty }

  private var ended = false

  private mutating func reset() {
    line.removeAll(keepingCapacity: true)
    ended = false
  }
}
