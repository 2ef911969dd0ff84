import Contracts
import Testing

@Suite struct MoneyTests {
  static let euro = currency("EUR")
  static let yen = currency("JPY")
  static let dinar = currency("BHD")

  @Test(arguments: [
    ("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3), ("CLF", 4), ("UYW", 4), ("CHF", 2), ("XAF", 0), ("MRU", 2),
  ])
  func `knows currencies and their decimals`(_ code: String, _ exponent: Int) {
    #expect(Currency(code)?.exponent == exponent)
  }

  @Test(arguments: ["", "eur", "EU", "EURO", "XXX", "XTS", "XAU", "AAA", "€", "DEM"]) func `knows no others`(_ code: String) {
    #expect(Currency(code) == nil)
  }

  @Test func `lists each currency once`() {
    #expect(Currency.codes.count == 170)
    #expect(Currency.codes.allSatisfy { $0.utf8.count == 3 && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) } })
  }

  @Test func `adds and subtracts within one currency and refuses what does not fit`() throws {
    let a = Money(minor: 995, Self.euro)
    #expect(try a.adding(Money(minor: 5, Self.euro)) == Money(minor: 1_000, Self.euro))
    #expect(try a.subtracting(Money(minor: 1_000, Self.euro)) == Money(minor: -5, Self.euro))
    #expect(throws: MoneyRefusal.currencies(Self.euro, Self.yen)) { try a.adding(Money(minor: 1, Self.yen)) }
    #expect(throws: MoneyRefusal.currencies(Self.euro, Self.yen)) { try a.subtracting(Money(minor: 1, Self.yen)) }
    #expect(throws: MoneyRefusal.overflow) { try Money(minor: .max, Self.euro).adding(Money(minor: 1, Self.euro)) }
    #expect(throws: MoneyRefusal.overflow) { try Money(minor: .min, Self.euro).subtracting(Money(minor: 1, Self.euro)) }
  }

  @Test(arguments: [
    ("9.95", "EUR", 995, "9.95 EUR"), ("9.9", "EUR", 990, "9.90 EUR"), ("9", "EUR", 900, "9.00 EUR"), ("-0.05", "EUR", -5, "-0.05 EUR"),
    ("0", "EUR", 0, "0.00 EUR"),
    ("500", "JPY", 500, "500 JPY"), ("0.500", "BHD", 500, "0.500 BHD"), ("1", "BHD", 1_000, "1.000 BHD"),
    ("007.50", "EUR", 750, "7.50 EUR"),
    ("92233720368547758.07", "EUR", Int64.max, "92233720368547758.07 EUR"),
  ]) func `reads and shows decimals`(_ text: String, _ code: String, _ minor: Int64, _ shown: String) throws {
    let money = try Money(decimal: text, Self.currency(code))
    #expect(money.minor == minor)
    #expect("\(money)" == shown)
  }

  @Test(arguments: [
    ("12.50", "USD", 1_250), ("12.5", "USD", 1_250), ("0", "USD", 0), ("1250", "JPY", 1_250), ("1.250", "BHD", 1_250),
  ]) func `reads what a person types`(_ text: String, _ code: String, _ minor: Int64) throws {
    #expect(try Money(typed: text, Self.currency(code)).minor == minor)
  }

  @Test(arguments: [
    ("1250", "USD", "1250.00 or 12.50"), ("5", "BHD", "5.000 or 0.005"), ("-1.00", "USD", "no amount"),
    ("12,50", "USD", "no amount"), ("1.250", "USD", "2 decimals"),
  ])
  func `refuses what a person may have meant otherwise`(_ text: String, _ code: String, _ words: String) {
    do throws(MoneyRefusal) {
      _ = try Money(typed: text, Self.currency(code))
      Issue.record("\(text) was taken")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }

  @Test func `shows the smallest amount there is`() { #expect("\(Money(minor: .min, Self.euro))" == "-92233720368547758.08 EUR") }

  @Test(arguments: ["", "-", ".", "9.", ".5", "9,95", "9.9.5", "1e2", "+1", "--1", " 1", "1 ", "0x1", "９", "1.-5"])
  func `refuses what is no amount`(_ text: String) {
    #expect(throws: MoneyRefusal.notAnAmount(text)) { try Money(decimal: text, Self.euro) }
  }

  @Test func `refuses more decimals than the currency has and more than fits`() {
    #expect(throws: MoneyRefusal.tooManyDecimals(Self.euro)) { try Money(decimal: "9.955", Self.euro) }
    #expect(throws: MoneyRefusal.tooManyDecimals(Self.yen)) { try Money(decimal: "9.0", Self.yen) }
    #expect(throws: MoneyRefusal.overflow) { try Money(decimal: "92233720368547758.08", Self.euro) }
    #expect(throws: MoneyRefusal.overflow) { try Money(decimal: "9223372036854775807", Self.euro) }
  }

  static func currency(_ code: String) -> Currency {
    guard let currency = Currency(code) else { preconditionFailure("the tests use currencies that exist") }
    return currency
  }
}
