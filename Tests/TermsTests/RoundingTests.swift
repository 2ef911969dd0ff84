import Terms
import Testing

@Suite struct RoundingTests {
  @Test(
    arguments: [
      (1500, 1, 0), (1500, 3, 0), (1500, 4, 1), (1500, 10, 2), (1500, 30, 4), (1500, 50, 8), (1500, 70, 10), (1500, 110, 16),
      (1500, 330, 50), (1500, 3563, 534), (1250, 20, 2), (1250, 60, 8), (3333, 5, 2), (1500, 333, 50),
    ] as [(Int64, Int64, Int64)]) func `takes percents half-even`(_ basisPoints: Int64, _ amount: Int64, _ wanted: Int64)
  {
    #expect(Rounding.percent(basisPoints, of: amount) == wanted)
  }
}
