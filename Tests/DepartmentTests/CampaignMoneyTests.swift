import Contracts
import HTTP
import Store
import TestKit
import Testing

/// An open campaign is given more: told by marketing, booked by the ledger, and what was advanced is repaid from it first.
struct CampaignMoneyTests {
  private func fund(_ scene: MarketingScene, _ minor: Int64, _ currency: String = "USD", key: String? = nil) -> Response {
    scene.post(
      "/v1/campaigns/spring/fund",
      ["amount": ["amount_minor": .integer(minor), "currency": .string(currency)], "approved_by": "supervisor/ruth"], key: key)
  }

  @Test func `more is told as the opening was, and counted once`() throws {
    let scene = try MarketingScene()
    #expect(fund(scene, 100).status == 404)
    scene.openSpring()
    #expect(try fund(scene, 250_000, key: "more").json["campaign"]?["budget"]?["amount_minor"] == 1_250_000)
    #expect(fund(scene, 250_000, key: "more").status == 200)
    #expect(try fund(scene, 1).json["outcome"] == "funded")
    let told = try scene.told().compactMap { if case .budgetChanged(let fact) = $0 { fact.amount.minor } else { nil } }
    #expect(told == [1_000_000, 250_000, 1])
    // The opening said again is known by what it was opened with.
    let body: JSON = ["campaign_id": "spring", "budget": ["amount_minor": 1_000_000, "currency": "USD"], "approved_by": "supervisor/ruth"]
    #expect(try scene.post("/v1/campaigns", body).json["outcome"] == "exists")
    // Its own facts again change nothing.
    try scene.hearOwn(scene.outbox())
    #expect(try scene.premises.ask(.get, "/v1/campaigns/spring").json["budget"]?["amount_minor"] == 1_250_001)
    for (minor, currency, code) in [
      (0, "USD", "amount"), (-5, "USD", "amount"), (5, "EUR", "campaign_currency"), (Limits.amountMax, "USD", "amount"),
    ] as [(Int64, String, String)] {
      #expect(try fund(scene, minor, currency).json["code"] == .string(code), "\(minor) \(currency)")
    }
    #expect(scene.post("/v1/campaigns/spring/close", .object([])).status == 200)
    #expect(try fund(scene, 5).json["code"] == "campaign_closed")
    #expect(try scene.premises.findings() == [])
  }

  @Test func `what service advanced is repaid first`() throws {
    let house = try LedgerHouse()
    try house.openService(100_000)
    try house.openCampaign(1_000)
    var offer = PlannedOffer()
    offer.reserve = 1_000
    try house.advance(to: offer.startsAt)
    try house.capture(OrderDraft.dollars("A", at: offer.startsAt.adding(.seconds(-3_600)), [("LAMP", 20_000)]))
    try house.launch(offer)
    #expect(try house.given(to: "A") == 3_000)
    let owed = try house.told("ledger.budget.advanced.v1")
    guard case .budgetChanged(let advanced)? = owed.last else { return #expect(Bool(false)) }
    #expect(advanced.outstanding?.minor == 2_000)

    try house.openCampaign(2_500)
    guard case .budgetChanged(let repaid)? = try house.told("ledger.budget.repaid.v1").last else { return #expect(Bool(false)) }
    #expect(repaid.amount.minor == 2_000 && repaid.outstanding?.minor == 0 && repaid.entry != nil)
    #expect(try house.balances()["marketing/spring/goodwill"] == -500)
    #expect(try house.balances()["service/goodwill-reserve"] == -100_000)
    #expect(try house.findings() == [])
  }
}
