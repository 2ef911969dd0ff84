import Contracts
import LedgerDomain
import Terms
import TestKit
import Testing

/// What goes back with goods, where remedies go, and how an offer lives: pure, case by case.
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

  @Test func `an offer lives by its turns, whatever else is said`() throws {
    func turn(_ turn: OfferTurned.Turn, _ seconds: Int64, version: Int = 1) -> OfferTurned {
      OfferTurned(
        turn: turn, offerID: Identifier(restoring: "a"), version: version, by: Identifier(restoring: "maya"),
        at: OrderDraft.day.adding(.seconds(seconds)))
    }
    func at(_ seconds: Int64) -> Timestamp { OrderDraft.day.adding(.seconds(seconds)) }
    var life = OfferLife([turn(.paused, 0), turn(.launched, 1), turn(.paused, 5), turn(.paused, 6), turn(.resumed, 9)])
    #expect(life.state == .live && life.life?.pauses == [at(5)..<at(9)] && life.life?.effectiveFrom == at(1))
    life.take(turn(.stopped, 20))
    #expect(life.state == .stopped && life.life?.stoppedAt == at(20))
    life.take(turn(.resumed, 21))
    #expect(life.state == .stopped)
    life.take(turn(.launched, 30, version: 2))
    #expect(
      life.state == .live && life.version == 2 && life.life?.pauses == [at(5)..<at(9), at(20)..<at(30)] && life.life?.stoppedAt == nil)
    life.take(turn(.ended, 40))
    #expect(life.state == .ended && life.life?.endedAt == at(40))
    #expect(OfferLife([turn(.blocked, 1), turn(.cancelled, 2)]).state == .cancelled)
  }
}
