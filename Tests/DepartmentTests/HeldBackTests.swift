import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// Rows 4, 6 and 10 of the verdicts, as a run and again at hand-over: holds, silence, and too often.
struct HeldBackTests {
  static func person(_ id: String) -> Identifier<Person> { Identifier(restoring: id) }

  static func hold(
    _ person: String, _ turn: HoldTurned.Turn = .placed, scope: HoldTurned.Scope = .all, id: String? = nil, of case: String? = "case-1",
    expires: Timestamp? = nil, coolOff: Timestamp? = nil, at: Timestamp
  ) -> DomainEvent {
    .holdTurned(
      HoldTurned(
        turn: turn, holdID: Identifier(restoring: "hold-\(person)"), personID: Self.person(person), scope: scope, scopeID: id,
        severity: .normal, caseID: `case`.map(Identifier.init(restoring:)), expiresAt: expires ?? at.adding(.seconds(30 * 86_400)),
        coolOffUntil: coolOff, cause: "complaint", by: Identifier(restoring: "agent/ines"), at: at))
  }

  /// The Sunday offer live with `people` who agreed, the look-back not told yet.
  static func live(_ people: [String]) throws -> MarketingScene {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.hear(people.flatMap { MarketingScene.person($0) }.map { try scene.delivery($0) })
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
    return scene
  }

  @Test func `a hold keeps marketing back in its scope, and nothing else`() throws {
    let scene = try Self.live(["all", "spring", "autumn", "mail", "paper", "over", "cooling", "cool"])
    let now = scene.clock.now()
    try scene.service(
      Self.hold("all", at: now), Self.hold("spring", scope: .campaign, id: "spring", at: now),
      Self.hold("autumn", scope: .campaign, id: "autumn", at: now), Self.hold("mail", scope: .channel, id: "email", at: now),
      Self.hold("paper", scope: .channel, id: "letter", at: now),
      Self.hold("over", of: nil, expires: now, at: now.adding(.seconds(-86_400))),
      Self.hold("cooling", .lifted, coolOff: now.adding(.seconds(60)), at: now.adding(.seconds(-60))),
      Self.hold("cool", .lifted, coolOff: now, at: now.adding(.seconds(-60))))
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    #expect(try scene.prepared().first?.reasons == ["eligible": 4, "hold": 4])
    #expect(Set(scene.spool().compactMap { $0["person_id"]?.string }) == ["autumn", "paper", "over", "cool"])
    // When it is over they stand in the line again: by itself after the cool-off, at once where it is lifted without one.
    try scene.advance(to: now.adding(.seconds(60)))
    #expect(scene.spool().contains { $0["person_id"] == "cooling" })
    try scene.service(Self.hold("all", .lifted, at: scene.clock.now()))
    try scene.work()
    #expect(scene.spool().contains { $0["person_id"] == "all" } && !scene.spool().contains { $0["person_id"] == "spring" })
    #expect(try scene.premises.findings() == [])
  }

  @Test func `a note leaves in spite of a hold, without its invitation`() throws {
    let scene = try Self.live(["ada"])
    try scene.service(Self.hold("ada", at: scene.clock.now()))
    try scene.ledger(MarketingScene.order("o-1", of: "ada"), MarketingScene.remedy("o-1", of: "ada"), MarketingScene.lookBack(granted: 1))
    try scene.work()
    let note = try #require(scene.spool().first)
    #expect(note["purpose"] == "transaction" && note["invites"] == false)
  }

  @Test func `an open case keeps its hold beyond the expiry`() throws {
    let scene = try Self.live(["ada", "bob"])
    let now = scene.clock.now()
    try scene.service(
      Self.hold("ada", expires: now.adding(.seconds(60)), at: now), Self.hold("bob", of: nil, expires: now.adding(.seconds(60)), at: now))
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    #expect(scene.spool().isEmpty)
    try scene.advance(to: now.adding(.seconds(120)))
    #expect(scene.spool().compactMap { $0["person_id"]?.string } == ["bob"])
  }

  /// What comes in while messages leave, and for whom: nothing wrong leaves beyond what was handed over before.
  @Test func `orders, complaints and withdrawals while sending: none wrong beyond those already handed over`() throws {
    var random = Seed.printed(for: "the race at hand-over")
    // 10,000 messages, 500 orders, 500 complaints and 100 withdrawals where somebody asks for the whole of it.
    let scale = Int(ProcessInfo.processInfo.environment["ACCORD_RACE_MESSAGES"] ?? "") ?? 400
    let people = (0..<scale).map { "p-\(String(format: "%06d", $0))" }
    let scene = try Self.live(people)
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    // Judged, and the first of them planned and handed over.
    while try scene.prepared().isEmpty { try scene.chunk() }
    var left = people.shuffled(using: &random)
    let (ordering, complaining, leaving) = (max(1, scale / 20), max(1, scale / 20), max(1, scale / 100))
    var events: [(String, DomainEvent)] = []
    for person in left.prefix(ordering) {
      events.append((person, try MarketingScene.order("o-\(person)", of: person, placed: MarketingScene.sunday.adding(.seconds(-3_600)))))
    }
    left.removeFirst(ordering)
    for person in left.prefix(complaining) { events.append((person, Self.hold(person, at: scene.clock.now()))) }
    left.removeFirst(complaining)
    for person in left.prefix(leaving) {
      events.append(
        (
          person,
          .consentChanged(
            ConsentChanged(given: false, personID: Self.person(person), purpose: .marketing, channel: "email", source: "desk"))
        ))
    }
    events.shuffle(using: &random)
    let every = max(1, scale / events.count / 3)
    var handed: Set<String> = []
    var wrong: [String] = []
    var round = 0
    while try !events.isEmpty || scene.isHandingOver() {
      round += 1
      if round % every == 0, let (person, event) = events.popLast() {
        // Whoever has their message by now had it before anybody knew better.
        if try scene.sent(to: person) { handed.insert(person) } else { wrong.append(person) }
        try scene.hear([scene.delivery(event)])
      }
      try scene.chunk()
    }
    try scene.work()
    let sent = Set(scene.spool().compactMap { $0["purpose"] == "marketing" ? $0["person_id"]?.string : nil })
    #expect(sent.intersection(wrong) == [], "\(sent.intersection(wrong))")
    #expect(!wrong.isEmpty && sent.count == scale - wrong.count)
    // Each that did not leave says why.
    let suppressed = try scene.messages().filter { $0.turn == .suppressed }
    #expect(suppressed.allSatisfy { ["hold", "no_consent"].contains($0.reason) || $0.reason.hasPrefix("would_annoy") })
    #expect(try scene.premises.findings() == [])
  }

