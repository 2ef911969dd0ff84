package import Contracts

/// What a clock on a wall and the calendar beside it show: a day and a time to the second, without saying where.
package struct LocalTime: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let date: CivilDate
  /// 0 to 23.
  package let hour: Int
  /// 0 to 59.
  package let minute: Int
  /// 0 to 59.
  package let second: Int

  /// Nil where there is no such day or time.
  package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
    self.init(date: date, hour: hour, minute: minute, second: second)
  }

  /// Nil where there is no such time.
  package init?(date: CivilDate, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
    self.date = date
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// Reads `2026-05-10`, `2026-05-10T09:30` or `2026-05-10T09:30:00` (ISO 8601); an offset is refused, that is the zone's to say.
  package init(iso8601 text: String) throws(InvalidLocalTime) {
    let bytes = Array(text.utf8)
    let shapes: [StaticString] = ["0000-00-00", "0000-00-00T00:00", "0000-00-00T00:00:00"]
    guard let shape = shapes.first(where: { $0.utf8CodeUnitCount == bytes.count }) else {
      throw bytes.count > 16 && bytes.dropFirst(16).contains(where: { "Zz+-".utf8.contains($0) }) ? .offset : .shape
    }
    var numbers = [0]
    for (index, byte) in bytes.enumerated() {
      let wanted = shape.utf8Start[index]
      if wanted == .zero {
        guard byte &- .zero <= 9 else { throw .shape }
        numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - .zero)
      } else {
        guard byte == wanted else { throw .shape }
        numbers.append(0)
      }
    }
    numbers += [Int](repeating: 0, count: 6 - numbers.count)
    guard let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) else { throw .noSuchDay }
    guard let time = LocalTime(date: date, hour: numbers[3], minute: numbers[4], second: numbers[5]) else { throw .noSuchTime }
    self = time
  }

  /// What UTC shows `seconds` after 1970-01-01T00:00:00Z.
  init(seconds: Int) {
    let day = Int(Int64(seconds).flooredQuotient(by: 86_400))
    let rest = seconds - day * 86_400
    date = CivilDate(daysSinceEpoch: day)
    hour = rest / 3_600
    minute = rest / 60 % 60
    second = rest % 60
  }

  /// Seconds since 1970-01-01T00:00:00 on the same clock.
  var seconds: Int { ((date.daysSinceEpoch * 24 + hour) * 60 + minute) * 60 + second }

  package static func < (a: Self, b: Self) -> Bool { a.seconds < b.seconds }

  /// `2026-05-10T09:30:00`.
  package var description: String {
    var digits = Array("\(date)T".utf8)
    digits.appendDecimal(hour, width: 2)
    digits.append(.colon)
    digits.appendDecimal(minute, width: 2)
    digits.append(.colon)
    digits.appendDecimal(second, width: 2)
    return String(decoding: digits, as: UTF8.self)
  }
}

/// Why a text is no local time.
package enum InvalidLocalTime: Error, Equatable, CustomStringConvertible {
  case shape
  case offset
  case noSuchDay
  case noSuchTime

  package var description: String {
    switch self {
    case .shape: "a local time is written in ISO 8601; write it like 2026-05-10T09:30:00"
    case .offset: "a local time has no offset, its zone is named apart; leave the offset out"
    case .noSuchDay: "the calendar has no such day; correct the date"
    case .noSuchTime: "the clock has no such time; hours go to 23, minutes and seconds to 59"
    }
  }
}
