/// `ledger.customer.known.v1`: somebody is a customer, told without name, address or number. Keyed by the person.
package struct CustomerKnown: TreeFact {
  package static let type = "ledger.customer.known.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Somebody is a customer" }

  package enum Kind: String, Sendable, CaseIterable { case person, household }

  /// Whether somebody can be reached on a channel, and nothing more.
  package struct Contact: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
      case verified, unverified, declined
      case neverAsked = "never_asked"
    }
    package var channel: String
    package var state: State
    package init(channel: String, state: State) {
      self.channel = channel
      self.state = state
    }
  }

  package var personID: Identifier<Person>
  package var kind: Kind
  /// Such as `en-US` (BCP 47).
  package var locale: String?
  package var contacts: [Contact]

  package init(personID: Identifier<Person>, kind: Kind = .person, locale: String? = nil, contacts: [Contact] = []) {
    self.personID = personID
    self.kind = kind
    self.locale = locale
    self.contacts = contacts
  }

  package var type: String { Self.type }
  package var key: String { personID.text }
  package var event: DomainEvent { .customerKnown(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    let contact = Shape<Contact>.object { contact throws(ContractFault) in
      Contact(channel: try contact.needs("channel", .word), state: try contact.needs("state", .choice()))
    }
    self.init(
      personID: try members.needs("person_id", .id()), kind: try members.needs("kind", .choice()), locale: try members.may("locale", .text),
      contacts: try members.list("contacts", of: contact, max: Limits.contactsMax))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("person_id", personID)
    writer.member("kind", kind.rawValue)
    writer.member("locale", ifPresent: locale)
    writer.member("contacts", contacts) { contact, writer in
      writer.beginObject()
      writer.member("channel", contact.channel)
      writer.member("state", contact.state.rawValue)
      writer.endObject()
    }
    writer.endObject()
  }
}
