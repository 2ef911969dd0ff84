import Foundation

/// Where a random test begins: printed, so that a failure can be had again with `ACCORD_SEED=... swift test`.
package enum Seed {
  /// The seed of the environment, else a new one. Prints it with `test`'s name.
  package static func printed(for test: String) -> SeededRandom {
    let seed = ProcessInfo.processInfo.environment["ACCORD_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
    print("\(test): ACCORD_SEED=\(seed)")
    return SeededRandom(seed: seed)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, even, and the same on every machine.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  package let seed: UInt64
  private var state: UInt64

  package init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
