/// `service.offer.asked_about.v1`: a customer asks about an offer. Keyed by the case; the words stay with it.
package struct OfferAskedAbout: TreeFact {
  package var caseID: Identifier<Case>
  package var askedID: Identifier<Asked>
  /// Absent where nobody knows it.
  package var offerID: Identifier<Offer>?
  package var personID: Identifier<Person>?
  package var known: Bool
  package var agentID: Identifier<Colleague>
  /// Until when marketing answers what nobody knows.
  package var dueAt: Timestamp?
  package var at: Timestamp

  package init(
    caseID: Identifier<Case>, askedID: Identifier<Asked>, offerID: Identifier<Offer>? = nil, personID: Identifier<Person>? = nil,
    known: Bool, agentID: Identifier<Colleague>, dueAt: Timestamp? = nil, at: Timestamp
  ) {
    self.caseID = caseID
    self.askedID = askedID
    self.offerID = offerID
    self.personID = personID
    self.known = known
    self.agentID = agentID
    self.dueAt = dueAt
    self.at = at
  }

  package static let type = "service.offer.asked_about.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "A customer asks about an offer" }

  package var type: String { Self.type }
  package var key: String { caseID.text }
  package var event: DomainEvent { .offerAskedAbout(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      caseID: try members.needs("case_id", .id()), askedID: try members.needs("asked_id", .id()),
      offerID: try members.may("offer_id", .id()), personID: try members.may("person_id", .id()), known: try members.needs("known", .flag),
      agentID: try members.needs("agent_id", .id()), dueAt: try members.may("due_at", .time), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("case_id", caseID)
    writer.member("asked_id", askedID)
    writer.member("offer_id", ifPresent: offerID)
    writer.member("person_id", ifPresent: personID)
    writer.member("known", known)
    writer.member("agent_id", agentID)
    writer.member("due_at", ifPresent: dueAt)
    writer.member("at", at)
    writer.endObject()
  }
}
