import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// What becomes of remedies: refunds, claw-backs, expiry, empty purses, release and close; to the cent of the golden cases.
struct RemedyTests {
  /// A house whose offer of 15 % is live; `before` captures what the look-back is to find.
  private func house(
    _ change: (inout PlannedOffer) -> Void = { _ in }, budget: Int64 = 500_000, service: Int64 = 100_000,
    before: (LedgerHouse, Timestamp) throws -> Void
  ) throws -> (LedgerHouse, PlannedOffer) {
    let house = try LedgerHouse()
    var offer = PlannedOffer()
    offer.id = "fifteen"
    change(&offer)
    try house.openCampaign(budget)
    try house.openService(service)
    try house.advance(to: offer.startsAt)
    try before(house, offer.startsAt.adding(.seconds(-3_600)))
    try house.launch(offer)
    return (house, offer)
  }

  private func path(_ remedy: String) -> String { "/v1/refunds/\(remedy.replacing("/", with: "%2F"))" }

  @Test func `a line that goes back in two steps takes its share along, the odd cent first`() throws {
    let (house, _) = try house { house, at in
      try house.capture(.dollars("A", at: at, [("LAMP", 2_500), ("SHADE", 730), ("BULB", 333)], quantity: 2))
    }
    #expect(house.post("\(path("fifteen/A#1"))/confirm").status == 200)
    #expect(try house.given(to: "A") == 534)
    for expected in [(1_250, 188), (1_250, 187)] as [(Int64, Int64)] {
      let answer = house.post("/v1/orders/A/return", ["lines": [["line_id": "1", "quantity": 1]]])
      #expect(try answer.json["price"]?["amount_minor"]?.integer == expected.0)
      #expect(try answer.json["clawed_back"]?["amount_minor"]?.integer == expected.1)
      #expect(try answer.json["paid_out"]?["amount_minor"]?.integer == expected.0 - expected.1)
    }
    let balances = try house.balances()
    #expect(balances["marketing/spring/reserved/fifteen"] == -39_841 && balances["tender/card"] == 904 && balances["sales/web"] == -1_063)
    let more = house.post("/v1/orders/A/return", ["lines": [["line_id": "1", "quantity": 1]]])
    #expect(try more.status == 409 && more.json["code"]?.string == "more_than_left")
    #expect(try house.findings() == [])
  }

  @Test func `credit that was spent is taken from the refund, never as a bill`() throws {
    let (house, _) = try house({ $0.destinations = ["customer_credit"] }) { house, at in
      try house.capture(.dollars("A", at: at, [("SOFA", 6_000)], person: "p9"))
    }
    #expect(try house.remedies(of: "A").first?["state"]?.string == "posted")
    var spending = OrderDraft.dollars("B", at: house.now, [("LAMP", 2_000)], person: "p9")
    let dollar = try #require(Currency("USD"))
    spending.tenders = [
      .init(kind: .customerCredit, amount: Money(minor: 600, dollar), refundableAbsent: true),
      .init(kind: .card, amount: Money(minor: 1_400, dollar), refundableAbsent: true),
    ]
    #expect(try house.capture(spending).status == 201)
    let answer = house.post("/v1/orders/A/return")
    #expect(try answer.json["paid_out"]?["amount_minor"]?.integer == 5_400)
    // All of it went back: there is nothing more, and nobody is asked to name it.
    #expect(try house.post("/v1/orders/A/return").json["code"] == "nothing_left")
    let balances = try house.balances()
    #expect(balances["tender/card"] == 2_000 && balances["marketing/spring/reserved/fifteen"] == -40_000)
    #expect(balances["customer/p9/credit"] == nil)
    #expect(try house.findings() == [])
  }

