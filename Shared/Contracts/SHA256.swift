import CLinux

/// SHA-256 (FIPS 180-4), for chains and fingerprints. Takes bytes in pieces. By the processor's own instructions where it has them.
package struct SHA256 {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  /// What does not fill a block of 64 bytes yet.
  private var waiting: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() {}

  /// The 32 bytes of the digest of `bytes`.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(hash) }

  /// The same in one go, without anything that waits: an entry of the books is hashed with each credit. HOT.
  package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var state = SHA256().state
    let whole = bytes.count / 64 * 64
    if whole > 0 { compress(&state, UnsafeRawBufferPointer(rebasing: bytes[..<whole])) }
    let rest = bytes.count - whole
    let tailCount = rest < 56 ? 64 : 128
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { tail in
      tail.initializeMemory(as: UInt8.self, repeating: 0)
      tail.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
      tail[rest] = 0x80
      tail.storeBytes(of: (UInt64(bytes.count) &* 8).bigEndian, toByteOffset: tailCount - 8, as: UInt64.self)
      compress(&state, UnsafeRawBufferPointer(rebasing: tail[..<tailCount]))
    }
    return digest(state)
  }

  /// Takes in the next bytes; the cut between two calls makes no difference.
  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The same for bytes that somebody else holds.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var at = 0
    if !waiting.isEmpty {
      at = min(64 - waiting.count, bytes.count)
      waiting.append(contentsOf: bytes[..<at])
      guard waiting.count == 64 else { return }
      waiting.withUnsafeBytes { Self.compress(&state, $0) }
      waiting.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - at) / 64 * 64
    if whole > 0 { Self.compress(&state, UnsafeRawBufferPointer(rebasing: bytes[at..<at + whole])) }
    waiting.append(contentsOf: bytes[(at + whole)...])
  }

  /// The digest of all that was given; nothing may follow.
  package consuming func finish() -> [UInt8] {
    let bits = byteCount &* 8
    var tail = waiting
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    var state = self.state
    tail.withUnsafeBytes { Self.compress(&state, $0) }
    return Self.digest(state)
  }

  private static func digest(_ state: SIMD8<UInt32>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      for index in 0..<8 {
        UnsafeMutableRawBufferPointer(digest).storeBytes(of: state[index].bigEndian, toByteOffset: index * 4, as: UInt32.self)
      }
      count = 32
    }
  }

  private static let byInstruction = accord_sha256_supported() != 0

  /// FIPS 180-4 6.2.2 over whole blocks. HOT.
  private static func compress(_ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawBufferPointer) {
    guard byInstruction else { return plain(&state, blocks) }
    withUnsafeMutableBytes(of: &state) { state in
      constants.withUnsafeBufferPointer { k in
        accord_sha256(state.assumingMemoryBound(to: UInt32.self).baseAddress, k.baseAddress, blocks.baseAddress, blocks.count / 64)
      }
    }
  }

  /// The digest of `bytes` without the processor's instructions, for the test that wants both equal.
  package static func plainHash(_ bytes: [UInt8]) -> [UInt8] {
    var padded = bytes + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: (bytes.count * 8) >> shift)) }
    var state = SHA256().state
    padded.withUnsafeBytes { plain(&state, $0) }
    return digest(state)
  }

  /// The same for processors without them.
  private static func plain(_ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      constants.withUnsafeBufferPointer { k in
        var block = 0
        while block < blocks.count {
          for t in 0..<16 { w[t] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: block &+ t &* 4, as: UInt32.self)) }
          for t in 16..<64 {
            let x = w[t &- 15]
            let y = w[t &- 2]
            let small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x &>> 3)
            let small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y &>> 10)
            w[t] = w[t &- 16] &+ small0 &+ w[t &- 7] &+ small1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          // Eight rounds a step: the names move on instead of the values.
          for t in stride(from: 0, to: 64, by: 8) {
            round(a, b, c, &d, e, f, g, &h, k[t] &+ w[t])
            round(h, a, b, &c, d, e, f, &g, k[t &+ 1] &+ w[t &+ 1])
            round(g, h, a, &b, c, d, e, &f, k[t &+ 2] &+ w[t &+ 2])
            round(f, g, h, &a, b, c, d, &e, k[t &+ 3] &+ w[t &+ 3])
            round(e, f, g, &h, a, b, c, &d, k[t &+ 4] &+ w[t &+ 4])
            round(d, e, f, &g, h, a, b, &c, k[t &+ 5] &+ w[t &+ 5])
            round(c, d, e, &f, g, h, a, &b, k[t &+ 6] &+ w[t &+ 6])
            round(b, c, d, &e, f, g, h, &a, k[t &+ 7] &+ w[t &+ 7])
          }
          state &+= SIMD8(a, b, c, d, e, f, g, h)
          block &+= 64
        }
      }
    }
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ wk: UInt32
  ) {
    let first = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (g ^ (e & (f ^ g))) &+ wk
    d = d &+ first
    h = first &+ (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ ((a & b) | (c & (a | b)))
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 &- count) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
