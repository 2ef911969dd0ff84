import Contracts
import Store

/// The people whom marketing may reach, by their ids alone: where they can be written to, what they agreed to, what bars them.
enum People {
  /// Somebody is a customer. What is said of channels counts only where they can be used.
  static func fold(_ known: CustomerKnown, in transaction: borrowing Transaction) throws {
    let usable = known.contacts.filter { $0.state == .verified }.map(\.channel).sorted().joined(separator: " ")
    try transaction.run(
      """
      INSERT INTO person (person_id, locale, channels) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET locale = ifnull(?2, locale), channels = ifnull(?3, channels)
      """, .text(known.personID.text), .optional(known.locale), known.contacts.isEmpty ? .null : .text(usable))
  }

  static func fold(_ restricted: CustomerRestricted, in transaction: borrowing Transaction) throws {
    let person = SQLValue.text(restricted.personID.text)
    switch restricted.change {
    case .restricted:
      try transaction.run(
        """
        INSERT INTO person (person_id, barred) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET barred = CASE WHEN erased THEN barred ELSE ?2 END
        """, person, .text(restricted.cause == .minor ? "minor" : "unreachable"))
    case .unrestricted:
      try transaction.run("UPDATE person SET barred = NULL WHERE person_id = ?1 AND NOT erased", person)
    case .erased:
      try transaction.run(
        """
        INSERT INTO person (person_id, barred, erased) VALUES (?1, 'unreachable', 1)
        ON CONFLICT DO UPDATE SET barred = 'unreachable', erased = 1, locale = NULL, channels = NULL
        """, person)
      try transaction.run("DELETE FROM consent WHERE person_id = ?1", person)
    }
  }

  /// A consent was given or taken back; what was true later stands.
  static func fold(_ consent: ConsentChanged, at: Timestamp, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO consent (person_id, purpose, channel, given, at)
      SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM person WHERE person_id = ?1 AND erased)
      ON CONFLICT DO UPDATE SET given = excluded.given, at = excluded.at WHERE excluded.at >= at
      """, .text(consent.personID.text), .text(consent.purpose.rawValue), .text(consent.channel), .integer(consent.given ? 1 : 0),
      .timestamp(at))
  }
}
