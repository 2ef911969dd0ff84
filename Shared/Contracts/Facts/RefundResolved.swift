/// `ledger.refund.confirmed.v1`, `ledger.refund.refused.v1`: what a tender said about money that goes back to it. Keyed by the order.
package struct RefundResolved: TreeFact {
  package enum Outcome: String, TypeWord {
    package static let prefix = "ledger.refund."
    case confirmed, refused
  }

  package var outcome: Outcome
  package var remedyID: RemedyID
  package var orderID: Identifier<Order>?
  package var tender: OrderCaptured.Tender.Kind
  package var amount: Money
  /// What the tender calls it.
  package var reference: String?
  package var cause: String?

  package init(
    outcome: Outcome, remedyID: RemedyID, orderID: Identifier<Order>? = nil, tender: OrderCaptured.Tender.Kind, amount: Money,
    reference: String? = nil, cause: String? = nil
  ) {
    self.outcome = outcome
    self.remedyID = remedyID
    self.orderID = orderID
    self.tender = tender
    self.amount = amount
    self.reference = reference
    self.cause = cause
  }

  package static let types = Outcome.types
  package static func title(_ type: String) -> String {
    switch Outcome.word(of: type) {
    case .confirmed: "A tender took back what a customer is owed"
    case .refused: "A tender did not take back what a customer is owed"
    }
  }

  package var type: String { outcome.type }
  package var key: String { orderID?.text ?? remedyID.key.text }
  package var event: DomainEvent { .refundResolved(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      outcome: .word(of: type), remedyID: try members.needs("remedy_id", .remedyID), orderID: try members.may("order_id", .id()),
      tender: try members.needs("tender", .choice()), amount: try members.needs("amount", .money),
      reference: try members.may("reference", .text), cause: try members.may("cause", .text))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("remedy_id", remedyID.description)
    writer.member("order_id", ifPresent: orderID)
    writer.member("tender", tender.rawValue)
    writer.member("amount", amount)
    writer.member("reference", ifPresent: reference)
    writer.member("cause", ifPresent: cause)
    writer.endObject()
  }
}
