/// `ledger.budget.*.v1`, `marketing.budget.*.v1`, `service.budget.*.v1`: money that is set aside for goodwill. Keyed by the campaign, or
/// by `service` for customer service's own fund.
///
/// The other departments say what they open and close; the ledger says what became of it in its books.
package struct BudgetChanged: TreeFact {
  package enum Publisher: String, Sendable, CaseIterable { case ledger, marketing, service }
  package enum Kind: String, Sendable, CaseIterable { case opened, closed, reserved, refused, released, advanced, repaid, exhausted }

  package var kind: Kind
  package var publisher: Publisher
  /// Nil for customer service's own fund.
  package var campaignID: Identifier<Campaign>?
  package var offerID: Identifier<Offer>?
  package var amount: Money
  /// What the campaign still owes customer service after it.
  package var outstanding: Money?
  package var approvedBy: Identifier<Colleague>?
  /// The entry in the ledger's books.
  package var entry: Int64?
  package var cause: String?

  package init(
    kind: Kind, publisher: Publisher = .ledger, campaignID: Identifier<Campaign>? = nil, offerID: Identifier<Offer>? = nil, amount: Money,
    outstanding: Money? = nil, approvedBy: Identifier<Colleague>? = nil, entry: Int64? = nil, cause: String? = nil
  ) {
    self.kind = kind
    self.publisher = publisher
    self.campaignID = campaignID
    self.offerID = offerID
    self.amount = amount
    self.outstanding = outstanding
    self.approvedBy = approvedBy
    self.entry = entry
    self.cause = cause
  }

  package static let types =
    Kind.allCases.map { "ledger.budget.\($0).v1" } + [
      "marketing.budget.opened.v1", "marketing.budget.closed.v1", "service.budget.opened.v1",
    ]

  package static func title(_ type: String) -> String {
    switch kind(type) {
    case .opened: "Money was set aside for goodwill"
    case .closed: "What was set aside for goodwill is no longer"
    case .reserved: "Some of a campaign's money was promised to one offer"
    case .refused: "A campaign has too little money for what an offer asked"
    case .released: "What an offer no longer needs went back to its campaign"
    case .advanced: "Customer service paid in advance for a campaign without money"
    case .repaid: "A campaign paid back what customer service had advanced"
    case .exhausted: "A campaign's money is used up"
    }
  }

  package var type: String { "\(publisher).budget.\(kind).v1" }
  package var key: String { campaignID?.text ?? "service" }
  package var event: DomainEvent { .budgetChanged(self) }

  private static func kind(_ type: String) -> Kind {
    guard let kind = Kind.allCases.first(where: { type.hasSuffix(".\($0).v1") }) else { preconditionFailure("\(type) is no budget's") }
    return kind
  }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    guard let publisher = Publisher.allCases.first(where: { type.hasPrefix("\($0).") }) else {
      preconditionFailure("\(type) is no budget's")
    }
    self.init(
      kind: Self.kind(type), publisher: publisher, campaignID: try members.may("campaign_id", .id()),
      offerID: try members.may("offer_id", .id()), amount: try members.needs("amount", .money),
      outstanding: try members.may("outstanding", .money), approvedBy: try members.may("approved_by", .id()),
      entry: try members.may("entry", .ordinal), cause: try members.may("cause", .text))
    try Rules.currency(amount.currency, of: outstanding, at: "/outstanding")
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("campaign_id", ifPresent: campaignID)
    writer.member("offer_id", ifPresent: offerID)
    writer.member("amount", amount)
    writer.member("outstanding", ifPresent: outstanding)
    writer.member("approved_by", ifPresent: approvedBy)
    writer.member("entry", ifPresent: entry)
    writer.member("cause", ifPresent: cause)
    writer.endObject()
  }
}

extension BudgetChanged {
  /// The contracts of the types that one department publishes.
  static func schemas(of publisher: Publisher) -> [JSON.Member] { schemas.filter { $0.name.hasPrefix("\(publisher).") } }
}
