import Contracts
import ServiceDomain
import Store

/// Who a customer is, as the ledger tells it: no name, no address, no number.
enum Customers {
  struct Known {
    let kind: String?
    /// BCP 47.
    let locale: String?
    /// `[{"channel": "email", "state": "declined"}]`.
    let contacts: JSON
  }

  /// The latest word counts: an older one that comes later changes nothing.
  static func know(_ customer: CustomerKnown, at position: UInt64, in transaction: borrowing Transaction) throws {
    let contacts = JSON.array(
      customer.contacts.map { .object([.init("channel", .string($0.channel)), .init("state", .string($0.state.rawValue))]) })
    try transaction.run(
      """
      INSERT INTO customer (person_id, kind, locale, contacts, known_at) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (person_id) DO UPDATE SET
        kind = excluded.kind, locale = excluded.locale, contacts = excluded.contacts, known_at = excluded.known_at
        WHERE excluded.known_at > known_at
      """, .text(customer.personID.text), .text(customer.kind.rawValue), .optional(customer.locale), .blob(contacts.bytes),
      .unsigned(position))
  }

  static func find(_ person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first("SELECT kind, locale, contacts FROM customer WHERE person_id = ?1", .text(person.text)) { row in
      let contacts = try row.optionalBlob(2).flatMap { try? JSON(parsing: $0) }
      return Known(kind: try row.optionalText(0), locale: try row.optionalText(1), contacts: contacts ?? .array([]))
    }
  }
}
