package import Contracts
import Mesh
package import Store

/// Who works here, as the ledger tells it, in the store of each department: by these rows its doors know people, and by nothing else.
///
/// ```
/// ledger.colleague.changed ─▸ colleague        who, whole, as told last
///                          └▸ colleague_token  by which digests; none of somebody who has left
/// ```
package enum Colleagues {
  /// What has to be heard for it.
  package static let types = ColleagueChanged.types

  // MARK: Folding

  /// Takes what `fact` says; what was told later of the same colleague stays.
  package static func fold(_ fact: ColleagueChanged, _ message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    let isNew =
      try transaction.run(
        """
        INSERT INTO colleague (colleague_id, active, handed_to, changed_at, message_id, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET active = ?2, handed_to = ?3, changed_at = ?4, message_id = ?5, content = ?6 WHERE changed_at <= ?4
        """, .text(fact.colleagueID.text), .integer(fact.active ? 1 : 0), .optional(fact.handedTo?.text), .timestamp(fact.at),
        .text(message.text), .blob(fact.event.encode())) == 1
    guard isNew else { return }
    try transaction.run("DELETE FROM colleague_token WHERE colleague_id = ?1", .text(fact.colleagueID.text))
    guard fact.active else { return }
    for digest in fact.tokenDigests {
      try transaction.run(
        "INSERT INTO colleague_token (digest, colleague_id) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET colleague_id = ?2", .text(digest),
        .text(fact.colleagueID.text))
    }
  }

  // MARK: Asking

  /// What was told last of `id`; nil for somebody nobody knows.
  package static func find(_ id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> ColleagueChanged? {
    try reading.first("SELECT content FROM colleague WHERE colleague_id = ?1", .text(id.text)) { row in try decode(try row.blob(0)) }
  }

  /// Everybody, by id.
  package static func all(in reading: borrowing some Reading & ~Copyable) throws -> [ColleagueChanged] {
    try reading.all("SELECT content FROM colleague ORDER BY colleague_id LIMIT 10000") { row in try decode(try row.blob(0)) }
  }

  /// Whether nobody was ever told of.
  package static func isEmpty(in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer("SELECT 1 FROM colleague LIMIT 1") == nil
  }

  /// Whether `id` works here; nil for somebody nobody knows.
  package static func isActive(_ id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> Bool? {
    try reading.integer("SELECT active FROM colleague WHERE colleague_id = ?1", .text(id.text)).map { $0 == 1 }
  }

  /// Whose work it is that hung on `id`: theirs while they are here, then whoever's it was handed to; nil where nobody took it.
  ///
  /// Somebody nobody knows answers for themselves: nobody has said that they left.
  package static func holder(of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> Identifier<Colleague>?
  {
    var holder = id
    // A chain that bites its tail ends as well.
    for _ in 0..<HostLimits.handOversMax {
      guard let known = try find(holder, in: reading), !known.active else { return holder }
      guard let next = known.handedTo else { return nil }
      holder = next
    }
    return nil
  }

  /// All whose work hangs on `id` now: themselves, and those who left and whose list came to them.
  package static func predecessors(
    of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Identifier<Colleague>] {
    try reading.all(
      """
      WITH RECURSIVE before (id, depth) AS (
        VALUES (?1, 0) UNION
        SELECT c.colleague_id, b.depth + 1 FROM colleague c JOIN before b ON c.handed_to = b.id
        WHERE c.active = 0 AND b.depth < 32
      ) SELECT DISTINCT id FROM before ORDER BY id
      """, .text(id.text)
    ) { row in Identifier(restoring: try row.text(0)) }
  }

  /// Whom a token's digest lets in; nil for nobody. What is compared is digests, so how long it takes tells nothing of use about a token.
  static func principal(_ digest: [UInt8], in reading: borrowing some Reading & ~Copyable) throws -> Principal? {
    let fact = try reading.first(
      """
      SELECT c.content FROM colleague_token t JOIN colleague c ON c.colleague_id = t.colleague_id AND c.active = 1 WHERE t.digest = ?1
      """, .text(Hex.encode(digest))
    ) { row in try decode(try row.blob(0)) }
    return fact.map(Principal.init)
  }

  private static func decode(_ content: [UInt8]) throws -> ColleagueChanged {
    guard case .colleagueChanged(let fact) = try DomainEvent.decode(type: ColleagueChanged.type, data: content) else {
      throw StoreFault.corrupt(reason: "what is kept of a colleague is no fact about one")
    }
    return fact
  }
}

/// Something that hangs on a colleague, told by the department that keeps it: if they leave, somebody must take it.
package struct Hanging: Sendable, Equatable {
  /// Such as `offer`, `sheet`, `case`.
  package let kind: String
  package let id: String
  /// What it is to them: `owner`, `verifier`, `deputy`.
  package let role: String
  /// On whom it was put: themselves, or somebody who left it to them.
  package let of: Identifier<Colleague>
  package let sentence: String

  package init(kind: String, id: String, role: String, of colleague: Identifier<Colleague>, _ sentence: String) {
    self.kind = kind
    self.id = id
    self.role = role
    of = colleague
    self.sentence = sentence
  }

  package var json: JSON {
    .object([
      .init("kind", .string(kind)), .init("id", .string(id)), .init("role", .string(role)), .init("of", .string(of.text)),
      .init("sentence", .string(sentence)),
    ])
  }
}
