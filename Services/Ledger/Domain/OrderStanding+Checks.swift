package import Contracts

/// What may be done to an order, as it stands.
extension OrderStanding {
  package func money(_ minor: Int64) -> Money { Money(minor: minor, currency) }

  /// All that the customer has.
  package func kept() -> [LineQuantity] {
    lines.filter { $0.left > 0 }.map { LineQuantity(lineID: $0.line.lineID, quantity: $0.left) }
  }

  /// All that was not sent. Throws where that is nothing.
  package func unsent() throws(OrderRefusal) -> [LineQuantity] {
    let unsent = lines.filter { $0.left > $0.shipped }.map { LineQuantity(lineID: $0.line.lineID, quantity: $0.left - $0.shipped) }
    guard !unsent.isEmpty else { throw .shipped(order.orderID) }
    return unsent
  }

  /// Only what the customer is still to get can leave the house. Throws with the line that says otherwise.
  package func checkShipping(_ going: [LineQuantity]) throws(OrderRefusal) {
    guard !going.isEmpty else { throw .nothing }
    for one in going {
      guard let at = index(of: one.lineID) else { throw noLine(one.lineID) }
      guard one.quantity > 0 else { throw .notPositive(line: one.lineID.text, quantity: one.quantity) }
      let left = lines[at].left - lines[at].shipped
      guard one.quantity <= left else { throw .moreThanLeft(line: one.lineID.text, left: max(0, left), wanted: one.quantity) }
    }
  }

  /// Only what has not left the house can be cancelled.
  package func checkUnsent(_ going: [LineQuantity]?, of order: Identifier<Order>) throws(OrderRefusal) {
    guard let going else {
      guard !isShipped else { throw .shipped(order) }
      return
    }
    for one in going {
      guard let at = index(of: one.lineID) else { throw noLine(one.lineID) }
      guard one.quantity <= lines[at].left - lines[at].shipped else { throw .shipped(order) }
    }
  }

  /// Added lines have names of their own, in the order's currency, and are covered by what they are paid with.
  package func checkAddition(_ amended: OrderAmended) throws(OrderRefusal) {
    guard !amended.lines.isEmpty else { throw .nothing }
    var charged: Int64 = 0
    for line in amended.lines {
      guard line.paid.currency == currency else { throw .otherCurrency(currency, line.paid.currency) }
      guard index(of: line.lineID) == nil else { throw .lineExists(line.lineID.text) }
      for part in [line.paid.minor] + line.tax.filter({ !$0.inclusive }).map(\.amount.minor) {
        let (sum, past) = charged.addingReportingOverflow(part)
        guard !past else { throw .tooLarge }
        charged = sum
      }
    }
    guard !amended.tenders.isEmpty else { return }
    let tendered = amended.tenders.reduce(0) { $0 &+ $1.amount.minor }
    guard tendered == charged else { throw .unbalanced(charged: money(charged), tendered: money(tendered)) }
  }

  private func noLine(_ id: Identifier<OrderLine>) -> OrderRefusal {
    .noLine(order: order.orderID, line: id.text, known: lines.map(\.line.lineID.text))
  }
}
