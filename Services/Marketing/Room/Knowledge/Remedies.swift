import Contracts
import Mesh
import Store

/// What people were given under our offers, as rows.
enum Remedies {
  /// Takes in what became of a remedy. HOT: a look-back tells a hundred thousand of them. True where it is a new one.
  static func fold(_ fact: RemedyChanged, _ offer: OfferVersion, in transaction: borrowing Transaction) throws -> Bool {
    let id = SQLValue.text(fact.remedyID.description)
    switch fact.change {
    case .granted, .posted:
      let state: SQLValue = fact.change == .posted ? "posted" : "pending"
      let isNew = try transaction.run(
        """
        INSERT INTO remedy (remedy_id, offer_id, version, person_id, order_id, basis, state, amount_minor, currency)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
        """, id, .text(offer.offer.text), .integer(Int64(offer.version)), .optional(fact.personID?.text), .optional(fact.orderID?.text),
        .text(fact.basis.rawValue), state, .integer(fact.amount.minor), .text(fact.amount.currency.code))
      guard isNew == 0 else {
        if [.lookBack, .gap, .inWindow].contains(fact.basis) { count(offer, in: transaction) }
        return true
      }
      // A voided or expired one never comes back under its own number.
      try transaction.run("UPDATE remedy SET state = ?2 WHERE remedy_id = ?1 AND state = 'pending'", id, state)
    case .voided: try transaction.run("UPDATE remedy SET state = 'voided' WHERE remedy_id = ?1", id)
    case .expired: try transaction.run("UPDATE remedy SET state = 'expired' WHERE remedy_id = ?1", id)
    case .clawedBack, .declined: break
    }
    return false
  }

  private static func count(_ offer: OfferVersion, in transaction: borrowing Transaction) {
    transaction.add(
      """
      INSERT INTO remedy_count (offer_id, version, remedies) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET remedies = remedies + ?3
      """, key: offer.offer.text, number: Int64(offer.version), 1)
  }

  /// How many remedies were heard of that a look-back of `offer` gives: at least those that it has told of.
  static func heard(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.settleSums()
    return try reading.integer(
      "SELECT remedies FROM remedy_count WHERE offer_id = ?1 AND version = ?2", .text(offer.offer.text), .integer(Int64(offer.version)))
      ?? 0
  }

  /// What a note tells of: the remedies of a person under an offer that no message told of yet.
  struct Untold: Equatable {
    let remedyID: String
    let basis: String
    let amount: Int64
    let currency: String
  }

  static func untold(
    of person: Identifier<Person>, under offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Untold] {
    try reading.all(
      """
      SELECT remedy_id, basis, amount_minor, currency FROM remedy
      WHERE offer_id = ?1 AND person_id = ?2 AND noted IS NULL AND state IN ('pending', 'posted') ORDER BY remedy_id LIMIT 100
      """, .text(offer.text), .text(person.text)
    ) { row throws(StoreFault) in
      Untold(remedyID: try row.text(0), basis: try row.text(1), amount: try row.integer(2), currency: try row.text(3))
    }
  }

  /// A note was handed over: it told of all that a person was given by then.
  static func told(
    _ person: Identifier<Person>, under offer: Identifier<Offer>, by message: Identifier<Letter>, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "UPDATE remedy SET noted = ?3 WHERE offer_id = ?1 AND person_id = ?2 AND noted IS NULL AND state IN ('pending', 'posted')",
      .text(offer.text), .text(person.text), .text(message.text))
  }
}
