import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// Story 29: an empty budget refuses no customer; the cost stays with its campaign.
struct EmptyBudgetTests {
  @Test func `a thousand remedies on a budget for three hundred: all given, the rest advanced to the cent, new money repays by itself`()
    throws
  {
    let house = try LedgerHouse()
    try house.openCampaign(300 * 995)
    try house.openService(100_000)
    for number in 0..<1_000 {
      try house.capture(
        .dollars("O-\(number)", at: house.now.adding(.milliseconds(Int64(number))), [("LAMP", 3_900)], shipping: 995, person: "p-\(number)")
      )
    }
    var offer = PlannedOffer.shipping()
    offer.reserve = 300 * 995
    try house.launch(offer)
    try house.advance(to: offer.startsAt)

    let totals = try #require(house.lookBacks("free-ship").first)
    #expect(totals["granted"]?.integer == 1_000 && totals["sum"]?["amount_minor"]?.integer == 1_000 * 995)
    func kinds() throws -> [String: Int64] {
      try house.told().reduce(into: [:]) { sums, event in
        if case .budgetChanged(let fact) = event { sums[fact.kind.rawValue, default: 0] += fact.amount.minor }
      }
    }
    #expect(try kinds()["advanced"] == 700 * 995)
    #expect(try house.told("ledger.budget.exhausted.v1").count == 1)

    // The campaign shows all of it.
    let money = try house.premises.ask(.get, "/v1/campaigns/spring/money").json
    let row = try #require(money["currencies"]?.array?.first)
    #expect(row["given"]?.integer == 1_000 * 995 && row["advanced"]?.integer == 700 * 995 && row["outstanding"]?.integer == 700 * 995)
    let day = try #require(row["days"]?.array?.first { $0["granted"]?.integer ?? 0 > 0 })
    #expect(day["day"]?.string == "2026-05-10" && day["outstanding"]?.integer == 700 * 995)
    #expect(try house.balances()["service/goodwill-reserve waiting"] == nil)
    // Service's own fund has gone below zero for it: an alarm, and no refusal.
    #expect(try house.balances()["service/goodwill-reserve"] == 700 * 995 - 100_000)

    try house.openCampaign(500 * 995)
    #expect(try kinds()["repaid"] == 500 * 995)
    try house.openCampaign(900 * 995)
    #expect(try kinds()["repaid"] == 700 * 995)
    #expect(try house.balances()["service/goodwill-reserve"] == -100_000)
    let after = try house.premises.ask(.get, "/v1/campaigns/spring/money").json["currencies"]?.array?.first
    #expect(after?["outstanding"]?.integer == 0 && after?["free"]?.integer == 700 * 995)
    #expect(try house.findings() == [])
  }
}
