import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// Takes an order into the ledger, through whichever door it came: described from the catalogue, decided, told, written, booked.
enum Capture {
  /// `order` with the categories and brands that its lines do not bring themselves: those under which it is known, where it is, so that a
  /// catalogue that has changed since makes no other order of it; else the catalogue's.
  static func described(
    _ order: OrderCaptured, known: OrderCaptured?, _ descriptions: Descriptions, in reading: borrowing some Reading & ~Copyable
  ) throws -> OrderCaptured {
    var lines = order.lines
    for index in lines.indices where lines[index].categories.isEmpty && lines[index].brand == nil {
      guard let sku = lines[index].sku else { continue }
      if let known {
        guard let same = known.lines.first(where: { $0.lineID == lines[index].lineID && $0.sku == sku }) else { continue }
        (lines[index].categories, lines[index].brand) = (same.categories, same.brand)
      } else {
        let found = try descriptions.of(sku, in: reading)
        (lines[index].categories, lines[index].brand) = (found.categories, found.brand)
      }
    }
    return try Plans.funded(order.with(lines: lines), known: known, in: reading)
  }

  /// Writes a new order and what follows from it, in one transaction: the fact, the row, the sale's entry. Throws `LedgerRefusal` where
  /// the books take it not.
  @discardableResult
  static func keep(
    _ order: OrderCaptured, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws -> DepartmentDesk.Told {
    try Plans.cover(order, occasion, desk, books: &books, in: &transaction)
    let entry = books.nextEntry
    let told = try Facts.tell(.orderCaptured(order), true: order.placedAt, occasion, desk, books: &books, in: &transaction)
    try Plans.renewed(order, entry, occasion, desk, books: &books, in: &transaction)
    try LateOrders.captured(order, occasion, desk, books: &books, in: &transaction)
    return told
  }
}

extension OrderCaptured {
  /// The same order with other lines.
  func with(lines: [Line]) throws(ContractFault) -> OrderCaptured {
    try OrderCaptured(
      orderID: orderID, personID: personID, channel: channel, country: country, placedAt: placedAt, placedPrecision: placedPrecision,
      capturedAt: capturedAt, lines: lines, charges: charges, tenders: tenders, discounts: discounts, discountsKnown: discountsKnown,
      subscriptionID: subscriptionID, period: period, imported: imported)
  }
}
