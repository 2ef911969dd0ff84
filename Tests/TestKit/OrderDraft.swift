package import Contracts

/// An order that a test writes down field by field; `order()` holds it to the contract.
package struct OrderDraft: Sendable {
  package var orderID: String
  package var personID: String? = "ada"
  package var channel = "web"
  package var country: String? = "DE"
  package var placedAt = OrderDraft.day
  package var placedPrecision = OrderCaptured.Precision.instant
  package var capturedAt = OrderDraft.day
  package var lines: [OrderCaptured.Line]
  package var charges: [OrderCaptured.Charge] = []
  package var tenders: [OrderCaptured.Tender] = []
  package var discounts: [OrderCaptured.Discount] = []
  package var discountsKnown = false
  package var subscriptionID: String?
  package var period: String?
  package var imported: OrderCaptured.Import?

  /// 2026-05-08T09:00:00Z.
  package static let day = Timestamp(milliseconds: 1_778_230_800_000)
  package static let euro = Currency("EUR")!

  /// One line of goods for `minor` cents.
  package init(_ orderID: String, paid minor: Int64 = 4_995) {
    self.orderID = orderID
    lines = [Self.line("1", minor)]
  }

  package static func euros(_ minor: Int64) -> Money { Money(minor: minor, euro) }

  package static func line(_ id: String, _ minor: Int64, tax: [OrderCaptured.Tax] = []) -> OrderCaptured.Line {
    OrderCaptured.Line(
      lineID: Identifier(restoring: id), sku: Identifier(restoring: "KETTLE"), categories: ["kitchen"], quantity: 1, paid: euros(minor),
      tax: tax)
  }

  package static func tax(_ minor: Int64, inclusive: Bool) -> OrderCaptured.Tax {
    OrderCaptured.Tax(amount: euros(minor), jurisdiction: "de", inclusive: inclusive)
  }

  package static func tender(_ minor: Int64, _ kind: OrderCaptured.Tender.Kind = .card) -> OrderCaptured.Tender {
    OrderCaptured.Tender(kind: kind, amount: euros(minor), refundableAbsent: kind == .card)
  }

  /// The order; throws where it breaks the contract.
  package func order() throws -> OrderCaptured {
    try OrderCaptured(
      orderID: Identifier(orderID), personID: personID.map { try Identifier($0) }, channel: channel, country: country, placedAt: placedAt,
      placedPrecision: placedPrecision, capturedAt: capturedAt, lines: lines, charges: charges, tenders: tenders, discounts: discounts,
      discountsKnown: discountsKnown, subscriptionID: subscriptionID.map { try Identifier($0) }, period: period.map { try Identifier($0) },
      imported: imported)
  }

  /// Any order that the ledger takes: some without a person, some without an amount, several placed in the same instant.
  package static func any(_ orderID: String, people: Int, using random: inout SeededRandom) -> OrderDraft {
    var draft = OrderDraft(orderID)
    draft.personID = Int.random(in: 0..<5, using: &random) == 0 ? nil : "person-\(Int.random(in: 0..<people, using: &random))"
    draft.channel = ["web", "store", "phone"].randomElement(using: &random) ?? "web"
    draft.country = Bool.random(using: &random) ? "US" : nil
    draft.placedAt = day.adding(.seconds(-3_600 * Int64.random(in: 0..<6, using: &random)))
    draft.placedPrecision = Bool.random(using: &random) ? .day : .instant
    draft.lines = (1...Int.random(in: 1...3, using: &random)).map { line("\($0)", Int64.random(in: 0...20_000, using: &random)) }
    if Bool.random(using: &random) { draft.charges = [OrderCaptured.Charge(method: "standard", paid: euros(995))] }
    let sum = draft.lines.map(\.paid.minor).reduce(0, +) + draft.charges.map(\.paid.minor).reduce(0, +)
    if Bool.random(using: &random) { draft.tenders = [tender(sum)] }
    draft.discountsKnown = Bool.random(using: &random)
    return draft
  }
}
