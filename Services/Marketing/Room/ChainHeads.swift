import Contracts
import struct Host.ChainHead
import Store

/// The heads of the ledger's chain of entries, kept here too: whoever would change entries has three stores to change.
enum ChainHeads {
  /// Keeps a head. Throws where another one is known under its number: then somebody's books were changed.
  static func fold(_ anchored: ChainAnchored, message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    let known = try transaction.first("SELECT head FROM chain_head WHERE sequence = ?1", .integer(anchored.sequence)) {
      row throws(StoreFault) in try row.text(0)
    }
    if let known {
      guard known == anchored.head else { throw Differs(sequence: anchored.sequence, known: known, told: anchored.head) }
      return
    }
    try transaction.run(
      "INSERT INTO chain_head (sequence, head, content, message_id) VALUES (?1, ?2, ?3, ?4)", .integer(anchored.sequence),
      .text(anchored.head), .blob(DomainEvent.chainAnchored(anchored).encode()), .text(message.text))
  }

  /// Every head, for `accord verify`.
  static func all(in snapshot: borrowing Snapshot) throws -> [ChainHead] {
    try snapshot.all("SELECT sequence, head FROM chain_head ORDER BY sequence") { row in
      ChainHead(sequence: try row.integer(0), head: try row.text(1))
    }
  }

  /// The heads after `sequence`, in order.
  static func page(after sequence: Int64, in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all("SELECT content FROM chain_head WHERE sequence > ?1 ORDER BY sequence LIMIT 1000", .integer(sequence)) {
      row throws(StoreFault) in try row.blob(0)
    }.map { try JSON(parsing: $0) }
  }

  struct Differs: Error, CustomStringConvertible {
    let sequence: Int64
    let known: String
    let told: String
    var description: String {
      "the ledger's chain is said to stand at \(told) after entry \(sequence), but \(known) was told before: entries were changed; compare the "
        + "three stores with `accord verify`"
    }
  }
}
