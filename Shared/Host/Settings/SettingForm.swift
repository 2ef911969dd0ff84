package import Contracts

/// How a text becomes a value of a setting, with what help shows in its place.
package struct SettingForm<Value: Sendable>: Sendable {
  package let placeholder: String
  package let read: @Sendable (String) throws(Unreadable) -> Value

  package init(_ placeholder: String, _ read: @escaping @Sendable (String) throws(Unreadable) -> Value) {
    self.placeholder = placeholder
    self.read = read
  }
}

extension SettingForm where Value == String {
  /// Any text that is not empty.
  package static var text: SettingForm { named("TEXT") }
  /// A path, taken as it is.
  package static var path: SettingForm { named("PATH") }

  /// Any text that is not empty, shown in help as `placeholder`.
  package static func named(_ placeholder: String) -> SettingForm {
    SettingForm(placeholder) { (text) throws(Unreadable) in
      guard !text.isEmpty else { throw Unreadable("is empty; give a value or leave the setting out") }
      return text
    }
  }
}

extension SettingForm where Value == Int {
  /// A whole number within `range`.
  package static func integer(in range: ClosedRange<Int>) -> SettingForm {
    SettingForm("N") { (text) throws(Unreadable) in
      guard let number = Int(text), range.contains(number) else {
        throw Unreadable("is not a whole number from \(range.lowerBound) to \(range.upperBound); give one")
      }
      return number
    }
  }
}

extension SettingForm where Value == Duration {
  /// A number with a unit, such as `250ms`, `10s`, `5m`, `48h`, `14d`.
  package static var duration: SettingForm {
    SettingForm("DURATION") { (text) throws(Unreadable) in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int64(digits), let unit = unitMilliseconds(text.dropFirst(digits.count)),
        case (let product, false) = number.multipliedReportingOverflow(by: unit)
      else { throw Unreadable("is not a duration; give a number with ms, s, m, h or d, such as 30s") }
      return .milliseconds(product)
    }
  }

  private static func unitMilliseconds(_ unit: Substring) -> Int64? {
    switch unit {
    case "ms": 1
    case "s": 1_000
    case "m": 60_000
    case "h": 3_600_000
    case "d": 86_400_000
    default: nil
    }
  }
}

extension SettingForm where Value == Address {
  /// `HOST:PORT`, `:PORT` for all interfaces, an IPv6 address in brackets.
  package static var address: SettingForm {
    SettingForm("HOST:PORT") { (text) throws(Unreadable) in
      guard let address = Address(parsing: text) else {
        throw Unreadable("is not an address; give HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7081 or [::1]:7081")
      }
      return address
    }
  }
}

extension SettingForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the enum's raw values.
  package static var choice: SettingForm {
    let names = Value.allCases.map(\.rawValue)
    return SettingForm(names.joined(separator: "|")) { (text) throws(Unreadable) in
      guard let value = Value(rawValue: text) else { throw Unreadable("is none of \(names.joined(separator: ", ")); give one of them") }
      return value
    }
  }
}

extension SettingForm where Value == Timestamp {
  /// An instant in RFC 3339, such as `2026-03-01T09:00:00Z`.
  package static var instant: SettingForm<Timestamp> {
    SettingForm("INSTANT") { (text) throws(Unreadable) in
      guard let instant = try? Timestamp(rfc3339: text) else {
        throw Unreadable("is not an instant; give one such as 2026-03-01T09:00:00Z")
      }
      return instant
    }
  }
}

/// Where something listens or is reached.
package struct Address: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`; nil where it is none. An empty host means all interfaces.
  package init?(parsing text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() } else if host.contains(":") { return nil }
    self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: port)
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
