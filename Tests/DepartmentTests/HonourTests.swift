import Contracts
import Foundation
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// What the ledger gives when an agent asks for it: once, within limits, to nobody's own pocket; and who asked second is told who came first.
struct HonourTests {
  static let dollar = Currency("USD")!

  /// Fifteen percent off from Sunday to Tuesday in New York, and what agents and customers do.
  static func house(budget: Int64 = 500_000, _ change: (inout PlannedOffer) -> Void = { _ in }) throws -> (LedgerHouse, PlannedOffer) {
    let house = try LedgerHouse()
    try house.openCampaign(budget)
    try house.openService(100_000)
    var offer = PlannedOffer()
    offer.id = "fifteen"
    change(&offer)
    return (house, offer)
  }

  static func ask(
    _ id: String, _ order: String?, of offer: String? = "fifteen", _ amount: Int64? = nil, person: String? = nil,
    case matter: String? = nil,
    basis: RemedyAsked.Basis = .desk, by agent: String = "agent/ines", approver: String? = nil, at instant: Timestamp
  ) -> DomainEvent {
    RemedyAsked(
      turn: .requested, requestID: Identifier(restoring: id), orderID: order.map { Identifier(restoring: $0) },
      personID: person.map { Identifier(restoring: $0) }, caseID: matter.map { Identifier(restoring: $0) },
      offerID: offer.map { Identifier(restoring: $0) }, amount: amount.map { Money(minor: $0, dollar) }, basis: basis,
      agentID: Identifier(restoring: agent), approver: approver.map { Identifier(restoring: $0) }, at: instant
    ).event
  }

  private func answer(_ house: LedgerHouse, _ request: String) throws -> JSON {
    try #require(try house.premises.ask(.get, "/v1/remedy-requests/\(request)").json["answer"])
  }

  @Test func `an order inside the window that missed the offer is honoured as if it had come before`() throws {
    let (house, offer) = try Self.house()
    try house.launch(offer)
    try house.advance(to: offer.startsAt.adding(.seconds(3_600)))
    try house.capture(.dollars("A", at: house.now, [("LAMP", 10_000)]))
    #expect(try house.given(to: "A") == 0)
    try house.say(Self.ask("r1", "A", at: house.now), source: "/service")
    #expect(try house.given(to: "A") == 1_500)
    let remedy = try #require(house.remedies(of: "A").first)
    #expect(remedy["basis"]?.string == "desk" && remedy["offer"]?.string == "fifteen@1")
    let first = try answer(house, "r1")
    #expect(first["by"]?.string == "agent/ines" && first["amount"]?["amount_minor"]?.integer == 1_500)

    // Another agent, a minute later: no entry, and who, when, how much.
    let entries = try house.head()
    try house.advance(by: .seconds(60))
    try house.say(Self.ask("r2", "A", by: "agent/jonas", at: house.now), source: "/service")
    let second = try answer(house, "r2")
    #expect(second["change"]?.string == "declined" && second["reason"]?.string == "already_given")
    #expect(second["by"]?.string == "agent/ines" && second["at"]?.string == first["at"]?.string)
    #expect(second["amount"]?["amount_minor"]?.integer == 1_500)
    #expect(try house.head() == entries)
    // The same request again is the same.
    try house.say(Self.ask("r1", "A", at: house.now), source: "/service")
    #expect(try house.told().filter { if case .remedyChanged = $0 { true } else { false } }.count == 2)
    #expect(try house.findings() == [])
  }

