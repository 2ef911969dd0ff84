import Contracts
import Foundation
import TestKit
import Testing

extension StoriesTests {
  /// Whoever tries the system out works as somebody: the people of the built-in shop are there with one command, and only in a sandbox.
  @Suite struct ShopPeopleStories {
    @Test func `the shop's people work in a sandbox by their first names, and nowhere else`() throws {
      let shop = try StoryMesh()
      let made = try shop.done("colleague", "shop")["colleagues"]?.array ?? []
      #expect(made.count == 12 && made.filter { $0["active"]?.bool == true }.count == 10)
      // The next line of a script is theirs already.
      try shop.done("case", "list", "--as", "ines")
      // What Maya does is Maya's, and Ines may not do it.
      try shop.done(
        "campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD", "--approved-by", "supervisor/ruth", "--as", "maya")
      #expect(
        try shop.refused("campaign", "open", "autumn", "--budget", "1.00", "--currency", "USD", "--as", "ines").contains(
          "agent/ines may not"))
      // Cora has left: she has no token, and owns nothing.
      let all = try shop.done("colleague", "list", "--all")["colleagues"]?.array ?? []
      #expect(all.filter { $0["active"]?.bool == false }.compactMap { $0["colleague_id"]?.string } == ["agent/cora", "marketer/otto"])
      #expect(try shop.accord(["case", "list", "--as", "cora"]).exit != .code(0))
      // Again: everybody keeps the token that they have.
      let token = try String(contentsOfFile: shop.caller.data + "/people/ines.json", encoding: .utf8)
      #expect(try shop.done("colleague", "shop")["colleagues"]?.array?.allSatisfy { $0["outcome"]?.string == "exists" } == true)
      #expect(try String(contentsOfFile: shop.caller.data + "/people/ines.json", encoding: .utf8) == token)

      let real = try RunningMesh()
      let refused = try real.caller.accord(["colleague", "shop"])
      #expect(refused.exit == .code(1) && refused.stderr.contains("holds real data"), "\(refused.stderr)")
      #expect(try real.caller.accord(["colleague", "list", "--json"]).json["colleagues"]?.array?.isEmpty == true)
    }
  }
}
