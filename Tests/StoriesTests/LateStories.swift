import Contracts
import Foundation
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// A till that was offline over the weekend, and a month that is closed meanwhile: the customer has what is theirs, and the closed month does
  /// not move.
  @Suite struct LateStories {
    private static let offer = "sunday-free-shipping"

    @Test func `an order of late Saturday is imported on Tuesday: the remedy comes, and May stays as it was closed`() throws {
      let shop = try StoryMesh(at: "2026-05-29T19:00:00-04:00")
      try shop.done("campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD")
      let text = try #require(Shop.offer(Self.offer)).text.replacing("2026-05-10", with: "2026-05-31")
        .replacing("2026-05-13", with: "2026-06-03").replacing("2026-05-09", with: "2026-05-30")
      try shop.folder.write(text, to: "offer.json")
      try shop.done(
        "order", "capture", "--order", "FRIDAY", "--customer", "ada", "--country", "US", "--line", "sku=KETTLE-17,paid=39.00", "--shipping",
        "9.95", "--currency", "USD", "--tender", "card")
      try shop.done(
        "offer", "schedule", shop.folder.file("offer.json"), "--waive", "promises,capacity,parity,channels,sheets,briefings", "--reason",
        "this story is of the books")
      // Monday, June 1st: May is closed.
      try shop.done("clock", "advance", "--to", "2026-06-01T12:00:00-04:00")
      try eventually("Friday's order has its remedy") {
        try shop.caller.get("ledger", "/v1/remedies?order=FRIDAY")["remedies"]?.array?.first?["amount"]?["amount_minor"] == 995
      }
      try shop.done("ledger", "period", "close", "2026-05-31")
      func may() throws -> [String] {
        (try shop.done("ledger", "trial", "--as-of", "2026-05-31")["rows"]?.array ?? []).map(\.text).sorted()
      }
      let closed = try may()
      #expect(!closed.isEmpty)

      // Tuesday: the till is online again.
      try shop.done("clock", "advance", "--to", "2026-06-02T09:00:00-04:00")
      try shop.folder.write(
        """
        receipt,who,item,count,amount,at,shipping,country
        SATURDAY,bob,KETTLE-17,1,39.00,2026-05-30T23:40:00-04:00,9.95,US
        """, to: "till.csv")
      let report = try shop.done(
        "import", "orders", shop.folder.file("till.csv"), "--map",
        "order=receipt,customer=who,sku=item,quantity=count,amount=amount,placed=at,shipping=shipping,country=country", "--currency", "USD",
        "--amounts", "major", "--channel", "web")
      #expect(report["created"]?.integer == 1, "\(report.text)")
      var remedy = JSON.null
      try eventually("Saturday's order has its remedy") {
        remedy = try shop.caller.get("ledger", "/v1/remedies?order=SATURDAY")["remedies"]?.array?.first ?? .null
        return remedy["amount"]?["amount_minor"] == 995
      }
      #expect(remedy["basis"] == "late", "\(remedy.text)")
      #expect(try may() == closed)

      // Asked by when it was true, and by when it was known.
      func sales(_ words: String...) throws -> Int64? {
        try shop.done(["ledger", "balance", "sales/web", "--currency", "USD"] + words)["balances"]?.array?.first?["posted_minor"]?.integer
      }
      #expect(try sales("--as-of", "2026-05-31T04:00:00Z") == -7_800)
      #expect(try sales("--as-of", "2026-05-31T04:00:00Z", "--recorded-by", "2026-06-01T16:00:00Z") == -3_900)
      // By the books' days it counts in June.
      #expect(try sales("--as-of", "2026-05-31") == -3_900)
      try shop.mesh.stop()
      #expect(try shop.accord(["verify"]).exit == .code(0))
    }
  }
}
