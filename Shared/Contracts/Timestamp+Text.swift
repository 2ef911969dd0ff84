/// Instants as text: RFC 3339 in, UTC with three decimals and Z out.
extension Timestamp: CustomStringConvertible {
  /// Reads `2026-05-08T09:15:30.123456+02:00`: any offset, any number of decimals; what is finer than a millisecond is cut off.
  ///
  /// A leap second (23:59:60 UTC) is read as the last millisecond before it: an order placed in it is real, and so it keeps its day
  /// and its place. Second 60 anywhere else is refused.
  package init(rfc3339 text: String) throws(InvalidTimestamp) {
    var text = text
    // Typed throws do not pass through withUTF8 yet, so the outcome does.
    let outcome = text.withUTF8 { utf8 in
      Result { () throws(InvalidTimestamp) in try Timestamp(rfc3339: UnsafeRawBufferPointer(utf8)) }
    }
    self = try outcome.get()
  }

  /// The same over bytes, without making a String.
  package init(rfc3339 bytes: UnsafeRawBufferPointer) throws(InvalidTimestamp) {
    guard bytes.count >= 20, bytes[4] == .minus, bytes[7] == .minus, bytes[10] | 0x20 == UInt8(ascii: "t"),
      bytes[13] == .colon, bytes[16] == .colon, let year = bytes.decimal(at: 0, count: 4), let month = bytes.decimal(at: 5, count: 2),
      let day = bytes.decimal(at: 8, count: 2), let hour = bytes.decimal(at: 11, count: 2),
      let minute = bytes.decimal(at: 14, count: 2), let second = bytes.decimal(at: 17, count: 2)
    else { throw .shape }
    var at = 19
    var fraction = 0
    if bytes[at] == UInt8(ascii: ".") {
      let first = at + 1
      at = first
      while at < bytes.count, let digit = bytes.decimal(at: at, count: 1) {
        if at - first < 3 { fraction = fraction * 10 + digit }
        at += 1
      }
      guard at > first else { throw .shape }
      for _ in min(at - first, 3)..<3 { fraction *= 10 }
    }
    let offset = try Self.offset(bytes, at: at)
    guard let date = CivilDate(year: year, month: month, day: day) else { throw .noSuchDay }
    guard hour <= 23, minute <= 59, second <= 60 else { throw .noSuchTime }
    let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
    if second == 60 {
      guard (minutes + 1) % 1_440 == 0 else { throw .noSuchTime }
      self.init(milliseconds: Int64(minutes) * 60_000 + 59_999)
    } else {
      self.init(milliseconds: Int64(minutes) * 60_000 + Int64(second * 1_000 + fraction))
    }
    guard self >= .first, self <= .last else { throw .outOfRange }
  }

  /// Minutes east of UTC, from `Z` or `+hh:mm` at the end of the text.
  private static func offset(_ bytes: UnsafeRawBufferPointer, at: Int) throws(InvalidTimestamp) -> Int {
    guard at < bytes.count else { throw .noOffset }
    if bytes[at] | 0x20 == UInt8(ascii: "z") {
      guard at + 1 == bytes.count else { throw .shape }
      return 0
    }
    guard bytes[at] == UInt8(ascii: "+") || bytes[at] == .minus, at + 6 == bytes.count, bytes[at + 3] == .colon,
      let hours = bytes.decimal(at: at + 1, count: 2), let minutes = bytes.decimal(at: at + 4, count: 2)
    else { throw .noOffset }
    guard hours <= 23, minutes <= 59 else { throw .noSuchTime }
    return bytes[at] == .minus ? -(hours * 60 + minutes) : hours * 60 + minutes
  }

  /// `2026-05-08T07:15:30.123Z`. Outside the years 0 to 9999: the nearest instant inside.
  package var description: String {
    withUTF8 { String(decoding: $0, as: UTF8.self) }
  }

  /// The description's 24 bytes, without making a String.
  package func withUTF8<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    let inside = min(max(self, .first), .last)
    let day = Int(inside.milliseconds.flooredQuotient(by: 86_400_000))
    let rest = Int(inside.milliseconds - Int64(day) * 86_400_000)
    let date = CivilDate(daysSinceEpoch: day)
    return withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { text in
      func put(_ value: Int, _ count: Int, at start: Int, then mark: UInt8) {
        var value = value
        for at in stride(from: start + count - 1, through: start, by: -1) {
          text[at] = .zero + UInt8(value % 10)
          value /= 10
        }
        text[start + count] = mark
      }
      put(date.year, 4, at: 0, then: .minus)
      put(date.month, 2, at: 5, then: .minus)
      put(date.day, 2, at: 8, then: UInt8(ascii: "T"))
      put(rest / 3_600_000, 2, at: 11, then: .colon)
      put(rest / 60_000 % 60, 2, at: 14, then: .colon)
      put(rest / 1_000 % 60, 2, at: 17, then: UInt8(ascii: "."))
      put(rest % 1_000, 3, at: 20, then: UInt8(ascii: "Z"))
      return body(UnsafeRawBufferPointer(text))
    }
  }
}

/// Why a text is no instant.
package enum InvalidTimestamp: Error, Equatable, CustomStringConvertible {
  case shape
  case noOffset
  case noSuchDay
  case noSuchTime
  case outOfRange

  package var description: String {
    switch self {
    case .shape: "a time is written as in RFC 3339; write it like 2026-05-08T09:15:30.123Z"
    case .noOffset: "a time without its offset names no instant; end it with Z or an offset like +02:00"
    case .noSuchDay: "the calendar has no such day; correct the date"
    case .noSuchTime: "the clock has no such time; hours go to 23, minutes and seconds to 59"
    case .outOfRange: "the instant lies outside the years 0 to 9999; correct the year"
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The number that `count` digits at `start` spell; nil where one is no digit.
  func decimal(at start: Int, count: Int) -> Int? {
    var value = 0
    for at in start..<start + count {
      let digit = self[at] &- .zero
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }
}

extension Int64 {
  /// The quotient rounded down, so that days before 1970 begin at midnight too.
  package func flooredQuotient(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
