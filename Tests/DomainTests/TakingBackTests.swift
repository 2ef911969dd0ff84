import Contracts
import LedgerDomain
import Terms
import TestKit
import Testing

/// What goes back with goods, and where remedies go: pure, case by case.
struct TakingBackTests {
  private func order(_ paid: [Int64], quantity: Int64 = 1, tenders: [OrderCaptured.Tender] = [], person: String? = "ada") throws
    -> OrderCaptured
  {
    var draft = OrderDraft("A")
    draft.personID = person
    draft.lines = paid.enumerated().map { place, minor in
      var line = OrderDraft.line("\(place + 1)", minor)
      line.quantity = quantity
      return line
    }
    draft.tenders = tenders
    return try draft.order()
  }

  private func shares(_ amounts: [Int64]) -> [Outcome.Share] {
    amounts.enumerated().map { Outcome.Share(lineID: Identifier(restoring: "\($0 + 1)"), amount: $1) }
  }

  @Test func `parts that go one by one add up to the whole`() throws {
    var standing = OrderStanding(try order([1_000], quantity: 3))
    var prices: [Int64] = []
    for number in 1...3 {
      let one = [LineQuantity(lineID: Identifier(restoring: "1"), quantity: 1)]
      let plan = try TakingBack.plan(one, shipping: 0, from: standing, credit: 0, rules: [:])
      prices.append(plan.price)
      standing.apply(
        .orderReturned(
          OrderReturned(
            orderID: standing.order.orderID, returnID: Identifier(restoring: "r\(number)"), lines: one,
            price: standing.money(plan.price), clawedBack: standing.money(0), refund: plan.refund, returnedAt: OrderDraft.day)))
    }
    #expect(prices == [333, 334, 333] && standing.isGone && standing.refunded == 1_000)
    #expect(throws: OrderRefusal.self) {
      try TakingBack.plan(
        [LineQuantity(lineID: Identifier(restoring: "1"), quantity: 1)], shipping: 0, from: standing, credit: 0, rules: [:])
    }
  }

  @Test func `the first destination that is possible wins`() throws {
    let (card, cash) = (OrderDraft.tender(600), OrderDraft.tender(400, .cash))
    let all: [RemedyChanged.Destination.Kind] = [.originalTender, .customerCredit]
    func chosen(_ tenders: [OrderCaptured.Tender], _ amount: Int64, person: String? = "ada") throws -> Destination {
      Destination.choose(
        shares([amount]), for: OrderStanding(try order([1_000], tenders: tenders, person: person)), wanted: all)
    }
    #expect(try chosen([card, cash], 500).kind == .originalTender)
    // The card did not pay that much, and cash is not refundable without the customer.
    #expect(try chosen([card, cash], 700).kind == .customerCredit)
    let receipt = try chosen([cash, card], 700, person: nil)
    #expect(
      receipt.kind == .receipt && receipt.tenders.map(\.kind) == [.card, .cash] && receipt.tenders.map(\.amount.minor) == [600, 100])
    #expect(try chosen([], 100).kind == .customerCredit)
    #expect(try chosen([], 100, person: nil).tenders.map(\.kind) == [.unknown])
  }
}
