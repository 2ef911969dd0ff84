package import Contracts
package import Zones

/// The hours in which customers are answered, on the clocks of a place.
package enum OpeningHours {
  /// Each whole hour between `opens` and `closes` of each day, as far as it lies in `span`, in order. Hours are counted on the clocks from
  /// 0 to 24; a `closes` before `opens` opens nothing.
  package static func hours(in span: Range<Timestamp>, opens: Int, closes: Int, zone: Zone) -> [Range<Timestamp>] {
    guard opens < closes, (0...24).contains(opens), (0...24).contains(closes) else { return [] }
    var hours: [Range<Timestamp>] = []
    var date = zone.local(at: span.lowerBound).date
    let last = zone.local(at: span.upperBound).date
    while date <= last {
      for hour in opens..<closes {
        guard let local = LocalTime(date: date, hour: hour) else { continue }
        let start: Timestamp
        switch zone.resolve(local) {
        case .unique(let instant): start = instant
        case .ambiguous(let earlier, _): start = earlier
        // The clocks leave this hour out.
        case .gap: continue
        }
        let whole = start..<start.adding(.seconds(3_600))
        if whole.lowerBound < span.upperBound, whole.upperBound > span.lowerBound { hours.append(whole.clamped(to: span)) }
      }
      date = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)
    }
    return hours
  }

  /// The hour of `08:00`; nil where it is no whole hour.
  package static func hour(_ text: String) -> Int? {
    let parts = text.split(separator: ":")
    guard parts.count >= 2, let hour = Int(parts[0]), (0...24).contains(hour), parts.dropFirst().allSatisfy({ Int($0) == 0 }) else {
      return nil
    }
    return hour
  }
}