  @Test(arguments: [
    // Placed so many hours after the end, asked so many hours after it.
    (1, 2, "", 1_500), (335, 335, "", 1_500), (1, 337, "recorded_too_late", 0), (-96, 2, "outside_window", 0),
  ])
  func `what is over can be honoured for a time, and what came too early cannot`(placed: Int64, asked: Int64, reason: String, given: Int64)
    throws
  {
    let (house, offer) = try Self.house { $0.lookBack = "PT0H5M" }
    try house.launch(offer)
    let end = try #require(offer.endsAt)
    // Four days before the end is before the start and its short look-back.
    try house.advance(to: end.adding(.seconds(3_600 * max(placed, 0))))
    try house.capture(.dollars("A", at: end.adding(.seconds(3_600 * placed)), [("LAMP", 10_000)]))
    try house.advance(to: end.adding(.seconds(3_600 * asked)))
    try house.say(Self.ask("r", "A", basis: .honourFor, at: house.now), source: "/service")
    #expect(try house.given(to: "A") == given)
    #expect(try answer(house, "r")["reason"]?.string == (reason.isEmpty ? "granted" : reason))
    #expect(try house.findings() == [])
  }

  @Test func `limits hold per gift and per customer within ninety days, unless somebody above approves it`() throws {
    let (house, offer) = try Self.house { $0.benefit = ["kind": "percent_off", "percent_off": "50"] }
    try house.launch(offer)
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    for (number, cents) in [5_000, 5_000, 5_000, 5_000, 5_000, 5_002].enumerated() {
      try house.capture(.dollars("O-\(number)", at: house.now, [("LAMP", Int64(cents))]))
      try house.say(Self.ask("r-\(number)", "O-\(number)", at: house.now), source: "/service")
    }
    // Four times 25.00 are the hundred of ninety days; the fifth is over it, the sixth over the gift's own limit too.
    #expect(try (0..<6).map { try house.given(to: "O-\($0)") } == [2_500, 2_500, 2_500, 2_500, 0, 0])
    #expect(try answer(house, "r-4")["reason"]?.string == "over_limit")
    // By somebody above, who is not the one who asks.
    try house.say(Self.ask("own", "O-4", approver: "agent/ines", at: house.now), source: "/service")
    #expect(try answer(house, "own")["reason"]?.string == "approver_left")
    try house.say(Self.ask("above", "O-4", approver: "supervisor/ruth", at: house.now), source: "/service")
    #expect(try house.given(to: "O-4") == 2_500)
    // Nothing is given while it lies with somebody; what they decide comes under the same name.
    try house.capture(.dollars("WAITS", at: house.now, [("LAMP", 9_000)], person: "eve"))
    guard case .remedyAsked(var waits) = Self.ask("waits", "WAITS", 4_500, approver: "supervisor/ruth", at: house.now) else { return }
    waits.deadlineAt = house.now.adding(.seconds(3_600))
    try house.say(waits.event, source: "/service")
    #expect(try house.given(to: "WAITS") == 0)
    waits.deadlineAt = nil
    try house.say(waits.event, source: "/service")
    #expect(try house.given(to: "WAITS") == 4_500)
    // Less than it gives, where less was asked for.
    try house.capture(.dollars("OTHER", at: house.now, [("LAMP", 5_000)], person: "bob"))
    try house.say(Self.ask("less", "OTHER", 700, at: house.now), source: "/service")
    #expect(try house.given(to: "OTHER") == 700)
    // Ninety days later there is room again.
    try house.advance(by: .seconds(91 * 86_400))
    try house.say(Self.ask("later", nil, of: nil, 2_500, person: "ada", basis: .goodwill, at: house.now), source: "/service")
    #expect(try answer(house, "later")["change"]?.string == "posted")
    #expect(try house.findings() == [])
  }

