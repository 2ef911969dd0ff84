import Contracts

/// The times of an order by which offers reach it: those of its lines, and for offers that go by it the capture. An import captures old
/// orders now: the one says nothing about the other.
struct OrderTimes: Equatable {
  /// From the earliest to the latest: of the placement, and of what was added later.
  private(set) var lines: ClosedRange<Timestamp>
  let captured: Timestamp

  init(_ order: OrderCaptured) {
    lines = order.placedAt...order.placedAt
    captured = order.capturedAt
    for line in order.lines { if let added = line.addedAt { take(added) } }
  }

  /// Lines were added at `instant`.
  mutating func take(_ instant: Timestamp) { lines = min(lines.lowerBound, instant)...max(lines.upperBound, instant) }
}
