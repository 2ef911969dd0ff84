/// Changes inputs by chance, as libFuzzer does without knowing what they do: for tests that must end.
package struct Mutator<Random: RandomNumberGenerator> {
  private var random: Random

  package init(_ random: Random) { self.random = random }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &random) }

  /// One of `seeds`, changed in one to six ways.
  package mutating func input(of seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[below(seeds.count)]
    for _ in 0..<1 + below(6) { change(&bytes, seeds) }
    return bytes
  }

  private static var words: [[UInt8]] {
    [
      [0], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      Array(#"\ud800"#.utf8), Array(#"\u0000"#.utf8), Array("\"".utf8), Array("\\".utf8), Array("{".utf8), Array("]".utf8),
      Array("[[".utf8),
      Array("18446744073709551616".utf8), Array("-1".utf8), Array("1e9999".utf8), Array("null".utf8), Array("\r\n".utf8), Array("\n".utf8),
    ]
  }

  private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
    let at = below(bytes.count + 1)
    switch below(9) {
    case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(below(8))
    case 1 where at < bytes.count: bytes[at] = UInt8(below(256))
    case 2: bytes.insert(UInt8(below(256)), at: at)
    case 3 where at < bytes.count: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8)))
    case 4: bytes.insert(contentsOf: Self.words[below(Self.words.count)], at: at)
    case 5 where at < bytes.count: bytes.removeLast(bytes.count - at)
    case 6 where at < bytes.count: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + below(32))], at: below(bytes.count))
    case 7:
      let other = seeds[below(seeds.count)]
      let from = below(other.count + 1)
      bytes.insert(contentsOf: other[from..<min(other.count, from + 1 + below(64))], at: at)
    default:
      guard at < bytes.count else { return bytes.append(UInt8(below(256))) }
      bytes[at] = bytes[at] &+ UInt8(below(3)) &- 1
    }
  }
}
