import Contracts
import Store
import protocol Store.Reading

/// Something that was seen, as an audit comes by it.
struct SeenRow {
  private static let rowsPerPage: Int64 = 64

  let message: String
  let subject: String
  let offer: String?
  let version: Int?
  let person: String?
  let word: String?
  let at: Timestamp
  /// The fact itself, where it is kept; else nothing.
  let content: [UInt8]

  /// Goes through all of `type` that the audit looks at, in the order of time, a page at a time, until there is no more or the chunk is
  /// full. True where it came to the end.
  static func walk(
    _ type: String, _ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction,
    each: (SeenRow, inout AuditRound, borrowing Transaction) throws -> Void
  ) throws -> Bool {
    round.cursor.at = max(round.cursor.at, round.since)
    while true {
      let rows = try page(of: type, round, transaction)
      guard !rows.isEmpty else { return true }
      for row in rows {
        guard pace.admitsRow() else { return false }
        (round.cursor.at, round.cursor.id) = (row.at, row.message)
        try each(row, &round, transaction)
      }
    }
  }

  private static func page(of type: String, _ round: AuditRound, _ reading: borrowing Transaction) throws -> [SeenRow] {
    try reading.all(
      """
      SELECT message_id, subject, offer_id, version, person_id, word, at, content FROM seen
      WHERE type = ?1 AND (at, message_id) > (?2, ?3) AND at <= ?4 ORDER BY at, message_id LIMIT ?5
      """, .text(type), .timestamp(round.cursor.at), .text(round.cursor.id), .timestamp(round.now), .integer(rowsPerPage)
    ) { row in
      SeenRow(
        message: try row.text(0), subject: try row.text(1), offer: try row.optionalText(2),
        version: try row.optionalInteger(3).map { Int($0) }, person: try row.optionalText(4), word: try row.optionalText(5),
        at: try row.timestamp(6), content: try row.optionalBlob(7) ?? [])
    }
  }
}
