package import Contracts
package import Zones

/// Reads the times of a feed: ISO 8601, extended or basic, with or without offset, or only a day.
///
/// ```
///   2017-01-01T11:53:26.5Z   20170101T115326+0200   2017-01-01 11:53     an instant; without offset it is the feed's zone's
///   2017-01-01               19970101                                   a day of the feed's zone
/// ```
/// A local time that the clocks jumped over is refused; of one that they showed twice the earlier is taken.
package struct FeedTime: Sendable {
  /// How finely the feed knows its times.
  package enum Precision: String, Sendable, CaseIterable { case instant, day }

  package struct Moment: Equatable, Sendable {
    package let instant: Timestamp
    package let precision: Precision
    /// Whether the zone had a say.
    package let usedZone: Bool
  }

  private let zone: Zone?
  private let precision: Precision?
  /// Feeds name few days, many times each: the last one's beginning is kept.
  private var lastDay: (date: CivilDate, start: Timestamp)?

  /// `zone` nil means UTC. With `precision` nil what is written as a day is known to the day, all else to the instant.
  package init(zone: Zone?, precision: Precision? = nil) {
    self.zone = zone
    self.precision = precision
  }

  package mutating func read(_ text: UnsafeRawBufferPointer, field: String) throws(FieldFault) -> Moment {
    var digits = Digits(text)
    guard let date = digits.date() else { throw Self.unreadable(text, field) }
    guard let day = CivilDate(year: date.year, month: date.month, day: date.day), (0...9_999).contains(date.year) else {
      throw FieldFault(field, "“\(Self.shown(text))” is a day that the calendar does not have")
    }
    guard !digits.isAtEnd else {
      guard precision != .instant else {
        throw FieldFault(field, "“\(Self.shown(text))” has no time of day, and --precision instant was asked for")
      }
      return Moment(instant: try start(of: day, field), precision: .day, usedZone: true)
    }
    guard let time = digits.time(), let offset = digits.offset(), digits.isAtEnd else { throw Self.unreadable(text, field) }
    guard time.hour <= 23, time.minute <= 59, time.second <= 60 else {
      throw FieldFault(field, "“\(Self.shown(text))” is a time that no clock shows")
    }
    let second = min(time.second, 59)
    let instant: Timestamp
    if case .minutes(let minutes) = offset {
      let whole = Int64(((day.daysSinceEpoch * 24 + time.hour) * 60 + time.minute - minutes) * 60 + second)
      instant = Timestamp(milliseconds: whole * 1_000 + Int64(time.millisecond))
    } else {
      guard let local = LocalTime(date: day, hour: time.hour, minute: time.minute, second: second) else {
        throw Self.unreadable(text, field)
      }
      instant = try resolve(local, field).adding(.milliseconds(time.millisecond))
    }
    guard instant >= .first, instant <= .last else { throw FieldFault(field, "“\(Self.shown(text))” lies outside the years 0 to 9999") }
    guard precision == .day else { return Moment(instant: instant, precision: .instant, usedZone: offset == .none) }
    // Known only to the day: the day in the feed's zone.
    return Moment(
      instant: try start(of: zone?.local(at: instant).date ?? CivilDate(daysSinceEpoch: Self.day(of: instant)), field), precision: .day,
      usedZone: true)
  }

  /// The day's beginning: midnight, or the first instant after clocks that jump over it.
  private mutating func start(of day: CivilDate, _ field: String) throws(FieldFault) -> Timestamp {
    if let lastDay, lastDay.date == day { return lastDay.start }
    var start = Timestamp(milliseconds: Int64(day.daysSinceEpoch) * 86_400_000)
    if let zone, let midnight = LocalTime(date: day) {
      switch zone.resolve(midnight) {
      case .unique(let instant): start = instant
      case .gap(_, let after): start = after
      case .ambiguous(let earlier, _): start = earlier
      }
    }
    lastDay = (day, start)
    return start
  }

  private func resolve(_ local: LocalTime, _ field: String) throws(FieldFault) -> Timestamp {
    guard let zone else {
      return Timestamp(
        milliseconds: Int64(((local.date.daysSinceEpoch * 24 + local.hour) * 60 + local.minute) * 60 + local.second) * 1_000)
    }
    switch zone.resolve(local) {
    case .unique(let instant): return instant
    case .ambiguous(let earlier, _): return earlier
    case .gap: throw FieldFault(field, "\(local) does not exist in \(zone.name): the clocks jump over it; is the zone right?")
    }
  }

  private static func day(of instant: Timestamp) -> Int { Int(instant.milliseconds.flooredQuotient(by: 86_400_000)) }

  private static func unreadable(_ text: UnsafeRawBufferPointer, _ field: String) -> FieldFault {
    FieldFault(field, "“\(shown(text))” is no time of ISO 8601; write it like 2026-05-08T09:15:30Z, 20260508T091530Z or 2026-05-08")
  }

  static func shown(_ text: UnsafeRawBufferPointer) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: text.prefix(60)), as: UTF8.self)
  }
}

/// Walks through the digits of a date and a time.
private struct Digits {
  enum Offset: Equatable {
    case none
    case minutes(Int)
  }
  struct Day { let year, month, day: Int }
  struct Time { let hour, minute, second, millisecond: Int }

  let text: UnsafeRawBufferPointer
  var at = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { at == text.count }

  mutating func date() -> Day? {
    guard let year = number(4) else { return nil }
    let isExtended = take(.minus)
    guard let month = number(2), !isExtended || take(.minus), let day = number(2) else { return nil }
    return Day(year: year, month: month, day: day)
  }

  mutating func time() -> Time? {
    guard take(UInt8(ascii: "T")) || take(UInt8(ascii: "t")) || take(0x20), let hour = number(2) else { return nil }
    let isExtended = take(.colon)
    guard let minute = number(2) else { return nil }
    guard isExtended ? take(.colon) : isDigit else { return Time(hour: hour, minute: minute, second: 0, millisecond: 0) }
    guard let second = number(2) else { return nil }
    guard take(UInt8(ascii: ".")) || take(.comma) else { return Time(hour: hour, minute: minute, second: second, millisecond: 0) }
    var (millisecond, unit, count) = (0, 100, 0)
    while isDigit {
      millisecond += Int(text[at] - .zero) * unit
      unit /= 10
      count += 1
      at += 1
    }
    return count == 0 ? nil : Time(hour: hour, minute: minute, second: second, millisecond: millisecond)
  }

  /// `Z`, `+02:00`, `+0200`, `+02`, or nothing.
  mutating func offset() -> Offset? {
    guard at < text.count else { return Offset.none }
    if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return .minutes(0) }
    let isEast = take(UInt8(ascii: "+"))
    guard isEast || take(.minus), let hours = number(2), hours <= 23 else { return nil }
    var minutes = 0
    if take(.colon) || isDigit {
      guard let rest = number(2), rest <= 59 else { return nil }
      minutes = rest
    }
    return .minutes((isEast ? 1 : -1) * (hours * 60 + minutes))
  }

  private var isDigit: Bool { at < text.count && text[at] &- .zero <= 9 }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < text.count, text[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func number(_ count: Int) -> Int? {
    guard at + count <= text.count else { return nil }
    var value = 0
    for index in at..<at + count {
      let digit = text[index] &- .zero
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    at += count
    return value
  }
}
