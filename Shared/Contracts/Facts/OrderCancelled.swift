/// `ledger.order.cancelled.v1`: an order, or some of it, is not wanted any more and was not sent. Keyed by the order.
package struct OrderCancelled: TreeFact {
  package static let type = "ledger.order.cancelled.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An order, or some of its lines, was cancelled before it was sent" }

  package var orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  /// What was cancelled; empty where it was the whole order.
  package var lines: [LineQuantity]
  /// What of the shipping is given back too.
  package var shipping: Money?
  /// What had been paid for the goods, with the taxes that their prices contain.
  package var price: Money
  /// What of earlier remedies was taken back with it.
  package var clawedBack: Money
  /// The taxes on the goods, and on the shipping that is given back.
  package var tax: [OrderCaptured.Tax]
  package var shippingTax: [OrderCaptured.Tax]
  /// What goes back to each tender.
  package var refund: [TenderAmount]
  /// What would have gone back as well and is kept, by tender, against what is taken back of remedies. With the refund it comes to the price,
  /// the shipping and the taxes on top of them.
  package var withheld: [TenderAmount]
  package var reason: String?
  package var cancelledAt: Timestamp

  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, lines: [LineQuantity] = [], shipping: Money? = nil,
    price: Money, clawedBack: Money,
    tax: [OrderCaptured.Tax] = [],
    shippingTax: [OrderCaptured.Tax] = [], refund: [TenderAmount] = [], withheld: [TenderAmount] = [], reason: String? = nil,
    cancelledAt: Timestamp
  ) {
    self.orderID = orderID
    self.personID = personID
    self.lines = lines
    self.shipping = shipping
    self.price = price
    self.clawedBack = clawedBack
    self.tax = tax
    self.shippingTax = shippingTax
    self.refund = refund
    self.withheld = withheld
    self.reason = reason
    self.cancelledAt = cancelledAt
  }

  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderCancelled(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      orderID: try members.needs("order_id", .id()), personID: try members.may("person_id", .id()),
      lines: try members.list("lines", of: LineQuantity.shape, max: Limits.orderLinesMax), shipping: try members.may("shipping", .money),
      price: try members.needs("price", .money),
      clawedBack: try members.needs("clawed_back", .money),
      tax: try members.list("tax", of: OrderCaptured.Tax.shape, max: Limits.taxesMax),
      shippingTax: try members.list("shipping_tax", of: OrderCaptured.Tax.shape, max: Limits.taxesMax),
      refund: try members.list("refund", of: TenderAmount.shape, max: Limits.orderTendersMax),
      withheld: try members.list("withheld", of: TenderAmount.shape, max: Limits.orderTendersMax), reason: try members.may("reason", .text),
      cancelledAt: try members.needs("cancelled_at", .time))
    try Rules.currency(price.currency, of: shipping, at: "/shipping")
    try Rules.currency(price.currency, of: clawedBack, at: "/clawed_back")
    try Rules.currency(price.currency, of: tax, at: "/tax")
    try Rules.currency(price.currency, of: shippingTax, at: "/shipping_tax")
    try Rules.currency(price.currency, of: refund, at: "/refund")
    try Rules.currency(price.currency, of: withheld, at: "/withheld")
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("shipping", ifPresent: shipping)
    writer.member("price", price)
    writer.member("clawed_back", clawedBack)
    OrderCaptured.Tax.write(tax, into: &writer)
    OrderCaptured.Tax.write(shippingTax, as: "shipping_tax", into: &writer)
    writer.member("refund", refund) { $0.write(into: &$1) }
    if !withheld.isEmpty { writer.member("withheld", withheld) { $0.write(into: &$1) } }
    writer.member("reason", ifPresent: reason)
    writer.member("cancelled_at", cancelledAt)
    writer.endObject()
  }
}
