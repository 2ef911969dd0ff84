import Journal
import TestKit
import Testing

@Suite struct VerifyTests {
  @Test func `a sound journal: counted, nothing found, nothing changed`() throws {
    let ground = try DamageTests.Ground()
    let operations = ground.disk.operations
    let verified = JournalVerify(ground.disk)
    #expect(verified.findings.isEmpty && verified.isSound)
    #expect(verified.segments == [1, 2, 3] && verified.events == 24 && verified.records == 24 && verified.commits == 12)
    #expect(verified.journalID == smallOptions.newID)
    #expect(verified.end == (try Opened(ground.disk)).journal.end)
    #expect(ground.disk.operations >= operations)
  }

  @Test func `an empty folder is sound and empty`() {
    let verified = JournalVerify(MemoryDisk())
    #expect(verified.isSound && verified.segments.isEmpty)
  }

  @Test func `damage is named by the digest of the next segment`() throws {
    let ground = try DamageTests.Ground()
    ground.flip(ground.events[2].position)
    let verified = JournalVerify(ground.disk)
    guard case .damage(let damage)? = verified.findings.first else {
      Issue.record("no damage among \(verified.findings)")
      return
    }
    #expect(verified.findings.count == 1 && !verified.isSound && verified.events == 23)
    #expect(damage.lost.map(\.sequence) == [3])
  }

  @Test func `doubt is worth a look, not a loss`() throws {
    let ground = try DamageTests.Ground(closing: false)
    ground.flip(ground.events[23].position)
    let operations = ground.disk.operations
    let verified = JournalVerify(ground.disk)
    #expect(ground.disk.operations == operations, "verifying changes nothing")
    #expect(verified.isSound && verified.findings.count == 1 && verified.events == 22)
    _ = try Opened(ground.disk)
    let after = JournalVerify(ground.disk)
    #expect(after.isSound && after.findings.count == 1)
    for finding in verified.findings + after.findings { #expect(finding.description.count > 20) }
  }

  @Test func `a segment exchanged for one that verifies but holds other events is found`() throws {
    let ground = try DamageTests.Ground()
    let other = try DamageTests.Ground(producer: 6)
    ground.disk.place(ground.name(2), try #require(other.disk.contents(other.name(2))))
    // Its own head tells of the other's segment 1, and segment 3 of the one that was here.
    #expect(JournalVerify(ground.disk).findings == [1, 2].map { .digestDisagrees(segment: $0, events: 8) })
    #expect(!JournalVerify(ground.disk).isSound)
  }

  @Test func `a segment as it was two commits ago is found`() throws {
    let ground = try DamageTests.Ground()
    let name = ground.name(2)
    ground.disk.damage(name) { bytes in
      let from = Int(ground.events[14].position.value) % smallOptions.segmentBytes - 40
      for index in from..<bytes.count { bytes[index] = 0 }
    }
    let verified = JournalVerify(ground.disk)
    #expect(!verified.isSound)
    guard case .damage(let damage)? = verified.findings.first else {
      Issue.record("no damage among \(verified.findings)")
      return
    }
    #expect(damage.lost.map(\.sequence) == [15, 16])
  }

  @Test func `a missing segment and one without header are found`() throws {
    let ground = try DamageTests.Ground()
    ground.disk.damage(ground.name(1)) { bytes in for index in 0..<4096 { bytes[index] = 0 } }
    try ground.disk.remove(ground.name(2))
    let verified = JournalVerify(ground.disk)
    #expect(verified.events == 16 && verified.segments == [1, 3])
    let parts = verified.findings.compactMap { finding in if case .damage(let damage) = finding { damage.part } else { nil as Damage.Part? }
    }
    #expect(parts == [.header, .segment])
  }

  @Test func `the oldest segments are missed where the journal was never let go of, and only there`() throws {
    let ground = try DamageTests.Ground()
    var whole = JournalVerify(ground.disk)
    whole.expect(from: .zero)
    #expect(whole.findings.isEmpty)
    let events = ground.events.filter { $0.position < Position(2 * UInt64(smallOptions.segmentBytes)) }
    try ground.disk.remove(ground.name(1))
    // By its files alone a journal that lost its beginning is like one that was let go of.
    var verified = JournalVerify(ground.disk)
    #expect(verified.isSound && verified.segments == [2, 3])
    verified.expect(from: Position(2 * UInt64(smallOptions.segmentBytes)))
    #expect(verified.isSound)
    verified.expect(from: .zero)
    guard case .damage(let damage)? = verified.findings.first else {
      Issue.record("no damage among \(verified.findings)")
      return
    }
    #expect(!verified.isSound && verified.findings.count == 1 && damage.segment == 1 && damage.part == .segment && damage.isNamed)
    #expect(damage.lost.map(\.position) == events.map(\.position) && !events.isEmpty)
    // Two of them: of the first nothing tells any more.
    try ground.disk.remove(ground.name(2))
    var both = JournalVerify(ground.disk)
    both.expect(from: .zero)
    let parts = both.findings.compactMap { finding in if case .damage(let damage) = finding { damage } else { nil as Damage? } }
    #expect(parts.map(\.segment) == [1, 2] && parts.map(\.isNamed) == [false, true])
  }
}
