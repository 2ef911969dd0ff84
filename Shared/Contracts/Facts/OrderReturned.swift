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
  /// What had been paid for the goods, with the taxes that their prices contain.
  package var price: Money
  /// What of earlier remedies was taken back with them.
  package var clawedBack: Money
  /// The taxes on the goods, and on the shipping that is given back.
  package var tax: [OrderCaptured.Tax]
  package var shippingTax: [OrderCaptured.Tax]
  /// What goes back to each tender.
  package var refund: [TenderAmount]
  /// What would have gone back as well and is kept, by tender, against what is taken back of remedies. With the refund it comes to the price,
  /// the shipping and the taxes on top of them.
  package var withheld: [TenderAmount]
  /// Whether it was brought without a person, on the receipt alone.
  package var receiptOnly: Bool
  package var reason: String?
  package var returnedAt: Timestamp

  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, returnID: Identifier<Return>, lines: [LineQuantity],
    shipping: Money? = nil, price: Money, clawedBack: Money, tax: [OrderCaptured.Tax] = [],
    shippingTax: [OrderCaptured.Tax] = [], refund: [TenderAmount] = [], withheld: [TenderAmount] = [], receiptOnly: Bool = false,
    reason: String? = nil, returnedAt: Timestamp
  ) {
    self.orderID = orderID
    self.personID = personID
    self.returnID = returnID
    self.lines = lines
    self.shipping = shipping
    self.price = price
    self.clawedBack = clawedBack
    self.tax = tax
    self.shippingTax = shippingTax
    self.refund = refund
    self.withheld = withheld
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
      tax: try members.list("tax", of: OrderCaptured.Tax.shape, max: Limits.taxesMax),
      shippingTax: try members.list("shipping_tax", of: OrderCaptured.Tax.shape, max: Limits.taxesMax),
      refund: try members.list("refund", of: TenderAmount.shape, max: Limits.orderTendersMax),
      withheld: try members.list("withheld", of: TenderAmount.shape, max: Limits.orderTendersMax),
      receiptOnly: try members.needs("receipt_only", .flag), reason: try members.may("reason", .text),
      returnedAt: try members.needs("returned_at", .time))
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
    writer.member("return_id", returnID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("shipping", ifPresent: shipping)
    writer.member("price", price)
    writer.member("clawed_back", clawedBack)
    OrderCaptured.Tax.write(tax, into: &writer)
    OrderCaptured.Tax.write(shippingTax, as: "shipping_tax", into: &writer)
    writer.member("refund", refund) { $0.write(into: &$1) }
    if !withheld.isEmpty { writer.member("withheld", withheld) { $0.write(into: &$1) } }
    writer.member("receipt_only", receiptOnly)
    writer.member("reason", ifPresent: reason)
    writer.member("returned_at", returnedAt)
    writer.endObject()
  }
}
