import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// Each kind of disconnect from the facts that departments tell, and nothing else: found by the audit as the table says.
struct RegisterTests {
  private let ines = Identifier<Colleague>(restoring: "agent/ines")

  private func letter(
    _ id: String, to person: String, of offer: PlannedOffer, _ verdict: MessageTurned.Verdict, reason: String = "eligible"
  ) throws -> DomainEvent {
    MessageTurned(
      turn: verdict == .suppress ? .suppressed : .sent, messageID: Identifier(restoring: id),
      offer: try #require(OfferVersion("\(offer.id)@\(offer.version)")), personID: Identifier(restoring: person),
      purpose: verdict == .honour ? .transaction : .marketing, channel: "email", verdict: verdict, reason: reason, revision: 1
    ).event
  }

  // MARK: Orders and letters

  @Test(arguments: [1, 1_000]) func `a remedy came before any message, after one, after asking, or not at all`(rows: Int) throws {
    let offer = PlannedOffer.shipping()
    let house = try LedgerHouse.begun(offer, orders: 4)
    // One came in late, when its customer had been written to already.
    try house.advance(by: .seconds(60))
    try house.say(letter("l-late", to: "late", of: offer, .send))
    try house.advance(by: .seconds(60))
    try house.capture(.dollars("LATE", at: LedgerHouse.friday, [("LAMP", 4_000)], shipping: 995, person: "late"))
    #expect(try house.given(to: "LATE") == 995)
    // One remedy is another order's in the books: all totals add up, and O-2 has nothing.
    try house.store.write { transaction in
      try transaction.run("UPDATE remedy SET remedy_key = 'free-ship/NOBODY', order_id = 'NOBODY' WHERE order_id = 'O-2'")
      try transaction.run("DROP TRIGGER order_event_stays")
      try transaction.run("DELETE FROM order_event WHERE order_id = 'O-2'")
    }
    try house.advance(to: offer.startsAt.adding(.seconds(86_399)))
    try house.audit(rows: rows)
    #expect(try house.outcomes("look_back") == ["prevented", "repaired"])
    try house.advance(by: .seconds(181))
    try house.audit(rows: rows)
    #expect(try house.outcomes("look_back") == ["prevented", "repaired", "slipped"])
    #expect(try house.causes("look_back", "prevented") == ["3 orders had what free-ship owed them without asking"])
    #expect(try house.causes("look_back", "repaired").first?.contains("order LATE had its remedy by itself") == true)
    #expect(try house.causes("look_back", "slipped").first?.contains("order O-2") == true)
    // Its customer asks; from then on it is repaired.
    try house.say(HonourTests.ask("asked", "O-2", of: offer.id, at: house.now), source: "/service")
    try house.audit(rows: rows)
    #expect(try house.outcomes("look_back") == ["prevented", "repaired", "repaired"])
    // Nothing is held between two audits.
    #expect(try house.store.read { try $0.integer("SELECT count(*) FROM audit_tally") } == 0)
  }

