import Contracts
import ServiceDomain
import Store

/// Holds as rows: of each the fact that counts. Its end waits as a row that falls due.
enum Holds {
  struct Kept {
    let fact: HoldTurned
    let isLifted: Bool
    let placedAt: Timestamp
  }

  /// Takes in a turn. What was told later counts, whatever order they come in.
  static func fold(_ fact: HoldTurned, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws {
    let isLifted = fact.turn == .lifted
    let changed = try transaction.run(
      """
      INSERT INTO hold (hold_id, person_id, case_id, is_lifted, placed_at, expires_at, at, number, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7, ?8)
      ON CONFLICT DO UPDATE SET is_lifted = ?4, placed_at = min(placed_at, ?5), expires_at = ?6, at = ?5, number = ?7, data = ?8
        WHERE (?5, ?7) > (at, number)
      """, .text(fact.holdID.text), .text(fact.personID.text), .optional(fact.caseID?.text), .integer(isLifted ? 1 : 0),
      .timestamp(fact.at), .timestamp(fact.expiresAt), .unsigned(meta.number), .blob(fact.event.encode()))
    guard changed == 1 else { return }
    if isLifted {
      try Due.remove(kind: CareDues.hold, subject: fact.holdID.text, in: transaction)
    } else {
      let isOpen = try fact.caseID.map { id in try Cases.isOpen(id, in: transaction) } ?? false
      try Due.set(
        at: HoldRules.lookAt(fact, isCaseOpen: isOpen), kind: CareDues.hold, subject: fact.holdID.text, in: transaction)
    }
  }

  static func find(_ id: Identifier<Hold>, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first("SELECT is_lifted, placed_at, data FROM hold WHERE hold_id = ?1", .text(id.text)) { row in try kept(row) } ?? nil
  }

  /// Those of a case, the first one first.
  static func of(_ id: Identifier<Case>, in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    try reading.all("SELECT is_lifted, placed_at, data FROM hold WHERE case_id = ?1 ORDER BY placed_at, hold_id", .text(id.text)) { row in
      try kept(row)
    }.compactMap { $0 }
  }

  /// Those of a customer, the latest first; only those in force unless all are wanted.
  static func of(
    _ person: Identifier<Person>, all: Bool, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Kept] {
    try reading.all(
      """
      SELECT is_lifted, placed_at, data FROM hold WHERE person_id = ?1 AND (?2 OR is_lifted = 0) ORDER BY placed_at DESC, hold_id LIMIT 1000
      """, .text(person.text), .integer(all ? 1 : 0)
    ) { row in try kept(row) }.compactMap { $0 }
  }

  /// Those in force, which ends first first; or the latest of all.
  static func list(all: Bool, limit: Int, in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    if all {
      return try reading.all(
        "SELECT is_lifted, placed_at, data FROM hold ORDER BY placed_at DESC, hold_id LIMIT ?1", .integer(Int64(limit))
      ) {
        row in try kept(row)
      }.compactMap { $0 }
    }
    return try reading.all(
      "SELECT is_lifted, placed_at, data FROM hold WHERE is_lifted = 0 ORDER BY expires_at, hold_id LIMIT ?1", .integer(Int64(limit))
    ) { row in try kept(row) }.compactMap { $0 }
  }

  /// How many are in force.
  static func inForce(in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer("SELECT count(*) FROM hold WHERE is_lifted = 0") ?? 0
  }

  private static func kept(_ row: borrowing Row) throws -> Kept? {
    let isLifted = try row.integer(0) == 1
    let type = isLifted ? HoldTurned.Turn.lifted.type : HoldTurned.Turn.placed.type
    guard case .holdTurned(let fact)? = try DomainEvent.decode(type: type, data: row.blob(2)) else { return nil }
    return Kept(fact: fact, isLifted: isLifted, placedAt: try row.timestamp(1))
  }
}
