/// `ledger.consent.given.v1`, `ledger.consent.withdrawn.v1`: what a customer lets us send. Keyed by the person.
package struct ConsentChanged: TreeFact {
  package var given: Bool
  package var personID: Identifier<Person>
  package var purpose: Purpose
  package var channel: String
  /// Where the proof of it lies.
  package var proofID: Identifier<ConsentProof>?
  /// Where it was said, a plain word such as `import` or `desk`.
  package var source: String

  package init(
    given: Bool, personID: Identifier<Person>, purpose: Purpose, channel: String, proofID: Identifier<ConsentProof>? = nil, source: String
  ) {
    self.given = given
    self.personID = personID
    self.purpose = purpose
    self.channel = channel
    self.proofID = proofID
    self.source = source
  }

  private static let givenType = "ledger.consent.given.v1"
  private static let withdrawnType = "ledger.consent.withdrawn.v1"
  package static let types = [givenType, withdrawnType]
  package static func title(_ type: String) -> String {
    type == givenType ? "A customer lets us send something" : "A customer no longer lets us send something"
  }

  package var type: String { given ? Self.givenType : Self.withdrawnType }
  package var key: String { personID.text }
  package var event: DomainEvent { .consentChanged(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      given: type == Self.givenType, personID: try members.needs("person_id", .id()), purpose: try members.needs("purpose", .choice()),
      channel: try members.needs("channel", .word), proofID: try members.may("proof_id", .id()),
      source: try members.needs("source", .word))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("person_id", personID)
    writer.member("purpose", purpose.rawValue)
    writer.member("channel", channel)
    writer.member("proof_id", ifPresent: proofID)
    writer.member("source", source)
    writer.endObject()
  }
}
