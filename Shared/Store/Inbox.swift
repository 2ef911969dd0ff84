package import Contracts

/// Which messages were handled: one mark per producer and sequence, in the transaction of what the message caused.
///
/// Marks are never removed: whenever a message comes again, it is known.
package enum Inbox {
  /// A handled message's mark.
  package struct Mark: Sendable, Equatable {
    package let producer: String
    package let sequence: UInt64
    /// Where the broker's journal has it.
    package let position: UInt64
    package let handledAt: Timestamp
  }

  /// Marks a message as handled. True the first time; false where it was marked before, and then nothing must be done for it.
  package static func mark(
    producer: String, sequence: UInt64, position: UInt64, at handledAt: Timestamp, in transaction: borrowing Transaction
  ) throws(StoreFault) -> Bool {
    try confirm(producer, sequence, position)
    return try transaction.run(
      "INSERT INTO inbox (producer, sequence, position, handled_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
      .integer(try number(of: producer, in: transaction)), .unsigned(sequence), .unsigned(position), .timestamp(handledAt)) == 1
  }

  /// The small number that stands for a producer; given out with its first message. HOT: one producer speaks again and again.
  private static func number(of producer: String, in transaction: borrowing Transaction) throws(StoreFault) -> Int64 {
    if let known = transaction.database.producer, known.name == producer { return known.number }
    try transaction.run("INSERT INTO inbox_producer (name) VALUES (?1) ON CONFLICT DO NOTHING", .text(producer))
    guard let number = try transaction.integer("SELECT number FROM inbox_producer WHERE name = ?1", .text(producer)) else {
      throw .corrupt(reason: "a producer that was just written is not there")
    }
    transaction.database.producer = (producer, number)
    return number
  }

  /// The mark of a message; nil where it was not handled.
  package static func find(
    producer: String, sequence: UInt64, in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> Mark? {
    guard let signed = Int64(exactly: sequence) else { return nil }
    return try reading.database.first(
      """
      SELECT position, handled_at FROM inbox
      WHERE producer = (SELECT number FROM inbox_producer WHERE name = ?1) AND sequence = ?2
      """, [.text(producer), .integer(signed)]
    ) { row throws(StoreFault) in
      Mark(producer: producer, sequence: sequence, position: try row.unsigned(0), handledAt: try row.timestamp(1))
    }
  }

  /// The highest sequence handled of a producer; 0 where there is none.
  package static func highest(of producer: String, in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> UInt64 {
    try reading.database.first(
      """
      SELECT ifnull(max(sequence), 0) FROM inbox
      WHERE producer = (SELECT number FROM inbox_producer WHERE name = ?1)
      """, [.text(producer)]
    ) { row throws(StoreFault) in try row.unsigned(0) } ?? 0
  }

  /// What comes over the wire is bounded before it becomes a row.
  private static func confirm(_ producer: String, _ sequence: UInt64, _ position: UInt64) throws(StoreFault) {
    guard (1...StoreLimits.nameBytesMax).contains(producer.utf8.count) else {
      throw .beyondLimit(what: "a producer's name in bytes", maximum: StoreLimits.nameBytesMax)
    }
    guard (1...UInt64(Int64.max)).contains(sequence) else { throw .beyondLimit(what: "a sequence", maximum: .max) }
    guard position <= UInt64(Int64.max) else { throw .beyondLimit(what: "a position", maximum: .max) }
  }
}
