import Contracts

/// Bytes that the scanner has passed as JSON: finds the ends of their values without looking at the grammar again. HOT.
///
/// Nothing here asks for the buffer's end, for every container and string that was passed closes within it.
@safe
struct PassedJSON {
  let bytes: UnsafeRawBufferPointer
  private let count: Int

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = unsafe bytes
    count = bytes.count
  }

  @inline(__always)
  subscript(at: Int) -> UInt8 { unsafe bytes[at] }

  subscript(range: Range<Int>) -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: bytes[range]) }

  /// Only between tokens of a container, where one always follows.
  @inline(__always)
  func skipSpace(_ start: Int) -> Int {
    var at = start
    while self[at] <= .space { at &+= 1 }
    return at
  }

  /// The closing quotation mark of the string whose first character is at `start`; `isPlain`: ASCII without escapes.
  @inline(__always)
  func stringClose(_ start: Int) -> (close: Int, isPlain: Bool) {
    var at = start
    while at &+ 8 <= count {
      let word = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let marks = Self.marks(word)
      if marks != 0 {
        at &+= marks.trailingZeroBitCount / 8
        return self[at] == .quote ? (at, true) : stringCloseSlowly(at)
      }
      at &+= 8
    }
    return stringCloseSlowly(at, isPlain: true)
  }

  /// The top bit of each quotation mark, backslash and byte beyond ASCII; right for the lowest, which is all that is used.
  @inline(__always)
  private static func marks(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = (word ^ ones &* 0x22) &- ones
    let backslash = (word ^ ones &* 0x5C) &- ones
    return (quote | backslash | word) & (ones &* 0x80)
  }

  @inline(never)
  private func stringCloseSlowly(_ start: Int, isPlain: Bool = false) -> (close: Int, isPlain: Bool) {
    var (at, isPlain) = (start, isPlain)
    while self[at] != .quote {
      if self[at] == .backslash || self[at] >= 0x80 { isPlain = false }
      at &+= self[at] == .backslash ? 2 : 1
    }
    return (at, isPlain)
  }

  /// The code points of a string, which is what lengths count (JSON Schema 2020-12 validation 6.3.1, RFC 8259).
  func codePoints(_ range: Range<Int>) -> Int {
    var count = 0
    var at = range.lowerBound
    while at < range.upperBound {
      let byte = self[at]
      if byte == .backslash {
        at += self[at + 1] == UInt8(ascii: "u") ? escapeLength(at) : 2
        count += 1
      } else {
        if byte & 0xC0 != 0x80 { count += 1 }
        at += 1
      }
    }
    return count
  }

  /// Of a \u escape at `at`: six bytes, twelve where it begins a surrogate pair (D800 to DBFF).
  private func escapeLength(_ at: Int) -> Int {
    guard self[at + 2] | 0x20 == UInt8(ascii: "d") else { return 6 }
    switch self[at + 3] {
    case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "A"), UInt8(ascii: "B"): return 12
    default: return 6
    }
  }

  /// The offset behind the value at `start`, whatever it is.
  @inline(__always)
  func skip(_ start: Int) -> Int {
    switch self[start] {
    case .quote: stringClose(start &+ 1).close &+ 1
    case .braceOpen, .bracketOpen: skipContainer(start)
    default: skipScalar(start)
    }
  }

  /// A number or a word: it ends before what cannot be part of either, or with the bytes.
  @inline(__always)
  private func skipScalar(_ start: Int) -> Int {
    var at = start &+ 1
    while at < count {
      let byte = self[at]
      if byte == .comma || byte == .braceClose || byte == .bracketClose || byte <= .space { break }
      at &+= 1
    }
    return at
  }

  @inline(never)
  private func skipContainer(_ start: Int) -> Int {
    var depth = 1
    var at = start &+ 1
    while true {
      switch self[at] {
      case .quote: at = stringClose(at &+ 1).close
      case .braceOpen, .bracketOpen: depth &+= 1
      case .braceClose, .bracketClose:
        depth &-= 1
        if depth == 0 { return at &+ 1 }
      default: break
      }
      at &+= 1
    }
  }

  /// The first eight bytes of a name, zero behind its end, and the last eight of one longer than eight: as in `SchemaMember`.
  @inline(__always)
  func ends(_ start: Int, _ close: Int) -> (head: UInt64, tail: UInt64) {
    let length = close &- start
    if length > 8 { return (load(start), load(close &- 8)) }
    guard start &+ 8 <= count else { return (endsSlowly(start, close), 0) }
    // Eight bytes need no mask, and a shift by 64 would be one by 0.
    return (length == 8 ? load(start) : load(start) & ~(~0 &<< UInt64(truncatingIfNeeded: length &* 8)), 0)
  }

  @inline(never)
  private func endsSlowly(_ start: Int, _ close: Int) -> UInt64 {
    (start..<close).reversed().reduce(0) { $0 << 8 | UInt64(self[$1]) }
  }

  @inline(__always)
  private func load(_ at: Int) -> UInt64 { UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
}

extension JSON {
  /// Whether both are the same value: numbers by value, members in any order (JSON Schema 2020-12 core 4.2.2).
  func isSame(as other: JSON) -> Bool {
    switch (self, other) {
    case (.integer, .number), (.number, .integer), (.number, .number):
      let (mine, its) = (bytes, other.bytes)
      return unsafe mine.withUnsafeBytes { mine in
        unsafe its.withUnsafeBytes { its in
          unsafe WrittenNumber(mine, 0..<mine.count).compared(to: WrittenNumber(its, 0..<its.count)) == 0
        }
      }
    case (.array(let mine), .array(let its)): return mine.count == its.count && zip(mine, its).allSatisfy { $0.isSame(as: $1) }
    case (.object(let mine), .object(let its)):
      return mine.count == its.count && mine.allSatisfy { member in other[member.name].map { member.value.isSame(as: $0) } ?? false }
    default: return self == other
    }
  }
}
