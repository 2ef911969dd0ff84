import Contracts
import ServiceDomain
import Store
import Synchronization

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

  /// Those that were read last, by the store and the sum of their versions: a version's document never changes.
  private struct Kept: Sendable {
    let mark: String
    let policies: CarePolicies
  }
  private static let kept = Mutex<Kept?>(nil)

  /// Those that care goes by. HOT: for every case.
  static func care(in reading: borrowing some Reading & ~Copyable) throws -> CarePolicies {
    let mark =
      try reading.first(
        "SELECT (SELECT lineage FROM store_identity) || ' ' || count(*) || ' ' || ifnull(sum(version), 0) FROM policy"
      ) { row in try row.text(0) } ?? ""
    if let kept = kept.withLock({ $0 }), kept.mark == mark { return kept.policies }
    let policies = CarePolicies(
      try reading.all("SELECT name, version, document FROM policy") { row in
        (name: try row.text(0), version: try row.integer(1), document: try JSON(parsing: row.blob(2)))
      })
    kept.withLock { $0 = Kept(mark: mark, policies: policies) }
    return policies
  }
}
