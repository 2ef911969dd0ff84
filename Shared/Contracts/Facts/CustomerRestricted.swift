/// `ledger.customer.restricted.v1`, `.unrestricted.v1`, `.erased.v1`: whether a customer may still be written to. Keyed by the person.
package struct CustomerRestricted: TreeFact {
  package enum Change: String, TypeWord {
    package static let prefix = "ledger.customer."
    case restricted, unrestricted, erased
  }
  package enum Cause: String, Sendable, CaseIterable { case minor, deceased, erasure }

  package var change: Change
  package var personID: Identifier<Person>
  package var cause: Cause

  package init(change: Change, personID: Identifier<Person>, cause: Cause) {
    self.change = change
    self.personID = personID
    self.cause = cause
  }

  package static let types = Change.types
  package static func title(_ type: String) -> String {
    switch Change.word(of: type) {
    case .restricted: "A customer must not be written to"
    case .unrestricted: "A customer may be written to again"
    case .erased: "What was known of a customer is gone"
    }
  }

  package var type: String { change.type }
  package var key: String { personID.text }
  package var event: DomainEvent { .customerRestricted(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      change: .word(of: type), personID: try members.needs("person_id", .id()), cause: try members.needs("cause", .choice()))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("person_id", personID)
    writer.member("cause", cause.rawValue)
    writer.endObject()
  }
}
