import Contracts
import Foundation
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// The number that the two departments share, found by the night itself on the real processes: offer.md's register.
  @Suite struct RegisterStories {
    @Test func `the night finds what nobody answered and what nobody staffed, and says what was kept from happening`() throws {
      let shop = try StoryMesh()
      try shop.done("campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.folder.write(try #require(Shop.offer("sunday-free-shipping")).text, to: "offer.json")
      try shop.done("offer", "schedule", shop.folder.file("offer.json"))
      try shop.done(
        "offer", "waive", "sunday-free-shipping", "promises", "capacity", "sheets", "briefings", "channels", "--reason", "a desk of one")
      try shop.done(
        "order", "capture", "--order", "FRIDAY-1", "--customer", "ada", "--country", "US", "--line", "sku=KETTLE-17,paid=39.00",
        "--shipping", "9.95", "--currency", "USD")
      try shop.done("ask", "that radio code", "--customer", "ben")
      try shop.done("channel", "name", "web", "chat", "--zone", "America/New_York")
      // Two nights go by, and one day after the start.
      try shop.advance("58h")

      let register = try shop.done("disconnects")
      func rows(_ kind: String) -> [JSON] { (register["disconnects"]?.array ?? []).filter { $0["kind"]?.string == kind } }
      #expect(rows("look_back").compactMap { $0["outcome"]?.string } == ["prevented"])
      #expect(rows("look_back").first?["cause"]?.string == "1 orders had what sunday-free-shipping owed them without asking")
      #expect(rows("unknown_offer").compactMap { $0["outcome"]?.string } == ["slipped"])
      #expect(rows("channel").compactMap { $0["outcome"]?.string } == ["unknown"])
      #expect(register["slipped"]?.integer == 1)
      // Looked for by hand, by whoever may: nothing more, and nothing twice.
      let again = try shop.done("disconnects", "--audit")
      #expect(again["slipped"]?.integer == 1)
      #expect(again["disconnects"]?.array?.filter { $0["outcome"]?.string == "slipped" }.count == 1)
    }
  }
}
