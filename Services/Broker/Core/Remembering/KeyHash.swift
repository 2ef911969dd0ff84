/// The 64-bit hash of an event's key or type, seeded by the journal's id. HOT.
///
/// The broker knows keys by this number alone, and it stands in every event's record: the function is part of the disk
/// format. Two keys with equal hashes share one order (one waits for the other, and parks with it); nothing else suffers.
/// With a million keys in flight at once the chance of any such pair is below one in thirty million.
struct KeyHash: Sendable {
  private let first: UInt64
  private let second: UInt64

  /// Seeded by the journal's id of 16 bytes.
  init(journalID: [UInt8]) {
    var words: [UInt64] = [0, 0]
    for (i, byte) in journalID.prefix(16).enumerated() { words[i / 8] |= UInt64(byte) << UInt64(i % 8 * 8) }
    first = Self.fold(words[0] ^ 0x2D35_8DCC_AA6C_78A5, 0x8BB8_4B93_962E_ACC9)
    second = Self.fold(words[1] ^ 0x4B33_A62E_D433_D4A3, 0x4D5A_2DA5_1DE1_AA47)
  }

  /// Multiply-and-fold over words of eight bytes, the last one zero-padded, the length mixed in.
  func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var state = first ^ UInt64(bytes.count)
    var at = 0
    let count = bytes.count
    while count - at >= 8 {
      state = Self.fold(state ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)), second ^ state)
      at += 8
    }
    var rest: UInt64 = 0
    var shift: UInt64 = 0
    while at < count {
      rest |= UInt64(bytes[at]) << shift
      shift += 8
      at += 1
    }
    return Self.fold(state ^ rest, second ^ 0x9E37_79B9_7F4A_7C15)
  }

  func callAsFunction(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { self(UnsafeRawBufferPointer($0)) }
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// An even draw from 0 ..< `bound` that is the same each time for the same subscription, event and attempt: jitter
  /// without a generator whose state would have to survive.
  func draw(_ bound: Int64, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> Int64 {
    // SplitMix64 (Steele, Lea, Flood 2014) over the mixed-in parts.
    var z = first ^ a &* 0xBF58_476D_1CE4_E5B9 ^ b &* 0x94D0_49BB_1331_11EB &+ c &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Int64(z.multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}
