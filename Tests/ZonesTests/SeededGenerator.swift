import Foundation

/// Random numbers that can be had again: the seed is printed with a failure and taken from ACCORD_SEED.
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init() {
    seed = ProcessInfo.processInfo.environment["ACCORD_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999_999)
    state = seed
    print("ACCORD_SEED=\(seed)")
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
