/// Durations as text: ISO 8601 of fixed length, `PT48H`, `PT1H30M`, `PT0.250S`.
extension Duration {
  /// Reads `PT` with hours, minutes and seconds in this order, each at most once, at least one; three decimals at most, on seconds.
  ///
  /// Days, weeks, months and years are refused: their length depends on the calendar, and 48 hours are elapsed time.
  package init(iso8601 text: String) throws(InvalidDuration) {
    let bytes = Array(text.utf8)
    guard bytes.count > 1, bytes[0] == UInt8(ascii: "P") else { throw .shape }
    guard bytes[1] == UInt8(ascii: "T") else { throw bytes[1] <= .nine ? .calendar : .shape }
    var milliseconds: Int64 = 0
    var at = 2
    var unitBefore: Int64 = .max
    while at < bytes.count {
      var count: Int64 = 0
      let start = at
      while at < bytes.count, bytes[at] &- .zero <= 9 {
        guard at - start < 9 else { throw .tooLong }
        count = count * 10 + Int64(bytes[at] - .zero)
        at += 1
      }
      guard at > start else { throw .shape }
      var decimals = 0
      var fraction: Int64 = 0
      if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
        at += 1
        while at < bytes.count, bytes[at] &- .zero <= 9 {
          guard decimals < 3 else { throw .tooFine }
          fraction = fraction * 10 + Int64(bytes[at] - .zero)
          decimals += 1
          at += 1
        }
        guard decimals > 0 else { throw .shape }
        for _ in decimals..<3 { fraction *= 10 }
      }
      guard at < bytes.count else { throw .shape }
      let unit: Int64
      switch bytes[at] {
      case UInt8(ascii: "H"): unit = 3_600_000
      case UInt8(ascii: "M"): unit = 60_000
      case UInt8(ascii: "S"): unit = 1_000
      default: throw .shape
      }
      guard unit < unitBefore, decimals == 0 || unit == 1_000 else { throw .shape }
      unitBefore = unit
      milliseconds += count * unit + fraction
      at += 1
    }
    guard unitBefore != .max else { throw .shape }
    self = .milliseconds(milliseconds)
  }

  /// The duration without needless parts, whole milliseconds, `PT0S` for none. Negative durations have no such text and are shown as none.
  package var iso8601: String {
    let total = max(milliseconds, 0)
    guard total > 0 else { return "PT0S" }
    var text = "PT"
    if total >= 3_600_000 { text += "\(total / 3_600_000)H" }
    if total / 60_000 % 60 > 0 { text += "\(total / 60_000 % 60)M" }
    let seconds = total / 1_000 % 60
    let rest = Int(total % 1_000)
    if rest > 0 {
      var decimals: [UInt8] = []
      decimals.appendDecimal(rest, width: 3)
      text += "\(seconds).\(String(decoding: decimals, as: UTF8.self))S"
    } else if seconds > 0 {
      text += "\(seconds)S"
    }
    return text
  }
}

/// Why a text is no duration.
package enum InvalidDuration: Error, Equatable, CustomStringConvertible {
  case shape
  case calendar
  case tooFine
  case tooLong

  package var description: String {
    switch self {
    case .shape: "a duration is written in ISO 8601 hours, minutes and seconds; write it like PT48H or PT1H30M"
    case .calendar: "a duration is not given in days or longer; write PT48H: days change length"
    case .tooFine: "a duration has at most three decimals of a second; leave the finer ones out"
    case .tooLong: "a number in a duration has at most nine digits; write it in hours"
    }
  }
}
