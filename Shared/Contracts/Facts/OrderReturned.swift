/// `ledger.order.returned.v1`: goods came back, and with them what was paid for them. Keyed by the order.
package struct OrderReturned: TreeFact {
  package static let type = "ledger.order.returned.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Goods of an order came back" }

  package var orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  package var returnID: Identifier<Return>
  package var lines: [LineQuantity]
  /// What of the shipping is given back too.
  package var shipping: Money?
  /// What had been paid for the goods.
  package var price: Money
  /// What of earlier remedies was taken back with them.
  package var clawedBack: Money
  package var refund: [TenderAmount]
  /// Whether it was brought without a person, on the receipt alone.
  package var receiptOnly: Bool
  package var reason: String?
  package var returnedAt: Timestamp

  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, returnID: Identifier<Return>, lines: [LineQuantity],
    shipping: Money? = nil, price: Money, clawedBack: Money, refund: [TenderAmount] = [], receiptOnly: Bool = false,
    reason: String? = nil, returnedAt: Timestamp
  ) {
    self.orderID = orderID
    self.personID = personID
    self.returnID = returnID
    self.lines = lines
    self.shipping = shipping
    self.price = price
    self.clawedBack = clawedBack
    self.refund = refund
    self.receiptOnly = receiptOnly
    self.reason = reason
    self.returnedAt = returnedAt
  }

  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderReturned(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      orderID: try members.needs("order_id", .id()), personID: try members.may("person_id", .id()),
      returnID: try members.needs("return_id", .id()),
      lines: try members.needs("lines", .list(of: LineQuantity.shape, max: Limits.orderLinesMax)),
      shipping: try members.may("shipping", .money), price: try members.needs("price", .money),
      clawedBack: try members.needs("clawed_back", .money),
      refund: try members.list("refund", of: TenderAmount.shape, max: Limits.orderTendersMax),
      receiptOnly: try members.needs("receipt_only", .flag), reason: try members.may("reason", .text),
      returnedAt: try members.needs("returned_at", .time))
    try Rules.currency(price.currency, of: shipping, at: "/shipping")
    try Rules.currency(price.currency, of: clawedBack, at: "/clawed_back")
    try Rules.currency(price.currency, of: refund, at: "/refund")
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("return_id", returnID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("shipping", ifPresent: shipping)
    writer.member("price", price)
    writer.member("clawed_back", clawedBack)
    writer.member("refund", refund) { $0.write(into: &$1) }
    writer.member("receipt_only", receiptOnly)
    writer.member("reason", ifPresent: reason)
    writer.member("returned_at", returnedAt)
    writer.endObject()
  }
}
