import Journal
import TestKit
import Testing

@Suite struct ChecksumTests {
  /// RFC 3720 B.4, and the check value that every catalogue of CRCs has for "123456789".
  static let published: [(bytes: [UInt8], sum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E),
    ((0..<32).reversed(), 0x113F_DB5C),
    (
      [
        0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0,
        0,
        0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
      ], 0xD996_3A56
    ),
    (Array("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  @Test(arguments: [true, false]) func `the published sums come out`(byInstruction: Bool) {
    let sum = Checksum(byInstruction: byInstruction)
    for (bytes, expected) in Self.published { #expect(bytes.withUnsafeBytes { sum($0) } == expected) }
  }

  @Test func `instruction and plain Swift agree at every length, alignment and seed`() {
    var random = Seed.printed(for: "ChecksumTests")
    let bytes = (0..<700).map { _ in UInt8.random(in: 0...255, using: &random) }
    for length in 0..<600 {
      let start = length % 9
      let seed = UInt32.random(in: 0 ... .max, using: &random)
      bytes.withUnsafeBytes { all in
        let window = UnsafeRawBufferPointer(rebasing: all[start..<start + length])
        #expect(Checksum(seed: seed)(window) == Checksum(seed: seed, byInstruction: false)(window))
      }
    }
  }

  @Test func `a sum goes on where it stopped`() {
    let bytes = Array("the journal's own sum".utf8)
    let sum = Checksum(seed: 7)
    for cut in 0...bytes.count {
      bytes.withUnsafeBytes { all in
        let first = sum(UnsafeRawBufferPointer(rebasing: all[..<cut]))
        #expect(sum.continued(first, UnsafeRawBufferPointer(rebasing: all[cut...])) == sum(all))
      }
    }
  }

  @Test func `another seed, another sum`() {
    let bytes = [UInt8](repeating: 0, count: 64)
    bytes.withUnsafeBytes { all in #expect(Checksum(seed: 1)(all) != Checksum(seed: 2)(all)) }
  }
}