  @Test func `a limit that was used up while it lasted is unknown, not slipped`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    var offer = PlannedOffer.shipping()
    offer.limits = ["per_order": .null, "per_customer": .null, "total": ["uses": 1]]
    offer.destinations = ["original_tender"]
    for number in 0..<2 {
      var draft = OrderDraft.dollars("O-\(number)", at: house.now.adding(.seconds(Int64(number))), [("LAMP", 4_000)], shipping: 995)
      draft.personID = nil
      draft.tenders[0].kind = .cash
      draft.tenders[0].refundableAbsent = false
      try house.capture(draft)
    }
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    #expect(try house.given(to: "O-0") == 995 && house.given(to: "O-1") == 0)
    // Nobody claims it: the limit is free again, long after.
    try house.store.write { transaction in
      try transaction.run("UPDATE remedy SET state = 'expired'")
      try transaction.run("UPDATE offer_total SET amount = 0, uses = 0, units = 0")
    }
    try house.advance(by: .seconds(90_000))
    try house.audit()
    #expect(try house.outcomes("look_back") == ["prevented", "unknown"])
  }

  @Test func `an advertisement for what was bought is an insult with a remedy or without, unless a note follows in a day`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer.shipping()
    for person in ["has-it", "told", "told-late"] {
      try house.capture(.dollars("O-\(person)", at: house.now, [("LAMP", 4_000)], shipping: 995, person: person))
    }
    // Bought the same thing by a channel that the offer is not for: nothing is given, and praise annoys.
    var elsewhere = OrderDraft.dollars("O-elsewhere", at: house.now, [("LAMP", 4_000)], shipping: 995, person: "elsewhere")
    elsewhere.channel = "app"
    try house.capture(elsewhere)
    // Nothing was shipped: another thing.
    try house.capture(.dollars("O-other", at: house.now, [("LAMP", 4_000)], person: "other"))
    try house.launch(offer)
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    for person in ["has-it", "told", "told-late", "elsewhere", "other", "stranger"] {
      try house.say(letter("l-\(person)", to: person, of: offer, .send))
    }
    try house.say(letter("s-1", to: "x-1", of: offer, .suppress, reason: "would_annoy.cap_customer"))
    try house.say(letter("s-2", to: "x-2", of: offer, .suppress, reason: "has_it"))
    try house.say(letter("s-3", to: "x-3", of: offer, .suppress, reason: "no_consent"))
    try house.say(letter("n-0", to: "x-4", of: offer, .honour))
    // Who orders after the letter was not insulted by it.
    try house.advance(by: .seconds(60))
    try house.capture(.dollars("O-stranger", at: house.now, [("LAMP", 4_000)], shipping: 995, person: "stranger"))
    try house.advance(by: .seconds(86_400 - 60))
    try house.say(letter("n-told", to: "told", of: offer, .honour))
    try house.advance(by: .seconds(1))
    try house.say(letter("n-late", to: "told-late", of: offer, .honour))
    try house.audit()

    #expect(try house.outcomes("insult") == ["prevented", "repaired", "slipped", "slipped", "slipped"])
    #expect(try house.causes("insult", "prevented") == ["3 people who had bought already were not sent the advertisement"])
    let slipped = try house.causes("insult", "slipped")
    #expect(slipped.contains { $0.contains("O-has-it") && $0.contains("has it under the same offer") })
    #expect(slipped.contains { $0.contains("O-elsewhere") && $0.contains("got nothing") })
    #expect(slipped.contains { $0.contains("O-told-late") })
    #expect(try house.causes("insult", "repaired").first?.contains("O-told") == true)
  }

  // MARK: How much

  @Test func `nothing is too much to be looked at: the last of many letters is found, in small pieces`() throws {
    let house = try LedgerHouse()
    let many: Int64 = 21_000
    let start = house.now
    try house.store.write { transaction in
      try transaction.run(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
        INSERT INTO seen (message_id, type, subject, offer_id, version, person_id, word, at)
        SELECT 'm-' || i, 'sent', printf('l-%0124d', i), 'flood', 1, 'p-' || i, 'marketing/send/email', ?1 + i FROM n
        """, .timestamp(start), .integer(many))
    }
    try house.say(
      HoldTurned(
        turn: .placed, holdID: Identifier(restoring: "h"), personID: Identifier(restoring: "p-\(many)"), scope: .all, severity: .normal,
        expiresAt: start.adding(.seconds(30 * 86_400)), by: ines, at: start.adding(.milliseconds(many - 6_000))
      ).event, source: "/service")
    try house.advance(by: .seconds(60))
    #expect(house.post("/v1/disconnects/audit").status == 202)
    var chunks = 0
    while try house.chunk(rows: 500) { chunks += 1 }
    #expect(chunks >= Int(many) / 500)
    // Its name is too long for an id of its own, and is kept by its digest.
    #expect(try house.outcomes("noisy") == ["slipped"])
    #expect(try house.findings() == [])
  }
}
