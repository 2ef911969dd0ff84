import Wire

/// Keys whose followers are not let in, because the message at their head has just failed.
///
/// Between our settle and the broker's revoke more messages of the key may be on their way: they left the broker before it knew. They
/// are dropped; the broker takes them back and sends them again behind the failed one. So the bar lifts when the failed message itself
/// returns or is taken back. Where it never returns (it became a dead letter that lets its followers pass), a follower that was dropped
/// once and comes again a whole lease later lifts the bar.
struct KeyBars: Sendable {
  struct Bar: Sendable {
    let number: UInt64
    let position: UInt64
    let raised: Uptime
    var droppedPositions: Set<UInt64> = []
  }

  private var bars: [UInt64: Bar] = [:]

  var isEmpty: Bool { bars.isEmpty }

  mutating func raise(key: UInt64, number: UInt64, position: UInt64, at now: Uptime) {
    if bars.count >= MeshLimits.barsMax, let oldest = bars.min(by: { $0.value.number < $1.value.number }) { bars[oldest.key] = nil }
    bars[key] = Bar(number: number, position: position, raised: now)
  }

  func bars(_ key: UInt64) -> Bool { bars[key] != nil }

  /// Remembers that a message behind the bar was passed over.
  mutating func drop(key: UInt64, position: UInt64) { bars[key]?.droppedPositions.insert(position) }

  /// Whether an arriving message may come in; where not, it is remembered as dropped.
  mutating func admits(key: UInt64, position: UInt64, lease: Duration, at now: Uptime) -> Bool {
    guard let bar = bars[key] else { return true }
    if position <= bar.position || bar.droppedPositions.contains(position) && now.since(bar.raised) >= lease {
      bars[key] = nil
      return true
    }
    drop(key: key, position: position)
    return false
  }

  /// The broker has taken `ranges` back.
  mutating func revoked(_ ranges: DeliveryRanges) {
    if !bars.isEmpty { bars = bars.filter { !holds(ranges, $0.value.number) } }
  }

  mutating func clear() { bars.removeAll(keepingCapacity: true) }
}
