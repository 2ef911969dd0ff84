import Contracts
import Store
import TestKit
import Testing

/// What marketing keeps of buyers is what it has counted of them, and `accord verify` finds where it is not.
struct BuyerCheckTests {
  private func shop(buyers: Int, orders: Int) throws -> MarketingScene {
    let scene = try MarketingScene()
    let facts = try (0..<orders).map { try MarketingScene.order("o-\($0)", of: "p-\($0 % buyers)") }
    try scene.hear(facts.map { try scene.delivery($0) })
    return scene
  }

  @Test func `a buyer who is said to have more or fewer orders than are counted is named`() throws {
    let scene = try shop(buyers: 40, orders: 100)
    #expect(try scene.premises.findings() == [])
    _ = try scene.store.write { transaction in
      try transaction.run("UPDATE buyer SET orders = orders + 1 WHERE person_id = 'p-7'")
      try transaction.run("UPDATE counted_order SET person_id = 'p-8' WHERE order_id = 'o-9'")
      try transaction.run("DELETE FROM counted_order WHERE person_id = 'p-30'")
    }
    let found = try scene.premises.findings().filter { $0.check == "buyers" }.map(\.description)
    #expect(found.count == 4, "\(found)")
    for (person, said, counted) in [("p-7", 4, 3), ("p-8", 3, 4), ("p-9", 3, 2), ("p-30", 2, 0)] {
      #expect(found.contains { $0.contains("\(person) is said to have \(said) orders, \(counted) are counted") }, "\(person): \(found)")
    }
  }
}
