import Contracts
import Store

/// What is meant to leave the house, and what left it, as rows.
enum Messages {
  struct Planned: Equatable {
    let id: Identifier<Letter>
    let person: Identifier<Person>
    let purpose: Purpose
    let revision: Int64
  }

  /// One campaign message about an offer reaches a person, whatever the version.
  static func campaignID(_ offer: Identifier<Offer>, _ person: Identifier<Person>) -> Identifier<Letter> {
    id("campaign", offer.text, person.text)
  }

  /// A note is named by the first remedy that it tells of.
  static func noteID(_ remedy: String) -> Identifier<Letter> { id("note", remedy, "") }

  /// The same message has the same name whenever it is planned: it is also the name of its file.
  private static func id(_ kind: String, _ first: String, _ second: String) -> Identifier<Letter> {
    Identifier(restoring: "\(kind)-" + Hex.encode(SHA256.hash(Array("\(first)\n\(second)".utf8)).prefix(16)))
  }

  /// Takes in what became of a message: planned, then sent or suppressed and never back.
  static func fold(_ fact: MessageTurned, _ meta: Offers.Meta, in transaction: borrowing Transaction) throws {
    let changed = try transaction.run(
      """
      INSERT INTO message (message_id, offer_id, version, person_id, purpose, channel, state, verdict, reason, revision, remedy_id, changed_at,
        fact_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      ON CONFLICT DO UPDATE SET version = ?3, channel = ?6, state = ?7, verdict = ?8, reason = ?9, revision = ?10, changed_at = ?12, fact_id = ?13
      WHERE state != 'sent' AND revision <= ?10 AND NOT (state = 'suppressed' AND revision = ?10)
      """, .text(fact.messageID.text), .text(fact.offer.offer.text), .integer(Int64(fact.offer.version)), .text(fact.personID.text),
      .text(fact.purpose.rawValue), .text(fact.channel), .text(fact.turn.rawValue), .text(fact.verdict.rawValue), .text(fact.reason),
      .integer(fact.revision), .optional(fact.remedyID?.description), .timestamp(meta.at), .text(meta.message.text))
    // Whatever is planned has somebody who hands it over, also in a store that is rebuilt.
    if changed == 1, fact.turn == .planned { try Preparations.goOn(fact.offer, at: meta.at, in: transaction) }
    if changed == 1 { try Verdicts.fold(fact, in: transaction) }
    // What is left with the desk is told there.
    if changed == 1, fact.turn == .sent || fact.channel == MessageTurned.desk, fact.purpose == .transaction {
      try Remedies.told(fact.personID, under: fact.offer.offer, by: fact.messageID, in: transaction)
    }
  }

  /// What waits to be handed over, notes first; `notesOnly` leaves the others waiting.
  static func planned(
    of offer: OfferVersion, notesOnly: Bool, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Planned] {
    try reading.all(
      """
      SELECT message_id, person_id, purpose, revision FROM message
      WHERE offer_id = ?1 AND version = ?2 AND state = 'planned' AND (NOT ?3 OR purpose = 'transaction')
      ORDER BY purpose DESC, message_id LIMIT ?4
      """, .text(offer.offer.text), .integer(Int64(offer.version)), .integer(notesOnly ? 1 : 0), .integer(Int64(limit))
    ) { row throws(StoreFault) in
      guard let purpose = Purpose(rawValue: try row.text(2)) else {
        throw .unreadable(column: "purpose", wanted: "what a message is for", found: "other text")
      }
      return Planned(
        id: Identifier(restoring: try row.text(0)), person: Identifier(restoring: try row.text(1)), purpose: purpose,
        revision: try row.integer(3))
    }
  }

  static func state(_ id: Identifier<Letter>, in reading: borrowing some Reading & ~Copyable) throws -> String? {
    try reading.first("SELECT state FROM message WHERE message_id = ?1", .text(id.text)) { row throws(StoreFault) in try row.text(0) }
  }

  /// What was meant for a person, the last first.
  static func of(_ person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all(
      """
      SELECT message_id, offer_id, version, purpose, channel, state, verdict, reason, revision, changed_at FROM message
      WHERE person_id = ?1 ORDER BY changed_at DESC, message_id LIMIT 200
      """, .text(person.text)
    ) { row throws(StoreFault) in
      [
        "message_id": .string(try row.text(0)), "offer": .string("\(try row.text(1))@\(try row.integer(2))"),
        "purpose": .string(try row.text(3)), "channel": .string(try row.text(4)), "state": .string(try row.text(5)),
        "verdict": .string(try row.text(6)), "reason": .string(try row.text(7)), "revision": .integer(try row.integer(8)),
        "at": .string(try row.timestamp(9).description),
      ]
    }
  }
}