  @Test func `half an hour of silence: no marketing message leaves, notes do, and afterwards everything in its order`() throws {
    let people = (0..<40).map { "p-\($0)" }
    let scene = try Self.live(people)
    try scene.ledger(
      MarketingScene.order("o-1", of: "p-1"), MarketingScene.remedy("o-1", of: "p-1"), MarketingScene.lookBack(granted: 1))
    while try scene.prepared().isEmpty { try scene.chunk() }
    scene.deaf(true)
    scene.clock.advance(to: scene.clock.now().adding(.milliseconds(5_001)))
    let before = scene.spool().filter { $0["purpose"] == "marketing" }.count
    for _ in 0..<30 {
      scene.clock.advance(to: scene.clock.now().adding(.seconds(60)))
      try scene.work()
    }
    let during = scene.spool()
    #expect(during.filter { $0["purpose"] == "marketing" }.count == before)
    #expect(during.contains { $0["purpose"] == "transaction" && $0["person_id"] == "p-1" && $0["invites"] == false })
    // What happened meanwhile is heard first: somebody complained during the silence.
    try scene.service(Self.hold("p-39", at: scene.clock.now().adding(.seconds(-600))))
    scene.deaf(false)
    try scene.work()
    let sent = scene.spool().filter { $0["purpose"] == "marketing" }.compactMap { $0["person_id"]?.string }
    #expect(sent.count == 38 && !sent.contains("p-39") && !sent.contains("p-1"))
  }

  @Test func `after four hours of silence a named person lets messages leave, once, and says why`() throws {
    let scene = try Self.live(["ada", "bob"])
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.policy("blind", ["after": "PT5S", "released_by_hand_after": "PT4H"])
    while try scene.prepared().isEmpty { try scene.chunk() }
    scene.deaf(true)
    let deafSince = scene.clock.now()
    scene.clock.advance(to: deafSince.adding(.seconds(4 * 3_600 - 1)))
    try scene.work()
    #expect(scene.spool().isEmpty)
    let early = scene.post("/v1/offers/release-blind", ["offer": "sunday-free-shipping", "reason": "the sale ends tonight"])
    #expect(try early.status == 409 && early.json["code"] == "not_blind_long_enough")
    #expect(try early.json["detail"]?.string?.contains(deafSince.adding(.seconds(4 * 3_600)).description) == true)
    scene.clock.advance(to: deafSince.adding(.seconds(4 * 3_600)))
    #expect(scene.post("/v1/offers/release-blind", ["offer": "sunday-free-shipping"]).status == 422)
    #expect(scene.post("/v1/offers/release-blind", ["offer": "sunday-free-shipping", "reason": "the sale ends tonight"]).status == 200)
    try scene.work()
    #expect(scene.spool().count == 2 && scene.spool().allSatisfy { $0["handed_over_at"]?.string == scene.clock.now().description })
    let told = try scene.told().compactMap { if case .gateWaived(let fact) = $0 { fact } else { nil } }
    #expect(told.map(\.check) == [.blind] && told.first?.by.text == "operator" && told.first?.reason == "the sale ends tonight")
  }

  @Test func `three messages in seven days are enough`() throws {
    let scene = try Self.live(["ada"])
    try scene.policy("frequency", ["messages": 0, "within": "PT168H"])
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    #expect(try scene.prepared().first?.reasons == ["too_often": 1] && scene.spool().isEmpty)
  }
}

extension MarketingScene {
  /// Whether something is still planned or open.
  func isHandingOver() throws -> Bool { try !store.read { try Runs.running(limit: 1, in: $0) }.isEmpty }

  /// Whether their campaign message was handed over.
  func sent(to person: String) throws -> Bool {
    try store.read {
      try $0.integer("SELECT 1 FROM message WHERE person_id = ?1 AND purpose = 'marketing' AND state = 'sent' LIMIT 1", .text(person))
    } != nil
  }

  func policy(_ name: String, _ document: JSON) throws {
    try ledger(.policyPublished(PolicyPublished(name: name, version: 2, document: document)))
  }
}
