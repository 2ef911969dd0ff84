import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// Zones on the executable that ships: no library of the system knows them for it, only the files of tzdata.
  @Suite struct ZoneTableTests {
    /// Known instants; the gaps with the last second before and the first after.
    private static let rows: [(zone: String, local: String, kind: String, instants: [String])] = [
      ("UTC", "2026-03-08T02:30", "unique", ["2026-03-08T02:30:00.000Z"]),
      ("America/New_York", "2026-01-15T12:00", "unique", ["2026-01-15T17:00:00.000Z"]),
      ("America/New_York", "2026-03-08T01:59:59", "unique", ["2026-03-08T06:59:59.000Z"]),
      ("America/New_York", "2026-03-08T02:00", "gap", ["2026-03-08T06:59:59.000Z", "2026-03-08T07:00:00.000Z"]),
      ("America/New_York", "2026-03-08T02:30", "gap", ["2026-03-08T06:59:59.000Z", "2026-03-08T07:00:00.000Z"]),
      ("America/New_York", "2026-03-08T03:00", "unique", ["2026-03-08T07:00:00.000Z"]),
      ("America/New_York", "2026-11-01T00:59:59", "unique", ["2026-11-01T04:59:59.000Z"]),
      ("America/New_York", "2026-11-01T01:30", "ambiguous", ["2026-11-01T05:30:00.000Z", "2026-11-01T06:30:00.000Z"]),
      ("America/New_York", "2026-11-01T02:00", "unique", ["2026-11-01T07:00:00.000Z"]),
      ("America/New_York", "2070-07-01T12:00", "unique", ["2070-07-01T16:00:00.000Z"]),
      ("Europe/Vienna", "2026-03-29T02:30", "gap", ["2026-03-29T00:59:59.000Z", "2026-03-29T01:00:00.000Z"]),
      ("Europe/Vienna", "2026-07-01T12:00", "unique", ["2026-07-01T10:00:00.000Z"]),
      ("Europe/Vienna", "2026-10-25T02:30", "ambiguous", ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]),
      ("Europe/Dublin", "2026-10-25T01:30", "ambiguous", ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]),
      ("Europe/London", "2026-06-01T00:00", "unique", ["2026-05-31T23:00:00.000Z"]),
      ("Asia/Kathmandu", "2026-01-01T00:00", "unique", ["2025-12-31T18:15:00.000Z"]),
      ("Asia/Tokyo", "2026-05-10T09:30", "unique", ["2026-05-10T00:30:00.000Z"]),
      ("Australia/Lord_Howe", "2026-04-05T01:45", "ambiguous", ["2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z"]),
      ("America/Sao_Paulo", "2026-01-15T12:00", "unique", ["2026-01-15T15:00:00.000Z"]),
      ("Pacific/Apia", "2011-12-30T12:00", "gap", ["2011-12-30T09:59:59.000Z", "2011-12-30T10:00:00.000Z"]),
    ]

    @Test func `local times resolve as the table says, both days of clock change included`() throws {
      for row in Self.rows {
        let (exit, stdout, stderr) = try ChildProgram.run("accord", ["zone", row.zone, row.local, "--json"])
        #expect(exit == .code(0), "\(row): \(stderr)")
        let answer = try JSON(parsing: stdout.trimmingCharacters(in: .newlines))
        #expect(answer["kind"] == .string(row.kind) && answer["instants"]?.strings == row.instants, "\(row): \(stdout)")
      }
      let told = try ChildProgram.run("accord", ["zone", "America/New_York", "2026-03-08T02:30"])
      #expect(told.exit == .code(0) && told.stdout.contains("does not exist there"))
      let twice = try ChildProgram.run("accord", ["zone", "America/New_York", "2026-11-01T01:30"])
      #expect(twice.exit == .code(0) && twice.stdout.contains("happens twice"))
    }

    @Test func `what is no zone or no time is refused`() throws {
      for (words, exit, says) in [
        (["Europe/Viena", "2026-01-01T00:00"], Int32(1), "no time zone Europe/Viena"),
        (["../../etc/passwd", "2026-01-01T00:00"], 1, "is no time zone"),
        (["Europe/Vienna", "noon"], 1, "ISO 8601"),
        (["Europe/Vienna", "2026-02-30T10:00"], 1, "no such day"),
        (["Europe/Vienna"], 64, "a zone and a local time are needed"),
      ] {
        let refused = try ChildProgram.run("accord", ["zone"] + words)
        #expect(refused.exit == .code(exit) && refused.stderr.contains(says) && refused.stdout.isEmpty, "\(words): \(refused)")
      }
    }
  }
}
