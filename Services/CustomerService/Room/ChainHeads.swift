import Contracts
import struct Host.ChainHead
import Mesh
import Store

/// Where the ledger's chain of entries stood, kept apart from the ledger: whoever changes an old entry has to change this store too.
enum ChainHeads {
  static func keep(_ anchor: ChainAnchored, _ received: Received, in transaction: borrowing Transaction) throws {
    let sums = JSON.array(
      anchor.sums.map { sum in
        .object([
          .init("currency", .string(sum.currency.code)), .init("debits", .integer(sum.debits)), .init("credits", .integer(sum.credits)),
        ])
      })
    // What was kept first stays: another head under a known number is what `accord verify` looks for.
    try transaction.run(
      """
      INSERT INTO chain_head (sequence, head, sums, anchored_at, position, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO NOTHING
      """, .integer(anchor.sequence), .text(anchor.head), .blob(sums.bytes), .timestamp(received.envelope.time),
      .unsigned(received.position), .text(received.envelope.id.text))
  }

  /// Every head, for `accord verify`.
  static func all(in snapshot: borrowing Snapshot) throws -> [ChainHead] {
    try snapshot.all("SELECT sequence, head FROM chain_head ORDER BY sequence") { row in
      ChainHead(sequence: try row.integer(0), head: try row.text(1))
    }
  }

  /// The heads, latest first.
  static func latest(_ limit: Int, in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all(
      "SELECT sequence, head, sums, anchored_at, message_id FROM chain_head ORDER BY sequence DESC LIMIT ?1", .integer(Int64(limit))
    ) { row in
      .object([
        .init("sequence", .integer(try row.integer(0))), .init("head", .string(try row.text(1))),
        .init("sums", (try? JSON(parsing: row.blob(2))) ?? .array([])), .init("anchored_at", .string(try row.timestamp(3).description)),
        .init("message_id", .string(try row.text(4))),
      ])
    }
  }
}
