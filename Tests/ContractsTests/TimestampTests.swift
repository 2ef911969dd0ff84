import Contracts
import Foundation
import TestKit
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"), ("2026-05-08T09:15:30.123Z", "2026-05-08T09:15:30.123Z"),
    ("2026-05-08T09:15:30.123456789Z", "2026-05-08T09:15:30.123Z"), ("2026-05-08T09:15:30.9999Z", "2026-05-08T09:15:30.999Z"),
    ("2026-05-08T09:15:30.1Z", "2026-05-08T09:15:30.100Z"), ("2026-05-08T09:15:30.12+02:00", "2026-05-08T07:15:30.120Z"),
    ("2026-05-08t09:15:30z", "2026-05-08T09:15:30.000Z"), ("2026-05-08T00:15:30+05:45", "2026-05-07T18:30:30.000Z"),
    ("2026-05-08T23:15:30-23:59", "2026-05-09T23:14:30.000Z"), ("2026-05-08T09:15:30-00:00", "2026-05-08T09:15:30.000Z"),
    ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"), ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"),
    ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"), ("0000-02-29T00:00:00Z", "0000-02-29T00:00:00.000Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999Z"), ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    // Leap seconds that were, in UTC and elsewhere: the last millisecond before them.
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"), ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z"),
    ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59.999Z"),
  ]) func `reads RFC 3339 and writes UTC with three decimals`(_ text: String, _ shown: String) throws {
    #expect("\(try Timestamp(rfc3339: text))" == shown)
  }

  @Test(arguments: [
    ("", InvalidTimestamp.shape), ("2026-05-08", .shape), ("2026-05-08T09:15:30", .shape), ("2026-05-08T09:15:30.123", .noOffset),
    ("2026-05-08 09:15:30Z", .shape), ("2026-05-08T09:15Z", .shape), ("2026-05-08T9:15:30.00Z", .shape), ("2026-05-08T09:15:30.Z", .shape),
    ("2026-05-08T09:15:30,5Z", .noOffset), ("2026-05-08T09:15:30Zx", .shape), ("2026-05-08T09:15:30+02", .noOffset),
    ("2026-05-08T09:15:30+0200", .noOffset), ("2026-05-08T09:15:30+02:000", .noOffset), ("2026-05-08T09:15:30 02:00", .noOffset),
    ("+2026-05-08T09:15:30Z", .shape), ("-026-05-08T09:15:30Z", .shape), ("２026-05-08T09:15:30Z", .shape),
    ("2026-02-29T00:00:00Z", .noSuchDay),
    ("1900-02-29T00:00:00Z", .noSuchDay), ("2026-00-01T00:00:00Z", .noSuchDay), ("2026-13-01T00:00:00Z", .noSuchDay),
    ("2026-04-31T00:00:00Z", .noSuchDay), ("2026-05-00T00:00:00Z", .noSuchDay), ("2026-05-08T24:00:00Z", .noSuchTime),
    ("2026-05-08T09:60:00Z", .noSuchTime), ("2026-05-08T09:15:61Z", .noSuchTime), ("2026-05-08T09:15:60Z", .noSuchTime),
    ("2016-12-31T23:59:60+01:00", .noSuchTime), ("2026-05-08T09:15:30+24:00", .noSuchTime), ("2026-05-08T09:15:30+02:60", .noSuchTime),
    ("0000-01-01T00:00:00+00:01", .outOfRange), ("9999-12-31T23:59:59-00:01", .outOfRange), ("2026-05-08T09:15:30.123+0", .noOffset),
  ]) func `refuses what is no instant`(_ text: String, _ reason: InvalidTimestamp) {
    #expect(throws: reason) { try Timestamp(rfc3339: text) }
  }

  @Test func `agrees with Foundation on random instants`() throws {
    var random = Seed.printed(for: "TimestampTests")
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    for _ in 0..<3_000 {
      // After 1582, where Foundation's calendar is the Gregorian one.
      let milliseconds = Int64.random(in: -12_200_000_000_000...Timestamp.last.milliseconds, using: &random)
      let instant = Timestamp(milliseconds: milliseconds)
      let date = try #require(formatter.date(from: "\(instant)"), "\(instant), seed \(random.seed)")
      #expect(Int64((date.timeIntervalSince1970 * 1_000).rounded()) == milliseconds, "\(instant), seed \(random.seed)")
      #expect(try Timestamp(rfc3339: "\(instant)") == instant)
    }
  }

  @Test func `stays within the years 0 to 9999`() {
    #expect("\(Timestamp(milliseconds: .max))" == "9999-12-31T23:59:59.999Z")
    #expect("\(Timestamp(milliseconds: .min))" == "0000-01-01T00:00:00.000Z")
    #expect(Timestamp.last.adding(.seconds(1)) == .last)
    #expect(Timestamp.first.adding(.seconds(-1)) == .first)
    #expect(Timestamp(milliseconds: 5).adding(.seconds(Int64.max)) == .last)
    #expect(Timestamp(milliseconds: 5).adding(.seconds(Int64.min)) == .first)
    #expect(Timestamp(milliseconds: .max).since(Timestamp(milliseconds: .min)) == .milliseconds(Int64.max))
    #expect(Timestamp(milliseconds: 1_500).since(Timestamp(milliseconds: 2_000)) == .milliseconds(-500))
    #expect(Timestamp(milliseconds: 0).adding(.microseconds(1_999)).milliseconds == 1)
  }

  @Test func `counts every day of four centuries like the calendar`() {
    var expected = CivilDate(daysSinceEpoch: CivilDate(year: 1_800, month: 1, day: 1)?.daysSinceEpoch ?? 0)
    #expect(expected.description == "1800-01-01" && expected.weekday == 3)
    for _ in 0..<146_097 {
      let next = CivilDate(daysSinceEpoch: expected.daysSinceEpoch + 1)
      let inMonth = CivilDate(year: expected.year, month: expected.month, day: expected.day + 1)
      let inYear = CivilDate(year: expected.year, month: expected.month + 1, day: 1)
      #expect(next == inMonth ?? inYear ?? CivilDate(year: expected.year + 1, month: 1, day: 1))
      #expect(next.weekday == (expected.weekday + 1) % 7)
      expected = next
    }
    #expect(expected.description == "2200-01-01" && expected.weekday == 3)
  }

  @Test(arguments: [
    ("PT0S", 0, "PT0S"), ("PT0H", 0, "PT0S"), ("PT48H", 172_800_000, "PT48H"), ("PT1440H", 5_184_000_000, "PT1440H"),
    ("PT90M", 5_400_000, "PT1H30M"),
    ("PT1H30M15S", 5_415_000, "PT1H30M15S"), ("PT0.25S", 250, "PT0.250S"), ("PT1.005S", 1_005, "PT1.005S"), ("PT3600S", 3_600_000, "PT1H"),
    ("PT999999999H", 3_599_999_996_400_000, "PT999999999H"), ("PT1H1S", 3_601_000, "PT1H1S"),
  ]) func `reads durations of fixed length`(_ text: String, _ milliseconds: Int64, _ shown: String) throws {
    let duration = try Duration(iso8601: text)
    #expect(duration == .milliseconds(milliseconds))
    #expect(duration.iso8601 == shown)
  }

  @Test(arguments: [
    ("P2D", InvalidDuration.calendar), ("P1W", .calendar), ("P1DT2H", .calendar), ("", .shape), ("P", .shape), ("PT", .shape),
    ("PT1", .shape),
    ("PTH", .shape), ("T1H", .shape), ("48H", .shape), ("PT1M1H", .shape), ("PT1H1H", .shape), ("PT-1H", .shape), ("-PT1H", .shape),
    ("PT1,5S", .shape),
    ("PT1.5H", .shape), ("PT1.S", .shape), ("PT.5S", .shape), ("pt1h", .shape), ("PT1.0005S", .tooFine), ("PT1000000000H", .tooLong),
    ("PT1H ", .shape),
  ]) func `refuses durations that change length or are none`(_ text: String, _ reason: InvalidDuration) {
    #expect(throws: reason) { try Duration(iso8601: text) }
  }

  @Test func `says what to write instead of days`() {
    #expect("\(InvalidDuration.calendar)".contains("write PT48H: days change length"))
  }
}
