import Contracts
import Feed
import Store
import protocol Store.Reading

/// Customers as rows of an import: `person_id`, `kind`, `locale`, `contacts` [{channel, state, address?}], and `name` and `address`, which are
/// kept here and told to nobody.
enum CustomerRows: ImportedRows {
  static let name = "customers"
  static let idField = "person_id"
  static let itemsPerFact = 1

  static func judge(
    _ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable
  ) throws -> ImportedRow<CustomerKnown> {
    let person: Identifier<Person> = try row.identifier("person_id")
    var known = CustomerKnown(personID: person, kind: try row.word("kind", CustomerKnown.Kind.self) ?? .person, locale: row.text("locale"))
    var personal: [Customers.Personal] = []
    for contact in row.list("contacts") {
      guard let channel = contact["channel"]?.string, isWord(channel) else { throw FieldFault("contacts", "a contact has no channel") }
      let address = contact["address"]?.string
      let word = contact["state"]?.string ?? (address == nil ? "never_asked" : "unverified")
      guard let state = CustomerKnown.Contact.State(rawValue: word) else {
        throw FieldFault("\(channel)_state", "“\(word)” is none of verified, unverified, declined, never_asked")
      }
      known.contacts.append(.init(channel: channel, state: state))
      if let address, state != .declined { personal.append(.init(person: person, field: channel, value: address)) }
    }
    guard known.contacts.count <= Limits.contactsMax else { throw FieldFault("contacts", "at most \(Limits.contactsMax) are taken") }
    known.contacts.sort { $0.channel < $1.channel }
    for field in ["name", "address"] {
      if let value = row.text(field), !value.isEmpty { personal.append(.init(person: person, field: field, value: value)) }
    }
    let before = try Customers.find(person, in: reading)
    var isNew = false
    for kept in personal where !isNew { isNew = try Customers.personal(kept.field, of: person, in: reading) != kept.value }
    if before == known, !isNew { return ImportedRow(outcome: .matched) }
    return ImportedRow(outcome: before == nil ? .created : .changed, item: before == known ? nil : known, personal: personal)
  }

  static func fact(of items: [CustomerKnown], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp) {
    (.customerKnown(items[0]), now)
  }

  private static func isWord(_ text: String) -> Bool {
    (1...Limits.wordBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D }
  }
}
