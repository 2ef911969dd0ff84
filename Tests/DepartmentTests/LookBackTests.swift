import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// The ledger's main job: an offer reaches the orders that came before it, once, to the cent.
struct LookBackTests {
  @Test func `Friday's order gets Sunday's free shipping, and its books are those of the golden case`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    let friday = OrderDraft.dollars("FRIDAY-1", at: house.now, [("LAMP", 8_000)], shipping: 995)
    #expect(try house.capture(friday).status == 201)
    let offer = OfferDraft.shipping()
    try house.say(.offerVersioned(offer.versioned()))
    try house.say(.offerScheduled(offer.scheduled()))
    #expect(try house.balances()["marketing/spring/reserved/free-ship"] == -40_000)

    try house.advance(to: offer.startsAt)
    #expect(try house.given(to: "FRIDAY-1") == 0)
    try house.say(.offerTurned(offer.turned(.launched, at: house.now, effectiveFrom: offer.startsAt)))

    let remedy = try #require(house.remedies(of: "FRIDAY-1").first)
    #expect(remedy["state"]?.string == "pending" && remedy["amount"]?["amount_minor"]?.integer == 995)
    #expect(remedy["destination"]?.string == "original_tender" && remedy["kind"]?.string == "shipping_refund")
    let totals = try #require(house.lookBacks("free-ship").first)
    #expect(totals["considered"]?.integer == 1 && totals["granted"]?.integer == 1 && totals["sum"]?["amount_minor"]?.integer == 995)

    let id = try #require(remedy["remedy_id"]?.string).replacing("/", with: "%2F")
    #expect(house.post("/v1/refunds/\(id)/confirm").status == 200)
    #expect(house.post("/v1/refunds/\(id)/confirm").status == 409)
    #expect(try house.remedies(of: "FRIDAY-1").first?["state"]?.string == "posted")
    let answer = house.post("/v1/orders/FRIDAY-1/return", ["lines": [["line_id": "1", "quantity": 1]]])
    #expect(answer.status == 200)
    #expect(
      try house.balances() == [
        "company/goodwill": 600_000, "marketing/spring/goodwill": -460_000, "marketing/spring/reserved/free-ship": -39_005,
        "service/goodwill-reserve": -100_000, "shipping/web": -995,
      ])
    #expect(try house.findings() == [])
  }
}
