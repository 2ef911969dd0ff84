import Contracts
import Foundation
import TestKit
import Testing
import Zones

@Suite struct ZoneTests {
  struct Known: CustomTestStringConvertible {
    let zone: String
    let utc: String
    let local: String
    let abbreviation: String
    let isDST: Bool
    var testDescription: String { "\(zone) at \(utc)" }
  }

  // Taken from the rules as published, each side of a change to the second.
  static let known: [Known] = [
    Known(zone: "America/New_York", utc: "2026-03-08T06:59:59Z", local: "2026-03-08T01:59:59", abbreviation: "EST", isDST: false),
    Known(zone: "America/New_York", utc: "2026-03-08T07:00:00Z", local: "2026-03-08T03:00:00", abbreviation: "EDT", isDST: true),
    Known(zone: "America/New_York", utc: "2026-11-01T05:59:59Z", local: "2026-11-01T01:59:59", abbreviation: "EDT", isDST: true),
    Known(zone: "America/New_York", utc: "2026-11-01T06:00:00Z", local: "2026-11-01T01:00:00", abbreviation: "EST", isDST: false),
    Known(zone: "America/New_York", utc: "2099-07-04T12:00:00Z", local: "2099-07-04T08:00:00", abbreviation: "EDT", isDST: true),
    Known(zone: "America/New_York", utc: "1883-11-18T16:59:59Z", local: "1883-11-18T12:03:57", abbreviation: "LMT", isDST: false),
    Known(zone: "America/New_York", utc: "1883-11-18T17:00:00Z", local: "1883-11-18T12:00:00", abbreviation: "EST", isDST: false),
    Known(zone: "Europe/Berlin", utc: "2026-03-29T00:59:59Z", local: "2026-03-29T01:59:59", abbreviation: "CET", isDST: false),
    Known(zone: "Europe/Berlin", utc: "2026-03-29T01:00:00Z", local: "2026-03-29T03:00:00", abbreviation: "CEST", isDST: true),
    Known(zone: "Europe/Berlin", utc: "2026-10-25T01:00:00Z", local: "2026-10-25T02:00:00", abbreviation: "CET", isDST: false),
    // Ireland's standard time is the summer's; the database says so, some builds of it do not.
    Known(zone: "Europe/Dublin", utc: "2026-01-15T12:00:00Z", local: "2026-01-15T12:00:00", abbreviation: "GMT", isDST: true),
    Known(zone: "Europe/Dublin", utc: "2026-07-15T12:00:00Z", local: "2026-07-15T13:00:00", abbreviation: "IST", isDST: false),
    Known(zone: "Europe/Dublin", utc: "2050-01-15T12:00:00Z", local: "2050-01-15T12:00:00", abbreviation: "GMT", isDST: true),
    Known(zone: "Europe/Dublin", utc: "2050-07-15T12:00:00Z", local: "2050-07-15T13:00:00", abbreviation: "IST", isDST: false),
    Known(zone: "Australia/Lord_Howe", utc: "2026-04-04T14:59:59Z", local: "2026-04-05T01:59:59", abbreviation: "+11", isDST: true),
    Known(zone: "Australia/Lord_Howe", utc: "2026-04-04T15:00:00Z", local: "2026-04-05T01:30:00", abbreviation: "+1030", isDST: false),
    Known(zone: "Australia/Lord_Howe", utc: "2026-10-03T15:30:00Z", local: "2026-10-04T02:30:00", abbreviation: "+11", isDST: true),
    Known(zone: "Pacific/Apia", utc: "2011-12-30T09:59:59Z", local: "2011-12-29T23:59:59", abbreviation: "-10", isDST: true),
    Known(zone: "Pacific/Apia", utc: "2011-12-30T10:00:00Z", local: "2011-12-31T00:00:00", abbreviation: "+14", isDST: true),
    Known(zone: "Asia/Kathmandu", utc: "2026-06-01T00:00:00Z", local: "2026-06-01T05:45:00", abbreviation: "+0545", isDST: false),
    // Morocco is at +01 but for Ramadan, which the table spells until 2087.
    Known(zone: "Africa/Casablanca", utc: "2026-02-28T12:00:00Z", local: "2026-02-28T12:00:00", abbreviation: "+00", isDST: true),
    Known(zone: "Africa/Casablanca", utc: "2026-06-01T12:00:00Z", local: "2026-06-01T13:00:00", abbreviation: "+01", isDST: false),
    Known(zone: "America/Nuuk", utc: "2040-07-01T00:00:00Z", local: "2040-06-30T23:00:00", abbreviation: "-01", isDST: true),
    Known(zone: "Asia/Gaza", utc: "2090-12-01T00:00:00Z", local: "2090-12-01T02:00:00", abbreviation: "EET", isDST: false),
    Known(zone: "Asia/Tokyo", utc: "2026-08-01T00:00:00Z", local: "2026-08-01T09:00:00", abbreviation: "JST", isDST: false),
    Known(zone: "UTC", utc: "9999-12-31T23:59:59Z", local: "9999-12-31T23:59:59", abbreviation: "UTC", isDST: false),
  ]

  @Test(arguments: known) func `shows what clocks show`(_ row: Known) throws {
    let zone = try Self.zone(row.zone)
    let instant = try Timestamp(rfc3339: row.utc)
    let offset = zone.offset(at: instant)
    #expect(zone.local(at: instant).description == row.local)
    #expect(offset.abbreviation == row.abbreviation)
    #expect(offset.isDST == row.isDST)
  }

  struct Row: CustomTestStringConvertible {
    let zone: String
    let local: String
    let means: String
    var testDescription: String { "\(local) in \(zone)" }
  }

