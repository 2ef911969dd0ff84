import Contracts
import HTTP
import LedgerRoom
import TestKit
import Testing

/// The upgrade, and the 15 % two days later: a plan is caught up to credit, then carries the offer, funded for so many periods, then net.
struct PlanTests {
  private func charge(
    _ period: String, at instant: Timestamp, paid: Int64, credit: Int64 = 0, discount: Int64 = 0, person: String? = "p7"
  ) -> OrderDraft {
    let dollar = Currency("USD")!
    var draft = OrderDraft.dollars("charge-\(period)", at: instant, [("pro-monthly", paid)], person: person)
    draft.subscriptionID = "sub-7"
    draft.period = period
    draft.tenders = [.init(kind: .card, amount: Money(minor: paid - credit, dollar), refundableAbsent: true)]
    if credit > 0 { draft.tenders.append(.init(kind: .customerCredit, amount: Money(minor: credit, dollar), refundableAbsent: true)) }
    if discount > 0 {
      draft.discounts = [
        .init(offerID: Identifier(restoring: "pro15"), lineID: Identifier(restoring: "1"), amount: Money(minor: discount, dollar))
      ]
      draft.discountsKnown = true
    }
    return draft
  }

  private func house() throws -> (LedgerHouse, PlannedOffer) {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    var offer = PlannedOffer()
    (offer.id, offer.lookBack, offer.basis) = ("pro15", "PT744H", "charged_at")
    offer.include = [["kind": "plan", "ids": ["pro-monthly"]]]
    offer.duration = ["kind": "forever", "funded_periods": 3]
    offer.destinations = ["customer_credit", "original_tender"]
    offer.limits = ["per_order": .null, "per_customer": ["uses": 1], "total": .null]
    offer.anonymous = false
    try house.advance(to: offer.startsAt)
    #expect(try house.capture(charge("2026-05", at: offer.startsAt.adding(.seconds(-2 * 86_400)), paid: 2_000)).status == 201)
    try house.launch(offer)
    return (house, offer)
  }

  @Test func `catch-up, two funded renewals, then net: the balances of the golden case`() throws {
    let (house, _) = try house()
    let remedy = try #require(house.remedies(of: "charge-2026-05").first)
    #expect(remedy["remedy_id"]?.string == "pro15/sub-7/2026-05#1" && remedy["destination"]?.string == "customer_credit")
    #expect(remedy["amount"]?["amount_minor"]?.integer == 300)
    for (period, credit) in [("2026-06", 300), ("2026-07", 0), ("2026-08", 0)] as [(String, Int64)] {
      try house.advance(by: .seconds(31 * 86_400))
      let draft = charge(period, at: house.now, paid: 1_700, credit: credit, discount: 300)
      #expect(try house.capture(draft).status == 201)
      // The same charge again is known, whatever the ledger noted at its discount.
      #expect(try house.capture(draft).status == 200)
    }
    let balances = try house.balances()
    #expect(balances["marketing/spring/reserved/pro15"] == nil || balances["marketing/spring/reserved/pro15"] == -39_100)
    #expect(balances["sales/subscription"] == -(4 * 2_000 - 300) && balances["tender/card"] == 6_800)
    let kinds = try house.told("ledger.remedy.posted.v1").compactMap { event -> String? in
      if case .remedyChanged(let fact) = event { fact.kind.rawValue } else { nil }
    }
    #expect(kinds == ["price_adjustment", "renewal_discount", "renewal_discount"])
    #expect(try house.findings() == [])
  }

  @Test func `a plan that is left carries nothing, and in time it comes back with its offer`() throws {
    let (house, _) = try house()
    func change(_ word: String, to plan: String? = nil) {
      var body: [JSON.Member] = [.init("change", .string(word)), .init("person_id", "p7")]
      if let plan { body.append(.init("to_plan", .string(plan))) }
      #expect(house.post("/v1/subscriptions/sub-7/changes", .object(body)).status == 200)
    }
    func funded() throws -> Int { try house.told("ledger.remedy.posted.v1").count - 1 }
    change("cancelled")
    try house.advance(by: .seconds(10 * 86_400))
    try house.capture(charge("a", at: house.now, paid: 1_700, discount: 300))
    #expect(try funded() == 0)
    change("started", to: "pro-monthly")
    try house.capture(charge("b", at: house.now, paid: 1_700, discount: 300))
    #expect(try funded() == 1)
    change("cancelled")
    try house.advance(by: .seconds(31 * 86_400))
    change("started", to: "pro-monthly")
    try house.capture(charge("c", at: house.now, paid: 1_700, discount: 300))
    #expect(try funded() == 1)
    #expect(try house.findings() == [])
  }

  @Test func `a downgrade takes back the unused days, from credit alone`() throws {
    let (house, offer) = try house()
    let from = offer.startsAt.adding(.seconds(-2 * 86_400))
    try house.advance(to: from.adding(.seconds(10 * 86_400)))
    let answer = house.post(
      "/v1/subscriptions/sub-7/changes",
      [
        "change": "downgraded", "person_id": "p7", "from_plan": "pro-monthly", "to_plan": "basic", "from": .string(from.description),
        "to": .string(from.adding(.seconds(30 * 86_400)).description),
      ])
    #expect(answer.status == 200)
    #expect(try house.balances()["customer/p7/credit"] == -100)
    #expect(try house.given(to: "charge-2026-05") == 100)
    #expect(try house.findings() == [])
  }
}
