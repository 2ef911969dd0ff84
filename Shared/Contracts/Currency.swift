/// A currency of ISO 4217 with the number of decimals of its minor unit.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
  /// Three letters, such as `USD`.
  package let code: String
  /// How many decimals the minor unit has: 2 for USD, 0 for JPY, 3 for BHD.
  package let exponent: Int

  /// Nil where ISO 4217 has no such currency with a minor unit.
  package init?(_ code: String) {
    // A table by letters instead of a dictionary: each amount of each fact comes here.
    var place = 0
    guard code.utf8.count == 3 else { return nil }
    for byte in code.utf8 {
      guard byte &- UInt8(ascii: "A") < 26 else { return nil }
      place = place &* 26 &+ Int(byte &- UInt8(ascii: "A"))
    }
    let exponent = Self.byLetters[place]
    guard exponent >= 0 else { return nil }
    self.code = code
    self.exponent = Int(exponent)
  }

  /// The decimals of each three letters; -1 where they name no currency.
  private static let byLetters: [Int8] = {
    var table = [Int8](repeating: -1, count: 26 * 26 * 26)
    for (code, exponent) in exponents {
      table[code.utf8.reduce(0) { $0 * 26 + Int($1 - UInt8(ascii: "A")) }] = Int8(exponent)
    }
    return table
  }()

  package var description: String { code }
  package static func == (a: Self, b: Self) -> Bool { a.code == b.code }
  package func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// Every code that this build knows, in alphabetical order.
  package static var codes: [String] { exponents.keys.sorted() }

  private static let exponents: [String: Int] = {
    var table: [String: Int] = [:]
    for (exponent, codes) in [(0, none), (2, two), (3, three), (4, four), (2, withdrawn)] {
      for code in codes.split(whereSeparator: \.isWhitespace) { table[String(code)] = exponent }
    }
    return table
  }()

  // ISO 4217 list one of 2026-01-01. Metals, funds without a unit, XTS and XXX are left out: nobody pays in them.
  private static let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
  private static let three = "BHD IQD JOD KWD LYD OMR TND"
  private static let four = "CLF UYW"
  private static let two = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD
    KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU
    UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    """
  // Withdrawn since 2023, kept because old orders are imported: a fact in them stays a fact.
  private static let withdrawn = "ANG BGN HRK SLL ZWL"
}
