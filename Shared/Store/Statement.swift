import CSQLite

/// One prepared statement of one connection. Confined to whoever holds the connection.
@safe final class Statement {
  let handle: OpaquePointer
  private(set) var isBusy = false
  private let database: OpaquePointer

  /// Compiles `sql`, which holds exactly one statement. Throws `misuse` with SQLite's own words where it does not parse.
  init(_ sql: UnsafeBufferPointer<UInt8>, on database: OpaquePointer, cached: Bool) throws(StoreFault) {
    var made: OpaquePointer?
    var rest: UnsafePointer<CChar>?
    let flags = cached ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    let code = unsafe sql.withMemoryRebound(to: CChar.self) { text in
      unsafe sqlite3_prepare_v3(database, text.baseAddress, Int32(text.count), flags, &made, &rest)
    }
    guard code == SQLITE_OK else { throw unsafe StoreFault(code, on: database) }
    guard let made = unsafe made else { throw .misuse("a statement is empty") }
    unsafe (self.handle, self.database) = (made, database)
    let after = unsafe rest.flatMap { rest in unsafe sql.baseAddress.map { unsafe UnsafeRawPointer(rest) - UnsafeRawPointer($0) } }
    if unsafe sql.dropFirst(after ?? sql.count).contains(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x3B }) {
      throw .misuse("one string, one statement: what follows the first would never run")
    }
  }

  deinit { _ = unsafe sqlite3_finalize(handle) }

  /// Takes the statement for one execution and sets its parameters, ?1 first. `reset()` must follow, also after a throw.
  func begin(_ values: [SQLValue]) throws(StoreFault) {
    isBusy = true
    let wanted = unsafe Int(sqlite3_bind_parameter_count(handle))
    guard values.count == wanted else { throw .misuse("\(values.count) values for \(wanted) parameters in: \(text)") }
    var index: Int32 = 0
    for value in values {
      index += 1
      let code = bind(value, at: index)
      guard code == SQLITE_OK else { throw unsafe StoreFault(code, on: database) }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .integer(let number): unsafe sqlite3_bind_int64(handle, index, number)
    case .text(var string):
      string.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { text in
          // An empty string's address may be nil, which SQLite would read as NULL.
          unsafe sqlite3_bind_text(handle, index, text.baseAddress ?? emptyText, Int32(text.count), copied)
        }
      }
    case .blob(let bytes):
      if bytes.isEmpty {
        unsafe sqlite3_bind_zeroblob(handle, index, 0)
      } else {
        unsafe bytes.withUnsafeBytes { unsafe sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), copied) }
      }
    case .null: unsafe sqlite3_bind_null(handle, index)
    }
  }

  /// Goes on to the next row. False at the end.
  func step() throws(StoreFault) -> Bool {
    let code = unsafe sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw unsafe StoreFault(code, on: database)
    }
  }

  /// Gives the statement back: no lock of a read and no bound bytes are kept.
  func reset() {
    // Both only repeat the outcome of the last step, which was reported there.
    _ = unsafe sqlite3_reset(handle)
    _ = unsafe sqlite3_clear_bindings(handle)
    isBusy = false
  }

  /// The SQL, for a fault's sentence.
  var text: String { unsafe sqlite3_sql(handle).map { unsafe String(cString: $0) } ?? "" }
}

/// SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
private var copied: sqlite3_destructor_type? { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type?.self) }

/// A valid address of no bytes. Never written and never freed.
private var emptyText: UnsafePointer<CChar> {
  let empty: StaticString = ""
  return unsafe UnsafeRawPointer(empty.utf8Start).assumingMemoryBound(to: CChar.self)
}
