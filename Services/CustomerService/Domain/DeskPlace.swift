import Contracts

/// Where a row lies on a desk that has more rows than one page holds.
///
/// ```
/// theirs   already given │ live │ starts soon │ honourable │ parity │ unknown    an order of theirs bears on it, or they asked about it
/// others                   live │ starts soon │ honourable                       says the same to everybody
///                        └ of a kind those that say yes, then what begins first ┘
/// ```
/// Pages take rows from the top: what bears on the customer stands on the first one however many offers there are, and what is over and says
/// nothing but that comes last. Within a page rows lie by their kind, whosever they are.
package struct DeskPlace: Sendable, Hashable, Comparable {
  package let isTheirs: Bool
  /// `Desk.tier`.
  package let tier: Int
  /// Among rows of a tier the lower comes first: when an offer begins, how long ago somebody asked.
  package let rank: Int64
  /// The offer, or what was asked.
  package let id: String

  package init(isTheirs: Bool, tier: Int, rank: Int64, id: String) {
    self.isTheirs = isTheirs
    self.tier = tier
    self.rank = rank
    self.id = id
  }

  package static func < (a: DeskPlace, b: DeskPlace) -> Bool {
    if a.isTheirs != b.isTheirs { return a.isTheirs }
    return a.liesAbove(b)
  }

  /// Whether it lies above `other` on the same page.
  package func liesAbove(_ other: DeskPlace) -> Bool { (tier, rank, id) < (other.tier, other.rank, other.id) }

  // MARK: As a cursor

  /// What a page gives as `next`.
  package var cursor: String { "\(isTheirs ? "theirs" : "others").\(tier).\(rank).\(id)" }

  /// Nil for what no page gave.
  package init?(cursor: String) {
    let parts = cursor.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let tier = Int(parts[1]), let rank = Int64(parts[2]), (try? Identifier<Offer>(String(parts[3]))) != nil else {
      return nil
    }
    switch parts[0] {
    case "theirs": self.init(isTheirs: true, tier: tier, rank: rank, id: String(parts[3]))
    case "others": self.init(isTheirs: false, tier: tier, rank: rank, id: String(parts[3]))
    case _: return nil
    }
  }
}

/// Which rows of a desk stand on one page.
package struct DeskPage: Sendable, Equatable {
  /// Of those that bear on the customer.
  package let theirs: Range<Int>
  /// Of those that say the same to everybody.
  package let others: Range<Int>
  /// Behind which place the next page begins; nil on the last one.
  package let next: DeskPlace?

  /// The page behind `after`, nil for the first, of at most `limit` rows, one or more. Both kinds of rows are ascending; of the others only
  /// their number and the place of those that are looked at is asked.
  package init(theirs all: [DeskPlace], others count: Int, after: DeskPlace?, limit: Int, other: (Int) -> DeskPlace) {
    let from = after.map { after in Self.first(all.count) { all[$0] > after } } ?? 0
    let own = from..<min(all.count, from + limit)
    let start = after.map { after in Self.first(count) { other($0) > after } } ?? 0
    let rest = start..<min(count, start + limit - own.count)
    (theirs, others) = (own, rest)
    let isLast = own.upperBound == all.count && rest.upperBound == count
    next = isLast ? nil : rest.isEmpty ? own.last.map { all[$0] } : other(rest.upperBound - 1)
  }

  /// The first of `count` that holds what all behind it hold.
  private static func first(_ count: Int, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
