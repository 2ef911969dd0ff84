/// A queue whose elements are found by ordinals, which count from 0 and repeat only behind `dropLast`; grows by doubling. HOT.
struct Ring<Element: Sendable>: Sendable {
  private var places: [Element] = []
  private var mask: UInt64 = 0
  private let empty: Element
  /// The oldest ordinal kept.
  private(set) var first: UInt64 = 0
  /// One past the newest.
  private(set) var end: UInt64 = 0

  /// `empty` fills places that nobody uses.
  init(empty: Element) { self.empty = empty }

  var count: Int { Int(end &- first) }
  var isEmpty: Bool { end == first }

  /// The element of an ordinal that is kept.
  subscript(_ ordinal: UInt64) -> Element {
    get { places[Int(truncatingIfNeeded: ordinal & mask)] }
    _modify { yield &places[Int(truncatingIfNeeded: ordinal & mask)] }
  }

  mutating func push(_ element: Element) {
    if count == places.count { grow() }
    places[Int(truncatingIfNeeded: end & mask)] = element
    end += 1
  }

  /// Drops the oldest.
  mutating func dropFirst() { first += 1 }

  /// Drops the newest; the next gets its ordinal.
  mutating func dropLast() { end -= 1 }

  /// Drops everything; ordinals go on.
  mutating func clear() { first = end }

  private mutating func grow() {
    let size = max(64, places.count * 2)
    var larger = [Element](repeating: empty, count: size)
    let newMask = UInt64(size - 1)
    for ordinal in first..<end { larger[Int(truncatingIfNeeded: ordinal & newMask)] = self[ordinal] }
    places = larger
    mask = newMask
  }
}
