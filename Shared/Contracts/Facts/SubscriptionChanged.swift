/// `ledger.subscription.changed.v1`: somebody's plan began, changed, went on or ended. Keyed by the subscription.
package struct SubscriptionChanged: TreeFact {
  package static let type = "ledger.subscription.changed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "A subscription began, changed, went on or ended" }

  package enum Change: String, Sendable, CaseIterable { case started, upgraded, downgraded, renewed, cancelled }

  package var subscriptionID: Identifier<Subscription>
  package var personID: Identifier<Person>?
  package var change: Change
  package var fromPlan: Identifier<Product>?
  package var toPlan: Identifier<Product>?
  /// The billing period that the change is about; open at its end where nobody knows it.
  package var from: Timestamp
  package var to: Timestamp?
  package var channel: String?
  /// The offer that comes along with the plan from now on.
  package var carries: OfferVersion?
  package var changedAt: Timestamp

  package init(
    subscriptionID: Identifier<Subscription>, personID: Identifier<Person>? = nil, change: Change, fromPlan: Identifier<Product>? = nil,
    toPlan: Identifier<Product>? = nil, from: Timestamp, to: Timestamp? = nil, channel: String? = nil, carries: OfferVersion? = nil,
    changedAt: Timestamp
  ) {
    self.subscriptionID = subscriptionID
    self.personID = personID
    self.change = change
    self.fromPlan = fromPlan
    self.toPlan = toPlan
    self.from = from
    self.to = to
    self.channel = channel
    self.carries = carries
    self.changedAt = changedAt
  }

  package var type: String { Self.type }
  package var key: String { subscriptionID.text }
  package var event: DomainEvent { .subscriptionChanged(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      subscriptionID: try members.needs("subscription_id", .id()), personID: try members.may("person_id", .id()),
      change: try members.needs("change", .choice()), fromPlan: try members.may("from_plan", .id()),
      toPlan: try members.may("to_plan", .id()), from: try members.needs("from", .time), to: try members.may("to", .time),
      channel: try members.may("channel", .word), carries: try members.may("carries", .offerVersion),
      changedAt: try members.needs("changed_at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("subscription_id", subscriptionID)
    writer.member("person_id", ifPresent: personID)
    writer.member("change", change.rawValue)
    writer.member("from_plan", ifPresent: fromPlan)
    writer.member("to_plan", ifPresent: toPlan)
    writer.member("from", from)
    writer.member("to", ifPresent: to)
    writer.member("channel", ifPresent: channel)
    writer.member("carries", ifPresent: carries?.description)
    writer.member("changed_at", changedAt)
    writer.endObject()
  }
}
