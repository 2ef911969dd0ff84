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

  /// The length that a policy has under `member`; nil where it is not known or has none.
  static func duration(_ name: String, _ member: String, in reading: borrowing some Reading & ~Copyable) throws -> Duration? {
    guard let text = try document(name, in: reading)?[member]?.string else { return nil }
    return try? Duration(iso8601: text)  // what cannot be read is no policy: whoever asks goes by having none
  }

  /// How many marketing messages a person may get within which time.
  struct Frequency: Equatable {
    let messages: Int64
    let within: Duration
  }

  static func frequency(in reading: borrowing some Reading & ~Copyable) throws -> Frequency? {
    guard let document = try document("frequency", in: reading), let messages = document["messages"]?.integer,
      let within = document["within"]?.string.flatMap({ try? Duration(iso8601: $0) })
    else { return nil }
    return Frequency(messages: messages, within: within)
  }
}
