import Contracts
import HTTP
import LedgerRoom
import TestKit
import Testing

/// What departments promise each other and the customer, held against what came: promises, parity, channels.
struct RegisterPromiseTests {
  private let ines = Identifier<Colleague>(restoring: "agent/ines")

  private func gate(_ offer: PlannedOffer, _ check: OfferScheduled.GateRow.Check, _ state: OfferScheduled.GateRow.State, at now: Timestamp)
    throws -> DomainEvent
  {
    GateTurned(
      offerID: try Identifier(offer.id), version: offer.version,
      rows: [.init(check: check, state: state, since: now, sentence: state == .passed ? nil : "it does not hold")], at: now
    ).event
  }

  private func declared(
    _ offer: PlannedOffer, _ id: String, _ kind: PromiseKind, sku: String? = nil, _ quantity: Int64? = nil, within: Duration? = nil
  )
    throws -> DomainEvent
  {
    PromiseDeclared(
      offerID: try Identifier(offer.id), version: 1, promiseID: Identifier(restoring: id), kind: kind,
      sku: sku.map { Identifier(restoring: $0) }, quantity: quantity, duration: within, from: offer.startsAt, to: offer.endsAt,
      answerBy: offer.startsAt, onDrop: .alarm, at: LedgerHouse.friday
    ).event
  }

  private func answered(
    _ offer: PlannedOffer, _ id: String, _ answer: PromiseAnswered.Answer = .yes, _ quantity: Int64? = nil
  ) throws -> DomainEvent {
    PromiseAnswered(
      offerID: try Identifier(offer.id), version: 1, promiseID: Identifier(restoring: id), answer: answer, quantity: quantity,
      expiresAt: .last, by: ines, at: LedgerHouse.friday.adding(.seconds(60))
    ).event
  }

  // MARK: Promises

