import Contracts
import TestKit
import Testing
import Zones

@Suite struct TZifTests {
  @Test func `refuses a file that is cut anywhere`() throws {
    let whole = try ZoneTests.bytes("America/New_York")
    for count in 0..<whole.count {
      #expect(throws: ZoneFault.self, "cut to \(count)") { try Zone(name: "cut", bytes: Array(whole[..<count])) }
    }
  }

  @Test func `names what is broken`() throws {
    let whole = try ZoneTests.bytes("Europe/Berlin")
    #expect(throws: ZoneFault.truncated(at: 0)) { try Zone(name: "empty", bytes: []) }
    #expect(throws: ZoneFault.notTZif) { try Zone(name: "text", bytes: Array("Europe/Berlin is a lovely place to be in".utf8)) }
    #expect(throws: ZoneFault.version(0x39)) { try Zone(name: "new", bytes: whole.replacing(0x39, at: 4)) }
    #expect(throws: ZoneFault.tooLarge(65_537)) { try Zone(name: "large", bytes: [UInt8](repeating: 0, count: 65_537)) }
    #expect(throws: ZoneFault.leapSeconds) { try Zone(name: "right", bytes: Self.file(leaps: 1)) }
    #expect(throws: ZoneFault.counts) { try Zone(name: "none", bytes: Self.file(offsets: [])) }
    #expect(throws: ZoneFault.offset(93_600)) { try Zone(name: "far", bytes: Self.file(offsets: [93_600])) }
    #expect(throws: ZoneFault.order(1)) { try Zone(name: "order", bytes: Self.file(changes: [(5, 0), (5, 0)])) }
    #expect(throws: ZoneFault.type(1)) { try Zone(name: "type", bytes: Self.file(changes: [(5, 1)])) }
    #expect(throws: ZoneFault.abbreviation(4)) { try Zone(name: "name", bytes: Self.file(abbreviation: 4)) }
    #expect(throws: ZoneFault.instant(.min)) { try Zone(name: "far", bytes: Self.file(changes: [(.min, 0)])) }
  }

  @Test(arguments: [
    "EST", "EST5EDT", "ES5", "EST25", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0x", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
    "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J366", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0", "<EST5", "<+0>5", "5", "EST5:60", "é5",
    "EST5EDT,M3.2.0/,M11.1.0", "EST99999999999999999999", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF5",
  ]) func `refuses a rule that is none`(_ rule: String) {
    #expect(throws: ZoneFault.footer(rule)) { try Zone(name: "rule", bytes: Self.file(rule: rule)) }
  }

  struct Ruled: CustomTestStringConvertible {
    let rule: String
    let utc: String
    let seconds: Int
    let isDST: Bool
    var testDescription: String { "\(rule) at \(utc)" }
  }

