import Contracts
import MarketingDomain
import TestKit
import Testing

/// Orders as marketing keeps them.
struct PackedOrderTests {
  private func packed(_ order: OrderCaptured) throws -> OrderCaptured {
    try PackedOrder.unpack(PackedOrder.pack(order), order: order.orderID, person: order.personID)
  }

  @Test func `what bears on offers comes back, whatever the order`() throws {
    var random = Seed.printed(for: "packed orders")
    for number in 0..<300 {
      var draft = OrderDraft.any("o-\(number)", people: 3, using: &random)
      draft.personID = "ada"
      let order = try draft.order()
      let back = try packed(order)
      #expect(back.lines.map(\.sku) == order.lines.map(\.sku) && back.lines.map(\.paid) == order.lines.map(\.paid))
      #expect(back.lines.map(\.categories) == order.lines.map(\.categories) && back.lines.map(\.list) == order.lines.map(\.list))
      #expect(back.lines.map(\.addedAt) == order.lines.map(\.addedAt) && back.lines.map(\.under) == order.lines.map(\.under))
      #expect(back.charges.map(\.paid) == order.charges.map(\.paid) && back.discounts == order.discounts)
      #expect(back.placedAt == order.placedAt && back.capturedAt == order.capturedAt && back.channel == order.channel)
      #expect(back.country == order.country && back.discountsKnown == order.discountsKnown && back.placedPrecision == order.placedPrecision)
    }
  }

  @Test func `every field of a full order, and a plan's charge`() throws {
    var draft = OrderDraft("o-1")
    draft.placedPrecision = .day
    draft.discountsKnown = true
    draft.subscriptionID = "SUB-1"
    draft.period = "2026-05"
    draft.placedAt = Timestamp(milliseconds: -1)
    var line = OrderCaptured.Line(
      lineID: Identifier(restoring: "a"), sku: nil, categories: ["é", ""].filter { !$0.isEmpty }, brand: "Grisom", quantity: 0,
      list: OrderDraft.euros(0), paid: OrderDraft.euros(0), addedAt: Timestamp(milliseconds: 5), seller: Identifier(restoring: "loom"),
      under: OfferVersion("x@3"))
    draft.lines = [line]
    line.lineID = Identifier(restoring: "b")
    line.quantity = 1_000_000
    line.paid = OrderDraft.euros(123_456_789_012)
    line.list = nil
    draft.lines.append(line)
    draft.charges = [.init(method: "standard", paid: OrderDraft.euros(995))]
    draft.discounts = [.init(offerID: Identifier(restoring: "x"), lineID: Identifier(restoring: "a"), amount: OrderDraft.euros(7))]
    #expect(try packed(draft.order()) == draft.order())
  }

  @Test func `bytes that are cut or changed are no order and no crash`() throws {
    let bytes = PackedOrder.pack(try OrderDraft("o-1").order())
    #expect(bytes.count < 80)
    for count in 0..<bytes.count {
      #expect(throws: (any Error).self) {
        try PackedOrder.unpack(Array(bytes.prefix(count)), order: Identifier(restoring: "o-1"), person: Identifier(restoring: "ada"))
      }
    }
    var random = Seed.printed(for: "damaged packed orders")
    for _ in 0..<2_000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = try? PackedOrder.unpack(damaged, order: Identifier(restoring: "o-1"), person: Identifier(restoring: "ada"))
    }
    #expect(throws: PackedFault.format) {
      try PackedOrder.unpack([2] + bytes.dropFirst(), order: Identifier(restoring: "o-1"), person: Identifier(restoring: "ada"))
    }
  }
}
