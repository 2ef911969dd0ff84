import Contracts
import Terms
import Testing

/// Whether each channel has its counterpart, and each counterpart somebody who is there in its hours: from facts alone.
struct GateChannelsTests {
  /// Sunday 2026-05-10, midnight in New York.
  private static let start = Scene.instant("2026-05-10T04:00:00Z")
  private static let asked = start.adding(.seconds(-2 * 86_400))
  private static let told = start.adding(.seconds(-86_400))

  private static func at(_ hours: Int64) -> Timestamp { start.adding(.seconds(hours * 3_600)) }

  private static func named(_ channel: String, _ counterpart: String = "chat", closes: String = "20:00", zone: String = "America/New_York")
    -> CounterpartNamed
  {
    CounterpartNamed(
      channel: channel, counterpart: counterpart, opens: "08:00", closes: closes, timeZone: zone, by: Identifier(restoring: "lead/ruth"),
      at: asked.adding(.seconds(60)))
  }

  /// From and to in hours after the start.
  private static func shift(
    _ agent: String, _ from: Int64, _ to: Int64, _ channels: [String] = ["chat"], absent: Bool = false, told: Timestamp = told
  ) -> RosterPublished {
    RosterPublished(
      agentID: Identifier(restoring: agent), shiftID: Identifier(restoring: "\(agent)-\(from)"), from: at(from), to: at(to),
      channels: channels, absent: absent, at: told)
  }

  /// Three days of chat, 08 to 20.
  private static let whole = [0, 24, 48].map { shift("ana", $0 + 8, $0 + 20) }

  private static func row(
    _ counterparts: [CounterpartNamed], _ shifts: [RosterPublished] = whole, _ changes: [String: JSON] = [:], soldBy: [String] = [],
    left: [String] = [], handedTo: String? = nil, at now: Timestamp = asked
  ) throws -> OfferScheduled.GateRow {
    let people = ColleagueFold(
      left.map {
        ColleagueChanged(
          colleagueID: Identifier(restoring: $0), active: false, handedTo: handedTo.map { Identifier(restoring: $0) }, at: asked)
      })
    return GateChannels(
      try Scene.terms(changes), Dictionary(uniqueKeysWithValues: counterparts.map { ($0.channel, $0) }), soldBy: soldBy,
      roster: RosterFold(shifts), people, at: now, zone: Scene.zone
    ).row(asked: asked)
  }

  @Test func `a channel by which an offer is bought has a counterpart`() throws {
    let both: [String: JSON] = ["/eligibility/channels": ["web", "phone"]]
    let none = try Self.row([], Self.whole, both)
    #expect(none.code == "no_counterpart" && none.sentence?.contains("phone and web") == true && none.since == Self.asked)
    let one = try Self.row([Self.named("web")], Self.whole, both)
    #expect(one.state == .waiting && one.sentence?.contains("web") == false)
    let held = try Self.row([Self.named("web"), Self.named("phone")], Self.whole, both)
    #expect(held.state == .passed && held.since == Self.asked.adding(.seconds(60)))
    // One that names none is for all of the shop's; where nobody has said anything of any, somebody has to.
    let silent = try Self.row([])
    #expect(silent.code == "no_counterpart" && silent.liftedBy?.contains("accord channel name") == true)
    #expect(try Self.row([Self.named("web")]).state == .passed)
    #expect(try Self.row([Self.named("web")], soldBy: ["web"]).state == .passed)
    let store = try Self.row([Self.named("web")], soldBy: ["store", "web"])
    #expect(store.state == .waiting && store.sentence?.contains("buy by store") == true)
  }

