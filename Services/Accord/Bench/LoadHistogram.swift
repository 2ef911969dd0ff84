/// Times in buckets that are never wider than a sixty-fourth of the time itself, so that the far tail is as exact as the middle.
struct LoadHistogram {
  private var counts = [UInt64](repeating: 0, count: 64 * 60)
  private(set) var count: UInt64 = 0
  private(set) var maxNanoseconds: Int64 = 0

  /// HOT.
  mutating func add(_ nanoseconds: Int64) {
    let time = UInt64(max(0, nanoseconds))
    counts[Self.bucket(time)] += 1
    count += 1
    maxNanoseconds = max(maxNanoseconds, nanoseconds)
  }

  /// The time that `share` (0...1) of all stayed at or below, in microseconds; zero where there is none.
  func microseconds(at share: Double) -> Double {
    guard count > 0 else { return 0 }
    let wanted = UInt64((share * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (bucket, number) in counts.enumerated() {
      seen += number
      if seen >= wanted { return min(Double(Self.upperEnd(bucket)), Double(maxNanoseconds)) / 1_000 }
    }
    return Double(maxNanoseconds) / 1_000
  }

  /// Times below 128 have a bucket each; above, each power of two has 64.
  private static func bucket(_ time: UInt64) -> Int {
    guard time >= 128 else { return Int(time) }
    let shift = 63 - time.leadingZeroBitCount - 6
    return min(64 * 60 - 1, shift * 64 + Int(time >> UInt64(shift)))
  }

  private static func upperEnd(_ bucket: Int) -> UInt64 {
    guard bucket >= 128 else { return UInt64(bucket) }
    let shift = UInt64(bucket / 64 - 1)
    return (UInt64(bucket % 64 + 64 + 1) << shift) - 1
  }
}
