/// `marketing.audience.listed.v1`: people came onto a list of those who are told of offers. Some hundred a fact, keyed by the list's name.
///
/// Who may have an offer is another list (`ledger.membership.changed.v1`). A fact without people says that there is such a list.
package struct AudienceListed: TreeFact {
  package static let type = "marketing.audience.listed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "People came onto a list of those who are told of offers" }

  package var audienceID: Identifier<Audience>
  package var people: [Identifier<Person>]

  package init(audienceID: Identifier<Audience>, people: [Identifier<Person>]) {
    self.audienceID = audienceID
    self.people = people
  }

  package var type: String { Self.type }
  package var key: String { audienceID.text }
  package var event: DomainEvent { .audienceListed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      audienceID: try members.needs("audience_id", .id()),
      people: try members.needs("people", .list(of: .id(), min: 0, max: Limits.listedMax)))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("audience_id", audienceID)
    writer.member("people", people.map(\.text))
    writer.endObject()
  }
}
