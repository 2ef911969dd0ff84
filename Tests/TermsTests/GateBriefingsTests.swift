import Contracts
import Terms
import Testing

/// Who must have read an offer before it goes live, and whether enough have: from shifts and acknowledgements alone.
struct GateBriefingsTests {
  /// Sunday 2026-05-10, midnight in New York.
  private static let start = Scene.instant("2026-05-10T04:00:00Z")
  private static let asked = start.adding(.seconds(-86_400))

  private static func at(_ hours: Int64) -> Timestamp { start.adding(.seconds(hours * 3_600)) }

  /// From and to in hours after the start.
  private static func shift(
    _ agent: String, _ from: Int64, _ to: Int64, _ locales: [String] = ["en-US"], absent: Bool = false, told: Timestamp = asked
  ) -> RosterPublished {
    RosterPublished(
      agentID: Identifier(restoring: agent), shiftID: Identifier(restoring: "\(from)"), from: at(from), to: at(to), locales: locales,
      absent: absent, at: told)
  }

  private static func read(_ agent: String, _ version: Int = 1, correct: Bool? = nil, at time: Timestamp = asked) -> BriefingAcknowledged {
    BriefingAcknowledged(
      offerID: Identifier(restoring: "spring"), version: version, agentID: Identifier(restoring: agent), secondsOpen: 30,
      answerCorrect: correct, at: time)
  }

  /// Three days of opening hours, 08 to 20, each by one agent of each language.
  private static let whole = [0, 24, 48].flatMap { day in
    [shift("ana", day + 8, day + 20), shift("bea", day + 8, day + 20, ["es-US"])]
  }

  private static func gate(
    _ shifts: [RosterPublished], _ changes: [String: JSON] = [:], left: [String] = [], rule: GateBriefings.Rule = .init(),
    at now: Timestamp = asked
  ) throws -> GateBriefings {
    let people = ColleagueFold(left.map { ColleagueChanged(colleagueID: Identifier(restoring: $0), active: false, at: asked) })
    return try #require(GateBriefings(try Scene.terms(changes), roster: RosterFold(shifts), people, rule: rule, at: now))
  }

  private static func names(_ ids: [Identifier<Colleague>]) -> [String] { ids.map(\.text) }

  @Test func `an offer that asks for no briefing has no such row`() throws {
    #expect(GateBriefings(try Scene.terms(["/briefing": nil]), roster: RosterFold(), ColleagueFold(), at: Self.asked) == nil)
  }

  /// Shifts that touch the first 72 hours, in scope, where somebody comes.
  @Test(
    arguments: [
      ([], []),
      ([shift("ana", 8, 20)], ["ana"]),
      ([shift("ana", -8, 0)], []),
      ([shift("ana", -8, 1)], ["ana"]),
      ([shift("ana", 71, 80)], ["ana"]),
      ([shift("ana", 72, 80)], []),
      ([shift("ana", 8, 20, absent: true)], []),
      ([shift("ana", 8, 20, ["de-DE"])], []),
      ([shift("ana", 8, 20, ["de-DE", "en-GB"])], ["ana"]),
      ([shift("ana", 8, 20, [])], ["ana"]),
      ([shift("bo", 8, 20), shift("ana", 8, 20), shift("ana", 32, 40)], ["ana", "bo"]),
      ([shift("left", 8, 20), shift("ana", 8, 20)], ["ana"]),
    ] as [([RosterPublished], [String])])
  func `required is who has a shift in the first hours`(shifts: [RosterPublished], required: [String]) throws {
    #expect(Self.names(try Self.gate(shifts, left: ["left"]).required) == required)
  }

  @Test func `an offer that is late counts its first hours from then on`() throws {
    let shifts = [Self.shift("ana", 8, 20), Self.shift("bo", 80, 90), Self.shift("cy", 95, 99)]
    #expect(Self.names(try Self.gate(shifts).required) == ["ana"])
    let longer: [String: JSON] = ["/window/ends_at": "2026-05-20T00:00:00"]
    #expect(Self.names(try Self.gate(shifts, longer, at: Self.at(24)).required) == ["bo", "cy"])
    // Whoever comes after its end has nothing to read.
    #expect(Self.names(try Self.gate(shifts, at: Self.at(24)).required) == [])
  }

  @Test func `of one shift the latest word counts`() throws {
    let sick = Self.shift("ana", 8, 20, absent: true, told: Self.asked.adding(.seconds(60)))
    for order in [[Self.shift("ana", 8, 20), sick], [sick, Self.shift("ana", 8, 20)]] {
      #expect(try Self.gate(order).required.isEmpty)
    }
  }

