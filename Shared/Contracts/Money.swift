/// An amount of one currency in whole minor units (cents). Currencies never mix, overflow is a refusal.
package struct Money: Hashable, Sendable, CustomStringConvertible {
  package let minor: Int64
  package let currency: Currency

  package init(minor: Int64, _ currency: Currency) {
    self.minor = minor
    self.currency = currency
  }

  /// Reads `9.95`, `-3` or `0.500` in `currency`: a point, no grouping, no more decimals than the currency has.
  package init(decimal text: String, _ currency: Currency) throws(MoneyRefusal) {
    let unsigned = text.utf8.first == .minus ? text.utf8.dropFirst() : text.utf8[...]
    let parts = unsigned.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? parts[1].count : 0
    guard parts[0].count > 0, parts.count == 1 || decimals > 0 else { throw .notAnAmount(text) }
    var minor: Int64 = 0
    for digit in parts.joined() {
      guard digit &- .zero <= 9 else { throw .notAnAmount(text) }
      minor = try Self.appending(Int64(digit - .zero), to: minor)
    }
    guard decimals <= currency.exponent else { throw .tooManyDecimals(currency) }
    for _ in decimals..<currency.exponent { minor = try Self.appending(0, to: minor) }
    self.init(minor: text.utf8.first == .minus ? -minor : minor, currency)
  }

  /// Reads an amount that a person typed: whole units with a point and decimals, `12.50` in dollars, `333` in yen. `1250` in dollars is
  /// refused, because it may mean either, and so is anything below zero.
  package init(typed text: String, _ currency: Currency) throws(MoneyRefusal) {
    let money = try Money(decimal: text, currency)
    guard text.utf8.first != .minus else { throw .notAnAmount(text) }
    guard currency.exponent == 0 || money.isZero || text.utf8.contains(UInt8(ascii: ".")) else { throw .ambiguous(text, currency) }
    self = money
  }

  private static func appending(_ digit: Int64, to minor: Int64) throws(MoneyRefusal) -> Int64 {
    let (tenfold, past) = minor.multipliedReportingOverflow(by: 10)
    let (sum, pastAgain) = tenfold.addingReportingOverflow(digit)
    guard !past, !pastAgain else { throw .overflow }
    return sum
  }

  /// The sum within one currency; refuses two currencies and what a 64-bit amount cannot hold.
  package func adding(_ other: Money) throws(MoneyRefusal) -> Money {
    guard currency == other.currency else { throw .currencies(currency, other.currency) }
    let (sum, past) = minor.addingReportingOverflow(other.minor)
    guard !past else { throw .overflow }
    return Money(minor: sum, currency)
  }

  /// The difference, refused as a sum is; it may be below zero.
  package func subtracting(_ other: Money) throws(MoneyRefusal) -> Money {
    guard currency == other.currency else { throw .currencies(currency, other.currency) }
    let (difference, past) = minor.subtractingReportingOverflow(other.minor)
    guard !past else { throw .overflow }
    return Money(minor: difference, currency)
  }

  package var isZero: Bool { minor == 0 }

  /// `9.95 USD`, `500 JPY`, `-0.05 EUR`.
  package var description: String {
    var digits: [UInt8] = minor < 0 ? [.minus] : []
    var unit: UInt64 = 1
    for _ in 0..<currency.exponent { unit *= 10 }
    digits.append(contentsOf: String(minor.magnitude / unit).utf8)
    if currency.exponent > 0 {
      digits.append(UInt8(ascii: "."))
      digits.appendDecimal(Int(minor.magnitude % unit), width: currency.exponent)
    }
    return String(decoding: digits, as: UTF8.self) + " " + currency.code
  }
}

/// Why two amounts make no third, or a text is no amount.
package enum MoneyRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case overflow
  case currencies(Currency, Currency)
  case notAnAmount(String)
  case tooManyDecimals(Currency)
  case ambiguous(String, Currency)

  package var description: String {
    switch self {
    case .overflow: "the amount is larger than can be kept; split it"
    case .currencies(let a, let b): "\(a) and \(b) cannot be added up; convert one of them first"
    case .notAnAmount(let text): "\"\(text)\" is no amount; write digits with a point, like 9.95"
    case .tooManyDecimals(let currency): "\(currency) has \(currency.exponent) decimals; leave the others out"
    case .ambiguous(let text, let currency):
      "\"\(text)\" may mean two amounts; write it with a point: \(Self.meanings(text, currency))"
    }
  }

  /// What an amount without a point may have meant: `1250.00 or 12.50`.
  private static func meanings(_ text: String, _ currency: Currency) -> String {
    let meant = [try? Money(decimal: text, currency), Int64(text).map { Money(minor: $0, currency) }].compactMap(\.self)
    return meant.map { String("\($0)".prefix { $0 != " " }) }.joined(separator: " or ")
  }
}
