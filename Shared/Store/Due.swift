package import Contracts

/// What must happen later: written in the transaction of its cause, taken in the transaction of its effect, so it happens once,
/// also when its instant passed while the program was down.
package enum Due {
  /// Something that waits for its instant.
  package struct Entry: Sendable, Equatable {
    /// Names this row for `remove(_:)`; rises in the order of writing.
    package let number: Int64
    package let at: Timestamp
    package let kind: String
    package let subject: String
    package let payload: [UInt8]
    /// Who set it, where that was noted.
    package let origin: Origin?
  }

  /// Adds a row, beside any other of the same kind and subject. Returns its number.
  @discardableResult
  package static func add(
    at instant: Timestamp, kind: String, subject: String, payload: [UInt8] = [], origin: Origin? = nil,
    in transaction: borrowing Transaction
  ) throws(StoreFault) -> Int64 {
    try confirm(kind, subject, payload)
    let by = origin.values
    try transaction.run(
      "INSERT INTO due (at, kind, subject, payload, principal, principal_kind, correlation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      .timestamp(instant), .text(kind), .text(subject), .blob(payload), by.0, by.1, by.2)
    transaction.database.noted.insert(.due)
    return transaction.lastInsertID
  }

  /// Sets the one instant of a kind and subject: a row that `set` wrote before is moved.
  package static func set(
    at instant: Timestamp, kind: String, subject: String, payload: [UInt8] = [], origin: Origin? = nil,
    in transaction: borrowing Transaction
  ) throws(StoreFault) {
    try confirm(kind, subject, payload)
    let by = origin.values
    try transaction.run(
      """
      INSERT INTO due (at, kind, subject, once, payload, principal, principal_kind, correlation)
      VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT (kind, once) DO UPDATE SET at = excluded.at, payload = excluded.payload, principal = excluded.principal,
        principal_kind = excluded.principal_kind, correlation = excluded.correlation
      """, .timestamp(instant), .text(kind), .text(subject), .blob(payload), by.0, by.1, by.2)
    transaction.database.noted.insert(.due)
  }

  /// Moves one row to a later instant: it could not be done now.
  package static func postpone(_ number: Int64, to instant: Timestamp, in transaction: borrowing Transaction) throws(StoreFault) {
    try transaction.run("UPDATE due SET at = ?2 WHERE number = ?1", .integer(number), .timestamp(instant))
  }

  /// Takes one row away. True where it was still there: only then its effect belongs to this transaction.
  package static func remove(_ number: Int64, in transaction: borrowing Transaction) throws(StoreFault) -> Bool {
    try transaction.run("DELETE FROM due WHERE number = ?1", .integer(number)) == 1
  }

  /// Takes away all rows of a kind and subject. Returns how many there were.
  @discardableResult
  package static func remove(kind: String, subject: String, in transaction: borrowing Transaction) throws(StoreFault) -> Int {
    try transaction.run("DELETE FROM due WHERE kind = ?1 AND subject = ?2", .text(kind), .text(subject))
  }

  /// The earliest instant that something waits for: when to look again.
  package static func next(in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> Timestamp? {
    try reading.database.first("SELECT at FROM due ORDER BY at, number LIMIT 1") { row throws(StoreFault) in try row.timestamp(0) }
  }

  /// What is due at `now` or was due before, earliest first and in the order of writing where the instants are equal.
  package static func elapsed(
    at now: Timestamp, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> [Entry] {
    try reading.database.all(
      "SELECT number, at, kind, subject, payload, principal, principal_kind, correlation FROM due WHERE at <= ?1 ORDER BY at, number LIMIT ?2",
      [.timestamp(now), .integer(Int64(limit))], read: entry)
  }

  /// What waits for a subject, earliest first.
  package static func waiting(
    kind: String, subject: String, in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> [Entry] {
    try reading.database.all(
      """
      SELECT number, at, kind, subject, payload, principal, principal_kind, correlation FROM due
      WHERE kind = ?1 AND subject = ?2 ORDER BY at, number
      """,
      [.text(kind), .text(subject)], read: entry)
  }

  private static func entry(_ row: borrowing Row) throws(StoreFault) -> Entry {
    Entry(
      number: try row.integer(0), at: try row.timestamp(1), kind: try row.text(2), subject: try row.text(3), payload: try row.blob(4),
      origin: try Origin(row, from: 5))
  }

  private static func confirm(_ kind: String, _ subject: String, _ payload: [UInt8]) throws(StoreFault) {
    for name in [kind, subject] where !(1...StoreLimits.nameBytesMax).contains(name.utf8.count) {
      throw .beyondLimit(what: "a kind or subject in bytes", maximum: StoreLimits.nameBytesMax)
    }
    guard payload.count <= StoreLimits.payloadBytesMax else {
      throw .beyondLimit(what: "a due row's payload in bytes", maximum: StoreLimits.payloadBytesMax)
    }
  }
}