  @Test func `an empty purse is topped up, then advanced; a claw-back repays first`() throws {
    let (house, _) = try house({ $0.reserve = 900 }, budget: 1_000, service: 5_000) { house, at in
      try house.capture(.dollars("A", at: at, [("SOFA", 12_000)]))
    }
    let kinds = try house.told().compactMap { event -> String? in
      if case .budgetChanged(let fact) = event { "\(fact.kind) \(fact.amount.minor)" } else { nil }
    }
    #expect(kinds == ["opened 1000", "opened 5000", "reserved 900", "reserved 100", "exhausted 800", "advanced 800"])
    #expect(house.post("\(path("fifteen/A#1"))/confirm").status == 200)
    #expect(house.post("/v1/orders/A/return").status == 200)
    let last = try house.told("ledger.budget.repaid.v1").last
    guard case .budgetChanged(let repaid)? = last else {
      Issue.record("nothing was repaid")
      return
    }
    #expect(repaid.amount.minor == 800 && repaid.outstanding?.minor == 0)
    #expect(try house.balances()["service/goodwill-reserve"] == -5_000)
    #expect(try house.findings() == [])
  }

  @Test func `a card that refuses sends the money to credit, under one key in one transaction`() throws {
    let (house, _) = try house { house, at in try house.capture(.dollars("A", at: at, [("LAMP", 3_000)], person: "p4")) }
    let answer = house.post("\(path("fifteen/A#1"))/refuse", ["cause": "card closed"])
    #expect(answer.status == 200)
    #expect(try house.remedies(of: "A").map { $0["state"]?.string } == ["voided", "posted"])
    let balances = try house.balances()
    #expect(balances["customer/p4/credit"] == -450 && balances["tender/card"] == 3_000)
    #expect(balances["marketing/spring/reserved/fifteen"] == -39_550)
    #expect(house.post("\(path("fifteen/A#1"))/refuse").status == 409)
    #expect(house.post("\(path("fifteen/A#9"))/refuse").status == 404)
    #expect(try house.findings() == [])
  }

  @Test func `cash without a person waits for the receipt, and expires in its time`() throws {
    let (house, _) = try house { house, at in
      try house.capture(.dollars("CASH", at: at, [("LAMP", 3_000)], person: nil, tender: .cash))
      try house.capture(.dollars("CLAIMED", at: at, [("LAMP", 3_000)], person: nil, tender: .cash))
    }
    let remedy = try #require(house.remedies(of: "CASH").first)
    #expect(remedy["destination"]?.string == "receipt" && remedy["state"]?.string == "pending" && remedy["expires_at"] != nil)
    #expect(try house.balances()["tender/cash waiting"] == -900)
    #expect(house.post("\(path("fifteen/CLAIMED#1"))/confirm").status == 200)
    try house.advance(by: .seconds(90 * 86_400 - 1))
    #expect(try house.remedies(of: "CASH").first?["state"]?.string == "pending")
    try house.advance(by: .seconds(1))
    #expect(try house.remedies(of: "CASH").first?["state"]?.string == "expired")
    #expect(try house.remedies(of: "CLAIMED").first?["state"]?.string == "posted")
    #expect(try house.balances()["tender/cash waiting"] == nil)
    #expect(try house.findings() == [])
  }

  @Test func `what an offer does not need goes back, and a campaign closes once nothing is open`() throws {
    let (house, offer) = try house({ $0.anonymous = true }) { house, at in
      try house.capture(.dollars("A", at: at, [("LAMP", 80_000)]))
      try house.capture(.dollars("CASH", at: at, [("LAMP", 3_000)], person: nil, tender: .cash))
    }
    #expect(house.post("\(path("fifteen/A#1"))/confirm").status == 200)
    try house.say(
      .budgetChanged(
        BudgetChanged(
          kind: .closed, publisher: .marketing, campaignID: Identifier("spring"), amount: Money(minor: 0, try #require(Currency("USD"))))))
    #expect(try house.told("ledger.budget.closed.v1").isEmpty)
    try house.advance(to: try #require(offer.endsAt).adding(.seconds(336 * 3_600)))
    guard case .budgetChanged(let released)? = try house.told("ledger.budget.released.v1").first else {
      Issue.record("nothing was released")
      return
    }
    #expect(released.amount.minor == 40_000 - 12_000 - 450)
    #expect(try house.told("ledger.budget.closed.v1").isEmpty)
    // The last that waits expires; its money goes on to the campaign, and with that the campaign closes.
    try house.advance(by: .seconds(90 * 86_400))
    #expect(try house.told("ledger.budget.closed.v1").count == 1)
    let balances = try house.balances()
    #expect(balances["marketing/spring/goodwill"] == nil && balances["marketing/spring/reserved/fifteen"] == nil)
    #expect(balances["company/goodwill"] == 112_000)
    #expect(try house.findings() == [])
  }

  @Test func `taxes on top go along, to the tender and back`() throws {
    let (house, _) = try house { house, at in
      var draft = OrderDraft.dollars("A", at: at, [("LAMP", 10_000)])
      let dollar = try #require(Currency("USD"))
      draft.lines[0].tax = [.init(amount: Money(minor: 800, dollar), jurisdiction: "us-ny", inclusive: false)]
      draft.tenders = [.init(kind: .card, amount: Money(minor: 10_800, dollar), refundableAbsent: true)]
      #expect(try house.capture(draft).status == 201)
    }
    #expect(house.post("\(path("fifteen/A#1"))/confirm").status == 200)
    #expect(try house.balances()["tax/us-ny"] == -680)
    #expect(try house.balances()["tender/card"] == 9_180)
    #expect(house.post("/v1/orders/A/return").status == 200)
    let balances = try house.balances()
    #expect(balances["tax/us-ny"] == nil && balances["tender/card"] == nil && balances["marketing/spring/reserved/fifteen"] == -40_000)
    #expect(try house.findings() == [])
  }

  @Test func `what waits is lessened by a return, and goes with a cancellation`() throws {
    let (house, _) = try house { house, at in
      try house.capture(.dollars("A", at: at, [("LAMP", 4_000), ("SHADE", 4_000)]))
      try house.capture(.dollars("B", at: at, [("LAMP", 4_000)], shipping: 500))
    }
    #expect(house.post("/v1/orders/A/return", ["lines": [["line_id": "1", "quantity": 1]]]).status == 200)
    #expect(try house.remedies(of: "A").map { $0["state"]?.string } == ["voided", "pending"])
    #expect(try house.given(to: "A") == 600)
    #expect(house.post("/v1/orders/B/cancel").status == 200)
    #expect(try house.given(to: "B") == 0)
    #expect(house.post("/v1/orders/B/cancel").status == 409)
    let balances = try house.balances()
    #expect(balances["tender/card"] == 4_000 && balances["tender/card waiting"] == -600 && balances["shipping/web"] == nil)
    #expect(try house.findings() == [])
  }

  @Test func `goods that left the house are returned, not cancelled; a return before the decision lowers it`() throws {
    let (house, _) = try house { house, at in
      try house.capture(.dollars("A", at: at, [("LAMP", 4_000), ("SHADE", 4_000)]))
      #expect(house.post("/v1/orders/A/ship").status == 200)
      #expect(house.post("/v1/orders/A/cancel").status == 409)
      #expect(house.post("/v1/orders/A/return", ["lines": [["line_id": "2", "quantity": 1]], "receipt_only": true]).status == 200)
    }
    #expect(try house.given(to: "A") == 600)
    for body in ["{\"lines\": 3}", "[]", "{\"lines\": [{\"line_id\": \"9\", \"quantity\": 1}]}"] {
      let answer = house.premises.ask(
        .post, "/v1/orders/A/return", headers: house.premises.headers(key: "bad \(body.count)"), body: Array(body.utf8))
      #expect([400, 409].contains(answer.status))
    }
    #expect(house.post("/v1/orders/NOBODY/return").status == 404)
    #expect(try house.findings() == [])
  }

  @Test func `a line added under a live offer is judged again`() throws {
    let (house, offer) = try house({ $0.addItems = ["until": "shipped", "benefit_on_added_lines": true] }) { house, at in
      try house.capture(.dollars("A", at: at, [("LAMP", 4_000)]))
    }
    #expect(try house.given(to: "A") == 600)
    try house.advance(by: .seconds(60))
    let dollar: JSON = ["amount_minor": 2_000, "currency": "USD"]
    let answer = house.post(
      "/v1/orders/A/amend",
      [
        "lines": [["line_id": "2", "sku": "SHADE", "categories": [], "quantity": 1, "paid": dollar]],
        "tenders": [["kind": "card", "amount": dollar, "refundable_absent": true]], "under": .string("\(offer.id)@1"),
      ])
    #expect(answer.status == 200)
    #expect(try house.given(to: "A") == 900)
    #expect(try house.findings() == [])
  }
}
