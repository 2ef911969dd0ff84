import Contracts
import Testing
import Zones

@Suite struct LocalTimeTests {
  @Test(arguments: [
    ("2026-05-10", "2026-05-10T00:00:00"), ("2026-05-10T09:30", "2026-05-10T09:30:00"), ("2028-02-29T23:59:59", "2028-02-29T23:59:59"),
    ("0000-01-01", "0000-01-01T00:00:00"), ("9999-12-31T23:59:59", "9999-12-31T23:59:59"),
  ]) func `reads what it writes`(_ text: String, _ shown: String) throws {
    #expect("\(try LocalTime(iso8601: text))" == shown)
  }

  @Test(arguments: [
    ("", InvalidLocalTime.shape), ("2026-05-10T", .shape), ("2026-5-10", .shape), ("2026-05-10 09:30", .shape),
    ("2026-05-10T09:30:0x", .shape),
    ("2026-05-10T09:30Z", .offset), ("2026-05-10T09:30:00Z", .offset), ("2026-05-10T09:30:00+02:00", .offset), ("2026-02-29", .noSuchDay),
    ("2026-13-01", .noSuchDay), ("2026-04-31T00:00", .noSuchDay), ("2026-05-10T24:00", .noSuchTime), ("2026-05-10T23:60", .noSuchTime),
    ("2026-05-10T23:59:60", .noSuchTime), ("２０２６-05-10", .shape),
  ]) func `refuses what no clock shows`(_ text: String, _ reason: InvalidLocalTime) {
    #expect(throws: reason) { try LocalTime(iso8601: text) }
  }

  @Test func `orders as clocks go on`() throws {
    let times = try ["2025-12-31T23:59:59", "2026-01-01", "2026-01-01T00:00:01", "2026-02-01"].map { try LocalTime(iso8601: $0) }
    #expect(times.sorted() == times)
  }
}
