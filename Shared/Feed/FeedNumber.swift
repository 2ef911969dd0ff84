package import Contracts

/// Reads the amounts and quantities of a feed. No floating point: what is not exact is refused.
package enum FeedNumber {
  /// How amounts are written.
  package enum Amounts: String, Sendable, CaseIterable {
    /// Whole minor units: `995` are 9.95 USD.
    case minor
    /// Decimals: `9.95`, also `9`.
    case major
  }

  /// An amount in minor units, negative where a minus stands in front.
  package static func amount(
    _ text: UnsafeRawBufferPointer, _ amounts: Amounts, _ currency: Currency, field: String
  ) throws(FieldFault) -> Int64 {
    guard let number = Decimal(text) else {
      throw FieldFault(field, "“\(FeedTime.shown(text))” is no amount; write digits, and with --amounts major a point before the decimals")
    }
    switch amounts {
    case .minor:
      guard number.decimals == 0 else {
        throw FieldFault(field, "“\(FeedTime.shown(text))” is no whole number of minor units; is it --amounts major?")
      }
    case .major:
      guard number.decimals <= currency.exponent else {
        throw FieldFault(field, "“\(FeedTime.shown(text))” has more decimals than \(currency) has: \(currency.exponent)")
      }
    }
    guard let value = number.scaled(by: amounts == .major ? currency.exponent : 0) else {
      throw FieldFault(field, "“\(FeedTime.shown(text))” is larger than 64 bits hold")
    }
    return value
  }

  /// A whole number; decimals are taken where they are zeros, as tills write `1.000`.
  package static func quantity(_ text: UnsafeRawBufferPointer, field: String) throws(FieldFault) -> Int64 {
    guard let number = Decimal(text), number.decimals == 0 else {
      throw FieldFault(field, "“\(FeedTime.shown(text))” is no whole number; give smaller units, such as grams")
    }
    guard let value = number.scaled(by: 0) else { throw FieldFault(field, "“\(FeedTime.shown(text))” is larger than 64 bits hold") }
    return value
  }

  /// Digits with at most one point, taken apart; zeros at the end of the decimals do not count.
  private struct Decimal {
    private let text: UnsafeRawBufferPointer
    private let first: Int
    private let point: Int
    let decimals: Int

    init?(_ text: UnsafeRawBufferPointer) {
      first = text.first == .minus ? 1 : 0
      var point = text.count
      for at in first..<max(first, text.count) {
        if text[at] == UInt8(ascii: "."), point == text.count, at > first {
          point = at
        } else if text[at] &- .zero > 9 {
          return nil
        }
      }
      guard text.count > first, point != text.count - 1 else { return nil }
      var end = text.count
      while end > point + 1, text[end - 1] == .zero { end -= 1 }
      decimals = point < text.count ? end - point - 1 : 0
      (self.text, self.point) = (text, point)
    }

    /// The number times ten to `exponent`, which covers its decimals; nil beyond Int64.
    func scaled(by exponent: Int) -> Int64? {
      var value: Int64 = 0
      var overflow = false
      func append(_ digit: UInt8) {
        let (tenfold, past) = value.multipliedReportingOverflow(by: 10)
        let (sum, pastAgain) = tenfold.addingReportingOverflow(Int64(digit))
        value = sum
        overflow = overflow || past || pastAgain
      }
      for at in first..<point { append(text[at] - .zero) }
      for place in 0..<exponent {
        let at = point + 1 + place
        append(at < text.count ? text[at] - .zero : 0)
      }
      return overflow ? nil : first == 1 ? -value : value
    }
  }
}
