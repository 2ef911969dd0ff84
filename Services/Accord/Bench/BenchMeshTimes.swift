import Contracts

/// Measured waits, in microseconds, and what is told of them.
struct BenchMeshTimes {
  private var times: [Double] = []
  var count: Int { times.count }

  mutating func add(nanoseconds: Int64) { times.append(Double(nanoseconds) / 1_000) }

  /// The wait that this share of all does not exceed; 1 for the longest.
  func at(_ share: Double) -> Double {
    guard !times.isEmpty else { return 0 }
    let sorted = times.sorted()
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  /// `nameP50Microseconds`, `nameP99Microseconds`, `nameMaxMicroseconds`.
  func figures(_ name: String) -> [JSON.Member] {
    [("P50", 0.5), ("P99", 0.99), ("Max", 1)].map {
      .init("\(name)\($0.0)Microseconds", .number(BenchFigures.text(at($0.1))))
    }
  }
}