  @Test func `one after the other reads it, and the row says who has not and since when`() throws {
    let gate = try Self.gate(Self.whole, ["/targeting/locales": ["en-US", "es-US"]])
    let nobody = gate.row(BriefingFold(), counting: 1...1, asked: Self.asked)
    #expect(nobody.state == .waiting && nobody.code == "briefings_outstanding" && nobody.since == Self.asked)
    #expect(nobody.sentence?.contains("0 of 2") == true && nobody.liftedBy == "ana and bea")
    let one = gate.row(BriefingFold([Self.read("ana")]), counting: 1...1, asked: Self.asked)
    #expect(
      one.liftedBy == "bea" && one.sentence?.hasSuffix("2 must: bea has not") == true && nobody.sentence?.hasSuffix("have not") == true)
    let later = Self.asked.adding(.seconds(900))
    let both = gate.row(BriefingFold([Self.read("ana"), Self.read("bea", at: later)]), counting: 1...1, asked: Self.asked)
    #expect(both.state == .passed && both.since == later && both.code == nil)
  }

  @Test func `a wrong answer is no briefing, the right one after it is`() throws {
    let gate = try Self.gate([Self.shift("ana", 8, 20)])
    #expect(Self.names(gate.outstanding(BriefingFold([Self.read("ana", correct: false)]), counting: 1...1)) == ["ana"])
    let again = BriefingFold([Self.read("ana", correct: false), Self.read("ana", correct: true)])
    #expect(gate.outstanding(again, counting: 1...1).isEmpty)
  }

  @Test func `a material version is read anew, a minor one is not`() throws {
    let significance: [Int: OfferVersioned.Significance] = [1: .material, 2: .minor, 3: .minor, 4: .material, 5: .minor]
    func counting(_ version: Int) -> ClosedRange<Int> { MaterialVersions.counting(version) { significance[$0] } }
    #expect([1, 2, 3, 4, 5, 6].map(counting) == [1...1, 1...2, 1...3, 4...4, 4...5, 6...6])
    let gate = try Self.gate([Self.shift("ana", 8, 20)])
    let read = BriefingFold([Self.read("ana", 1)])
    #expect(gate.outstanding(read, counting: counting(3)).isEmpty)
    #expect(Self.names(gate.outstanding(read, counting: counting(4))) == ["ana"])
  }

  /// Of eight, with the quorum in percent: how many are enough.
  @Test(arguments: [(100, 8), (90, 8), (88, 8), (87, 7), (50, 4), (1, 1)] as [(Int64, Int)])
  func `the quorum is rounded up`(percent: Int64, needed: Int) throws {
    let rule = GateBriefings.Rule(quorumPercent: percent, opens: 8 * 60, closes: 8 * 60)
    let shifts = (1...8).map { Self.shift("a\($0)", 8, 20) }
    let gate = try Self.gate(shifts, rule: rule)
    for count in 0...8 {
      let read = BriefingFold((0..<count).map { Self.read("a\($0 + 1)") })
      #expect((gate.row(read, counting: 1...1, asked: Self.asked).state == .passed) == (count >= needed), "\(count) of 8")
    }
  }

  @Test func `in each opening hour somebody is there for each language`() throws {
    let changes: [String: JSON] = ["/targeting/locales": ["en-US", "es-US"]]
    let read = BriefingFold([Self.read("ana"), Self.read("bea")])
    #expect(try Self.gate(Self.whole, changes).row(read, counting: 1...1, asked: Self.asked).state == .passed)
    // Bea goes home at 15:00 on Monday.
    let short = Self.whole.filter { !($0.agentID.text == "bea" && $0.from == Self.at(32)) } + [Self.shift("bea", 32, 39, ["es-US"])]
    let gate = try Self.gate(short, changes)
    #expect(gate.gaps(read, counting: 1...1).map(\.locale) == Array(repeating: "es-US", count: 5))
    let row = gate.row(read, counting: 1...1, asked: Self.asked)
    #expect(row.code == "hours_uncovered" && row.sentence?.contains("2026-05-11T19:00:00.000Z") == true)
    // Somebody comes instead who speaks it and has read it: at half past, when the one before goes.
    let instead =
      short.filter { $0.agentID.text != "bea" || $0.from != Self.at(32) }
      + [Self.shift("bea", 32, 40, ["es-US"]), Self.shift("ana", 40, 45, ["es-MX"])]
    #expect(try Self.gate(instead, changes).gaps(read, counting: 1...1).isEmpty)
  }

  @Test func `hours are those of the offer's clocks, and one that the clocks skip is none`() throws {
    // The night of 8 March: the clocks go from 02:00 to 03:00.
    let changes: [String: JSON] = [
      "/window/starts_at": "2026-03-08T00:00:00", "/window/ends_at": "2026-03-13T00:00:00", "/briefing/first_hours": 23,
    ]
    let rule = GateBriefings.Rule(opens: 0, closes: 24 * 60)
    let gate = try Self.gate([], changes, rule: rule, at: Scene.instant("2026-03-07T00:00:00Z"))
    #expect(gate.gaps(BriefingFold(), counting: 1...1).count == 23)
  }

  @Test func `nobody on the roster is not everybody briefed`() throws {
    let row = try Self.gate([]).row(BriefingFold(), counting: 1...1, asked: Self.asked)
    #expect(row.state == .waiting && row.code == "no_roster" && row.liftedBy?.contains("accord import roster") == true)
  }

  @Test func `one of eight is sick: the row holds without them, and asks for whoever comes instead`() throws {
    let rule = GateBriefings.Rule(opens: 8 * 60, closes: 8 * 60)
    let shifts = (1...8).map { Self.shift("a\($0)", 8, 20) }
    let read = BriefingFold((1...7).map { Self.read("a\($0)") })
    #expect(try Self.gate(shifts, rule: rule).row(read, counting: 1...1, asked: Self.asked).liftedBy == "a8")
    let night = Self.at(-1)
    let sick = shifts + [Self.shift("a8", 8, 20, absent: true, told: night)]
    #expect(try Self.gate(sick, rule: rule).row(read, counting: 1...1, asked: Self.asked).state == .passed)
    let row = try Self.gate(sick + [Self.shift("b9", 8, 20, told: night)], rule: rule).row(read, counting: 1...1, asked: Self.asked)
    #expect(row.liftedBy == "b9" && row.since == night)
  }

  @Test func `policies say the quorum and the hours, and nonsense in them is passed over`() {
    #expect(
      GateBriefings.Rule(briefing: ["quorum_percent": 80], hours: ["from": "09:30", "to": "24:00"])
        == .init(quorumPercent: 80, opens: 570, closes: 1_440))
    for (briefing, hours) in [
      (nil, nil), (["quorum_percent": 0], ["from": "9", "to": "20:00"]), (["quorum_percent": 101], ["from": "20:00", "to": "08:00"]),
    ]
      as [(JSON?, JSON?)]
    {
      #expect(GateBriefings.Rule(briefing: briefing, hours: hours) == .init())
    }
  }

  @Test func `what those who are there and have not read it would have taken is told by stretches of time`() throws {
    let shifts = [
      Self.shift("ana", 8, 20), Self.shift("bo", 8, 14), Self.shift("cy", 12, 20, ["de-DE"], told: Self.at(-2)),
      Self.shift("dan", 8, 20, absent: true), Self.shift("eva", 90, 99), Self.shift("gone", 8, 20),
    ]
    let gate = try Self.gate(shifts, left: ["gone"])
    let unread = gate.unread(BriefingFold([Self.read("ana")]), counting: 1...1, .usual)
    // One takes 6 contacts of an hour, two 13, three 20. Cy is in no language of the offer, and there.
    #expect(unread.map(\.window) == [Self.at(8)..<Self.at(12), Self.at(12)..<Self.at(14), Self.at(14)..<Self.at(20)])
    #expect(unread.map(\.contacts) == [7, 14, 7])
    #expect(
      unread.map(\.cause) == [
        "bo is there and has not read it", "bo and cy are there and have not read it", "cy is there and has not read it",
      ])
    #expect(unread.map(\.since) == [Self.asked, Self.at(-2), Self.at(-2)])
    let all = BriefingFold(["ana", "bo", "cy"].map { Self.read($0) })
    #expect(gate.unread(all, counting: 1...1, .usual).isEmpty && gate.unread(all, counting: 2...2, .usual).count == 3)
    // The same of hours that lie behind the first ones, and nothing where nothing has to be read.
    let period = Self.at(80)..<Self.at(100)
    func later(_ changes: [String: JSON] = [:]) throws -> Unbriefed? {
      Unbriefed(
        try Scene.terms(changes).document, in: period, roster: RosterFold(shifts), ColleagueFold(), all, counting: 1...1, .usual)
    }
    #expect(try later()?.stretches(in: period).map(\.contacts) == [6] && later(["/briefing": nil]) == nil)
  }
}
