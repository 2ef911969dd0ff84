package import Wire

/// Gathers ascending delivery numbers into ranges.
package struct DeliveryGather: Sendable {
  package private(set) var ranges: DeliveryRanges = []

  package init() {}

  package var isEmpty: Bool { ranges.isEmpty }

  /// Adds `number`, which is above all before it.
  package mutating func add(_ number: UInt64) {
    guard let last = ranges.last else { return ranges.append(number...number) }
    precondition(number > last.upperBound, "delivery numbers are gathered in ascending order")
    if last.upperBound + 1 == number {
      ranges[ranges.count - 1] = last.lowerBound...number
    } else {
      ranges.append(number...number)
    }
  }
}

/// Whether one of `ranges` (ascending, disjoint) holds `number`.
func holds(_ ranges: DeliveryRanges, _ number: UInt64) -> Bool {
  var low = 0
  var high = ranges.count
  while low < high {
    let middle = (low + high) / 2
    if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
  }
  return low < ranges.count && ranges[low].lowerBound <= number
}
