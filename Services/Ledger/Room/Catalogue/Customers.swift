import Contracts
import Store

/// Customers as rows: what facts tell of them, and beside it their names and addresses, which no fact holds.
enum Customers {
  /// The fold of `ledger.customer.known`: what was told last counts.
  static func fold(_ known: CustomerKnown, message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO customer (person_id, kind, locale, message_id) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (person_id) DO UPDATE SET kind = ?2, locale = ?3, message_id = ?4
      """, .text(known.personID.text), .text(known.kind.rawValue), .optional(known.locale), .text(message.text))
    try transaction.run("DELETE FROM contact WHERE person_id = ?1", .text(known.personID.text))
    for contact in known.contacts {
      try transaction.run(
        "INSERT INTO contact (person_id, channel, state) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", .text(known.personID.text),
        .text(contact.channel), .text(contact.state.rawValue))
    }
  }

  /// The fold of `ledger.customer.restricted`, `unrestricted` and `erased`; what was erased is gone from this store too.
  static func fold(_ change: CustomerRestricted, message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    let cause: SQLValue =
      switch change.change {
      case .restricted, .erased: .text(change.cause.rawValue)
      case .unrestricted: .null
      }
    try transaction.run(
      """
      INSERT INTO customer (person_id, kind, restricted, message_id) VALUES (?1, 'person', ?2, ?3)
      ON CONFLICT (person_id) DO UPDATE SET restricted = ?2, message_id = ?3
      """, .text(change.personID.text), cause, .text(message.text))
    guard change.change == .erased else { return }
    try transaction.run("DELETE FROM personal WHERE person_id = ?1", .text(change.personID.text))
    try transaction.run("DELETE FROM contact WHERE person_id = ?1", .text(change.personID.text))
  }

  /// The fold of `ledger.consent.given` and `withdrawn`.
  static func fold(
    _ consent: ConsentChanged, at instant: Timestamp, message: Identifier<Message>, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO consent (person_id, purpose, channel, given, changed_at, proof, source, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT (person_id, purpose, channel) DO UPDATE SET given = ?4, changed_at = ?5, proof = ?6, source = ?7, message_id = ?8
      WHERE ?5 >= changed_at
      """, .text(consent.personID.text), .text(consent.purpose.rawValue), .text(consent.channel), .integer(consent.given ? 1 : 0),
      .timestamp(instant), .optional(consent.proofID?.text), .text(consent.source), .text(message.text))
  }

  /// What is known of somebody, as it would be told; nil where nothing is.
  static func find(_ id: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> CustomerKnown? {
    let contacts = try reading.all("SELECT channel, state FROM contact WHERE person_id = ?1 ORDER BY channel", .text(id.text)) { row in
      CustomerKnown.Contact(channel: try row.text(0), state: .init(rawValue: try row.text(1)) ?? .unverified)
    }
    return try reading.first("SELECT kind, locale FROM customer WHERE person_id = ?1", .text(id.text)) { row in
      CustomerKnown(personID: id, kind: .init(rawValue: try row.text(0)) ?? .person, locale: try row.optionalText(1), contacts: contacts)
    }
  }

  /// A consent as it stands: given or withdrawn, and since when.
  struct Consent: Sendable, Equatable {
    let given: Bool
    let changedAt: Timestamp
  }

  /// Whether a consent stands, and since when; nil where nobody ever said anything.
  static func consent(
    of person: Identifier<Person>, _ purpose: Purpose, _ channel: String, in reading: borrowing some Reading & ~Copyable
  ) throws -> Consent? {
    try reading.first(
      "SELECT given, changed_at FROM consent WHERE person_id = ?1 AND purpose = ?2 AND channel = ?3", .text(person.text),
      .text(purpose.rawValue), .text(channel)
    ) { row in Consent(given: try row.bool(0), changedAt: try row.timestamp(1)) }
  }

  /// A name or an address: in no fact, so in no other store and not in the journal.
  struct Personal: Sendable, Equatable {
    let person: Identifier<Person>
    /// `name`, `address`, or a contact's channel.
    let field: String
    let value: String
  }

  static func keep(_ personal: Personal, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "INSERT INTO personal (person_id, field, value) VALUES (?1, ?2, ?3) ON CONFLICT (person_id, field) DO UPDATE SET value = ?3",
      .text(personal.person.text), .text(personal.field), .text(personal.value))
  }

  /// A name or an address.
  static func personal(_ field: String, of person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> String? {
    try reading.first("SELECT value FROM personal WHERE person_id = ?1 AND field = ?2", .text(person.text), .text(field)) { row in
      try row.text(0)
    }
  }
}
