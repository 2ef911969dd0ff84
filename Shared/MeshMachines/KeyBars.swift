import Wire

/// Keys whose followers are not let in, because the message at their head has just failed.
///
/// Between our `later` and the broker's `revoke` more messages of the key may be on their way: they left the broker before it knew.
/// They are dropped; the broker names them, and the failed one itself, in its revoke, and sends them again in their order. The bar
/// lifts with that revoke, with the failed message's own return, or when a dropped message comes a second time (its lease ran out).
struct KeyBars: Sendable {
  struct Bar: Sendable {
    let failedNumber: UInt64
    let failedPosition: UInt64
    var droppedPositions: Set<UInt64> = []
    var droppedNumbers: [UInt64] = []
  }

  private var bars: [UInt64: Bar] = [:]

  var isEmpty: Bool { bars.isEmpty }
  var count: Int { bars.count }

  mutating func raise(key: UInt64, number: UInt64, position: UInt64) {
    if bars.count >= MeshLimits.barsMax, let oldest = bars.min(by: { $0.value.failedNumber < $1.value.failedNumber }) {
      bars[oldest.key] = nil
    }
    bars[key] = Bar(failedNumber: number, failedPosition: position)
  }

  /// Remembers that a message behind the bar was passed over.
  mutating func drop(key: UInt64, number: UInt64, position: UInt64) {
    bars[key]?.droppedPositions.insert(position)
    bars[key]?.droppedNumbers.append(number)
  }

  func bars(_ key: UInt64) -> Bool { bars[key] != nil }

  /// Whether an arriving message may come in; where not, it is remembered as dropped.
  mutating func admits(key: UInt64, number: UInt64, position: UInt64) -> Bool {
    guard let bar = bars[key] else { return true }
    if position <= bar.failedPosition || bar.droppedPositions.contains(position) {
      bars[key] = nil
      return true
    }
    drop(key: key, number: number, position: position)
    return false
  }

  /// The broker has taken `ranges` back: it knows of the failure by now.
  mutating func revoked(_ ranges: DeliveryRanges) {
    guard !bars.isEmpty else { return }
    bars = bars.filter { _, bar in
      !(holds(ranges, bar.failedNumber) || bar.droppedNumbers.contains { holds(ranges, $0) })
    }
  }

  mutating func clear() { bars.removeAll(keepingCapacity: true) }
}
