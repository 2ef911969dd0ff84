import Contracts
import Terms
import TestKit
import Testing

@Suite struct RoundingTests {
  // The vectors of the ledger's page, in hundredths of a percent.
  @Test(
    arguments: [
      (1500, 1, 0), (1500, 3, 0), (1500, 4, 1), (1500, 10, 2), (1500, 30, 4), (1500, 50, 8), (1500, 70, 10), (1500, 110, 16),
      (1500, 330, 50), (1500, 3563, 534), (1250, 20, 2), (1250, 60, 8), (3333, 5, 2), (1500, 333, 50),
      // Nothing, all, and amounts whose product needs 128 bits.
      (1500, 0, 0), (10_000, 999, 999), (1, 4_999, 0), (1, 5_000, 0), (1, 5_001, 1), (1, 15_000, 2),
      (10_000, Int64.max, Int64.max), (5_000, Int64.max, 4_611_686_018_427_387_904), (1, Int64.max, 922_337_203_685_478),
    ] as [(Int64, Int64, Int64)]) func `takes percents half-even`(_ basisPoints: Int64, _ amount: Int64, _ wanted: Int64)
  {
    #expect(Rounding.percent(basisPoints, of: amount) == wanted)
  }

  @Test func `a result that 64 bits do not hold is none`() {
    #expect(Rounding.share(of: .max, 2, by: 1) == nil && Rounding.share(of: .max, .max, by: 1) == nil)
    #expect(Rounding.share(of: .max, .max, by: .max) == .max)
    #expect(
      Rounding.ceiling(of: .max, 2, by: 1) == .max && Rounding.ceiling(of: 10, 1, by: 3) == 4 && Rounding.ceiling(of: 9, 1, by: 3) == 3)
  }

  @Test(
    arguments: [
      (100, [1, 1, 1], [34, 33, 33]), (5, [7, 7, 7, 7, 7, 7, 7], [1, 1, 1, 1, 1, 0, 0]), (534, [2500, 730, 333], [375, 109, 50]),
      (1, [0, 5, 5], [0, 1, 0]), (0, [1, 2], [0, 0]), (7, [0, 0], [0, 0]), (7, [], []), (7, [3], [7]),
      (Int64.max, [1, 1], [4_611_686_018_427_387_904, 4_611_686_018_427_387_903]),
      (900_000_000_000_000, [900_000_000_000_000, 900_000_000_000_000], [450_000_000_000_000, 450_000_000_000_000]),
    ] as [(Int64, [Int64], [Int64])]) func `splits by the largest remainder`(_ amount: Int64, _ weights: [Int64], _ wanted: [Int64])
  {
    #expect(Rounding.split(amount, by: weights) == wanted)
  }

  @Test func `parts add up, and none is a cent off its share`() {
    var random = Seed.printed(for: "parts add up")
    for _ in 0..<20_000 {
      let weights = (0..<Int.random(in: 1...8, using: &random)).map { _ in Int64.random(in: 0...5_000, using: &random) }
      let sum = weights.reduce(0, +)
      let amount = Int64.random(in: 0...10_000, using: &random)
      let parts = Rounding.split(amount, by: weights)
      guard sum > 0 else { continue }
      #expect(parts.reduce(0, +) == amount)
      for (part, weight) in zip(parts, weights) { #expect(abs(part * sum - amount * weight) < sum, "\(amount) by \(weights): \(parts)") }
    }
  }
}