  @Test(arguments: [
    Ruled(rule: "EST5", utc: "2026-07-01T00:00:00Z", seconds: -18_000, isDST: false),
    Ruled(rule: "<+0545>-5:45", utc: "2026-07-01T00:00:00Z", seconds: 20_700, isDST: false),
    Ruled(rule: "AAA1:02:03", utc: "2026-07-01T00:00:00Z", seconds: -3_723, isDST: false),
    // Saving time for ever, as RFC 9636 writes it.
    Ruled(rule: "XXX3EDT4,0/0,J365/23", utc: "2026-01-01T03:00:00Z", seconds: -14_400, isDST: true),
    Ruled(rule: "XXX3EDT4,0/0,J365/23", utc: "2025-12-31T23:59:59Z", seconds: -14_400, isDST: true),
    // J60 is 1 March in every year, 59 only where there is no leap day.
    Ruled(rule: "AAA0BBB,J60/0,J300/0", utc: "2028-02-29T23:59:59Z", seconds: 0, isDST: false),
    Ruled(rule: "AAA0BBB,J60/0,J300/0", utc: "2028-03-01T00:00:00Z", seconds: 3_600, isDST: true),
    Ruled(rule: "AAA0BBB,59/0,300/0", utc: "2028-02-29T00:00:00Z", seconds: 3_600, isDST: true),
    Ruled(rule: "AAA0BBB,59/0,300/0", utc: "2026-02-28T23:59:59Z", seconds: 0, isDST: false),
    // Times before midnight and far behind it: Greenland, Gaza.
    Ruled(rule: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", utc: "2026-03-29T00:59:59Z", seconds: -7_200, isDST: false),
    Ruled(rule: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", utc: "2026-03-29T01:00:00Z", seconds: -3_600, isDST: true),
    Ruled(rule: "EET-2EEST,M3.4.4/50,M10.4.4/50", utc: "2026-03-28T00:00:00Z", seconds: 10_800, isDST: true),
    Ruled(rule: "EET-2EEST,M3.4.4/50,M10.4.4/50", utc: "2026-03-27T23:59:59Z", seconds: 7_200, isDST: false),
    // Southern: saving time spans the year's end.
    Ruled(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3", utc: "2027-01-01T00:00:00Z", seconds: 39_600, isDST: true),
    // Both changes of a year fall into the next January.
    Ruled(rule: "AAA0BBB,J365/160,J365/100", utc: "2027-01-01T00:00:00Z", seconds: 3_600, isDST: true),
  ]) func `follows a rule`(_ row: Ruled) throws {
    let zone = try Zone(name: "ruled", bytes: Self.file(rule: row.rule))
    let offset = zone.offset(at: try Timestamp(rfc3339: row.utc))
    #expect(offset.seconds == row.seconds)
    #expect(offset.isDST == row.isDST)
  }

  @Test func `reads a file of version 1, which has no rule`() throws {
    let zone = try Zone(name: "old", bytes: Self.file(version: 0, offsets: [0, 3_600], changes: [(1_000, 1)]))
    #expect(zone.offset(at: Timestamp(milliseconds: 999_999)).seconds == 0)
    #expect(zone.offset(at: Timestamp(milliseconds: 1_000_000)).seconds == 3_600)
    #expect(zone.offset(at: .last).seconds == 3_600)
  }

  @Test func `answers something or names a fault whatever the bytes are`() throws {
    var random = Seed.printed(for: "TZifTests")
    let files = try ["America/New_York", "Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu"].map(ZoneTests.bytes)
    let instants = [Timestamp.first, .last, Timestamp(milliseconds: .min), Timestamp(milliseconds: .max), Timestamp(milliseconds: 0)]
    var read = 0
    for _ in 0..<3_000 {
      var bytes = files[Int.random(in: 0..<files.count, using: &random)]
      for _ in 0...Int.random(in: 0...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let zone = try? Zone(name: "noise", bytes: bytes) else { continue }
      read += 1
      for instant in instants + [Timestamp(milliseconds: Int64.random(in: -4_000_000_000_000...8_000_000_000_000, using: &random))] {
        _ = zone.resolve(zone.local(at: instant))
      }
    }
    #expect(read > 100, "seed \(random.seed)")
  }

  /// A small file: types from `offsets` (abbreviated AAA), changes as (second, type).
  static func file(
    version: UInt8 = 0x32, offsets: [Int] = [0], changes: [(second: Int64, type: UInt8)] = [], leaps: UInt32 = 0, abbreviation: UInt8 = 0,
    rule: String = ""
  ) -> [UInt8] {
    func header(_ counts: [UInt32]) -> [UInt8] {
      Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap { $0.bigEndianBytes }
    }
    func data(_ wide: Bool) -> [UInt8] {
      var data = header([0, 0, leaps, UInt32(changes.count), UInt32(offsets.count), 4])
      data += changes.flatMap { wide ? $0.second.bigEndianBytes : Int32(truncatingIfNeeded: $0.second).bigEndianBytes }
      data += changes.map(\.type)
      data += offsets.flatMap { Int32($0).bigEndianBytes + [0, abbreviation] }
      return data + Array("AAA\0".utf8) + [UInt8](repeating: 0, count: Int(leaps) * (wide ? 12 : 8))
    }
    return version == 0
      ? data(false) : header([0, 0, 0, 0, 1, 1]) + [UInt8](repeating: 0, count: 7) + data(true) + Array("\n\(rule)\n".utf8)
  }
}

extension FixedWidthInteger {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension [UInt8] {
  func replacing(_ byte: UInt8, at index: Int) -> [UInt8] {
    var copy = self
    copy[index] = byte
    return copy
  }
}
