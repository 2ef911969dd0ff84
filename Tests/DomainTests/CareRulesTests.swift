import Contracts
import ServiceDomain
import Terms
import Testing
import Zones

/// The pure rules of care: limits, opening hours, names as they are said, amounts as they are read aloud.
struct CareRulesTests {
  private static func limits(_ role: ColleagueChanged.Role) -> HonourLimits { HonourLimits(GrantLimits.usual.limit(of: [role])) }

  /// Amount, what was given before on the case, today and to the customer; what is left where it is over.
  @Test(
    arguments: [
      (2_500, 0, 0, 0, nil), (2_501, 0, 0, 0, 2_500), (1, 2_500, 0, 0, 0), (500, 2_000, 0, 0, nil), (501, 2_000, 0, 0, 500),
      (100, 0, 20_000, 0, 0), (100, 0, 19_900, 0, nil), (100, 0, 0, 9_950, 50), (1, 9_999, 0, 0, 0),
    ] as [(Int64, Int64, Int64, Int64, Int64?)]) func `an agent's limits`(
      amount: Int64, onCase: Int64, today: Int64, onCustomer: Int64, left: Int64?
    )
  {
    let spent = HonourLimits.Spent(onCase: onCase, today: today, onCustomer: onCustomer)
    #expect(Self.limits(.agent).excess(amount, spent: spent)?.left == left)
    #expect(HonourLimits(nil).excess(amount, spent: spent) == nil)
  }

