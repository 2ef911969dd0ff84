package import Contracts
package import Journal

/// When the kept segments were begun: what was accepted before an instant stands before the segment that was begun after it.
struct SegmentStarts: Sendable {
  /// Oldest to newest.
  private var list: [(base: UInt64, begun: Int64)] = []

  mutating func add(_ base: UInt64, _ begun: Int64) {
    if let last = list.last, last.base >= base { return }
    // Within a journal time never runs backwards.
    list.append((base, max(begun, list.last?.begun ?? .min)))
  }

  mutating func forget(before position: UInt64) { list.removeAll { $0.base < position } }

  /// Everything at or before this position was accepted before `instant`: where a reader of later events may begin. 0: the beginning.
  func floor(before instant: Int64) -> UInt64 {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].begun < instant { low = middle + 1 } else { high = middle }
    }
    return low <= 1 ? 0 : list[low - 1].base
  }
}

extension BrokerMachine {
  /// A segment begins at `base`; nothing before it was accepted later than `begun`. All kept ones after opening, then each as it is begun.
  package mutating func begins(segment base: Position, at begun: Timestamp) { starts.add(base.value, begun.milliseconds) }

  /// The latest instant of acceptance: what a segment that is begun now says of its making is not earlier.
  package var latestAcceptance: Timestamp { Timestamp(milliseconds: lastAccepted) }

  /// Where a subscription begins that wants what was accepted from `instant` on.
  func floor(before instant: Int64) -> UInt64 { max(kept, starts.floor(before: instant)) }
}
