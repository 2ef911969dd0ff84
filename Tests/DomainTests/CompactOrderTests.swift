import Contracts
import LedgerDomain
import TestKit
import Testing

/// Orders as look-backs read them.
struct CompactOrderTests {
  private func back(_ order: OrderCaptured) throws -> OrderCaptured {
    try CompactOrder.unpack(CompactOrder.pack(order), order: order.orderID)
  }

  @Test func `everything comes back, whatever the order`() throws {
    var random = Seed.printed(for: "compact orders")
    for number in 0..<500 {
      let order = try OrderDraft.any("o-\(number)", people: 3, using: &random).order()
      #expect(try back(order) == order)
    }
  }

  @Test func `every field of a full order`() throws {
    let euros = OrderDraft.euros
    let tax = [OrderCaptured.Tax(amount: euros(19), jurisdiction: "de", inclusive: true)]
    let line = OrderCaptured.Line(
      lineID: Identifier(restoring: "a"), sku: Identifier(restoring: "KETTLE-17"), categories: ["kitchen", "é"], brand: "Grisom",
      quantity: 3,
      list: euros(4_000), paid: euros(3_900), tax: tax + [.init(amount: euros(1), jurisdiction: "us-ny", inclusive: false)],
      addedAt: Timestamp(milliseconds: -5), seller: Identifier(restoring: "loom"), under: OfferVersion("x@3"))
    let order = try OrderCaptured(
      orderID: Identifier(restoring: "o-1"), personID: Identifier(restoring: "ada"), channel: "web", country: "DE",
      placedAt: Timestamp(milliseconds: -1), placedPrecision: .day, capturedAt: .last, lines: [line],
      charges: [.init(method: "express", paid: euros(995), tax: tax)],
      tenders: OrderCaptured.Tender.Kind.allCases.map { .init(kind: $0, amount: euros(7), refundableAbsent: $0 == .card) },
      discounts: [
        .init(
          offerID: Identifier(restoring: "x"), lineID: Identifier(restoring: "a"), amount: euros(7), campaignID: Identifier(restoring: "c"))
      ], discountsKnown: true, subscriptionID: Identifier(restoring: "s"), period: Identifier(restoring: "2026-05"),
      imported: .init(file: "orders.csv", line: 1_469_307))
    #expect(try back(order) == order)
  }

  @Test func `bytes that are cut or changed are no order and no crash`() throws {
    let bytes = CompactOrder.pack(try OrderDraft("o-1").order())
    for count in 0..<bytes.count {
      #expect(throws: (any Error).self) { try CompactOrder.unpack(Array(bytes.prefix(count)), order: Identifier(restoring: "o-1")) }
    }
    #expect(throws: PackedFault.format) { try CompactOrder.unpack(bytes + [0], order: Identifier(restoring: "o-1")) }
    var random = Seed.printed(for: "damaged compact orders")
    for _ in 0..<2_000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = try? CompactOrder.unpack(damaged, order: Identifier(restoring: "o-1"))
    }
    #expect(throws: PackedFault.format) { try CompactOrder.unpack([2] + bytes.dropFirst(), order: Identifier(restoring: "o-1")) }
  }
}
