package import Contracts

/// An amount as it is read aloud, so that nobody grants 950.00 for 9.50: “nine and 95/100 USD”.
package enum AmountInWords {
  /// English words for the whole units, the rest as a fraction, then the currency.
  package static func words(_ money: Money) -> String {
    var unit: Int64 = 1
    for _ in 0..<money.currency.exponent { unit *= 10 }
    let (whole, rest) = (money.minor.magnitude / UInt64(unit), money.minor.magnitude % UInt64(unit))
    let sign = money.minor < 0 ? "minus " : ""
    let parts = unit == 1 ? "" : " and \(String(repeating: "0", count: money.currency.exponent - String(rest).count))\(rest)/\(unit)"
    return "\(sign)\(number(whole))\(parts) \(money.currency.code)"
  }

  private static let small = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

  /// Any number; from a billion on in digits, which nobody grants at a desk.
  static func number(_ number: UInt64) -> String {
    switch number {
    case 0..<20: return small[Int(number)]
    case 20..<100: return tens[Int(number / 10)] + (number % 10 == 0 ? "" : "-\(small[Int(number % 10)])")
    case 100..<1_000: return "\(small[Int(number / 100)]) hundred" + (number % 100 == 0 ? "" : " \(Self.number(number % 100))")
    case 1_000..<1_000_000:
      return "\(Self.number(number / 1_000)) thousand" + (number % 1_000 == 0 ? "" : " \(Self.number(number % 1_000))")
    case 1_000_000..<1_000_000_000:
      return "\(Self.number(number / 1_000_000)) million" + (number % 1_000_000 == 0 ? "" : " \(Self.number(number % 1_000_000))")
    default: return "\(number)"
    }
  }
}
