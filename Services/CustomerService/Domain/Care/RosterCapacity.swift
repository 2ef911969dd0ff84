package import Contracts
package import Terms

/// What the desk can take by who is on shift: hours of the pool `desk`, told anew whenever somebody is planned, absent or replaced.
///
/// ```
/// said by hand   ├────────── 120 ──────────┤   stands, less what the roster loses afterwards
/// the roster     ├ 8 there ┤├ 7 ┤├ 8 there ┤
/// told           ├── 120 ──┼ 114 ┼── 120 ──┤
/// ```
/// Hours of which nobody said anything become what the roster makes of them. A word by hand is never raised by the roster: whoever gave it
/// knew of the shifts; what the roster itself took away comes back when they do.
package struct RosterCapacity: Sendable {
  /// What the words of the roster begin with, so that they are told from those by hand.
  package static let cause = "roster"
  package static let line = CapacityLine(kind: .contactsPerHour, sku: nil, pool: "desk")

  private let rules: ContactForecast.Rules
  /// What that hour of the week brings anyway.
  private let usual: @Sendable (Timestamp) -> Int64
  private static let hour: Int64 = 3_600_000

  package init(rules: ContactForecast.Rules, usual: @escaping @Sendable (Timestamp) -> Int64) {
    self.rules = rules
    self.usual = usual
  }

  /// A stretch of time and what can be taken in it from now on.
  package struct Hours: Sendable, Equatable {
    package let period: Range<Timestamp>
    package let quantity: Int64
  }

  /// What changes for `period` when the shifts in it become `after`; `slots` are what was told of the desk so far.
  package func changes(
    _ period: Range<Timestamp>, before: [RosterPublished], after: [RosterPublished], slots: [CapacityChanged]
  ) -> [Hours] {
    var marks = Set([period.lowerBound, period.upperBound])
    for shift in before + after { marks.formUnion([shift.from, shift.to]) }
    for slot in slots { marks.formUnion([slot.from, slot.to]) }
    // The usual is one number for each hour of the week.
    var hour = period.lowerBound.milliseconds - period.lowerBound.milliseconds % Self.hour
    while hour < period.upperBound.milliseconds {
      marks.insert(Timestamp(milliseconds: hour))
      hour += Self.hour
    }
    let inside = marks.filter { period.contains($0) }.sorted()
    let (had, have) = (ByDay(before), ByDay(after))
    var found: [Hours] = []
    for (place, start) in inside.enumerated() {
      let end = place + 1 < inside.count ? inside[place + 1] : period.upperBound
      guard let quantity = quantity(at: start, had.there(at: start), have.there(at: start), slots) else { continue }
      if let last = found.last, last.period.upperBound == start, last.quantity == quantity {
        found[found.count - 1] = Hours(period: last.period.lowerBound..<end, quantity: quantity)
      } else {
        found.append(Hours(period: start..<end, quantity: quantity))
      }
    }
    return found
  }

  /// Nil where it stays as it was.
  private func quantity(at instant: Timestamp, _ had: Int64, _ have: Int64, _ slots: [CapacityChanged]) -> Int64? {
    guard had != have else { return nil }
    let word = slots.filter { $0.from <= instant && instant < $0.to }.max { $0.at < $1.at }
    guard let word else {
      return max(0, ContactForecast.available(agents: have, usual: usual(instant), rules: rules))
    }
    let change = Self.each(have, rules) - Self.each(had, rules)
    guard change < 0 || word.cause?.hasPrefix(Self.cause) == true else { return nil }
    return max(0, word.quantity + change)
  }

  private static func each(_ agents: Int64, _ rules: ContactForecast.Rules) -> Int64 {
    ContactForecast.available(agents: agents, usual: 0, rules: rules)
  }

  /// Shifts by the days that they touch: a quarter of a year is asked hour by hour.
  private struct ByDay {
    private var shifts: [Int64: [RosterPublished]] = [:]
    private static let day: Int64 = 86_400_000

    init(_ all: [RosterPublished]) {
      for shift in all where !shift.absent && shift.from < shift.to {
        for day in (shift.from.milliseconds / Self.day)...((shift.to.milliseconds - 1) / Self.day) {
          shifts[day, default: []].append(shift)
        }
      }
    }

    /// How many are there.
    func there(at instant: Timestamp) -> Int64 {
      let day = shifts[instant.milliseconds / Self.day] ?? []
      return Int64(Set(day.filter { $0.from <= instant && instant < $0.to }.map(\.agentID)).count)
    }
  }
}
