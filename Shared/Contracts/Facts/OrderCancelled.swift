/// `ledger.order.cancelled.v1`: an order, or some of it, is not wanted any more and was not sent. Keyed by the order.
package struct OrderCancelled: TreeFact {
  package static let type = "ledger.order.cancelled.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An order, or some of its lines, was cancelled before it was sent" }

  package var orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  /// What was cancelled; empty where it was the whole order.
  package var lines: [LineQuantity]
  /// What had been paid for it.
  package var price: Money
  /// What of earlier remedies was taken back with it.
  package var clawedBack: Money
  package var refund: [TenderAmount]
  package var reason: String?
  package var cancelledAt: Timestamp

  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, lines: [LineQuantity] = [], price: Money, clawedBack: Money,
    refund: [TenderAmount] = [], reason: String? = nil, cancelledAt: Timestamp
  ) {
    self.orderID = orderID
    self.personID = personID
    self.lines = lines
    self.price = price
    self.clawedBack = clawedBack
    self.refund = refund
    self.reason = reason
    self.cancelledAt = cancelledAt
  }

  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderCancelled(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      orderID: try members.needs("order_id", .id()), personID: try members.may("person_id", .id()),
      lines: try members.list("lines", of: LineQuantity.shape, max: Limits.orderLinesMax), price: try members.needs("price", .money),
      clawedBack: try members.needs("clawed_back", .money),
      refund: try members.list("refund", of: TenderAmount.shape, max: Limits.orderTendersMax), reason: try members.may("reason", .text),
      cancelledAt: try members.needs("cancelled_at", .time))
    try Rules.currency(price.currency, of: clawedBack, at: "/clawed_back")
    try Rules.currency(price.currency, of: refund, at: "/refund")
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("price", price)
    writer.member("clawed_back", clawedBack)
    writer.member("refund", refund) { $0.write(into: &$1) }
    writer.member("reason", ifPresent: reason)
    writer.member("cancelled_at", cancelledAt)
    writer.endObject()
  }
}
