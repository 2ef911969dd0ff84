/// A write transaction under way. Lent by `Store.write`, never kept; it becomes durable only after the body returned.
///
/// A fault of the disk anywhere inside dooms the whole: every later call throws that fault again and nothing is committed,
/// even where the body caught it. A refused row (a constraint) dooms nothing.
package struct Transaction: Reading, ~Copyable {
  package let source: ReadingSource

  init(_ database: Database) { source = ReadingSource(database: database) }

  /// Runs one statement to its end. Returns how many rows an INSERT, UPDATE or DELETE changed.
  @discardableResult
  package func run(_ sql: StaticString, _ values: SQLValue...) throws(StoreFault) -> Int {
    try database.strike()
    return try database.run(sql, values)
  }

  /// The row id of the last INSERT into a table that has row ids.
  package var lastInsertID: Int64 { database.lastInsertID }

  /// Does what `body` says, or nothing of it: a throw rolls back to here, and what was done before stays. They nest.
  package mutating func savepoint<T>(_ body: (inout Transaction) throws -> T) throws -> T {
    // SQLite lets savepoints share a name and takes the innermost (sqlite.org/lang_savepoint.html).
    try run("SAVEPOINT message")
    let (sums, told) = (database.sums, database.told.rows.count)
    let value: T
    do {
      value = try body(&self)
    } catch {
      // A doomed transaction may be gone already; then there is nothing to go back to.
      if let doom = database.doom { throw doom }
      (database.outboxHighest, database.producer, database.sums) = (nil, nil, sums)
      database.told.goBack(to: told)
      try run("ROLLBACK TO message")
      try run("RELEASE message")
      throw error
    }
    try run("RELEASE message")
    return value
  }
}

/// A value whose transaction is durable: only the store makes one, after its commit returned.
package struct Committed<Value> {
  package let value: Value
  init(_ value: Value) { self.value = value }
}

extension Committed: Sendable where Value: Sendable {}
