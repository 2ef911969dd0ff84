import Contracts
import MarketingDomain
import TestKit
import Testing

/// What marketing makes of an order.
struct MarketingDomainTests {
  private let ada = Identifier<Person>(restoring: "ada")

  private func buyer(_ orders: Int64, _ first: Int64, _ last: Int64) -> Buyer {
    Buyer(person: ada, orders: orders, firstPlacedAt: at(first), lastPlacedAt: at(last))
  }

  private func at(_ minutes: Int64) -> Timestamp { OrderDraft.day.adding(.seconds(60 * minutes)) }

  @Test func `a first order makes a buyer, placed when it was placed and not when it was heard`() throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = at(-9)
    draft.capturedAt = at(5)
    let order = try draft.order()
    #expect(MarketingDomain.decide(order, counted: false, buyer: nil) == .count(order.orderID, buyer: buyer(1, -9, -9)))
  }

  /// Placed, then the earliest and latest that must be known afterwards, of somebody who bought at 10 and at 20.
  @Test(arguments: [(5, 5, 20), (10, 10, 20), (15, 10, 20), (20, 10, 20), (25, 10, 25)] as [(Int64, Int64, Int64)])
  func `another order counts once and moves first or last only where it was earlier or later`(
    placed: Int64, first: Int64, last: Int64
  ) throws {
    var draft = OrderDraft("o-3")
    draft.placedAt = at(placed)
    let order = try draft.order()
    #expect(MarketingDomain.decide(order, counted: false, buyer: buyer(2, 10, 20)) == .count(order.orderID, buyer: buyer(3, first, last)))
  }

  @Test func `an order that was counted changes nothing, however its fact comes again`() throws {
    let order = try OrderDraft("o-1").order()
    #expect(MarketingDomain.decide(order, counted: true, buyer: buyer(1, 0, 0)) == .nothing)
    #expect(MarketingDomain.decide(order, counted: true, buyer: nil) == .nothing)
  }

  @Test func `an order without a person counts for nobody`() throws {
    var draft = OrderDraft("o-1")
    draft.personID = nil
    let order = try draft.order()
    #expect(MarketingDomain.decide(order, counted: false, buyer: nil) == .count(order.orderID, buyer: nil))
    #expect(MarketingDomain.decide(order, counted: true, buyer: nil) == .nothing)
  }
}
