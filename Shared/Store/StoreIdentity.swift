/// Who a store is to the broker: a lineage born with the file and an epoch raised at each open.
///
/// A producer's sequences count within one lineage. A restored backup gets a new one, so that it never speaks under numbers
/// that its original may have used for other events since.
package struct StoreIdentity: Sendable, Equatable {
  /// 32 hexadecimal digits from the system's random source.
  package let lineage: String
  /// 1 at birth; durable before the store is handed out, so no two openings share one.
  package let epoch: UInt64
  /// Whose copy this store is, where it was restored from a backup.
  package let predecessor: Predecessor?

  /// The store that a backup was made of.
  package struct Predecessor: Sendable, Equatable {
    package let lineage: String
    /// The highest outbox sequence in the copy: rows up to it were given out under the old lineage.
    package let highest: UInt64
  }

  /// Raises the epoch, or begins a new lineage where the file is new or a copy. Durable when it returns.
  static func raise(in database: Database) throws(StoreFault) -> StoreIdentity {
    try database.transaction { () throws(StoreFault) in
      let isCopy = try database.first("SELECT is_copy FROM store_identity") { row throws(StoreFault) in try row.bool(0) }
      switch isCopy {
      case nil:
        _ = try database.run("INSERT INTO store_identity (one, lineage, epoch) VALUES (1, ?1, 1)", [.text(newLineage())])
      case false:
        _ = try database.run("UPDATE store_identity SET epoch = epoch + 1")
      case true:
        _ = try database.run(
          """
          UPDATE store_identity SET lineage = ?1, epoch = 1, is_copy = 0, previous_lineage = lineage,
            previous_highest = max((SELECT through FROM outbox_forgotten), (SELECT ifnull(max(sequence), 0) FROM outbox))
          """, [.text(newLineage())])
      }
      guard let identity = try load(from: database) else { throw .corrupt(reason: "the store has no identity") }
      return identity
    }
  }

  /// The identity as the file has it; nil where nobody opened it yet.
  static func load(from database: Database) throws(StoreFault) -> StoreIdentity? {
    try database.first("SELECT lineage, epoch, previous_lineage, previous_highest FROM store_identity") { row throws(StoreFault) in
      var predecessor: Predecessor?
      if let lineage = try row.optionalText(2) { predecessor = Predecessor(lineage: lineage, highest: try row.unsigned(3)) }
      return StoreIdentity(lineage: try row.text(0), epoch: try row.unsigned(1), predecessor: predecessor)
    }
  }

  /// Writes it as it stands: the smallest write that there is, for whoever wants to know whether writes are done.
  static func writeAgain(in transaction: inout Transaction) throws(StoreFault) {
    _ = try transaction.run("UPDATE store_identity SET epoch = epoch")
  }

  /// 16 bytes of getrandom(2), which is what the system's generator is on Linux, as hexadecimal digits.
  private static func newLineage() -> String {
    var random = SystemRandomNumberGenerator()
    let digits = Array("0123456789abcdef")
    return String((0..<32).map { _ in digits[Int.random(in: 0..<16, using: &random)] })
  }
}