  @Test(arguments: [1, 1_000]) func `promises of every kind are held against what came`(rows: Int) throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer.shipping()
    try house.say(declared(offer, "calls", .contactsPerHour, 3))
    try house.say(declared(offer, "lamps", .units, sku: "LAMP", 5))
    try house.say(declared(offer, "fast", .leadTime, within: .seconds(7_200)))
    try house.say(declared(offer, "back", .returns, 1))
    try house.say(declared(offer, "kept", .units, sku: "LAMP", 100))
    try house.say(declared(offer, "silent", .units, sku: "LAMP", 1))
    for (id, answer, quantity) in [
      ("calls", .upTo, Int64?(2)), ("lamps", .yes, nil), ("fast", .yes, nil), ("back", .yes, nil), ("kept", .yes, nil),
    ]
      as [(String, PromiseAnswered.Answer, Int64?)]
    { try house.say(answered(offer, id, answer, quantity), source: "/service") }
    try house.launch(offer)
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    for number in 0..<3 {
      var draft = OrderDraft.dollars("O-\(number)", at: house.now, [("LAMP", 4_000)], shipping: 995, person: "p-\(number)", quantity: 2)
      draft.discountsKnown = false
      try house.capture(draft)
    }
    // One leaves in time, one late, one never.
    try house.advance(by: .seconds(3_600))
    #expect(house.post("/v1/orders/O-0/ship").status == 200)
    try house.advance(by: .seconds(3_601))
    #expect(house.post("/v1/orders/O-1/ship").status == 200)
    #expect(
      house.post("/v1/orders/O-0/return", ["lines": [["line_id": "1", "quantity": 2]], "receipt_only": true]).status == 200)
    // Three ask in one hour, two in another.
    for (number, hour) in [10, 10, 10, 12, 12].enumerated() {
      let at = offer.startsAt.adding(.seconds(Int64(hour) * 3_600 + Int64(number) * 60))
      try house.advance(to: max(house.now, at))
      try house.say(
        CaseTurned(
          turn: .opened, caseID: Identifier(restoring: "case-\(number)"), personID: Identifier(restoring: "p-\(number)"), kind: .question,
          severity: .normal, channel: "phone", cause: .init(kind: .offer, id: offer.id), by: ines, at: at
        ).event, source: "/service")
    }
    try house.audit(rows: rows)
    let slipped = try house.causes("promise", "slipped")
    #expect(slipped.count == 4, "\(slipped)")
    #expect(slipped.contains { $0.contains("3 people asked about free-ship") && $0.contains("and 2 had been promised") })
    #expect(slipped.contains { $0.contains("6 of LAMP were sold") && $0.contains("and 5 had been promised") })
    #expect(slipped.contains { $0.contains("2 orders left later than PT2H") })
    #expect(slipped.contains { $0.contains("2 pieces came back") && $0.contains("and 1 had been promised") })
    #expect(try house.causes("promise", "unknown").first?.contains("nobody had answered promise silent") == true)
    #expect(try house.outcomes("promise") == ["slipped", "slipped", "slipped", "slipped", "unknown"])
  }

  @Test func `the gate refused, the offer rested, and capacity that fell was there again before the hour`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer.shipping()
    try house.say(declared(offer, "calls", .contactsPerHour, 10))
    try house.say(answered(offer, "calls"), source: "/service")
    try house.say(gate(offer, .promises, .failed, at: house.now))
    let hours = offer.startsAt..<offer.startsAt.adding(.seconds(4 * 3_600))
    func capacity(_ quantity: Int64, _ range: Range<Timestamp>) throws {
      try house.say(
        CapacityChanged(
          slotID: Identifier(restoring: "slot-1"), from: range.lowerBound, to: range.upperBound, kind: .contactsPerHour, quantity: quantity,
          by: ines, at: house.now
        ).event, source: "/service")
    }
    try house.advance(by: .seconds(120))
    try capacity(12, hours)
    try house.launch(offer)
    try house.advance(by: .seconds(3_600))
    try capacity(4, hours)
    // Enough again when the first two hours are over.
    try house.advance(to: offer.startsAt.adding(.seconds(2 * 3_600)))
    try capacity(10, hours)
    try house.say(
      OfferTurned(
        turn: .paused, offerID: try Identifier(offer.id), version: 1, cause: "capacity", sentence: "only 4 an hour", by: ines, at: house.now
      ).event)
    try house.audit()
    #expect(try house.outcomes("promise") == ["prevented", "prevented", "repaired"])
    #expect(try house.causes("promise", "repaired").first?.contains("for 2 hours") == true)
    let prevented = try house.causes("promise", "prevented")
    #expect(prevented.contains { $0.contains("the gate held free-ship@1 back") })
    #expect(prevented.contains { $0.contains("free-ship@1 rests since") })
  }

  // MARK: Parity and channels

  @Test func `parity is equal, excepted in time, matched, slipped or unknown`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    var offers: [String: PlannedOffer] = [:]
    for name in ["equal", "excepted", "too-late", "matched", "worse", "silent"] {
      var offer = PlannedOffer()
      (offer.id, offer.customers, offer.reserve) = (name, "new", 10_000)
      if name == "matched" {
        offer.exception = [
          "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-12-31T00:00:00",
          "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 5_000, "currency": "USD"]],
        ]
      }
      offers[name] = offer
      if name != "silent" { try house.say(gate(offer, .parity, name == "equal" ? .passed : .waived, at: house.now)) }
      try house.launch(offer)
    }
    try house.capture(.dollars("FIRST", at: house.now.adding(.seconds(-3_600)), [("LAMP", 10_000)], person: "p-1"))
    try house.capture(.dollars("SECOND", at: house.now, [("LAMP", 10_000)], person: "p-1"))
    func approve(_ name: String) throws {
      try house.say(
        ParityApproved(offerID: try Identifier(name), version: 1, approved: true, by: ines, at: house.now).event, source: "/service")
    }
    try house.advance(to: PlannedOffer().startsAt.adding(.seconds(86_400)))
    try approve("excepted")
    try house.advance(by: .seconds(1))
    try approve("too-late")
    // Somebody who was a customer already is matched.
    try house.say(HonourTests.ask("match", "SECOND", of: "matched", 1_500, basis: .parity, at: house.now), source: "/service")
    #expect(try house.given(to: "SECOND") == 1_500)
    try house.audit()
    let rows = try house.register([("kind", "parity")])
    let found = Dictionary(uniqueKeysWithValues: rows.map { ($0["offer_id"]?.string ?? "", $0["outcome"]?.string ?? "") })
    #expect(
      found == [
        "equal": "prevented", "excepted": "prevented", "too-late": "slipped", "matched": "repaired", "worse": "slipped",
        "silent": "unknown",
      ])
  }

  /// Its exception ended a day after the start: what came of it by a day later.
  @Test func `an exception that ends under a live offer is matched, mended within the day, or slips`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    let names = ["goes-on", "matched", "rested", "over"]
    for name in names {
      var offer = PlannedOffer()
      (offer.id, offer.customers, offer.reserve) = (name, "new", 10_000)
      offer.exception = [
        "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-05-11T00:00:00",
        "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 5_000, "currency": "USD"]],
      ]
      if name == "over" { offer.ends = "2026-05-11T12:00:00" }
      try house.say(gate(offer, .parity, .passed, at: house.now))
      try house.launch(offer)
    }
    try house.capture(.dollars("FIRST", at: house.now.adding(.seconds(-3_600)), [("LAMP", 10_000)], person: "p-1"))
    try house.capture(.dollars("SECOND", at: house.now, [("LAMP", 10_000)], person: "p-1"))
    let lapse = PlannedOffer.instant("2026-05-11T00:00:00")
    try house.advance(to: lapse)
    for name in names {
      try house.say(
        GateTurned(
          offerID: try Identifier(name), version: 1,
          rows: [.init(check: .parity, state: .failed, since: lapse, sentence: "it is over", code: "parity_over")], at: lapse
        ).event)
    }
    try house.advance(by: .seconds(3_600))
    try house.say(HonourTests.ask("match", "SECOND", of: "matched", 1_500, basis: .parity, at: house.now), source: "/service")
    try house.say(
      OfferTurned(
        turn: .paused, offerID: try Identifier("rested"), version: 1, by: Identifier(restoring: "marketer/maya"), at: house.now
      ).event)
    func lapses() throws -> [String: String] {
      let rows = try house.register([("kind", "parity")]).filter { $0["disconnect_id"]?.string?.hasSuffix("/over") == true }
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["offer_id"]?.string ?? "", $0["outcome"]?.string ?? "") })
    }
    try house.advance(to: lapse.adding(.seconds(86_399)))
    try house.audit()
    #expect(try lapses() == ["matched": "repaired"])
    try house.advance(to: lapse.adding(.seconds(86_400)))
    try house.audit()
    #expect(try lapses() == ["matched": "repaired", "goes-on": "slipped"])
  }

  @Test(arguments: [1, 1_000]) func `a channel's hours were staffed before, within, by nobody, or that was told too late`(rows: Int) throws
  {
    let house = try LedgerHouse(at: PlannedOffer.instant("2026-05-10T06:00:00"))
    try house.say(
      CounterpartNamed(
        channel: "web", counterpart: "chat", opens: "08:00", closes: "12:00", timeZone: "America/New_York", by: ines, at: house.now
      ).event, source: "/service")
    func shift(_ id: String, _ from: String, _ to: String, channel: String = "chat", absent: Bool = false) throws {
      try house.say(
        RosterPublished(
          agentID: ines, shiftID: Identifier(restoring: id), from: PlannedOffer.instant("2026-05-10T\(from)"),
          to: PlannedOffer.instant("2026-05-10T\(to)"), channels: [channel], locales: ["en-US"], absent: absent, at: house.now
        ).event, source: "/service")
    }
    // Without a word about shifts nothing is known.
    try house.advance(to: PlannedOffer.instant("2026-05-10T07:00:00"))
    try house.audit(rows: rows)
    #expect(try house.outcomes("channel") == [])
    try shift("early", "08:00:00", "09:00:00")
    try shift("phone", "08:00:00", "12:00:00", channel: "phone")
    try shift("sick", "09:00:00", "12:00:00")
    try shift("sick", "09:00:00", "12:00:00", absent: true)
    // Somebody steps in at 9:20.
    try house.advance(to: PlannedOffer.instant("2026-05-10T09:15:00"))
    try shift("in", "09:20:00", "10:00:00")
    // And whoever was there from 11 on is written down in the evening.
    try house.advance(to: PlannedOffer.instant("2026-05-10T20:00:00"))
    try house.audit(rows: rows)
    #expect(try house.outcomes("channel") == ["prevented", "repaired", "slipped", "slipped"])
    try shift("forgotten", "11:00:00", "12:00:00")
    try house.audit(rows: rows)
    #expect(try house.outcomes("channel") == ["prevented", "repaired", "slipped", "unknown"])
    #expect(try house.causes("channel", "slipped") == ["nobody was at chat for web on 2026-05-10 from 10:00 on"])
  }

  @Test func `a channel without any roster is unknown`() throws {
    let house = try LedgerHouse()
    try house.say(
      CounterpartNamed(
        channel: "web", counterpart: "chat", opens: "00:00", closes: "24:00", timeZone: "America/New_York", by: ines, at: house.now
      ).event, source: "/service")
    try house.advance(by: .seconds(86_400))
    try house.audit()
    #expect(try house.outcomes("channel") == ["unknown"])
  }
}
