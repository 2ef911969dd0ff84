import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// The gate: each row alone blocks an offer, names who and since when, and lifting it is enough.
struct GateTests {
  /// One row that alone does not hold.
  struct Only: CustomTestStringConvertible, Sendable {
    let check: String
    let code: String
    /// What its sentence and who can lift it say.
    let says: String
    let lifted: String
    let lift: @Sendable (MarketingScene) throws -> Void
    var testDescription: String { check }
  }

  static let rows: [Only] = [
    Only(check: "budget", code: "budget_unanswered", says: "4500.00 USD", lifted: "the ledger") {
      try $0.ledger($0.reserve(.reserved, 450_000, entry: 7))
    },
    Only(check: "promises", code: "promise_unanswered", says: "promise contacts, 120 contacts an hour", lifted: "customer service") {
      try $0.service(MarketingScene.answered("contacts"), MarketingScene.answered("lead"), MarketingScene.answered("kettles"))
    },
    Only(check: "capacity", code: "capacity_short", says: "there is only 60 contacts an hour", lifted: "customer service") {
      try $0.service(MarketingScene.capacity("s-0", 200, at: $0.clock.now().adding(.milliseconds(1))))
    },
    Only(check: "channels", code: "no_counterpart", says: "who buy by phone", lifted: "service") {
      try $0.service(MarketingScene.counterpart("phone"))
    },
    Only(check: "sheets", code: "no_sheet", says: "the sheet en-US/warm for version 1 was not written yet", lifted: "service") {
      try $0.service(MarketingScene.sheet("en-US"), MarketingScene.sheet("es-US"))
    },
    Only(check: "briefings", code: "briefings_outstanding", says: "0 of 3", lifted: "agent/ines") {
      for agent in MarketingScene.agents { try $0.service(MarketingScene.read(agent)) }
    },
  ]

