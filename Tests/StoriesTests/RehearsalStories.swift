import Contracts
import Foundation
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// What marketing expects before a start is what the ledger gives at it: stories 8 and 25.
  @Suite struct RehearsalStories {
    @Test func `two orders of nobody we know and one of Ada's: rehearsed, given, and two of them told at the desk alone`() throws {
      let shop = try StoryMesh()
      try shop.done("campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      for (order, who) in [("FRIDAY-1", ["--customer", "ada"]), ("FRIDAY-2", []), ("FRIDAY-3", [])] as [(String, [String])] {
        try shop.done(
          ["order", "capture", "--order", order] + who + [
            "--country", "US", "--line", "sku=KETTLE-17,paid=39.00", "--shipping", "9.95", "--currency", "USD", "--tender", "card",
          ])
      }
      try shop.folder.write(try #require(Shop.offer("sunday-free-shipping")).text, to: "sunday.json")
      func own() throws -> JSON? {
        try shop.done("offer", "rehearse", shop.folder.file("sunday.json"))["look_backs"]?.array?.first { $0["own"] == true }
      }
      try eventually("marketing has heard of all three") { try own()?["granted"]?.integer == 3 }
      let rehearsed = try #require(try own())
      #expect(rehearsed["sum"]?["amount_minor"] == 2_985 && rehearsed["anonymous"]?["granted"] == 2, "\(rehearsed.text)")
      #expect(rehearsed["anonymous"]?["sum"]?["amount_minor"] == 1_990, "\(rehearsed.text)")
      let said = try shop.accord(["offer", "rehearse", shop.folder.file("sunday.json")]).stdout
      #expect(said.contains("3 granted, 29.85 USD (of these 2 of nobody we know: 19.90 USD)"), "\(said)")
      #expect(said.contains("2 orders of nobody we know: whoever it is is told at the desk alone"), "\(said)")

      try shop.done(
        "offer", "schedule", shop.folder.file("sunday.json"), "--waive", "promises,capacity,channels,sheets,briefings", "--reason",
        "this story is of orders")
      try shop.advance("29h")
      try eventually("the ledger has looked back, and given what was rehearsed") {
        let given = try shop.done("look-back", "sunday-free-shipping")
        return given.text.contains("\"granted\":3") && given.text.contains("2985")
      }
    }
  }
}