  @Test func `nobody gives to themselves or their household, and who has left gives nothing`() throws {
    let (house, offer) = try Self.house()
    try house.launch(offer)
    try house.advance(to: offer.startsAt.adding(.seconds(60)))
    for (id, person, household) in [("agent/ines", "ada", ""), ("agent/jonas", "jon", "ada"), ("agent/cora", "cor", "")] {
      #expect(
        house.post(
          "/v1/colleagues",
          [
            "colleague_id": .string(id), "roles": ["agent"], "person_id": .string(person),
            "household": .array(household.isEmpty ? [] : [.string(household)]),
          ]
        ).status == 201)
    }
    #expect(house.post("/v1/colleagues/cora/leave").status == 200)
    try house.capture(.dollars("A", at: house.now, [("LAMP", 10_000)]))
    for (number, agent) in ["agent/ines", "agent/jonas", "agent/cora"].enumerated() {
      try house.say(Self.ask("r\(number)", "A", by: agent, at: house.now), source: "/service")
    }
    #expect(try (0..<3).map { try answer(house, "r\($0)")["reason"]?.string } == ["to_oneself", "to_oneself", "agent_left"])
    #expect(try house.given(to: "A") == 0)
  }

  @Test func `goodwill without an offer is service's own money, as often for a case as its limit allows, on the customer's credit`() throws
  {
    let (house, _) = try Self.house()
    try house.say(Self.ask("g1", nil, of: nil, 500, person: "ada", case: "case-7", basis: .goodwill, at: house.now), source: "/service")
    #expect(try house.balances()["service/goodwill-reserve"] == -99_500)
    #expect(try house.balances()["customer/ada/credit"] == -500)
    try house.say(
      Self.ask("g2", nil, of: nil, 900, person: "ada", case: "case-7", basis: .goodwill, by: "agent/jonas", at: house.now),
      source: "/service")
    // Another one under the same key; what the case may have in all is the limit.
    #expect(try answer(house, "g2")["remedy_id"]?.string == "goodwill/case-7#2")
    #expect(try house.balances()["customer/ada/credit"] == -1_400)
    try house.say(Self.ask("g5", nil, of: nil, 1_101, person: "ada", case: "case-7", basis: .goodwill, at: house.now), source: "/service")
    #expect(try answer(house, "g5")["reason"]?.string == "over_limit")
    try house.say(Self.ask("g3", nil, of: nil, 500, basis: .goodwill, at: house.now), source: "/service")
    #expect(try answer(house, "g3")["reason"]?.string == "no_customer")
    try house.say(Self.ask("g4", nil, of: nil, person: "ada", basis: .goodwill, at: house.now), source: "/service")
    #expect(try answer(house, "g4")["reason"]?.string == "no_amount")
    #expect(try house.balances()["service/goodwill-reserve"] == -98_600)
    #expect(try house.findings() == [])
  }

  @Test func `a request for what nobody knows, and one for what the terms leave out, say so`() throws {
    let (house, offer) = try Self.house { $0.exclude = [["kind": "sku", "ids": ["SOFA"]]] }
    try house.say(Self.ask("r0", "NONE", at: house.now), source: "/service")
    try house.capture(.dollars("A", at: house.now, [("SOFA", 10_000)]))
    try house.say(Self.ask("r1", "A", of: "unheard", at: house.now), source: "/service")
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    try house.say(Self.ask("r2", "A", 1_000, at: house.now), source: "/service")
    #expect(try (0..<3).map { try answer(house, "r\($0)")["reason"]?.string } == ["no_order", "no_offer", "excluded_item"])
    // What the terms leave out, somebody above may give.
    try house.say(Self.ask("r3", "A", 1_000, approver: "supervisor/ruth", at: house.now), source: "/service")
    #expect(try house.given(to: "A") == 1_000)
    #expect(try house.findings() == [])
  }

  @Test func `what a supervisor approves is bound by theirs, what the operator's credential lets go by the books alone`() throws {
    let house = try Self.house().0
    for (id, cents, approver) in [
      ("ruth-much", 25_001, "supervisor/ruth"), ("ruth", 25_000, "supervisor/ruth"), ("credential", 60_000, "operator"),
    ] as [(String, Int64, String)] {
      try house.say(
        Self.ask(id, nil, of: nil, cents, person: "p-\(id)", basis: .goodwill, approver: approver, at: house.now),
        source: "/service")
    }
    #expect(try answer(house, "ruth-much")["reason"]?.string == "over_limit")
    #expect(try answer(house, "ruth")["change"]?.string == "posted")
    #expect(try answer(house, "credential")["amount"]?["amount_minor"]?.integer == 60_000)
    #expect(try house.findings() == [])
  }
}
