import Contracts
import ServiceDomain
import TestKit
import Testing

/// What customer service makes of an order.
struct ServiceDomainTests {
  @Test func `an order stands on its customer's timeline at the instant it was placed`() throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = OrderDraft.day.adding(.seconds(-60))
    let order = try draft.order()
    let entry = TimelineEntry(
      person: Identifier(restoring: "ada"), kind: .ordered, order: order.orderID, time: draft.placedAt, channel: "web", lines: 1,
      paid: OrderDraft.euros(4_995))
    #expect(ServiceDomain.decide(order, noted: false) == .note(entry))
    #expect(ServiceDomain.decide(order, noted: true) == .nothing)
  }

  @Test func `an order without a person stands on no timeline`() throws {
    var draft = OrderDraft("o-1")
    draft.personID = nil
    #expect(try ServiceDomain.decide(draft.order(), noted: false) == .nothing)
  }

  /// Lines, charges, a tax that is not in the price, and how an agent reads it.
  @Test(
    arguments: [
      ([4_995], [], "ordered o-1 (web): 1 line, 49.95 EUR"), ([4_995, 5], [995], "ordered o-1 (web): 2 lines, 59.95 EUR"),
      ([0], [], "ordered o-1 (web): 1 line, 0.00 EUR"), ([1, 1, 1], [], "ordered o-1 (web): 3 lines, 0.03 EUR"),
    ] as [([Int64], [Int64], String)])
  func `an agent reads what was bought and what it came to`(lines: [Int64], charges: [Int64], sentence: String) throws {
    var draft = OrderDraft("o-1")
    draft.lines = lines.enumerated().map { OrderDraft.line("\($0.offset)", $0.element) }
    draft.charges = charges.map { OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros($0)) }
    guard case .note(let entry) = ServiceDomain.decide(try draft.order(), noted: false) else {
      Issue.record("nothing was noted")
      return
    }
    #expect(entry.sentence == sentence)
  }

  @Test func `the largest order that the contract lets through has a sum`() throws {
    var draft = OrderDraft("o-1")
    draft.lines = (0..<Limits.orderLinesMax).map { OrderDraft.line("\($0)", Limits.amountMax) }
    draft.charges = Array(
      repeating: OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros(Limits.amountMax)), count: Limits.orderChargesMax)
    guard case .note(let entry) = ServiceDomain.decide(try draft.order(), noted: false) else {
      Issue.record("nothing was noted")
      return
    }
    #expect(entry.paid?.minor == Limits.amountMax * 1_050)
  }
}
