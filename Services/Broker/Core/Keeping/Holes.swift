import Journal

/// Stretches of the journal that were durable once and cannot be read now, with what is known to have stood there.
///
/// Of this run: what is damaged is read anew after each start. That it is there is durable, in a `HoleNote`, and what the operator accepted
/// as lost, in `losses`.
struct Holes: Sendable, Equatable {
  struct Hole: Sendable, Equatable {
    let range: Range<UInt64>
    /// Nothing else is gone but `lost`: a digest tells.
    let isNamed: Bool
    /// Events that are gone and not healed yet, in the journal's order.
    var lost: [Damage.LostEvent]
    /// The shell has been told to fill it. Told twice, it might fill what was damaged anew meanwhile.
    var isMending = false
    /// Known from before this start, and not looked at since: so many events were gone then, and nothing says here which.
    var known: UInt64?

    var events: UInt64 { known ?? UInt64(lost.count) }

    /// It holds nothing that anybody could miss.
    var isResolved: Bool { isNamed && lost.isEmpty }
  }

  /// Ascending, disjoint.
  private(set) var list: [Hole] = []
  /// When segments were looked through last, by their beginning; uptime.
  private var examined: [UInt64: Int64] = [:]

  var isEmpty: Bool { list.isEmpty }
  /// Events that are gone and not healed.
  var lostCount: Int { list.reduce(0) { $0 + $1.lost.count } }

  /// Takes over what was found in `range`, which was looked through as a whole.
  mutating func note(_ damages: [Damage], in range: Range<UInt64>) {
    list.removeAll { $0.range.overlaps(range) }
    for damage in damages where damage.part == .records || damage.part == .segment {
      let place = damage.range.lowerBound.value..<damage.range.upperBound.value
      list.removeAll { $0.range.overlaps(place) }
      list.append(Hole(range: place, isNamed: damage.isNamed, lost: damage.lost))
    }
    list.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Takes over a hole that was known before this start, unless more is known of it already.
  mutating func takeUp(_ place: HoleNote.Place) {
    let range = place.from..<place.end
    guard !list.contains(where: { $0.range.overlaps(range) }) else { return }
    list.append(Hole(range: range, isNamed: false, lost: [], known: place.events))
    list.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Whether what is damaged in `range` has been read in this run.
  func isRead(_ range: Range<UInt64>) -> Bool { list.contains { $0.known == nil && $0.range.overlaps(range) } }

  /// The hole that took this event.
  func find(_ producer: UInt32, _ sequence: UInt64) -> (hole: Int, lost: Int)? {
    for (hole, it) in list.enumerated() {
      if let lost = it.lost.firstIndex(where: { $0.producer == producer && $0.sequence == sequence }) { return (hole, lost) }
    }
    return nil
  }

  /// The event at `position` stands there again; returns the hole's range where nothing is missing any more.
  mutating func healed(_ position: UInt64) -> Range<UInt64>? {
    guard let at = list.firstIndex(where: { $0.range.contains(position) }) else { return nil }
    list[at].lost.removeAll { $0.position.value == position }
    return list[at].isResolved ? startMending(at) : nil
  }

  /// The hole's range, to be filled; nil where that is under way.
  mutating func startMending(_ hole: Int) -> Range<UInt64>? {
    if list[hole].isMending { return nil }
    list[hole].isMending = true
    return list[hole].range
  }

  mutating func close(_ range: Range<UInt64>) {
    list.removeAll { range.contains($0.range.lowerBound) && $0.range.upperBound <= range.upperBound }
  }

  mutating func forget(before position: UInt64) { list.removeAll { $0.range.upperBound <= position } }

  /// Whether a segment must stay for what may yet be healed in it.
  func holdsBack(_ range: Range<Position>) -> Bool {
    list.contains { !$0.isResolved && $0.range.overlaps(range.lowerBound.value..<range.upperBound.value) }
  }

  /// Whether a segment is worth looking through: not if that was done a moment ago.
  mutating func mayExamine(_ segment: UInt64, at uptime: Int64) -> Bool {
    if let last = examined[segment], uptime - last < 10_000 { return false }
    examined[segment] = uptime
    return true
  }

  /// What is gone of `producer` above `mark`, where `note` tells of it: its outbox has it still.
  func askable(_ producer: UInt32, above mark: UInt64, in note: HoleNote, atMost: Int) -> [ClosedRange<UInt64>] {
    var ranges: [ClosedRange<UInt64>] = []
    func isIts(_ lost: Damage.LostEvent) -> Bool { lost.producer == producer && lost.sequence > mark }
    let holes = list.filter { $0.lost.contains(where: isIts) && note.holds($0.range) }
    for sequence in holes.flatMap(\.lost).filter(isIts).map(\.sequence).sorted() {
      if let last = ranges.last, last.upperBound + 1 >= sequence {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, sequence)
      } else if ranges.count < atMost {
        ranges.append(sequence...sequence)
      }
    }
    return ranges
  }
}

/// A stretch whose loss the operator has accepted.
struct AcceptedLoss: Sendable, Equatable {
  var from: UInt64
  /// Exclusive.
  var end: UInt64
  /// Events that are known to have stood there.
  var events: UInt64
  /// Milliseconds since 1970.
  var at: Int64
  /// Who said so.
  var by: String
}
