// Rows that the broker confirmed once and has lost to a damaged disk: those that are still here go to it again, one at a time, beside
// whatever else there is to publish. Nothing is counted and nothing waits for them.
extension RelayMachine {
  /// The broker's journal lost these rows.
  package mutating func healAsked(_ ranges: [ClosedRange<UInt64>]) {
    switch state {
    case .flowing, .waiting, .checking:
      asked = ranges.compactMap { range in
        let from = max(range.lowerBound, trimmedThrough + 1)
        return from <= min(range.upperBound, highest) ? from...min(range.upperBound, highest) : nil
      }
    case .offline, .stopped: break
    }
  }

  /// The answer to `find`; nil contents where the outbox has the row no more, or could not be read: the broker asks again after the next
  /// welcome.
  package mutating func found(sequence: UInt64, contents: Contents?) {
    guard isFinding, let first = asked.first, first.lowerBound == sequence else { return }
    isFinding = false
    if first.count > 1 { asked[0] = sequence + 1...first.upperBound } else { asked.removeFirst() }
    found = contents.map { Row(sequence: sequence, contents: $0) }
  }

  mutating func healing() -> Action? {
    if let row = found {
      found = nil
      return .heal(row)
    }
    guard !isFinding, let first = asked.first else { return nil }
    isFinding = true
    return .find(sequence: first.lowerBound)
  }
}
