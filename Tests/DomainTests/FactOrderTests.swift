import Contracts
import LedgerDomain
import MarketingDomain
import ServiceDomain
import TestKit
import Testing

/// Facts come in any order and more than once; what is known in the end must not show it.
struct FactOrderTests {
  /// What the three departments know, folded from facts by their decisions alone.
  private struct Known: Equatable {
    var orders: [Identifier<Order>: KnownOrder] = [:]
    var counted: Set<Identifier<Order>> = []
    var buyers: [Identifier<Person>: Buyer] = [:]
    var timeline: [String: FactPlace] = [:]

    /// Returns whether the fact changed anything.
    mutating func hear(_ order: OrderCaptured) throws -> Bool {
      let before = self
      let known = orders[order.orderID]
      switch try LedgerDomain.capture(order, given: known, at: OrderDraft.day) {
      case .capture(let taken): orders[taken.orderID] = KnownOrder(order: taken, messageID: Identifier(restoring: "m-\(taken.orderID)"))
      case .exists(let found): #expect(found == known)
      }
      #expect(try LedgerDomain.recall(order, given: known) == LedgerDomain.capture(order, given: known, at: OrderDraft.day))
      let buyer = order.personID.flatMap { buyers[$0] }
      switch MarketingDomain.decide(order, counted: counted.contains(order.orderID), buyer: buyer) {
      case .count(let id, let buyer):
        counted.insert(id)
        if let buyer { buyers[buyer.person] = buyer }
      case .nothing: break
      }
      guard case .keep(let place) = ServiceDomain.decide(.orderCaptured(order), at: OrderDraft.day) else { return false }
      timeline["\(order.orderID) \(place.mark)"] = place
      return self != before
    }
  }

  @Test func `neither the order nor the number of times in which facts come can be seen afterwards`() throws {
    var random = Seed.printed(for: "facts in any order")
    for _ in 0..<200 {
      let count = Int.random(in: 1...30, using: &random)
      let facts = try (0..<count).map { try OrderDraft.any("o-\($0)", people: 4, using: &random).order() }
      var straight = Known()
      for fact in facts { #expect(try straight.hear(fact)) }

      var shuffled = Known()
      for fact in facts.shuffled(using: &random) { _ = try shuffled.hear(fact) }
      try #require(shuffled == straight, "ACCORD_SEED=\(random.seed)")

      var doubled = Known()
      for fact in (facts + facts + facts).shuffled(using: &random) { _ = try doubled.hear(fact) }
      try #require(doubled == straight, "ACCORD_SEED=\(random.seed)")
      for fact in facts { try #require(try !doubled.hear(fact), "ACCORD_SEED=\(random.seed)") }

      // What must be so whatever the orders were.
      #expect(straight.buyers.values.map(\.orders).reduce(0, +) == Int64(facts.filter { $0.personID != nil }.count))
      #expect(straight.timeline.count == facts.count)
      for buyer in straight.buyers.values {
        let placed = facts.filter { $0.personID == buyer.person }.map(\.placedAt)
        #expect(buyer.firstPlacedAt == placed.min() && buyer.lastPlacedAt == placed.max())
      }
    }
  }
}
