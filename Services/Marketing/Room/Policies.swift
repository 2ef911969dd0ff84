import Contracts
import Store

/// The numbers that decisions go by, as the ledger publishes them.
enum Policies {
  /// Keeps a policy; an older version than the kept one changes nothing.
  static func fold(_ policy: PolicyPublished, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO policy (name, version, document) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET version = excluded.version, document = excluded.document WHERE excluded.version > version
      """, .text(policy.name), .integer(Int64(policy.version)), .blob(policy.document.bytes))
  }

  static func document(_ name: String, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    let bytes = try reading.first("SELECT document FROM policy WHERE name = ?1", .text(name)) { row throws(StoreFault) in try row.blob(0) }
    return try bytes.map { try JSON(parsing: $0) }
  }
}
