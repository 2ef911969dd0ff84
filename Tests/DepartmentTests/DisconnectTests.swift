import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// The register of disconnects: what contradicted what is found from the times of facts alone, by the night's own audit.
struct DisconnectTests {
  private let ines = Identifier<Colleague>(restoring: "agent/ines")

  private func sent(_ letter: String, to person: String, of offer: PlannedOffer, verdict: MessageTurned.Verdict = .send) throws
    -> DomainEvent
  {
    MessageTurned(
      turn: .sent, messageID: Identifier(restoring: letter), offer: try #require(OfferVersion("\(offer.id)@\(offer.version)")),
      personID: Identifier(restoring: person), purpose: verdict == .honour ? .transaction : .marketing, channel: "email", verdict: verdict,
      reason: "eligible", revision: 1
    ).event
  }

  private func answered(_ id: String, _ offer: PlannedOffer, sheet: String = "s-1", card: Bool = false, at instant: Timestamp) throws
    -> DomainEvent
  {
    AnswerTurned(
      turn: .given, caseID: Identifier(restoring: "case-\(id)"), answerID: Identifier(restoring: id),
      personID: Identifier(restoring: "eve"),
      offer: try #require(OfferVersion("\(offer.id)@\(offer.version)")),
      sheetID: card ? nil : Identifier(restoring: sheet), sheetVersion: card ? nil : 1,
      locale: "en-US", voice: "warm", agentID: ines, factsCard: card, fallback: false, at: instant
    ).event
  }

  private func staled(_ offer: PlannedOffer, sheet: String = "s-1", at instant: Timestamp) throws -> DomainEvent {
    SheetTurned(
      turn: .staled, offerID: try Identifier(offer.id), sheetID: Identifier(restoring: sheet), offerVersion: 1, sheetVersion: 1,
      locale: "en-US", voice: "warm", cause: "the price was wrong", by: ines, at: instant
    ).event
  }

  private func held(_ person: String, at instant: Timestamp, scope: HoldTurned.Scope = .all, scopeID: String? = nil) -> DomainEvent {
    HoldTurned(
      turn: .placed, holdID: Identifier(restoring: "hold-\(person)"), personID: Identifier(restoring: person), scope: scope,
      scopeID: scopeID, severity: .normal, expiresAt: instant.adding(.seconds(30 * 86_400)), by: ines, at: instant
    ).event
  }

  @Test func `the night's audit finds a missed remedy, a stale answer and mail during a hold: three of three, slipped, with cause`() throws
  {
    let offer = PlannedOffer.shipping()
    let house = try LedgerHouse.begun(offer, orders: 5)
    #expect(try house.given(to: "O-2") == 995)
    // Nothing has slipped so far.
    try house.advance(by: .seconds(30 * 3_600))
    #expect(try house.register([("outcome", "slipped")]).isEmpty)

    // A remedy that is not there, as if the look-back had passed over its order.
    try house.store.write { transaction in
      try transaction.run("DELETE FROM order_event WHERE 0")
      try transaction.run("DROP TRIGGER order_event_stays")
      try transaction.run("DELETE FROM order_event WHERE order_id = 'O-2'")
      try transaction.run("DELETE FROM remedy WHERE order_id = 'O-2'")
    }
    // An answer from a sheet an hour after it was withdrawn, and a letter a minute after a complaint.
    try house.say(staled(offer, at: house.now), source: "/service")
    try house.advance(by: .seconds(3_600))
    try house.say(answered("a-1", offer, at: house.now), source: "/service")
    try house.say(held("p-3", at: house.now), source: "/service")
    try house.advance(by: .seconds(60))
    try house.say(sent("l-1", to: "p-3", of: offer, verdict: .send))
    try house.advance(by: .seconds(86_400))

    let slipped = try house.register([("outcome", "slipped")])
    let kinds = Dictionary(grouping: slipped) { $0["kind"]?.string ?? "" }
    #expect(kinds["look_back"]?.count == 1 && kinds["wrong_words"]?.count == 1 && kinds["noisy"]?.count == 1, "\(slipped.map(\.text))")
    #expect(kinds["look_back"]?.first?["cause"]?.string?.contains("O-2") == true)
    #expect(kinds["look_back"]?.first?["cause"]?.string?.contains("9.95 USD") == true)
    #expect(kinds["wrong_words"]?.first?["cause"]?.string?.contains("did not hold any more") == true)
    #expect(kinds["noisy"]?.first?["cause"]?.string?.contains("60 s after the hold hold-p-3") == true)
    #expect(slipped.allSatisfy { !($0["evidence"]?.array ?? []).isEmpty })
    // Found by the night, and told once however often it is looked for.
    let told = try house.told("ledger.disconnect.recorded.v1").count
    try house.audit()
    try house.advance(by: .seconds(86_400))
    #expect(try house.told("ledger.disconnect.recorded.v1").count == told)
  }

  @Test func `what was corrected in time is repaired; a facts card, a crossing letter and another's hold are nobody's fault`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer.shipping()
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    try house.say(staled(offer, at: house.now), source: "/service")
    try house.advance(by: .seconds(60))
    try house.say(answered("a-1", offer, at: house.now), source: "/service")
    try house.say(answered("a-2", offer, card: true, at: house.now), source: "/service")
    // The letter crosses the complaint on the way; another's hold and one on another campaign are none.
    try house.say(held("p-1", at: house.now), source: "/service")
    try house.say(held("p-2", at: house.now, scope: .campaign, scopeID: "autumn"), source: "/service")
    try house.advance(by: .seconds(4))
    for person in ["p-1", "p-2", "p-3"] { try house.say(sent("l-\(person)", to: person, of: offer)) }
    try house.audit()
    #expect(try house.register([("outcome", "slipped")]).map { $0["kind"]?.string } == ["unbriefed", "wrong_words"])

