/// The unsettled events of a subscription that failed before, by position: what must survive a restart of their tries.
struct Troubles: Sendable, Equatable {
  struct Trouble: Sendable, Equatable {
    var position: UInt64
    /// Wall clock, milliseconds since 1970.
    var notBefore: Int64
    /// Counted attempts so far.
    var attempts: UInt32
    /// Was being worked on when a consumer died: comes back alone, so that only the poison is counted next time.
    var isSuspect: Bool
  }

  private(set) var list: [Trouble] = []
  var isEmpty: Bool { list.isEmpty }

  init(_ list: [Trouble] = []) { self.list = list }

  func find(_ position: UInt64) -> Trouble? {
    let i = index(position)
    return i < list.count && list[i].position == position ? list[i] : nil
  }

  mutating func set(_ trouble: Trouble) {
    let i = index(trouble.position)
    if i < list.count, list[i].position == trouble.position { list[i] = trouble } else { list.insert(trouble, at: i) }
  }

  /// Forgets those that a settle record covers.
  mutating func forget(floor: UInt64, _ settled: [Progress.Island]) {
    if list.isEmpty { return }
    list.removeFirst(floor == .max ? list.count : index(floor + 1))
    for island in settled where !list.isEmpty {
      let from = index(island.from)
      var end = from
      while end < list.count, list[end].position <= island.through { end += 1 }
      list.removeSubrange(from..<end)
    }
  }

  private func index(_ position: UInt64) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