  @Test(arguments: rows) func `alone it blocks the start, and lifting it is enough`(_ only: Only) throws {
    let scene = try MarketingScene.demanding(but: [only.check])
    #expect(try scene.lacking() == [only.check])
    let row = try scene.row(only.check)
    #expect(row["code"]?.string == only.code)
    #expect(row["sentence"]?.string?.contains(only.says) == true, "\(row.text)")
    #expect(row["lifted_by"]?.string?.contains(only.lifted) == true, "\(row.text)")
    #expect(row["since"]?.string == MarketingScene.friday.description)
    // Not lifted, it blocks the start in a sentence, and later passes no more by itself.
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    try only.lift(scene)
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(3_600)))
    #expect(try scene.state() == "blocked" && scene.lacking() == [])
    #expect(scene.offer("launch").status == 200)
    if only.check == "budget" { try scene.ledger(scene.reserve(.reserved, 450_000, entry: 8)) }
    #expect(try scene.state() == "live")

    // Lifted in time, it goes live by itself at its start.
    let other = try MarketingScene.demanding(but: [only.check])
    try only.lift(other)
    try other.work()
    #expect(try other.lacking() == [])
    try other.advance(to: MarketingScene.sunday)
    #expect(try other.state() == "live")
    #expect(try other.premises.findings() == [])
  }

  @Test func `nothing lacks: live at its start, and each turn of the gate was told`() throws {
    let scene = try MarketingScene.demanding()
    #expect(try scene.lacking() == [] && scene.gate().count == 8)
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
    let told = try scene.told().compactMap { if case .gateTurned(let fact) = $0 { fact } else { nil } }
    #expect(!told.isEmpty && told.allSatisfy { $0.rows.count == 8 })
    let declared = try scene.told().compactMap { if case .promiseDeclared(let fact) = $0 { fact } else { nil } }
    #expect(declared.map(\.promiseID.text) == ["contacts", "kettles", "lead"])
    #expect(declared.first?.quantity == 120 && declared.last?.duration == .seconds(96 * 3_600) && declared[1].onDrop == .pause)
  }

  // MARK: Thursday and Saturday

  /// What comes up on Saturday, and which row it breaks.
  static let saturday: [(String, DomainEvent, String)] = [
    ("promises", MarketingScene.answered("lead", .no, at: MarketingScene.friday.adding(.seconds(86_400))), "said no"),
    ("promises", MarketingScene.answered("contacts", .upTo, 60, at: MarketingScene.friday.adding(.seconds(86_400))), "answered up to 60"),
    ("capacity", MarketingScene.capacity("s-0", 80, at: MarketingScene.friday.adding(.seconds(86_400))), "there is only 80"),
    ("sheets", MarketingScene.sheet("es-US", .staled, at: MarketingScene.friday.adding(.seconds(86_400))), "is stale"),
    (
      "sheets", MarketingScene.colleague("agent/uma", active: false, at: MarketingScene.friday.adding(.seconds(86_400))),
      "nobody here who answers for it"
    ),
    ("briefings", MarketingScene.shift("agent/vera", at: MarketingScene.friday.adding(.seconds(86_400))), "agent/vera has not"),
    (
      "channels", MarketingScene.counterpart("web", "video", at: MarketingScene.friday.adding(.seconds(86_400))),
      "nobody is at video, where customers are answered who buy by web"
    ),
  ]

  @Test(arguments: saturday.indices) func `what passed on Friday and fails on Saturday blocks the start`(_ place: Int) throws {
    let (check, event, says) = Self.saturday[place]
    let scene = try MarketingScene.demanding()
    #expect(try scene.lacking() == [])
    scene.clock.advance(to: MarketingScene.friday.adding(.seconds(86_400)))
    try scene.service(event)
    try scene.ledger()
    try scene.work()
    #expect(try scene.lacking() == [check])
    #expect(try scene.row(check)["since"]?.string == MarketingScene.friday.adding(.seconds(86_400)).description)
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    let sentence = try scene.turns().last?.sentence ?? ""
    #expect(sentence.contains(says), "\(sentence)")
  }

  @Test func `time alone turns a row: silence past its hour, an answer past its expiry, a sheet past its review`() throws {
    let silent = try MarketingScene.demanding(but: ["promises"])
    // 2026-05-09T17:00 in New York.
    let answerBy = try Timestamp(rfc3339: "2026-05-09T21:00:00Z")
    try silent.advance(to: answerBy)
    #expect(try silent.row("promises")["code"] == "promise_overdue" && silent.row("promises")["state"] == "waiting")
    #expect(try silent.row("promises")["since"]?.string == answerBy.description)
    #expect(try silent.row("promises")["lifted_by"]?.string?.contains("deputy") == true)

    let expiring = try MarketingScene.demanding(but: ["promises", "sheets"])
    let (first, second) = (MarketingScene.friday.adding(.seconds(3_600)), MarketingScene.friday.adding(.seconds(7_200)))
    try expiring.service(
      MarketingScene.answered("contacts", expires: first), MarketingScene.answered("lead"), MarketingScene.answered("kettles"),
      MarketingScene.sheet("en-US", review: second),
      MarketingScene.sheet("es-US"))
    #expect(try expiring.lacking() == [])
    try expiring.advance(to: first)
    #expect(try expiring.row("promises")["code"] == "promise_expired")
    try expiring.advance(to: second)
    #expect(try expiring.row("sheets")["code"] == "review_overdue")
  }

  @Test func `one agent is sick at night: the gate recomputes by itself`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    for agent in ["agent/ines", "agent/tom"] { try scene.service(MarketingScene.read(agent)) }
    #expect(try scene.row("briefings")["lifted_by"] == "agent/uma")
    scene.clock.advance(to: MarketingScene.friday.adding(.seconds(7_200)))
    try scene.service(MarketingScene.shift("agent/uma", absent: true, at: scene.clock.now()))
    try scene.work()
    #expect(try scene.lacking() == [])
    // Each language needs somebody in each opening hour: the two left speak one only from now on.
    for agent in ["agent/ines", "agent/tom"] {
      try scene.service(MarketingScene.shift(agent, locales: ["en-US"], at: scene.clock.now()))
    }
    try scene.work()
    #expect(try scene.row("briefings")["code"] == "hours_uncovered")
    #expect(try scene.row("briefings")["sentence"]?.string?.contains("es-US") == true)
  }

  @Test func `a drop in what can be done is told, and pauses a live offer whose promise says so`() throws {
    let scene = try MarketingScene.demanding()
    try scene.advance(to: MarketingScene.sunday)
    scene.clock.advance(to: MarketingScene.sunday.adding(.seconds(3_600)))
    // The contacts only raise an alarm.
    try scene.service(MarketingScene.capacity("s-0", 80, at: scene.clock.now()))
    try scene.work()
    #expect(try scene.state() == "live" && scene.row("capacity")["state"] == "failed")
    // The goods pause.
    try scene.service(MarketingScene.capacity("s-2", 90, .units, sku: "KETTLE-17", at: scene.clock.now()))
    try scene.work()
    #expect(try scene.state() == "paused")
    // Nobody has it go on before there is enough again.
    let early = scene.offer("resume")
    #expect(
      try early.status == 409 && early.json["code"] == "capacity" && early.json["detail"]?.string?.contains("there is only 90") == true)
    let paused = try #require(try scene.turns().last)
    #expect(paused.cause == "capacity" && paused.by.text == "marketing" && paused.sentence?.contains("there is only") == true)
    try scene.service(MarketingScene.capacity("s-2", 100, .units, sku: "KETTLE-17", at: scene.clock.now()))
    #expect(scene.offer("resume").status == 200)
    #expect(try scene.state() == "live")
    // In the same moment, before anybody has looked, it is as it was: what stands there of the row is no news, and the offer rests again.
    try scene.service(MarketingScene.capacity("s-2", 90, .units, sku: "KETTLE-17", at: scene.clock.now()))
    try scene.work()
    #expect(try scene.state() == "paused")
  }

  @Test func `a drop pauses also where another promise is not answered any more, or fell short before`() throws {
    for first in [
      MarketingScene.answered("contacts", .no, at: MarketingScene.sunday), MarketingScene.capacity("s-0", 80, at: MarketingScene.sunday),
    ] {
      let scene = try MarketingScene.demanding()
      try scene.advance(to: MarketingScene.sunday.adding(.seconds(9 * 3_600)))
      try scene.service(first)
      try scene.work()
      #expect(try scene.state() == "live")
      try scene.service(MarketingScene.capacity("s-2", 90, .units, sku: "KETTLE-17", at: scene.clock.now()))
      try scene.work()
      #expect(try scene.state() == "paused", "\(first)")
    }
  }

  @Test func `whose owner has left goes not live with the last word, though nobody has looked at the terms since`() throws {
    let scene = try MarketingScene.demanding()
    try scene.advance(to: MarketingScene.sunday)
    let changed = ("benefit", ["kind": "free_shipping", "max": ["amount_minor": 1_000, "currency": "USD"]] as JSON)
    #expect(scene.offer("schedule", try MarketingScene.demandingOffer(("version", 2), changed)).status == 200)
    let now = scene.clock.now()
    try scene.service(MarketingScene.sheet("en-US", version: 2, at: now), MarketingScene.sheet("es-US", version: 2, at: now))
    for agent in MarketingScene.agents.dropLast() { try scene.service(MarketingScene.read(agent, version: 2, at: now)) }
    // All in one moment: what falls due between them is not done.
    try scene.ledger(MarketingScene.colleague("marketer/maya", active: false, at: now))
    try scene.service(MarketingScene.read(MarketingScene.agents[2], version: 2, at: now))
    #expect(try scene.state(1) == "live" && scene.state(2) == "blocked")
    #expect(try scene.row("terms", 2)["sentence"]?.string?.contains("marketer/maya") == true)
  }
}
