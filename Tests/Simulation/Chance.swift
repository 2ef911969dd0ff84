/// SplitMix64 (Steele, Lea, Flood 2014): all chance of a world comes out of one seed, the same on every machine.
package struct Chance: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A number from 0 to before `bound`.
  mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high) }

  mutating func percent(_ share: Int) -> Bool { below(100) < share }

  mutating func of<C: RandomAccessCollection>(_ things: C) -> C.Element {
    things[things.index(things.startIndex, offsetBy: below(things.count))]
  }

  /// 32 random bits, as the machines of the mesh take them.
  mutating func jitter() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
