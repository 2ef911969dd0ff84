import Contracts
import Dispatch
import Foundation
import HTTP
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// Once, to the cent, and never a refusal for want of budget: stories 8, 16 and 29.
  @Suite struct MoneyStories {
    private static let offer = "sunday-free-shipping"
    private static let checks = "promises,capacity,parity,channels,sheets,briefings"

    private static func begin(_ shop: StoryMesh, budget: String, reserve: Int64? = nil) throws {
      try shop.done("campaign", "open", "spring", "--budget", budget, "--currency", "USD")
      var text = try #require(Shop.offer(offer)).text.replacing(#""per_customer": { "uses": 5 }"#, with: #""per_customer": null"#)
      if let reserve {
        text = text.replacing(#""amount_minor": 400000"#, with: #""amount_minor": \#(reserve)"#).replacing(
          #""amount_minor": 50000"#, with: #""amount_minor": 0"#)
      }
      try shop.folder.write(text, to: "offer.json")
      try shop.done("offer", "schedule", shop.folder.file("offer.json"), "--waive", checks, "--reason", "this story is of money")
    }

    private static func capture(_ shop: StoryMesh, _ id: String, _ person: String) throws {
      try shop.done(
        "order", "capture", "--order", id, "--customer", person, "--country", "US", "--line", "sku=KETTLE-17,paid=39.00", "--shipping",
        "9.95", "--currency", "USD", "--tender", "card")
    }

    @Test func `two agents press for the same orders while the look-back is at them: one remedy each, and who comes later is told`() throws
    {
      let shop = try StoryMesh()
      for agent in ["agent/ines", "agent/jonas"] { try shop.hire(agent, "--role", "agent", "--locale", "en-US") }
      try Self.begin(shop, budget: "5000.00")
      let before = (1...12).map { "FRIDAY-\($0)" }
      for order in before { try Self.capture(shop, order, "p-\(order)") }
      // Both read it beforehand, and press while the clock comes to the start and the ledger looks back.
      for agent in ["agent/ines", "agent/jonas"] {
        try shop.done("briefing", "acknowledge", Self.offer, "--answer", "0", "--seconds", "45", as: agent)
      }
      let pressing = Seen<String>()
      @Sendable func press(_ agent: String) {
        for order in before {
          let body: JSON = ["order_id": .string(order), "offer_id": .string(Self.offer)]
          let answer = try? shop.post("service", "/v1/honours", body, as: agent)
          if answer?.status != 200 { pressing.note("\(order) \(answer?.status ?? 0) \(answer?.json.text ?? "")") }
        }
      }
      DispatchQueue.concurrentPerform(iterations: 3) { place in
        if place == 2 {
          do { try shop.advance("29h") } catch { pressing.note("\(error)") }
        } else {
          press(["agent/ines", "agent/jonas"][place])
        }
      }
      // The time to undo goes by; then the ledger has been asked.
      try shop.advance("30s")
      #expect(pressing.all == [])
      for order in before {
        var active: [JSON] = []
        try eventually("\(order) has its remedy") {
          active = try (shop.caller.get("ledger", "/v1/remedies?order=\(order)")["remedies"]?.array ?? []).filter {
            ["pending", "posted"].contains($0["state"]?.string)
          }
          return !active.isEmpty
        }
        #expect(active.count == 1 && active.first?["amount"]?["amount_minor"]?.integer == 995, "\(order): \(active.map(\.text))")
      }
      // Whoever presses again is told when it was given, and how much.
      for agent in ["agent/ines", "agent/jonas"] {
        let body: JSON = ["order_id": "FRIDAY-1", "offer_id": .string(Self.offer)]
        try eventually("\(agent) is told") {
          let answer = try shop.post("service", "/v1/honours", body, as: agent).json
          return answer["outcome"]?.string == "already" && answer["at"] != nil && answer.text.contains("995")
        }
      }
      try shop.mesh.stop()
      #expect(try shop.accord(["verify"]).exit == .code(0))
    }

    @Test func `an empty budget refuses nobody: service advances exactly the rest, and new money repays it by itself`() throws {
      let shop = try StoryMesh()
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.done("ledger", "fund", "service", "1000.00", "--currency", "USD")
      // Three times 9.95.
      try Self.begin(shop, budget: "29.85", reserve: 2_985)
      for number in 1...10 { try Self.capture(shop, "O-\(number)", "p-\(number)") }
      try shop.advance("29h")
      try eventually("all ten have it") {
        try shop.done("look-back", Self.offer)["look_backs"]?.array?.first?["granted"]?.integer == 10
      }
      func money() throws -> JSON { try shop.done("campaign", "money", "spring")["currencies"]?.array?.first ?? .null }
      #expect(try money()["given"]?.integer == 9_950 && money()["outstanding"]?.integer == 6_965)
      // Both are told at once.
      try eventually("service was told what it pays in advance", within: .seconds(5)) {
        let one = try shop.done("advances")["advances"]?.array?.first
        return one?["campaign_id"] == "spring" && one?["outstanding"]?["amount_minor"]?.integer == 6_965 && one?["exhausted_since"] != nil
      }
      try eventually("marketing was told", within: .seconds(5)) {
        (try shop.done("campaign", "show", "spring")["ledger"]?.array ?? []).contains { $0["kind"]?.string == "advanced" }
      }
      try shop.done("campaign", "fund", "spring", "100.00", as: "marketer/maya")
      try eventually("the advance is repaid") { try money()["outstanding"]?.integer == 0 }
      #expect(try money()["free"]?.integer == 10_000 - 6_965)
      try eventually("service has it back, and knows", within: .seconds(5)) {
        let one = try shop.done("advances")["advances"]?.array?.first
        return one?["outstanding"]?["amount_minor"] == 0 && one?["repaid"]?["amount_minor"]?.integer == 6_965
          && one?["exhausted_since"] == nil
      }
      #expect(try shop.done("disconnects", "--audit")["slipped"]?.integer == 0)
    }
  }
}
