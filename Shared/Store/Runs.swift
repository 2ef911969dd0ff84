package import Contracts

/// Long work as rows: a cursor that is moved in the transaction of each chunk's effects, so that it goes on where it was,
/// whenever the program ends in between.
package enum Runs {
  /// How far a piece of long work has come.
  package struct Run: Sendable, Equatable {
    package let number: Int64
    package let kind: String
    package let subject: String
    package let state: State
    /// The next thing to do, in the work's own words.
    package let cursor: [UInt8]
    /// Chunks done.
    package let chunks: Int64
    package let counters: [String: Int64]
    package let beganAt: Timestamp
    package let changedAt: Timestamp
    /// Who began it, where that was noted.
    package let origin: Origin?
  }

  package enum State: String, Sendable {
    case running, finished
    /// Ended before its end, by somebody's word.
    case stopped
  }

  /// Begins the one run of a kind and subject, or answers the one that was begun before, in whatever state it is.
  package static func begin(
    kind: String, subject: String, cursor: [UInt8] = [], origin: Origin? = nil, at now: Timestamp,
    in transaction: borrowing Transaction
  ) throws(StoreFault) -> (run: Run, isNew: Bool) {
    for name in [kind, subject] where !(1...StoreLimits.nameBytesMax).contains(name.utf8.count) {
      throw .beyondLimit(what: "a kind or subject in bytes", maximum: StoreLimits.nameBytesMax)
    }
    try confirm(cursor)
    let by = origin.values
    let isNew =
      try transaction.run(
        """
        INSERT INTO run (kind, subject, state, cursor, began_at, changed_at, principal, principal_kind, correlation)
        VALUES (?1, ?2, 'running', ?3, ?4, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
        """, .text(kind), .text(subject), .blob(cursor), .timestamp(now), by.0, by.1, by.2) == 1
    if isNew { transaction.database.noted.insert(.run) }
    guard let run = try find(kind: kind, subject: subject, in: transaction) else {
      throw .corrupt(reason: "a run that was just written is not there")
    }
    return (run, isNew)
  }

  /// Moves `run` on by one chunk and adds to its counters. False where it is no longer where `run` says, or no longer running:
  /// then somebody else did this chunk, and the caller rolls its effects back.
  package static func advance(
    _ run: Run, to cursor: [UInt8], adding counts: [String: Int64] = [:], at now: Timestamp, in transaction: borrowing Transaction
  ) throws(StoreFault) -> Bool {
    try change(run, to: cursor, .running, adding: counts, at: now, in: transaction)
  }

  /// Ends `run` with its last chunk. Returns it with its totals; nil where it is no longer where `run` says.
  package static func finish(
    _ run: Run, adding counts: [String: Int64] = [:], at now: Timestamp, in transaction: borrowing Transaction
  ) throws(StoreFault) -> Run? {
    guard try change(run, to: run.cursor, .finished, adding: counts, at: now, in: transaction) else { return nil }
    return try find(kind: run.kind, subject: run.subject, in: transaction)
  }

  /// Ends `run` before its end. Returns it with its totals so far; nil where it is no longer where `run` says.
  package static func stop(_ run: Run, at now: Timestamp, in transaction: borrowing Transaction) throws(StoreFault) -> Run? {
    guard try change(run, to: run.cursor, .stopped, adding: [:], at: now, in: transaction) else { return nil }
    return try find(kind: run.kind, subject: run.subject, in: transaction)
  }

  private static func change(
    _ run: Run, to cursor: [UInt8], _ state: State, adding counts: [String: Int64], at now: Timestamp,
    in transaction: borrowing Transaction
  ) throws(StoreFault) -> Bool {
    try confirm(cursor)
    let changed = try transaction.run(
      """
      UPDATE run SET cursor = ?1, state = ?2, chunks = chunks + 1, changed_at = ?3
      WHERE number = ?4 AND chunks = ?5 AND state = 'running'
      """, .blob(cursor), .text(state.rawValue), .timestamp(now), .integer(run.number), .integer(run.chunks))
    guard changed == 1 else { return false }
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      try transaction.run(
        """
        INSERT INTO run_counter (run, name, value) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET value = value + excluded.value
        """, .integer(run.number), .text(name), .integer(count))
    }
    return true
  }

  /// The run of `kind` about `subject`, finished or not; nil where there was never one.
  package static func find(
    kind: String, subject: String, in reading: borrowing some Reading & ~Copyable
  ) throws(StoreFault) -> Run? {
    let number = try reading.integer("SELECT number FROM run WHERE kind = ?1 AND subject = ?2", .text(kind), .text(subject))
    guard let number else { return nil }
    return try load(number, in: reading)
  }

  /// The runs to go on with, in the order in which they began.
  package static func running(limit: Int, in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> [Run] {
    let numbers = try reading.database.all(
      "SELECT number FROM run WHERE state = 'running' ORDER BY number LIMIT ?1", [.integer(Int64(limit))]
    ) { row throws(StoreFault) in try row.integer(0) }
    var runs: [Run] = []
    for number in numbers { if let run = try load(number, in: reading) { runs.append(run) } }
    return runs
  }

  /// The run of this number, wherever it stands; nil where there is none.
  package static func find(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> Run? {
    try load(number, in: reading)
  }

  private static func load(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws(StoreFault) -> Run? {
    let pairs = try reading.database.all("SELECT name, value FROM run_counter WHERE run = ?1", [.integer(number)]) {
      row throws(StoreFault) in
      (try row.text(0), try row.integer(1))
    }
    return try reading.database.first(
      """
      SELECT kind, subject, state, cursor, chunks, began_at, changed_at, principal, principal_kind, correlation FROM run
      WHERE number = ?1
      """, [.integer(number)]
    ) { row throws(StoreFault) in
      guard let state = State(rawValue: try row.text(2)) else {
        throw .unreadable(column: "state", wanted: "a run's state", found: "other text")
      }
      return Run(
        number: number, kind: try row.text(0), subject: try row.text(1), state: state, cursor: try row.blob(3),
        chunks: try row.integer(4), counters: Dictionary(pairs) { $1 }, beganAt: try row.timestamp(5), changedAt: try row.timestamp(6),
        origin: try Origin(row, from: 7))
    }
  }

  private static func confirm(_ cursor: [UInt8]) throws(StoreFault) {
    guard cursor.count <= StoreLimits.payloadBytesMax else {
      throw .beyondLimit(what: "a run's cursor in bytes", maximum: StoreLimits.payloadBytesMax)
    }
  }
}
