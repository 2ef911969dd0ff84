/// `ledger.order.amended.v1`: lines were added to an order that was captured before. Keyed by the order.
package struct OrderAmended: TreeFact {
  package static let type = "ledger.order.amended.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Lines were added to an order" }

  package var orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  /// The lines that came to it, each with a name that the order did not have.
  package var lines: [OrderCaptured.Line]
  /// What they were paid with.
  package var tenders: [OrderCaptured.Tender]
  /// The offer under which they were added.
  package var under: OfferVersion?
  package var amendedAt: Timestamp

  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, lines: [OrderCaptured.Line], tenders: [OrderCaptured.Tender] = [],
    under: OfferVersion? = nil, amendedAt: Timestamp
  ) {
    self.orderID = orderID
    self.personID = personID
    self.lines = lines
    self.tenders = tenders
    self.under = under
    self.amendedAt = amendedAt
  }

  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderAmended(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      orderID: try members.needs("order_id", .id()), personID: try members.may("person_id", .id()),
      lines: try members.needs("lines", .list(of: OrderCaptured.Line.shape, min: 1, max: Limits.orderLinesMax)),
      tenders: try members.list("tenders", of: OrderCaptured.Tender.shape, max: Limits.orderTendersMax),
      under: try members.may("under", .offerVersion), amendedAt: try members.needs("amended_at", .time))
    guard let currency = lines.first?.paid.currency else { return }
    try OrderCaptured.check(lines, in: currency)
    for (index, tender) in tenders.enumerated() {
      if let rule = Rules.broken(by: tender.amount, in: currency) { throw .broken(rule, at: "/tenders/\(index)/amount") }
    }
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("lines", lines) { $0.write(into: &$1) }
    writer.member("tenders", tenders) { $0.write(into: &$1) }
    writer.member("under", ifPresent: under?.description)
    writer.member("amended_at", amendedAt)
    writer.endObject()
  }
}
