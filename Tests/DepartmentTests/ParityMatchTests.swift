import Contracts
import HTTP
import LedgerRoom
import TestKit
import Testing

/// Customers who are there already, where somebody new pays less: matched at the desk and at the next renewal, within what is allowed, and
/// paid by the better offer's campaign.
struct ParityMatchTests {
  private static let dollar = Currency("USD")!

  private func charge(_ period: String, at instant: Timestamp, of subscription: String = "sub-7", person: String = "p7") -> OrderDraft {
    var draft = OrderDraft.dollars("charge-\(subscription)-\(period)", at: instant, [("pro-monthly", 2_000)], person: person)
    draft.subscriptionID = subscription
    draft.period = period
    return draft
  }

  /// 15 % off the plan, for new customers alone; whoever is there already is matched.
  private func house(
    match: JSON = ["who": "existing", "how": "prompt", "per_customer": ["uses": 1], "max": ["amount_minor": 1_000, "currency": "USD"]],
    duration: JSON = ["kind": "once"], of include: JSON = [["kind": "plan", "ids": ["pro-monthly"]]]
  ) throws -> (LedgerHouse, PlannedOffer) {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    var offer = PlannedOffer()
    (offer.id, offer.customers, offer.anonymous, offer.ends) = ("new15", "new", false, "2026-12-31T00:00:00")
    offer.include = include
    (offer.destinations, offer.duration) = (["customer_credit", "original_tender"], duration)
    offer.exception = [
      "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-12-31T00:00:00",
      "match": match,
    ]
    // Somebody who has had the plan for months.
    try house.capture(charge("2026-04", at: offer.startsAt.adding(.seconds(-31 * 86_400))))
    try house.advance(to: offer.startsAt)
    try house.launch(offer)
    return (house, offer)
  }

  private func matches(_ house: LedgerHouse) throws -> [RemedyChanged] {
    try house.told("ledger.remedy.posted.v1").compactMap { event in
      if case .remedyChanged(let fact) = event, fact.kind == .parityMatch { fact } else { nil }
    }
  }

  @Test func `a plan is corrected at its next renewal without being asked, once, as a fact that names what it carries`() throws {
    let (house, offer) = try house()
    #expect(try matches(house).isEmpty)
    try house.advance(by: .seconds(2 * 86_400))
    #expect(try house.capture(charge("2026-05", at: house.now)).status == 201)
    let match = try #require(try matches(house).first)
    #expect(match.remedyID.description == "new15/sub-7/2026-05#1" && match.basis == .parity && match.amount.minor == 300)
    #expect(match.campaignID?.text == "spring" && match.personID?.text == "p7")
    #expect(try house.balances()["marketing/spring/reserved/new15"] == -(offer.reserve - 300))
    #expect(try house.balances()["customer/p7/credit"] == -300)
    let carried = try house.told("ledger.subscription.changed.v1").compactMap { event -> String? in
      if case .subscriptionChanged(let fact) = event { fact.carries?.description } else { nil }
    }
    #expect(carried == ["new15@1"])
    // The same charge again, and the next one: the offer is for one period.
    #expect(try house.capture(charge("2026-05", at: house.now)).status == 200)
    try house.advance(by: .seconds(31 * 86_400))
    try house.capture(charge("2026-06", at: house.now))
    #expect(try matches(house).count == 1)
    #expect(try house.findings() == [])
  }

  @Test func `it goes on for as long as the offer does, up to what the exception allows over all`() throws {
    let (house, _) = try house(duration: ["kind": "forever", "funded_periods": 12])
    for period in 5...10 {
      try house.advance(by: .seconds(30 * 86_400))
      try house.capture(charge("2026-\(period)", at: house.now))
    }
    // 300 each, 1,000 over all.
    #expect(try matches(house).map(\.amount.minor) == [300, 300, 300, 100])
    #expect(try house.findings() == [])
  }

  @Test func `somebody new is no match, and an exception without one corrects nothing`() throws {
    let (house, _) = try house()
    try house.advance(by: .seconds(2 * 86_400))
    try house.capture(charge("2026-05", at: house.now, of: "sub-new", person: "somebody-new"))
    #expect(try matches(house).isEmpty)
    let (other, _) = try self.house(match: .null)
    try other.advance(by: .seconds(2 * 86_400))
    try other.capture(charge("2026-05", at: other.now))
    #expect(try matches(other).isEmpty)
  }

  @Test func `what the desk asks for is cut to what is left, and nothing is given beyond it`() throws {
    let (house, _) = try house(
      match: ["who": "existing", "how": "prompt", "max": ["amount_minor": 400, "currency": "USD"]], of: [["kind": "all"]])
    try house.advance(by: .seconds(86_400))
    func ask(_ request: String, _ order: String) throws {
      try house.say(
        .remedyAsked(
          RemedyAsked(
            turn: .requested, requestID: Identifier(restoring: request), orderID: Identifier(restoring: order),
            offerID: try Identifier("new15"),
            amount: Money(minor: 300, Self.dollar), basis: .parity, agentID: Identifier(restoring: "operator"), at: house.now)),
        source: "/service")
    }
    // Three who are there already and buy a lamp.
    for number in 1...3 {
      for (name, days) in [("before", -40), ("now", 0)] as [(String, Int64)] {
        try house.capture(
          .dollars("\(name)-\(number)", at: house.now.adding(.seconds(days * 86_400)), [("LAMP", 2_000)], person: "c\(number)"))
      }
    }
    for number in 1...3 { try ask("r\(number)", "now-\(number)") }
    #expect(try matches(house).map(\.amount.minor) == [300, 100])
    #expect(try house.findings() == [])
  }
}
