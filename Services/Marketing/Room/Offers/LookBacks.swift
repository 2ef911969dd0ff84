import Contracts
import Mesh
import Store

/// What the ledger said when it had judged every order that an offer reaches back to.
enum LookBacks {
  struct Known: Equatable {
    let recordedAt: Timestamp
    let sequence: Int64
    let granted: Int64
  }

  /// Keeps the ledger's word.
  static func fold(_ fact: LookBackCompleted, _ received: Received, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO look_back (offer_id, version, from_at, recorded_at, sequence, granted, content, message_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .timestamp(fact.from), .timestamp(received.envelope.recordedTime),
      .unsigned(received.sequence),
      .integer(fact.granted), .blob(received.envelope.data), .text(received.envelope.id.text))
  }

  /// The one about the version's start; nil as long as the ledger has not said it.
  static func find(_ offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      """
      SELECT l.recorded_at, l.sequence, l.granted FROM look_back l JOIN offer_version v USING (offer_id, version)
      WHERE l.offer_id = ?1 AND l.version = ?2 AND l.from_at = v.look_back_from
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row throws(StoreFault) in Known(recordedAt: try row.timestamp(0), sequence: try row.integer(1), granted: try row.integer(2)) }
  }

  /// The fact's data, for those who look.
  static func content(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    let bytes = try reading.first(
      """
      SELECT l.content FROM look_back l JOIN offer_version v USING (offer_id, version)
      WHERE l.offer_id = ?1 AND l.version = ?2 AND l.from_at = v.look_back_from
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row throws(StoreFault) in try row.blob(0) }
    return try bytes.map { try JSON(parsing: $0) }
  }
}
