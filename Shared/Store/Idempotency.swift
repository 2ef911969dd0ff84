package import Contracts

/// What commands from outside were answered, by their Idempotency-Key, in the command's own transaction: a repeated request gets
/// the first one's answer and does nothing.
package enum Idempotency {
  /// An answer as it was given.
  package struct Answer: Sendable, Equatable {
    package let status: Int
    package let response: [UInt8]

    package init(status: Int, response: [UInt8]) {
      self.status = status
      self.response = response
    }
  }

  /// What is known of a key.
  package enum Known: Sendable, Equatable {
    /// Nothing: do the command and record its answer.
    case new
    /// The same request: give this answer again.
    case same(Answer)
    /// The key came with another body: the caller's mistake (422).
    case otherBody
  }

  /// What is known of `principal`'s `key`; `bodyHash` is the SHA-256 of the request's body, 32 bytes.
  package static func find(
    key: String, principal: String, bodyHash: [UInt8], in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> Known {
    try confirm(key, principal, bodyHash)
    return try reading.database.first(
      "SELECT body_hash, status, response FROM idempotency WHERE principal = ?1 AND key = ?2", [.text(principal), .text(key)]
    ) { row throws(StoreFault) in
      guard try row.blob(0) == bodyHash else { return .otherBody }
      return .same(Answer(status: Int(try row.integer(1)), response: try row.blob(2)))
    } ?? .new
  }

  /// Records the answer to a command that was `new` in this transaction. Throws `constraint` where the key has an answer already.
  package static func record(
    key: String, principal: String, bodyHash: [UInt8], answer: Answer, at now: Timestamp, in transaction: borrowing Transaction
  ) throws(StoreFault) {
    try confirm(key, principal, bodyHash)
    guard answer.response.count <= StoreLimits.responseBytesMax else {
      throw .beyondLimit(what: "a remembered response in bytes", maximum: StoreLimits.responseBytesMax)
    }
    try transaction.run(
      """
      INSERT INTO idempotency (principal, key, body_hash, status, response, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """, .text(principal), .text(key), .blob(bodyHash), .integer(Int64(answer.status)), .blob(answer.response), .timestamp(now))
  }

  /// Removes answers recorded before `instant`, oldest first and `atMost` of them. Returns how many went.
  @discardableResult
  package static func purge(
    before instant: Timestamp, atMost: Int = StoreLimits.rowsPerChunk, in transaction: borrowing Transaction
  ) throws(StoreFault) -> Int {
    try transaction.run(
      """
      DELETE FROM idempotency WHERE rowid IN (
        SELECT rowid FROM idempotency WHERE recorded_at < ?1 ORDER BY recorded_at LIMIT ?2)
      """, .timestamp(instant), .integer(Int64(atMost)))
  }

  private static func confirm(_ key: String, _ principal: String, _ bodyHash: [UInt8]) throws(StoreFault) {
    guard (1...StoreLimits.idempotencyKeyBytesMax).contains(key.utf8.count) else {
      throw .beyondLimit(what: "an idempotency key in bytes", maximum: StoreLimits.idempotencyKeyBytesMax)
    }
    guard (1...StoreLimits.nameBytesMax).contains(principal.utf8.count) else {
      throw .beyondLimit(what: "a principal's name in bytes", maximum: StoreLimits.nameBytesMax)
    }
    guard bodyHash.count == 32 else { throw .misuse("a body's hash has 32 bytes, this has \(bodyHash.count)") }
  }
}
