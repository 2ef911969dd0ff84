package import Contracts
package import Zones

/// Hours in which somebody is there, every day the same, on the store's clocks.
package struct OpeningHours: Sendable {
  /// From when until when on a clock, in minutes of the day.
  package struct Clock: Sendable, Equatable {
    package let opens: Int
    package let closes: Int

    /// 08:00 to 20:00.
    package static let usual = Clock(opens: 480, closes: 1_200)

    private init(opens: Int, closes: Int) { (self.opens, self.closes) = (opens, closes) }

    /// Reads `08:00` and `20:00`; nil where one is no time, or it closes before it opens.
    package init?(opens: String, closes: String) {
      guard let opens = Self.minutes(opens), let closes = Self.minutes(closes), opens < closes else { return nil }
      self.init(opens: opens, closes: closes)
    }

    private static func minutes(_ text: String) -> Int? {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]), let minute = Int(parts[1]),
        (0...24).contains(hour), (0...59).contains(minute), hour * 60 + minute <= 1_440
      else { return nil }
      return hour * 60 + minute
    }
  }

  package let clock: Clock
  package let zone: Zone

  package init(_ clock: Clock, zone: Zone) {
    self.clock = clock
    self.zone = zone
  }

  /// Whether somebody is there at `instant`.
  package func isOpen(at instant: Timestamp) -> Bool {
    let local = zone.local(at: instant)
    let minute = local.hour * 60 + local.minute
    return clock.opens <= minute && minute < clock.closes
  }

  /// `duration` of open time after `instant`: what begins in the evening goes on in the morning.
  package func adding(_ duration: Duration, to instant: Timestamp) -> Timestamp {
    var left = duration
    var at = instant
    // A day without any open time cannot be: it opens before it closes. The bound is for zones that jump over their opening hours.
    for _ in 0..<400 {
      let local = zone.local(at: at)
      let minute = local.hour * 60 + local.minute
      if minute >= clock.closes {
        at = self.instant(CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + 1), clock.opens)
        continue
      }
      if minute < clock.opens {
        at = self.instant(local.date, clock.opens)
        continue
      }
      let closing = self.instant(local.date, clock.closes)
      let room = closing.since(at)
      if left <= room { return at.adding(left) }
      left -= room
      at = closing
    }
    return at
  }

  /// The beginning of the day of `instant` on the store's clocks.
  package func startOfDay(_ instant: Timestamp) -> Timestamp { self.instant(zone.local(at: instant).date, 0) }

  /// 0 to 167: the hour of the week, from Sunday midnight on.
  package func hourOfWeek(_ instant: Timestamp) -> Int {
    let local = zone.local(at: instant)
    return local.date.weekday * 24 + local.hour
  }

  private func instant(_ date: CivilDate, _ minute: Int) -> Timestamp {
    let day = minute == 1_440 ? CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1) : date
    guard let local = LocalTime(date: day, hour: minute / 60 % 24, minute: minute % 60) else {
      preconditionFailure("\(minute) minutes are a time of the day")
    }
    switch zone.resolve(local) {
    case .unique(let instant): return instant
    case .ambiguous(let earlier, _): return earlier
    case .gap(_, let after): return after
    }
  }
}
