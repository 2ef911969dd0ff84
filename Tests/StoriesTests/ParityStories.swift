import Contracts
import Foundation
import HTTP
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// Whoever was there before pays no more than somebody new, and nobody has to know of it in order to ask: story 9.
  @Suite struct ParityStories {
    private static let offer = "pro-welcome"

    private static func charge(_ shop: StoryMesh, _ period: String, at instant: String) throws {
      let order: JSON = [
        "order_id": .string("charge-\(period)"), "person_id": "elias", "channel": "web", "country": "US", "placed_at": .string(instant),
        "placed_precision": "instant", "captured_at": .string(instant),
        "lines": [
          ["line_id": "1", "sku": "pro-monthly", "categories": [], "quantity": 1, "paid": ["amount_minor": 2_000, "currency": "USD"]]
        ], "charges": [],
        "tenders": [["kind": "card", "amount": ["amount_minor": 2_000, "currency": "USD"], "refundable_absent": true]], "discounts": [],
        "discounts_known": false, "subscription_id": "sub-elias", "period": .string(period),
      ]
      try shop.folder.write(order.text, to: "\(period).json")
      try shop.done("order", "capture", "--file", shop.folder.file("\(period).json"))
    }

    /// 15 % off the plan for new customers, with a match for those who are there.
    private static func document() throws -> String {
      guard case .object(var members) = try JSON(parsing: #require(Shop.offer("welcome-kettle")).text) else { return "" }
      let changes: [(String, JSON)] = [
        ("offer_id", .string(offer)), ("title", ["en-US": "15 % off Pro for new customers"]), ("also_called", []),
        ("campaign_id", "spring"),
        ("owner", "marketer/maya"),
        ("window", ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-07-01T00:00:00", "time_zone": "America/New_York"]),
        ("applies_to", ["include": [["kind": "plan", "ids": ["pro-monthly"]]], "exclude": []]),
        ("benefit", ["kind": "percent_off", "percent_off": "15"]), ("duration", ["kind": "repeating", "periods": 3, "funded_periods": 3]),
        ("limits", ["per_order": .null, "per_customer": .null, "total": .null]), ("promises", []), ("briefing", .null),
        (
          "remedy",
          ["destinations": ["customer_credit"], "claimable_for": "PT2160H", "clawback": ["on_return": true, "waive_below": .null]]
        ),
        ("budget", ["reserve": ["amount_minor": 100_000, "currency": "USD"], "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
        (
          "parity_exception",
          [
            "reason": "welcome_offer", "sentence": "For the first order; who is here is matched.", "approved_by": "supervisor/ruth",
            "ends_at": "2026-07-01T00:00:00",
            "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 50_000, "currency": "USD"]],
          ]
        ),
      ]
      for (name, value) in changes {
        members.removeAll { $0.name == name }
        members.append(.init(name, value))
      }
      return JSON.object(members).text
    }

    @Test func `Elias has had Pro for a month: his next charge is corrected by itself, and nobody is left untold`() throws {
      let shop = try StoryMesh()
      try shop.hire("supervisor/ruth", "--role", "supervisor", "--role", "lead")
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.done("campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.folder.write("sku,kind,list\npro-monthly,plan,2000\n", to: "products.csv")
      try shop.done("import", "products", shop.folder.file("products.csv"), "--map", "sku=sku,kind=kind,list=list", "--currency", "USD")
      try shop.folder.write(
        "subscription,customer,change,plan,from\nsub-elias,elias,started,pro-monthly,2026-04-12T10:00:00-04:00\n", to: "plans.csv")
      try shop.done(
        "import", "subscriptions", shop.folder.file("plans.csv"), "--map",
        "subscription=subscription,customer=customer,change=change,plan=plan,from=from")
      try Self.charge(shop, "2026-04", at: "2026-04-12T10:00:00-04:00")
      try shop.folder.write(try Self.document(), to: "offer.json")
      try eventually("marketing knows the plan, and takes the offer") {
        try shop.accord([
          "offer", "schedule", shop.folder.file("offer.json"), "--waive", "channels,sheets", "--reason", "this story is of parity",
        ]).exit == .code(0)
      }
      // Why it is right that new ones pay less, somebody at customer service accepts.
      try eventually("the exception is known there") {
        try shop.accord(["parity", "approve", "\(Self.offer)@1"], as: "supervisor/ruth").exit == .code(0)
      }
      func row() throws -> JSON { try shop.done("parity", "list")["offers"]?.array?.first ?? .null }
      try eventually("Elias is counted, and nobody has told him") {
        try row()["exception"]?["approved"] == true && row()["people"] == 1 && row()["untold"] == 1
      }
      #expect(try row()["gaps"]?.array?.first?["difference"]?["amount_minor"] == 300)
      try shop.advance("29h")
      try eventually("it is live") { try shop.done("offer", "show", Self.offer)["versions"]?.array?.last?["state"] == "live" }
      // Two days later he is charged the old price.
      try shop.advance("48h")
      try Self.charge(shop, "2026-05", at: "2026-05-12T00:00:00-04:00")
      try eventually("the charge is corrected, at the cost of the better offer's campaign") {
        let remedy = try shop.caller.get("ledger", "/v1/remedies?order=charge-2026-05")["remedies"]?.array?.first
        return remedy?["amount"]?["amount_minor"] == 300 && remedy?["remedy_id"]?.string == "\(Self.offer)/sub-elias/2026-05#1"
      }
      try eventually("marketing has heard that he is matched") { try row()["matched"] == 1 && row()["untold"] == 0 }
      try eventually("customer service sees what his plan carries") {
        try (shop.done("customer", "elias")["entries"]?.array ?? []).contains {
          $0["kind"] == "subscription_changed" && $0["sentence"]?.string?.contains("carries \(Self.offer)@1") == true
        }
      }
      #expect(try shop.done("campaign", "money", "spring")["currencies"]?.array?.first?["given"] == 300)
      try shop.mesh.stop()
      #expect(try shop.accord(["verify"]).exit == .code(0))
    }
  }
}
