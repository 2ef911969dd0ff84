/// How far a subscription has come: a floor, and islands of settled events beyond it.
///
/// ```
///   settled or never wanted │ unsettled   settled   unsettled  settled
///  ─────────────────────────┤····○········[█████]·····○·○······[██]···▶ positions
///                         floor           islands
/// ```
struct Progress: Sendable, Equatable {
  /// Positions, inclusive at both ends; every wanted event within is settled.
  struct Island: Sendable, Equatable {
    var from: UInt64
    var through: UInt64
  }

  private(set) var floor: UInt64
  /// Ascending, disjoint, beyond the floor.
  private(set) var islands: [Island] = []

  init(floor: UInt64, islands: [Island] = []) {
    self.floor = floor
    self.islands = islands
  }

  func contains(_ position: UInt64) -> Bool {
    if position <= floor { return true }
    let i = firstIsland(endingFrom: position)
    return i < islands.count && islands[i].from <= position
  }

  /// Takes over what a settle record says. Islands that share a position become one.
  mutating func settle(floor newFloor: UInt64, _ settled: [Island]) {
    if newFloor > floor { floor = newFloor }
    for island in settled where island.through > floor { insert(island) }
    var gone = 0
    while gone < islands.count, islands[gone].through <= floor { gone += 1 }
    if gone > 0 { islands.removeFirst(gone) }
  }

  private mutating func insert(_ island: Island) {
    let first = firstIsland(endingFrom: island.from)
    var last = first
    var merged = island
    while last < islands.count, islands[last].from <= island.through {
      merged.from = min(merged.from, islands[last].from)
      merged.through = max(merged.through, islands[last].through)
      last += 1
    }
    if last == first + 1 {
      islands[first] = merged
    } else {
      islands.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }
  }

  /// The first island whose end is at or behind `position`.
  private func firstIsland(endingFrom position: UInt64) -> Int {
    var low = 0
    var high = islands.count
    while low < high {
      let middle = (low + high) / 2
      if islands[middle].through < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
