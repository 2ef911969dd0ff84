package import Contracts

/// What the department says, in its order: written in the transaction of what it is about, published afterwards by the relay.
///
/// Append-only. A row's number is the producer sequence: 1, 2, 3 ... without gaps within a lineage, since a rolled-back append
/// gives its number back. Rows go when the broker says that it may forget them; their numbers are never used again.
package enum Outbox {
  /// An event as it waits to be published.
  package struct Waiting: Sendable, Equatable {
    package let sequence: UInt64
    /// The encoded event, never encoded again on its way.
    package let event: [UInt8]
  }

  /// Appends an encoded event and returns its sequence. Whoever makes `id` makes it of the sequence that comes next, so that it is said once.
  @discardableResult
  package static func append(
    event: [UInt8], id: Identifier<Message>, at recordedAt: Timestamp, in transaction: borrowing Transaction
  ) throws(StoreFault) -> UInt64 {
    guard (1...StoreLimits.eventBytesMax).contains(event.count) else {
      throw .beyondLimit(what: "an event in bytes", maximum: StoreLimits.eventBytesMax)
    }
    let sequence = try highest(in: transaction) + 1
    try transaction.run(
      "INSERT INTO outbox (sequence, id, recorded_at, event) VALUES (?1, ?2, ?3, ?4)", .unsigned(sequence), .text(id.text),
      .timestamp(recordedAt), .blob(event))
    transaction.database.outboxHighest = sequence
    transaction.database.told.note(Waiting(sequence: sequence, event: event))
    return sequence
  }

  /// The rows after `sequence` in order: at most `limit` and `bytesMax` together, but at least one if there is one.
  package static func rows(
    after sequence: UInt64, limit: Int, bytesMax: Int = StoreLimits.outboxBytes, in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> [Waiting] {
    var bytes = 0
    return try reading.database.prefix(
      "SELECT sequence, event FROM outbox WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
      [.integer(Int64(clamping: sequence)), .integer(Int64(limit))]
    ) { row throws(StoreFault) in
      let found = Waiting(sequence: try row.unsigned(0), event: try row.blob(1))
      guard bytes == 0 || bytes + found.event.count <= bytesMax else { return nil }
      bytes += found.event.count
      return found
    }
  }

  /// The last sequence given out, also where its row is forgotten; 0 before the first.
  package static func highest(in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> UInt64 {
    if let known = reading.database.outboxHighest { return known }
    let found =
      try reading.database.first(
        "SELECT max((SELECT ifnull(max(sequence), 0) FROM outbox), (SELECT through FROM outbox_forgotten))"
      ) { row throws(StoreFault) in try row.unsigned(0) } ?? 0
    if reading.database.isWriting { reading.database.outboxHighest = found }
    return found
  }

  /// Up to where rows are gone.
  package static func forgotten(in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> UInt64 {
    try reading.database.first("SELECT through FROM outbox_forgotten") { row throws(StoreFault) in try row.unsigned(0) } ?? 0
  }

  /// Removes rows up to the broker's word, `atMost` in this transaction. Returns how many went; call again while it returns `atMost`.
  /// Throws `olderThanBroker` where the broker speaks of events that this store never wrote.
  @discardableResult
  package static func forget(
    through sequence: UInt64, atMost: Int = StoreLimits.rowsPerChunk, in transaction: borrowing Transaction
  ) throws(StoreFault) -> Int {
    let (highest, gone) = (try highest(in: transaction), try forgotten(in: transaction))
    guard sequence <= highest else { throw .olderThanBroker(highest: highest, accepted: sequence) }
    guard sequence > gone else { return 0 }
    let through = min(sequence, gone + UInt64(atMost))
    try transaction.run("UPDATE outbox_forgotten SET through = ?1", .unsigned(through))
    return try overwritingNothing(in: transaction) { () throws(StoreFault) in
      try transaction.run("DELETE FROM outbox WHERE sequence <= ?1", .unsigned(through))
    }
  }

  /// What was published is no secret, and emptied pages need not be written once more (sqlite.org/pragma.html, secure_delete).
  private static func overwritingNothing(
    in transaction: borrowing Transaction, _ body: () throws(StoreFault) -> Int
  ) throws(StoreFault) -> Int {
    try transaction.run("PRAGMA secure_delete = OFF")
    let count = try body()
    // Where the body throws the transaction is rolled back, and that puts it back as well.
    try transaction.run("PRAGMA secure_delete = ON")
    return count
  }
}
