import Contracts

/// A short string as it stands in a frame, ready for comparing: its two ends as words. HOT: no loop, no allocation.
struct MemberName {
  let span: JSONSpan
  /// The first eight bytes, zero behind a shorter name's end.
  private let head: UInt64
  /// The last eight bytes of a name longer than eight, else 0.
  private let tail: UInt64

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, _ span: JSONSpan) {
    self.span = span
    let count = span.close - span.start
    if count >= 8 {
      unsafe head = bytes.loadUnaligned(fromByteOffset: span.start, as: UInt64.self)
      unsafe tail = count == 8 ? 0 : bytes.loadUnaligned(fromByteOffset: span.close - 8, as: UInt64.self)
    } else if span.start + 8 <= bytes.count {
      // Whatever follows the name is cut off again: the low bytes come first (x86-64 and arm64 are little-endian).
      let word = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: span.start, as: UInt64.self))
      head = word & (1 << UInt64(count * 8) - 1)
      tail = 0
    } else {
      var word: UInt64 = 0
      for at in 0..<count { unsafe word |= UInt64(bytes[span.start + at]) << UInt64(at * 8) }
      head = word
      tail = 0
    }
  }

  var count: Int { span.close - span.start }

  /// Whether the name is `word`, which has at most sixteen bytes: then both ends say all.
  @inline(__always)
  func equals(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard count == length, !span.escaped else { return false }
    var wordHead: UInt64 = 0
    var wordTail: UInt64 = 0
    for at in 0..<min(8, length) { unsafe wordHead |= UInt64(word.utf8Start[at]) << UInt64(at * 8) }
    if length > 8 {
      for at in 0..<8 { unsafe wordTail |= UInt64(word.utf8Start[length - 8 + at]) << UInt64(at * 8) }
    }
    return UInt64(littleEndian: head) == wordHead && UInt64(littleEndian: tail) == wordTail
  }

  /// Whether every byte is one of `a-z 0-9`, as attributes of CloudEvents 1.0 are named. Eight bytes a step.
  @inline(__always)
  func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if span.escaped || count == 0 || count > WireLimits.attributeNameBytesMax { return false }
    guard count > 8 else {
      // Letters in the place of the zeros behind the name's end.
      let behind = count == 8 ? 0 : ~UInt64(0) << UInt64(count * 8)
      return Self.arePlain(UInt64(littleEndian: head) | behind & 0x6161_6161_6161_6161)
    }
    var plain = Self.arePlain(head) && Self.arePlain(tail)
    var at = span.start + 8
    while at + 8 < span.close {
      unsafe plain = plain && Self.arePlain(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    return plain
  }

  /// Adding so much lifts a byte's top bit from the range's first letter on; no byte of ASCII carries into the next.
  @inline(__always)
  private static func arePlain(_ word: UInt64) -> Bool {
    let tops: UInt64 = 0x8080_8080_8080_8080
    let ascii = word & ~tops
    let digits = (ascii &+ 0x5050_5050_5050_5050) & ~(ascii &+ 0x4646_4646_4646_4646)
    let letters = (ascii &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(ascii &+ 0x0505_0505_0505_0505)
    return (digits | letters) & ~word & tops == tops
  }

  @inline(__always)
  static func ~= (word: StaticString, name: MemberName) -> Bool { name.equals(word) }

  /// Different for nearly all different names.
  @inline(__always)
  var tag: UInt32 {
    let mixed = head &* 0x9E37_79B9_7F4A_7C15 ^ (tail &+ UInt64(count)) &* 0xC2B2_AE3D_27D4_EB4F
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }
}

/// The names that one object has shown so far, by their tags. HOT: no allocation.
struct SeenNames {
  private var tags = InlineArray<64, UInt32>(repeating: 0)
  private(set) var count = 0

  var isFull: Bool { count == WireLimits.membersMax }

  /// Notes a tag. True where it was there before: then the names themselves must be compared.
  @inline(__always)
  mutating func note(_ tag: UInt32) -> Bool {
    var same: UInt32 = 0
    for index in 0..<count { unsafe same |= tags[unchecked: index] == tag ? 1 : 0 }
    tags[count] = tag
    count += 1
    return same != 0
  }
}
