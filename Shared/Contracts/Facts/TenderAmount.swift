/// An amount that goes back to one kind of tender.
package struct TenderAmount: Sendable, Equatable {
  package var kind: OrderCaptured.Tender.Kind
  package var amount: Money

  package init(kind: OrderCaptured.Tender.Kind, amount: Money) {
    self.kind = kind
    self.amount = amount
  }

  static let shape = Shape<TenderAmount>.object { members throws(ContractFault) in
    TenderAmount(kind: try members.needs("tender", .choice()), amount: try members.needs("amount", .money))
  }

  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("tender", kind.rawValue)
    writer.member("amount", amount)
    writer.endObject()
  }
}
