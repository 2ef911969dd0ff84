import CLinux

/// CRC-32C (Castagnoli; RFC 3720 B.4) from a seed: two journals' records never verify in one another.
///
/// A value, kept where sums are made, so that asking the processor for its instruction costs nothing in the hot path.
package struct Checksum: Sendable {
  /// The register before the first byte.
  let start: UInt32
  let byInstruction: Bool

  /// With seed 0 this is CRC-32C as published. `byInstruction: false` forces the plain Swift sum.
  package init(seed: UInt32 = 0, byInstruction: Bool = true) {
    start = ~seed
    self.byInstruction = byInstruction && accord_crc32c_supported() != 0
  }

  /// A journal's own sum, seeded with the first four bytes of its id.
  package init(journal id: [UInt8]) { self.init(seed: id.withUnsafeBytes { Bytes.u32($0, 0) }) }

  /// The sum of `bytes`.
  package func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt32 { ~register(start, bytes) }

  /// The sum of what `sum` covers followed by `bytes`.
  package func continued(_ sum: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 { ~register(~sum, bytes) }

  private func register(_ register: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    byInstruction ? accord_crc32c(register, bytes.baseAddress, bytes.count) : Self.plain(register, bytes)
  }

  /// Eight bytes a step by eight tables ("slicing by 8", Kounavis and Berry, 2005), for processors without the instruction.
  private static func plain(_ register: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { t in
      var sum = register
      var at = 0
      while at + 8 <= bytes.count {
        let low = Bytes.u32(bytes, at) ^ sum
        let high = Bytes.u32(bytes, at + 4)
        sum =
          t[0x700 | Int(low & 0xFF)] ^ t[0x600 | Int(low >> 8 & 0xFF)] ^ t[0x500 | Int(low >> 16 & 0xFF)] ^ t[0x400 | Int(low >> 24)]
          ^ t[0x300 | Int(high & 0xFF)] ^ t[0x200 | Int(high >> 8 & 0xFF)] ^ t[0x100 | Int(high >> 16 & 0xFF)] ^ t[Int(high >> 24)]
        at += 8
      }
      while at < bytes.count {
        sum = sum >> 8 ^ t[Int(sum & 0xFF) ^ Int(bytes[at])]
        at += 1
      }
      return sum
    }
  }

  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var sum = UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
      tables[byte] = sum
    }
    for at in 256..<tables.count { tables[at] = tables[at - 256] >> 8 ^ tables[Int(tables[at - 256] & 0xFF)] }
    return tables
  }()
}