  /// Who is there at chat, 08 to 20 in New York, in the first 72 hours; nil where somebody always is, else the first hours without.
  @Test(
    arguments: [
      (whole, nil),
      ([], "from 2026-05-10T12:00:00.000Z until 2026-05-11T00:00:00.000Z, and in 24 more hours"),
      (Array(whole.dropLast()), "from 2026-05-12T12:00:00.000Z until 2026-05-13T00:00:00.000Z:"),
      // One takes over from the other.
      ([shift("ana", 8, 14), shift("bo", 13, 20)] + whole.dropFirst(), nil),
      ([shift("ana", 8, 14), shift("bo", 15, 20)] + whole.dropFirst(), "from 2026-05-10T18:00:00.000Z until 2026-05-10T19:00:00.000Z:"),
      // Half an hour is not the hour.
      ([shift("ana", 8, 19)] + whole.dropFirst(), "from 2026-05-10T23:00:00.000Z until 2026-05-11T00:00:00.000Z:"),
      // Whoever is at the phone is not at the chat; a shift that names no channels is for all.
      ([shift("ana", 8, 20, ["phone"])] + whole.dropFirst(), "from 2026-05-10T12:00:00.000Z until 2026-05-11T00:00:00.000Z:"),
      ([shift("ana", 8, 20, ["phone", "chat"])] + whole.dropFirst(), nil),
      ([shift("ana", 8, 20, [])] + whole.dropFirst(), nil),
      ([shift("ana", 8, 20, absent: true)] + whole.dropFirst(), "00:00:00.000Z (ana does not come):"),
    ] as [([RosterPublished], String?)])
  func `its counterpart is staffed all through its hours`(_ shifts: [RosterPublished], _ lacking: String?) throws {
    let row = try Self.row([Self.named("web")], shifts)
    guard let lacking else { return #expect(row.state == .passed, "\(row)") }
    #expect(row.state == .waiting && row.code == "channel_unstaffed")
    #expect(row.sentence?.contains(lacking) == true, "\(row)")
    #expect(row.sentence?.hasPrefix("nobody is at chat, where customers are answered who buy by web, from ") == true, "\(row)")
    #expect(row.sentence?.contains("open from 08:00 to 20:00 in America/New_York") == true, "\(row)")
    #expect(row.by?.text == "lead/ruth" && row.liftedBy?.hasPrefix("lead/ruth") == true, "\(row)")
  }

  @Test func `whoever left is not there, nor answers for it; other hours ask for others`() throws {
    let gone = try Self.row([Self.named("web")], left: ["ana"])
    #expect(gone.code == "channel_unstaffed")
    #expect(try Self.row([Self.named("web")], []).since == Self.asked.adding(.seconds(60)))
    let sick = Self.shift("ana", 8, 20, absent: true, told: Self.at(-3))
    #expect(try Self.row([Self.named("web")], [sick] + Self.whole.dropFirst()).since == Self.at(-3))
    let unowned = try Self.row([Self.named("web")], [], left: ["lead/ruth"])
    #expect(unowned.by == nil && unowned.liftedBy?.hasPrefix("whoever plans the shifts") == true)
    let heir = try Self.row([Self.named("web")], [], left: ["lead/ruth"], handedTo: "lead/tom")
    #expect(heir.by?.text == "lead/tom" && heir.liftedBy?.hasPrefix("lead/tom") == true)
    #expect(
      try Self.row([Self.named("web", closes: "21:00")]).sentence?.contains(
        "from 2026-05-11T00:00:00.000Z until 2026-05-11T01:00:00.000Z, and in 2 more hours") == true)
    // The same hours on the clocks of Los Angeles end three hours later.
    #expect(try Self.row([Self.named("web", zone: "America/Los_Angeles")]).code == "channel_unstaffed")
    #expect(
      try Self.row([Self.named("web"), Self.named("phone", "line")], soldBy: ["web", "phone"]).sentence?.contains("buy by phone") == true)
  }

  @Test func `an offer asks for its own first hours, and for those that are left`() throws {
    let first = Array(Self.whole.prefix(1))
    #expect(try Self.row([Self.named("web")], first, ["/briefing": ["first_hours": 24, "question": nil]]).state == .passed)
    #expect(try Self.row([Self.named("web")], first).state == .waiting)
    // A day late the first day is over, and a fourth is asked for.
    let longer: [String: JSON] = ["/window/ends_at": "2026-05-20T00:00:00"]
    let fourth = [Self.shift("ana", 80, 92)]
    #expect(try Self.row([Self.named("web")], Array(Self.whole.dropFirst()) + fourth, longer, at: Self.at(24)).state == .passed)
    let late = try Self.row([Self.named("web")], Self.whole, longer, at: Self.at(24))
    #expect(late.sentence?.contains("from 2026-05-13T12:00:00.000Z") == true, "\(late)")
    // Nothing is asked of hours that lie behind the offer's end.
    #expect(try Self.row([Self.named("web")], [], at: Self.at(72)).state == .passed)
  }
}
