/// `ledger.order.shipped.v1`: goods of an order have left the house. Keyed by the order.
package struct OrderShipped: TreeFact {
  package static let type = "ledger.order.shipped.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Goods of an order have left the house" }

  package var orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  package var lines: [LineQuantity]
  package var shippedAt: Timestamp

  package init(orderID: Identifier<Order>, personID: Identifier<Person>? = nil, lines: [LineQuantity], shippedAt: Timestamp) {
    self.orderID = orderID
    self.personID = personID
    self.lines = lines
    self.shippedAt = shippedAt
  }

  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderShipped(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      orderID: try members.needs("order_id", .id()), personID: try members.may("person_id", .id()),
      lines: try members.needs("lines", .list(of: LineQuantity.shape, max: Limits.orderLinesMax)),
      shippedAt: try members.needs("shipped_at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("shipped_at", shippedAt)
    writer.endObject()
  }
}
