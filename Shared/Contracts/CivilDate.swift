/// A day of the proleptic Gregorian calendar.
///
/// Days are counted in years that begin on 1 March, so that the leap day is the last of its year and months need no table:
/// from March on, month m begins on day (153 m + 2) / 5.
package struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let year: Int
  /// 1 to 12.
  package let month: Int
  /// 1 to 31.
  package let day: Int

  /// Nil where there is no such day, or none within a million years.
  package init?(year: Int, month: Int, day: Int) {
    guard (-1_000_000...1_000_000).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else {
      return nil
    }
    self.init(restoringYear: year, month: month, day: day)
  }

  private init(restoringYear year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Reads `2026-05-08`; nil where it is written otherwise, or the calendar has no such day.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], parts.joined().utf8.allSatisfy({ $0 &- .zero <= 9 }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day that begins `days` days after 1970-01-01.
  package init(daysSinceEpoch days: Int) {
    let shifted = days + Self.epochFromMarchOfYear0
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * dayOfYear + 2) / 153
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    self.init(
      restoringYear: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * fromMarch + 2) / 5 + 1)
  }

  /// Days since 1970-01-01; negative before.
  package var daysSinceEpoch: Int { Self.daysSinceEpoch(year: year, month: month, day: day) }

  /// The same for a day that is known to exist.
  package static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - Self.epochFromMarchOfYear0
  }

  /// 0 Sunday to 6 Saturday.
  package var weekday: Int {
    let sinceSunday = (daysSinceEpoch + 4) % 7
    return sinceSunday < 0 ? sinceSunday + 7 : sinceSunday
  }

  package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// The number of days of a month, 1 to 12, in the Gregorian calendar.
  package static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 0000-03-01 to 1970-01-01.
  private static let epochFromMarchOfYear0 = 719_468

  package static func < (a: Self, b: Self) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

  /// `2026-05-08`.
  package var description: String {
    var digits: [UInt8] = []
    digits.appendDecimal(year, width: 4)
    digits.append(.minus)
    digits.appendDecimal(month, width: 2)
    digits.append(.minus)
    digits.appendDecimal(day, width: 2)
    return String(decoding: digits, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends `value` (from 0 on) with at least `width` digits.
  package mutating func appendDecimal(_ value: Int, width: Int) {
    precondition(value >= 0, "only numbers from 0 on are written with a fixed width")
    var divisor = 1
    for _ in 1..<Swift.max(width, 1) { divisor *= 10 }
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(.zero + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
