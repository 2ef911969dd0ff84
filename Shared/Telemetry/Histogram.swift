/// How often observations fell between given bounds: two relaxed atomic additions an observation, from any thread.
package final class Histogram: Sendable {
  /// 0.1 ms to 10 s in nanoseconds, about three to a decade: from one fdatasync to a patient client.
  package static let latencies: [Int64] = [
    100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
    500_000_000, 1_000_000_000, 2_500_000_000, 10_000_000_000,
  ]
  /// 1 to 16,384 in powers of four: messages a commit, rows a batch.
  package static let batches: [Int64] = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384]
  /// 256 B to 16 MiB in powers of four.
  package static let sizes: [Int64] = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]

  let bounds: [Int64]
  private let cells: [Counter]
  private let sum = Counter()

  init(bounds: [Int64]) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "a histogram's bounds rise strictly")
    self.bounds = bounds
    cells = (0...bounds.count).map { _ in Counter() }
  }

  /// Counts `value`, in the metric's recorded measure. A bound counts the values up to and including itself.
  package func observe(_ value: Int64) {
    var place = 0
    while place < bounds.count, value > bounds[place] { place += 1 }
    cells[place].increment()
    sum.increment(by: value)
  }

  /// Counts a duration, for a histogram of seconds.
  package func observe(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    observe(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// How many observations there were so far.
  package var count: Int64 { cells.reduce(0) { $0 + $1.value } }

  var snapshot: (counts: [Int64], sum: Int64) { (cells.map(\.value), sum.value) }
}