  static let resolved: [Row] = [
    // The four worked rows of the offers: what 48 hours before a start mean in New York.
    Row(zone: "America/New_York", local: "2026-05-10T00:00", means: "2026-05-10T04:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-03-08T00:00", means: "2026-03-08T05:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-03-09T00:00", means: "2026-03-09T04:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-11-02T00:00", means: "2026-11-02T05:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-03-08T01:59:59", means: "2026-03-08T06:59:59.000Z"),
    Row(zone: "America/New_York", local: "2026-03-08T02:00", means: "gap 2026-03-08T06:59:59.000Z 2026-03-08T07:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-03-08T02:30", means: "gap 2026-03-08T06:59:59.000Z 2026-03-08T07:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-03-08T03:00", means: "2026-03-08T07:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-11-01T00:59:59", means: "2026-11-01T04:59:59.000Z"),
    Row(zone: "America/New_York", local: "2026-11-01T01:00", means: "twice 2026-11-01T05:00:00.000Z 2026-11-01T06:00:00.000Z"),
    Row(zone: "America/New_York", local: "2026-11-01T01:59:59", means: "twice 2026-11-01T05:59:59.000Z 2026-11-01T06:59:59.000Z"),
    Row(zone: "America/New_York", local: "2026-11-01T02:00", means: "2026-11-01T07:00:00.000Z"),
    // Beyond the table, by the rule alone.
    Row(zone: "America/New_York", local: "2094-03-14T02:30", means: "gap 2094-03-14T06:59:59.000Z 2094-03-14T07:00:00.000Z"),
    Row(zone: "America/New_York", local: "2094-11-07T01:30", means: "twice 2094-11-07T05:30:00.000Z 2094-11-07T06:30:00.000Z"),
    Row(zone: "Australia/Lord_Howe", local: "2026-04-05T01:45", means: "twice 2026-04-04T14:45:00.000Z 2026-04-04T15:15:00.000Z"),
    Row(zone: "Australia/Lord_Howe", local: "2026-10-04T02:15", means: "gap 2026-10-03T15:29:59.000Z 2026-10-03T15:30:00.000Z"),
    Row(zone: "Pacific/Apia", local: "2011-12-30T12:00", means: "gap 2011-12-30T09:59:59.000Z 2011-12-30T10:00:00.000Z"),
    Row(zone: "Europe/Dublin", local: "2026-10-25T01:30", means: "twice 2026-10-25T00:30:00.000Z 2026-10-25T01:30:00.000Z"),
    Row(zone: "Africa/Cairo", local: "2026-04-24T00:30", means: "gap 2026-04-23T21:59:59.000Z 2026-04-23T22:00:00.000Z"),
    Row(zone: "Asia/Kathmandu", local: "1986-01-01T00:10", means: "gap 1985-12-31T18:29:59.000Z 1985-12-31T18:30:00.000Z"),
  ]

  @Test(arguments: resolved) func `says when a local time is`(_ row: Row) throws {
    let meaning = try Self.zone(row.zone).resolve(try LocalTime(iso8601: row.local))
    let text =
      switch meaning {
      case .unique(let instant): "\(instant)"
      case .gap(let before, let after): "gap \(before) \(after)"
      case .ambiguous(let earlier, let later): "twice \(earlier) \(later)"
      }
    #expect(text == row.means)
  }

  @Test func `reaches back 48 hours of elapsed time across both changes of the clock`() throws {
    let newYork = try Self.zone("America/New_York")
    let rows = [
      ("2026-05-10T00:00", "2026-05-08T04:00:00.000Z", "2026-05-08T00:00:00"),
      ("2026-03-08T00:00", "2026-03-06T05:00:00.000Z", "2026-03-06T00:00:00"),
      ("2026-03-09T00:00", "2026-03-07T04:00:00.000Z", "2026-03-06T23:00:00"),
      ("2026-11-02T00:00", "2026-10-31T05:00:00.000Z", "2026-10-31T01:00:00"),
    ]
    for (local, instant, shown) in rows {
      guard case .unique(let start) = newYork.resolve(try LocalTime(iso8601: local)) else {
        Issue.record("\(local) is one instant in New York")
        continue
      }
      let from = start.adding(.seconds(-48 * 3_600))
      #expect("\(from)" == instant)
      #expect("\(newYork.local(at: from))" == shown)
    }
  }

  @Test func `agrees with Foundation at random instants in every zone`() throws {
    var random = Seed.printed(for: "ZoneTests")
    var compared = 0
    for name in TimeZone.knownTimeZoneIdentifiers.sorted() {
      guard let foundation = TimeZone(identifier: name), let zone = try? Self.zone(name) else { continue }
      for _ in 0..<40 {
        let second = Int64.random(in: 0..<4_102_444_800, using: &random)
        let instant = Timestamp(milliseconds: second * 1_000 + Int64.random(in: 0..<1_000, using: &random))
        let expected = foundation.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
        #expect(zone.offset(at: instant).seconds == expected, "\(name) at \(instant), seed \(random.seed)")
        // What the clocks show must lead back to the instant.
        let whole = Timestamp(milliseconds: second * 1_000)
        switch zone.resolve(zone.local(at: whole)) {
        case .unique(let back): #expect(back == whole, "\(name), seed \(random.seed)")
        case .ambiguous(let earlier, let later): #expect([earlier, later].contains(whole), "\(name), seed \(random.seed)")
        case .gap: Issue.record("\(name): the clocks showed \(zone.local(at: whole)), seed \(random.seed)")
        }
        compared += 1
      }
    }
    #expect(compared > 10_000)
  }

  static func zone(_ name: String) throws -> Zone { try Zone(name: name, bytes: bytes(name)) }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
  }
}
