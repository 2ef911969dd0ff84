import CSQLite
import Glibc

/// One connection to one SQLite file, with its cache of statements.
///
/// Confined: only one thread at a time may use it. The writer's queue, the reader that was taken from the pool and the
/// checkpointer's queue see to that, so SQLite's own mutex is off.
@safe final class Database: @unchecked Sendable {
  enum Role {
    case writer, reader, checkpointer
    /// Reads a file that perhaps no program has open, and leaves nothing beside it.
    case inspector
  }

  let path: String
  let faults: FaultPlan?
  /// The fault after which the transaction under way can only roll back.
  private(set) var doom: StoreFault?
  private(set) var isWriting = false
  /// What the transaction under way wrote down for others.
  var noted: WorkNoted = []
  /// The outbox's highest number, where this transaction knows it: nobody else writes meanwhile.
  var outboxHighest: UInt64?
  private var connection: OpaquePointer?
  // Held here because SQLite keeps only their addresses.
  var gauge: LogGauge?
  var deadline: Deadline?
  /// The producer whose message was marked last: nearly always the next one's too. Known to be a row of this transaction or before.
  var producer: (name: String, number: Int64)?
  /// What the transaction under way adds to rows of sums.
  var sums = Sums()
  /// What the transaction under way has appended to the outbox.
  var told = ToldRows()
  private var statements = StatementShelf()

  /// Opens the file; the writer makes it where it is absent. Nothing is read or set yet.
  init(_ path: String, as role: Role, faults: FaultPlan? = nil) throws(StoreFault) {
    self.path = path
    self.faults = faults
    let access =
      switch role {
      case .writer: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .checkpointer: SQLITE_OPEN_READWRITE
      case .reader: SQLITE_OPEN_READONLY
      case .inspector: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      }
    _ = Self.isPrepared
    if role == .writer { Self.makePrivate(path) }
    let name = role == .inspector ? Self.address(of: path) : path
    var opened: OpaquePointer?
    let code = unsafe sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened = unsafe opened else {
      let system = unsafe opened.map { unsafe sqlite3_system_errno($0) } ?? 0
      let reason = unsafe system != 0 ? String(cString: strerror(system)) : String(cString: sqlite3_errstr(code))
      _ = unsafe sqlite3_close(opened)
      throw .cannotOpen(path: path, reason: reason)
    }
    unsafe connection = opened
    // SQLite falls back to reading where the file may not be written, and would say so only at the first write.
    if role == .writer || role == .checkpointer, unsafe sqlite3_db_readonly(opened, "main") == 1 {
      throw .cannotOpen(path: path, reason: "the file may be read only")
    }
  }

  /// Settings of the whole process, made before its first connection; where somebody opened one before, they are only not made.
  private static let isPrepared = accord_sqlite_without_statistics() == SQLITE_OK

  deinit { close() }