  @Test func `a supervisor has ten times as much, a lead no more, and each role what a policy says of it`() throws {
    #expect(Self.limits(.supervisor).excess(25_000, spent: .init()) == nil)
    #expect(Self.limits(.supervisor).excess(25_001, spent: .init()) == .init(.perCase, limit: 25_000, left: 25_000))
    #expect(Self.limits(.lead).excess(2_501, spent: .init()) == .init(.perCase, limit: 2_500, left: 2_500))
    let own = try #require(
      GrantLimits(
        try JSON(
          parsing: """
            {"agent": {"case": 100, "day": 900, "customer": {"amount": 300, "within": "PT24H"}}, "supervisor_times": 10,
             "supervisor": {"case": 700, "day": 900, "customer": {"amount": 900, "within": "PT24H"}},
             "lead": {"case": 500, "day": 900, "customer": {"amount": 900, "within": "PT24H"}}}
            """)))
    #expect(
      [[.agent], [.lead], [.supervisor], [.operator], [.agent, .lead]].map { own.limit(of: $0).perCase } == [100, 500, 700, 700, 500])
    #expect(GrantLimits.stranger(in: ["agnet": ["case": 1], "agent": ["case": 1], "supervisor_times": 2]) == "agnet")
    #expect(GrantLimits.stranger(in: ["agent": ["case": 1], "supervisor_times": 2]) == nil)
  }

  /// What a customer says, and whether it means the name.
  @Test(
    arguments: [
      ("envio gratis", "Envío GRATIS!", true), ("ENVÍO", "envio gratis", true), ("fur alle", "Für alle", true),
      ("fuer alle", "Für alle", true),
      ("the free shipping offer", "Free shipping", true), ("free postage", "Free shipping", false), ("ship", "Free shipping", true),
      ("hipp", "Free shipping", false), ("spring-15", "SPRING 15", true), ("kettle", "Free shipping, Sunday to Tuesday", false),
      ("sunday shipping", "Free shipping, Sunday to Tuesday", true), ("", "Free shipping", false), ("Cafe\u{301}", "Café", true),
      ("smörgås", "Smorgas week", true), ("łódź", "Lodz", true),
    ]) func `names are found as people say them`(said: String, name: String, isMeant: Bool)
  {
    #expect(SpokenName.means(SpokenName.folded(said), SpokenName.folded(name)) == isMeant)
  }

  @Test(
    arguments: [
      (995, "USD", "nine and 95/100 USD"), (950_00, "USD", "nine hundred fifty and 00/100 USD"), (5, "EUR", "zero and 05/100 EUR"),
      (333, "JPY", "three hundred thirty-three JPY"), (1_234_567, "USD", "twelve thousand three hundred forty-five and 67/100 USD"),
      (500, "BHD", "zero and 500/1000 BHD"),
    ]) func `amounts are read aloud`(minor: Int64, code: String, words: String) throws
  {
    #expect(AmountInWords.words(Money(minor: minor, try #require(Currency(code)))) == words)
  }

  /// When it is asked, and when half an hour of opening time is over, on UTC's clocks.
  @Test(
    arguments: [
      ("2026-05-08T12:00:00Z", "2026-05-08T12:30:00.000Z"), ("2026-05-08T19:50:00Z", "2026-05-09T08:20:00.000Z"),
      ("2026-05-08T22:00:00Z", "2026-05-09T08:30:00.000Z"), ("2026-05-08T03:00:00Z", "2026-05-08T08:30:00.000Z"),
      ("2026-05-08T19:30:00Z", "2026-05-08T20:00:00.000Z"), ("2026-05-08T20:00:00Z", "2026-05-09T08:30:00.000Z"),
    ]) func `half an hour of opening hours`(asked: String, due: String) throws
  {
    let hours = OpeningHours(.usual, zone: try Zone(name: "UTC", bytes: ZoneBytes.utc))
    #expect(hours.adding(.seconds(1_800), to: try Timestamp(rfc3339: asked)).description == due)
  }

  @Test(arguments: [
    ("08:00", "20:00", true), ("20:00", "08:00", false), ("8:00", "20:00", false), ("08:00", "25:00", false), ("x", "y", false),
  ])
  func `opening hours are two times of a day`(opens: String, closes: String, isTaken: Bool) {
    #expect((OpeningHours.Clock(opens: opens, closes: closes) != nil) == isTaken)
  }

  @Test func `what is said of some hours takes their place and no others'`() {
    let line = CapacityLine(kind: .contactsPerHour, sku: nil, pool: "desk")
    func hour(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: hours * 3_600_000) }
    var slots: [Identifier<CapacitySlot>: CapacityChanged] = [:]
    func at(_ number: Int64) -> Int64 {
      slots.values.reduce(0) { $1.from <= hour(number) && hour(number) < $1.to ? $0 + $1.quantity : $0 }
    }
    func say(_ from: Int64, _ to: Int64, _ quantity: Int64) -> Int {
      let facts = line.carving(
        hour(from)..<hour(to), quantity, cause: nil, out: slots, by: Identifier(restoring: "lead/lena"), at: Timestamp(milliseconds: 5))
      let open = (0..<24).filter { at(Int64($0)) > 0 }
      for fact in facts {
        slots[fact.slotID] = fact
        // Whoever hears them one after the other finds no hour empty in between.
        #expect(open.allSatisfy { at(Int64($0)) > 0 }, "after \(fact)")
      }
      return facts.count
    }
    #expect(say(8, 20, 120) == 1 && say(8, 20, 120) == 0)
    #expect(say(12, 14, 60) == 3 && [8, 11, 12, 13, 14, 19, 20].map(at) == [120, 120, 60, 60, 120, 120, 0])
    _ = say(10, 18, 90)
    #expect([8, 9, 10, 12, 13, 17, 18, 19].map(at) == [120, 120, 90, 90, 90, 90, 120, 120])
    _ = say(0, 24, 10)
    #expect((0..<24).allSatisfy { at(Int64($0)) == 10 })
    // Every fact is later than the one before it of the same slot.
    #expect(slots.values.contains { $0.at.milliseconds > 5 })
  }

  // MARK: Cases and holds

  private func turned(_ turn: CaseTurned.Turn, _ at: Int64, _ kind: CaseTurned.Kind = .complaint) -> CaseTurned {
    CaseTurned(
      turn: turn, caseID: Identifier(restoring: "c"), personID: Identifier(restoring: "ada"), kind: kind, severity: .normal,
      channel: "phone",
      by: Identifier(restoring: "agent/ines"), at: Timestamp(milliseconds: at))
  }

  @Test func `a case is the fold of its turns`() throws {
    #expect(CaseFile([turned(.solved, 1)]) == nil)
    let file = try #require(
      CaseFile([turned(.opened, 1), turned(.escalated, 2), turned(.answered, 3), turned(.solved, 4), turned(.reopened, 5)]))
    #expect(
      file.state == .open && !file.isEscalated && file.holdCause(.usual) == "complaint" && file.answeredAt == Timestamp(milliseconds: 3))
    #expect(CaseFile([turned(.opened, 1), turned(.solved, 2)])?.holdCause(.usual) == nil)
    #expect(CaseFile([turned(.opened, 1, .question)])?.holdCause(.usual) == nil)
  }

  @Test func `the fate of a hold`() {
    let rules = HoldRules(expire: .seconds(30 * 86_400), coolOff: .seconds(7 * 86_400), coolOffSevere: .seconds(30 * 86_400))
    func day(_ days: Int64) -> Timestamp { Timestamp(milliseconds: days * 86_400_000) }
    guard let file = CaseFile([turned(.opened, 0)]) else { return }
    let hold = rules.placed(
      Identifier(restoring: "h"), for: file, of: Identifier(restoring: "ada"), because: "complaint", by: file.holder, at: day(0))
    #expect(HoldRules.fate(of: hold, isCaseOpen: true, at: day(3)) == .wait(until: day(29)))
    #expect(
      HoldRules.fate(of: hold, isCaseOpen: true, at: day(29)) == .renew && HoldRules.fate(of: hold, isCaseOpen: true, at: day(90)) == .renew
    )
    #expect(HoldRules.fate(of: hold, isCaseOpen: false, at: day(29)) == .wait(until: day(30)))
    #expect(HoldRules.fate(of: hold, isCaseOpen: false, at: day(30)) == .lift(because: "its time is over"))
    #expect(rules.cooling(hold, by: file.holder, at: day(2)).expiresAt == day(9))
  }
}

/// UTC as a zone file has it (RFC 9636).
private enum ZoneBytes {
  static let utc: [UInt8] = {
    func header() -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
    }
    let body: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    return header() + body + header() + body + Array("\nUTC0\n".utf8)
  }()
}
