import Contracts
import Feed
import Host
import Testing
import Zones

/// Times and amounts as shops write them.
struct FeedValuesTests {
  private func zone(_ name: String) throws -> Zone {
    try Zone(name: name, bytes: ZoneFiles.system(environment: [:]).bytes(of: name))
  }

  private func time(_ text: String, _ zone: Zone? = nil, _ precision: FeedTime.Precision? = nil) throws(FieldFault) -> String {
    var reader = FeedTime(zone: zone, precision: precision)
    let outcome = Array(text.utf8).withUnsafeBytes { bytes -> Result<FeedTime.Moment, FieldFault> in
      do throws(FieldFault) { return .success(try reader.read(bytes, field: "placed")) } catch { return .failure(error) }
    }
    let moment = try outcome.get()
    return "\(moment.instant) \(moment.precision)\(moment.usedZone ? " zone" : "")"
  }

  @Test(arguments: [
    ("2017-01-01T11:53:26Z", "2017-01-01T11:53:26.000Z instant"),
    ("20170101T115326Z", "2017-01-01T11:53:26.000Z instant"),
    ("20170101T115326.1239+0200", "2017-01-01T09:53:26.123Z instant"),
    ("2017-01-01 11:53:26,5-05:30", "2017-01-01T17:23:26.500Z instant"),
    ("2017-01-01T11:53+02", "2017-01-01T09:53:00.000Z instant"),
    ("2017-01-01t1153z", "2017-01-01T11:53:00.000Z instant"),
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z instant"),
    ("2017-01-01T11:53:26", "2017-01-01T11:53:26.000Z instant zone"),
    ("2017-01-01", "2017-01-01T00:00:00.000Z day zone"), ("19970101", "1997-01-01T00:00:00.000Z day zone"),
  ])
  func `ISO 8601 is read extended and basic, with and without offset`(text: String, wanted: String) throws {
    #expect(try time(text) == wanted)
  }

  @Test func `what has no offset is the zone's, and days begin there`() throws {
    let newYork = try zone("America/New_York")
    #expect(try time("2026-05-08T19:00", newYork) == "2026-05-08T23:00:00.000Z instant zone")
    #expect(try time("19970101", newYork) == "1997-01-01T05:00:00.000Z day zone")
    #expect(try time("2026-05-09T01:00Z", newYork, .day) == "2026-05-08T04:00:00.000Z day zone")
    // The day of clock change begins before it.
    #expect(try time("2026-03-08", newYork) == "2026-03-08T05:00:00.000Z day zone")
    #expect(try time("2026-11-01T01:30", newYork) == "2026-11-01T05:30:00.000Z instant zone")
    // Beirut's clocks jump over midnight: the day begins at one.
    #expect(try time("2026-03-29", zone("Asia/Beirut")) == "2026-03-28T22:00:00.000Z day zone")
  }

  @Test(arguments: [
    "", "x", "2017", "2017-1-1", "2017-01-0", "2017-02-30", "2017-01-01T", "2017-01-01T25:00Z", "2017-01-01T10:61Z", "2017-01-01T10:00:00.",
    "2017-01-01T10:00+25:00", "2017-01-01Z", "01/02/2017", "2017-01-01T10:00:00ZZ", "2017-0101", "10000-01-01",
  ])
  func `what is no time is refused`(text: String) {
    #expect(throws: FieldFault.self) { try time(text) }
  }

  @Test func `a time that no clock showed, or that is not as fine as asked for, is refused`() throws {
    let newYork = try zone("America/New_York")
    #expect(throws: FieldFault.self) { try time("2026-03-08T02:30", newYork) }
    #expect(throws: FieldFault.self) { try time("2026-03-08", newYork, .instant) }
  }

  private func amount(_ text: String, _ amounts: FeedNumber.Amounts, _ currency: String = "USD") throws(FieldFault) -> Int64 {
    guard let currency = Currency(currency) else { throw FieldFault("currency", "unknown") }
    let outcome = Array(text.utf8).withUnsafeBytes { bytes -> Result<Int64, FieldFault> in
      do throws(FieldFault) { return .success(try FeedNumber.amount(bytes, amounts, currency, field: "amount")) } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  @Test func `amounts are exact in minor and in major units`() throws {
    for (text, wanted) in [("0", 0), ("995", 995), ("-5", -5), ("9223372036854775807", Int64.max), ("12.00", 12)] as [(String, Int64)] {
      #expect(try amount(text, .minor) == wanted)
    }
    for (text, currency, wanted) in [
      ("9.95", "USD", 995), ("9", "USD", 900), ("9.5", "USD", 950), ("-0.05", "USD", -5), ("0.500", "BHD", 500), ("333", "JPY", 333),
      ("11.7700", "USD", 1_177), ("333.0", "JPY", 333), ("92233720368547758.07", "USD", Int64.max),
    ] as [(String, String, Int64)] {
      #expect(try amount(text, .major, currency) == wanted, "\(text) \(currency)")
    }
    for (text, amounts) in [
      ("", FeedNumber.Amounts.minor), ("9.95", .minor), ("1,000", .minor), ("9.999", .major), ("1e5", .major), (".5", .major),
      ("5.", .major),
      ("$5", .major), ("--5", .minor), ("-", .minor), ("+5", .minor), ("9223372036854775808", .minor), ("92233720368547758.08", .major),
    ] {
      #expect(throws: FieldFault.self, "\(text)") { try amount(text, amounts) }
    }
    #expect(throws: FieldFault.self) { try amount("0.5", .major, "JPY") }
  }

  @Test func `quantities are whole numbers`() throws {
    func quantity(_ text: String) throws -> Int64 {
      let outcome = Array(text.utf8).withUnsafeBytes { bytes -> Result<Int64, FieldFault> in
        do throws(FieldFault) { return .success(try FeedNumber.quantity(bytes, field: "quantity")) } catch { return .failure(error) }
      }
      return try outcome.get()
    }
    for (text, wanted) in [("0", 0), ("7", 7), ("1.000", 1), ("-2", -2), ("22451", 22_451)] as [(String, Int64)] {
      #expect(try quantity(text) == wanted)
    }
    for text in ["", "0.453", "one", "1 000", "9223372036854775808"] { #expect(throws: FieldFault.self) { try quantity(text) } }
  }
}