    try house.advance(by: .seconds(47 * 3_600))
    guard case .answerTurned(var fact) = try answered("a-1", offer, at: house.now) else { return }
    fact.turn = .corrected
    try house.say(fact.event, source: "/service")
    try house.audit()
    let words = try house.register([("kind", "wrong_words")])
    #expect(Set(words.compactMap { $0["outcome"]?.string }) == ["repaired", "prevented"])

    // Whoever was kept from saying it is counted, however often the night looks.
    for answer in ["a-3", "a-4"] {
      guard case .answerTurned(var kept) = try answered(answer, offer, at: house.now) else { return }
      (kept.turn, kept.reason) = (.refused, "sheet_not_in_force")
      try house.say(kept.event, source: "/service")
    }
    for _ in 0..<2 { try house.audit() }
    let prevented = try house.register([("kind", "wrong_words"), ("outcome", "prevented")])
    #expect(prevented.count == 2 && prevented.contains { $0["cause"]?.string?.hasPrefix("2 times somebody was kept from") == true })
    #expect(try house.findings() == [])
  }

  @Test func `unread briefings, unknown offers and wrong refusals are told apart by when they were mended`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    var offer = PlannedOffer()
    (offer.id, offer.claim) = ("fifteen", "on_request")
    try house.capture(.dollars("A", at: house.now, [("LAMP", 10_000)], person: "p-1"))
    try house.capture(.dollars("B", at: house.now, [("LAMP", 10_000)], person: "p-2"))
    try house.launch(offer)
    try house.say(
      BriefingAcknowledged(offerID: try Identifier(offer.id), version: 1, agentID: ines, secondsOpen: 40, at: house.now).event,
      source: "/service")
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    try house.say(answered("a-1", offer, at: house.now), source: "/service")
    func asked(_ id: String) -> DomainEvent {
      OfferAskedAbout(
        caseID: Identifier(restoring: "case-\(id)"), askedID: Identifier(restoring: id), known: false, agentID: ines, at: house.now
      ).event
    }
    func refused(_ id: String, _ order: String) throws -> DomainEvent {
      RemedyAsked(
        turn: .refused, requestID: Identifier(restoring: id), orderID: Identifier(restoring: order), offerID: try Identifier(offer.id),
        basis: .desk, agentID: ines, reason: .outsideInterval, at: house.now
      ).event
    }
    for id in ["q-1", "q-2"] { try house.say(asked(id), source: "/service") }
    for (id, order) in [("no-1", "A"), ("no-2", "B")] { try house.say(refused(id, order), source: "/service") }
    try house.advance(by: .seconds(20 * 60))
    try house.say(
      QuestionAnswered(
        caseID: Identifier(restoring: "case-q-1"), askedID: Identifier(restoring: "q-1"), answer: .partners, sentence: "A partner's.",
        by: Identifier(restoring: "marketer/maya"), at: house.now
      ).event)
    try house.say(HonourTests.ask("yes-1", "A", at: house.now), source: "/service")
    #expect(try house.given(to: "A") == 1_500)
    try house.advance(by: .seconds(20 * 60))
    try house.audit()
    func outcomes(_ kind: String) throws -> [String] {
      try house.register([("kind", kind)]).compactMap { $0["outcome"]?.string }.sorted()
    }
    #expect(try outcomes("unbriefed") == ["prevented"])
    #expect(try outcomes("unknown_offer") == ["repaired", "slipped"])
    #expect(try outcomes("refused_then_granted") == ["repaired", "slipped"])
    #expect(house.premises.ask(.get, "/v1/disconnects", query: [("kind", "rude")]).status == 400)
    #expect(try house.findings() == [])
  }

  @Test func `whoever has read the last material version is briefed for the minor ones after it, and a wrong answer is no reading`() throws
  {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    var offer = PlannedOffer()
    try house.launch(offer)
    let tom = Identifier<Colleague>(restoring: "agent/tom")
    for (agent, isRight) in [(ines, true), (tom, false)] {
      try house.say(
        BriefingAcknowledged(
          offerID: try Identifier(offer.id), version: 1, agentID: agent, secondsOpen: 40, answerCorrect: isRight, at: house.now
        ).event, source: "/service")
    }
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    func outcomes() throws -> [String] {
      try house.register([("kind", "unbriefed")]).compactMap { $0["outcome"]?.string }.sorted()
    }
    (offer.version, offer.significance) = (2, .minor)
    try house.launch(offer)
    try house.advance(by: .seconds(60))
    try house.say(answered("a-1", offer, at: house.now), source: "/service")
    try house.audit()
    #expect(try outcomes() == ["prevented"])
    guard case .answerTurned(var other) = try answered("a-2", offer, at: house.now) else { return }
    other.agentID = tom
    try house.say(other.event, source: "/service")
    try house.audit()
    #expect(try outcomes() == ["prevented", "slipped"])
    // What changes the promise is to be read anew.
    (offer.version, offer.significance) = (3, .material)
    try house.launch(offer)
    try house.advance(by: .seconds(60))
    try house.say(answered("a-3", offer, at: house.now), source: "/service")
    try house.audit()
    #expect(try outcomes() == ["prevented", "slipped", "slipped"])
  }
}
