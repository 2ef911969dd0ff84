import Contracts
import Mesh
import ServiceDomain
import Store
import Terms

/// The facts about offers as rows, and which of them may be on a table.
enum Offers {
  /// A fact where it stands.
  struct Fact {
    let offer: Identifier<Offer>
    let type: String
    let position: UInt64
    let message: String
    let data: [UInt8]

    var event: DomainEvent? { (try? DomainEvent.decode(type: type, data: data)) ?? nil }
  }

  /// Keeps a fact about an offer and folds what a desk asks first out of all of them, whatever order they came in. False where it is there
  /// already.
  @discardableResult
  static func follow(
    _ offer: Identifier<Offer>, _ mark: String, _ received: Received, in transaction: borrowing Transaction
  ) throws -> Bool {
    let isNew =
      try transaction.run(
        """
        INSERT INTO offer_fact (offer_id, type, mark, time, position, message_id, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO NOTHING
        """, .text(offer.text), .text(received.envelope.type), .text(mark), .timestamp(received.envelope.time),
        .unsigned(received.position), .text(received.envelope.id.text), .blob(received.envelope.data)) == 1
    guard isNew else { return false }
    let known = try find(offer, in: transaction)
    guard let reach = known.reach else { return true }
    try transaction.run(
      """
      INSERT INTO offer_on_table (offer_id, reaches_from, honour_until) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET reaches_from = excluded.reaches_from, honour_until = excluded.honour_until
      """, .text(offer.text), .timestamp(reach.from), .timestamp(reach.until))
    return true
  }

  /// What is known of an offer; an empty one where nothing is.
  static func find(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> KnownOffer {
    KnownOffer(offer, facts: try facts(of: offer, in: reading).compactMap(\.event))
  }

  static func facts(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Fact] {
    try reading.all(
      "SELECT type, position, message_id, data FROM offer_fact WHERE offer_id = ?1 ORDER BY position, number", .text(offer.text)
    ) { row throws(StoreFault) in
      Fact(offer: offer, type: try row.text(0), position: try row.unsigned(1), message: try row.text(2), data: try row.blob(3))
    }
  }

  /// How many facts are known of an offer: it changes with each of them.
  static func age(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer("SELECT ifnull(max(number), 0) FROM offer_fact WHERE offer_id = ?1", .text(offer.text)) ?? 0
  }

  /// How many facts are known of all offers: it changes with each of them.
  static func age(in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer("SELECT ifnull(max(number), 0) FROM offer_fact") ?? 0
  }

  /// An offer that may be on a table, with the last instant at which it may be.
  struct OnTable {
    let offer: Identifier<Offer>
    let until: Timestamp
  }

  /// The offers that may be on a table at `now` or later.
  static func onTableUntil(
    at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [OnTable] {
    try reading.all("SELECT offer_id, honour_until FROM offer_on_table WHERE honour_until >= ?1 ORDER BY offer_id", .timestamp(now)) {
      row throws(StoreFault) in OnTable(offer: Identifier(restoring: try row.text(0)), until: try row.timestamp(1))
    }
  }

  /// The offers that may be on a table at `now`: not all of them are.
  static func onTable(at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [Identifier<Offer>] {
    try reading.all("SELECT offer_id FROM offer_on_table WHERE honour_until >= ?1 ORDER BY offer_id", .timestamp(now)) {
      row throws(StoreFault) in Identifier(restoring: try row.text(0))
    }
  }

  /// Every offer that anything was heard of.
  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [Identifier<Offer>] {
    try reading.all("SELECT DISTINCT offer_id FROM offer_fact ORDER BY offer_id") { row throws(StoreFault) in
      Identifier(restoring: try row.text(0))
    }
  }

  static func by(_ message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable) throws -> Fact? {
    try reading.first("SELECT offer_id, type, position, message_id, data FROM offer_fact WHERE message_id = ?1", .text(message.text)) {
      row throws(StoreFault) in
      Fact(
        offer: Identifier(restoring: try row.text(0)), type: try row.text(1), position: try row.unsigned(2), message: try row.text(3),
        data: try row.blob(4))
    }
  }
}
