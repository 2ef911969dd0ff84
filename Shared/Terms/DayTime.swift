package import Contracts
package import Zones

/// Times of day on the clocks of a zone.
package enum DayTime {
  /// Minutes after midnight of `08:00`; `24:00` is the day's end. Nil where it is written otherwise.
  package static func minutes(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [2, 2], let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour),
      (0...59).contains(minute), hour * 60 + minute <= 1_440, hour >= 0
    else { return nil }
    return hour * 60 + minute
  }

  /// The opening hours in `period`, each cut to it: from `opens` on by the hour until `closes`, in minutes after midnight. An hour that the
  /// clocks jump over is none.
  package static func hours(in period: Range<Timestamp>, opens: Int, closes: Int, _ zone: Zone) -> [Range<Timestamp>] {
    guard !period.isEmpty else { return [] }
    let first = zone.local(at: period.lowerBound).date.daysSinceEpoch
    let last = zone.local(at: period.upperBound).date.daysSinceEpoch
    var hours: [Range<Timestamp>] = []
    for day in first...max(first, last) {
      let date = CivilDate(daysSinceEpoch: day)
      for minute in stride(from: opens, to: closes, by: 60) {
        guard let local = LocalTime(date: date, hour: minute / 60, minute: minute % 60) else { continue }
        let start: Timestamp
        switch zone.resolve(local) {
        case .unique(let instant): start = instant
        case .ambiguous(let earlier, _): start = earlier
        case .gap: continue
        }
        let length = Duration.seconds(Int64(min(60, closes - minute)) * 60)
        let hour = max(start, period.lowerBound)..<max(max(start, period.lowerBound), min(start.adding(length), period.upperBound))
        if !hour.isEmpty { hours.append(hour) }
      }
    }
    return hours
  }
}
