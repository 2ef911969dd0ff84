import Contracts
import ServiceDomain
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

  /// One of them as it stands; nil where it was never published.
  static func document(_ name: String, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    try reading.first("SELECT document FROM policy WHERE name = ?1", .text(name)) { row in try JSON(parsing: row.blob(0)) }
  }

  /// Those that care goes by.
  static func care(in reading: borrowing some Reading & ~Copyable) throws -> CarePolicies {
    CarePolicies(
      try reading.all("SELECT name, version, document FROM policy") { row in
        (name: try row.text(0), version: try row.integer(1), document: try JSON(parsing: row.blob(2)))
      })
  }
}