  /// Makes an absent file, readable by its owner only: it holds what is known of people. SQLite gives its log the same rights.
  static func makePrivate(_ path: String) {
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    // Never a file that exists: closing it would drop this process's locks on it (sqlite.org/howtocorrupt.html 2.2).
    // Why it cannot be made, SQLite's own opening tells next.
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// The URI of a file to look at. Without a log it has no program and is opened as immutable, else even a reader would leave a log
  /// and its index behind, perhaps as another user's files (sqlite.org/uri.html).
  private static func address(of path: String) -> String {
    var address = "file:"
    for character in path {
      switch character {
      case "%": address += "%25"
      case "?": address += "%3f"
      case "#": address += "%23"
      default: address.append(character)
      }
    }
    return unsafe access(path + "-wal", F_OK) == 0 ? address : address + "?immutable=1"
  }

  /// Finalizes the statements and closes the connection. The last of a file to close copies the log into it.
  func close() {
    statements.removeAll()
    guard let open = unsafe connection else { return }
    // Not SQLITE_BUSY: no statement is left.
    _ = unsafe sqlite3_close(open)
    unsafe connection = nil
  }

  var handle: OpaquePointer {
    get throws(StoreFault) {
      guard let open = unsafe connection else { throw .closed }
      return unsafe open
    }
  }

  // MARK: Executing

  /// Runs one statement to its end and says how many rows an INSERT, UPDATE or DELETE changed.
  func run(_ sql: StaticString, _ values: [SQLValue] = []) throws(StoreFault) -> Int {
    let statement = try prepared(sql)
    defer { statement.reset() }
    do {
      try statement.begin(values)
      while try statement.step() {}
    } catch {
      throw remembered(error)
    }
    return unsafe Int(sqlite3_changes(try handle))
  }

  /// Lends each row of a result to `each`, while that answers true.
  func rows(_ sql: StaticString, _ values: [SQLValue], each: (borrowing Row) throws -> Bool) throws {
    let statement = try prepared(sql)
    defer { statement.reset() }
    do {
      try statement.begin(values)
      while try statement.step() { guard try each(Row(statement)) else { break } }
    } catch let fault as StoreFault {
      throw remembered(fault)
    }
  }

  /// The first row of a result, made into a value.
  func first<T>(
    _ sql: StaticString, _ values: [SQLValue] = [], read: (borrowing Row) throws(StoreFault) -> T
  ) throws(StoreFault) -> T? {
    let statement = try prepared(sql)
    defer { statement.reset() }
    do {
      try statement.begin(values)
      guard try statement.step() else { return nil }
      return try read(Row(statement))
    } catch {
      throw remembered(error)
    }
  }

  /// Every row of a result, each made into a value; the statement bounds their number.
  func all<T>(
    _ sql: StaticString, _ values: [SQLValue] = [], read: (borrowing Row) throws(StoreFault) -> T
  ) throws(StoreFault) -> [T] {
    try prefix(sql, values) { row throws(StoreFault) in try read(row) }
  }

  /// The rows of a result, each made into a value, up to the first for which `read` answers nil.
  func prefix<T>(
    _ sql: StaticString, _ values: [SQLValue], read: (borrowing Row) throws(StoreFault) -> T?
  ) throws(StoreFault) -> [T] {
    let statement = try prepared(sql)
    defer { statement.reset() }
    do {
      try statement.begin(values)
      var found: [T] = []
      while try statement.step() {
        guard let value = try read(Row(statement)) else { break }
        found.append(value)
      }
      return found
    } catch {
      throw remembered(error)
    }
  }

  /// Runs a script of several statements that was made by the program itself: migrations and settings.
  func script(_ sql: String) throws(StoreFault) {
    let open = unsafe try handle
    let code = unsafe sqlite3_exec(open, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw remembered(unsafe StoreFault(code, on: open)) }
  }

  var lastInsertID: Int64 { unsafe connection.map { unsafe sqlite3_last_insert_rowid($0) } ?? 0 }

  // MARK: Transactions

  /// Whether a transaction is open.
  var isInTransaction: Bool { unsafe connection.map { unsafe sqlite3_get_autocommit($0) == 0 } ?? false }

  /// Takes the file's one writing place, waiting for the busy timeout at most.
  func beginWriting() throws(StoreFault) {
    _ = try run("BEGIN IMMEDIATE")
    (noted, outboxHighest) = ([], nil)
    isWriting = true
  }

  /// Fixes what the reads that follow see, from the first of them on.
  func beginReading() throws(StoreFault) { _ = try run("BEGIN") }

  /// Does `body` in a transaction that is durable when this returns; a throw leaves nothing of it.
  func transaction<T>(_ body: () throws(StoreFault) -> T) throws(StoreFault) -> T {
    try beginWriting()
    let value: T
    do {
      value = try body()
    } catch {
      let cause = doom ?? error
      rollback()
      throw cause
    }
    try commit()
    return value
  }

  /// Makes the transaction durable, or throws and leaves nothing of it. A doomed one is never committed.
  func commit() throws(StoreFault) {
    do {
      try settleSums()
      try strike()
      _ = try run("COMMIT")
    } catch {
      rollback()
      throw error
    }
    (isWriting, doom) = (false, nil)
  }

  /// Leaves nothing of the transaction. Does nothing where SQLite already rolled it back (sqlite.org/lang_transaction.html 3).
  func rollback() {
    let wasWriting = isWriting
    (isWriting, doom) = (false, nil)
    (noted, outboxHighest, producer, sums) = ([], nil, nil, Sums())
    _ = told.take()
    guard isInTransaction else { return }
    // A failing ROLLBACK means that there is nothing left to roll back.
    _ = try? run("ROLLBACK")
    // The transaction may have ended while the outbox was trimmed, which goes without it.
    if wasWriting { _ = try? run("PRAGMA secure_delete = ON") }
  }

  // MARK: Faults

  /// The place where a test lets the disk fail.
  func strike() throws(StoreFault) {
    guard let fault = faults?.strike() else { return }
    throw remembered(fault)
  }

  private func remembered(_ fault: StoreFault) -> StoreFault {
    if isWriting, doom == nil, fault.dooms { doom = fault }
    return fault
  }

  /// The statement of a literal, compiled at its first use. Refuses to go on with a transaction that can only roll back.
  private func prepared(_ sql: StaticString) throws(StoreFault) -> Statement {
    if let doom { throw doom }
    precondition(sql.hasPointerRepresentation, "SQL is a literal of more than one character")
    let open = unsafe try handle
    let key = unsafe UInt(bitPattern: sql.utf8Start)
    let kept = statements.find(key)
    if let kept, !kept.isBusy { return kept }
    let text = unsafe UnsafeBufferPointer(start: sql.utf8Start, count: sql.utf8CodeUnitCount)
    // The same statement further out stands on a row: the inner use gets its own, which is not kept.
    let made = unsafe try Statement(text, on: open, cached: kept == nil)
    if kept == nil { statements.add(made, under: key) }
    return made
  }
}

extension StoreFault {
  /// SQLite's result `code` on `connection` in our words.
  init(_ code: Int32, on connection: OpaquePointer) {
    let words = unsafe String(cString: sqlite3_errmsg(connection))
    switch code & 0xFF {
    case SQLITE_FULL: self = .full
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(reason: words)
    case SQLITE_CONSTRAINT: self = .constraint(words)
    case SQLITE_INTERRUPT: self = .readTooLong
    case SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM, SQLITE_READONLY, SQLITE_NOMEM, SQLITE_AUTH, SQLITE_PROTOCOL, SQLITE_NOLFS:
      self = .io(code: code, reason: words)
    default: self = .misuse(words)
    }
  }
}
