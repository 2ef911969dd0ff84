import CSQLite

/// One prepared statement of one connection. Confined to whoever holds the connection.
@safe final class Statement {
  let handle: OpaquePointer
  private(set) var isBusy = false
  private let database: OpaquePointer
  private let wanted: Int
  /// Where the texts and bytes of one execution lie together: SQLite is lent them instead of copying each by itself.
  private var room: UnsafeMutableRawBufferPointer

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
    unsafe wanted = Int(sqlite3_bind_parameter_count(made))
    unsafe room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let after = unsafe rest.flatMap { rest in unsafe sql.baseAddress.map { unsafe UnsafeRawPointer(rest) - UnsafeRawPointer($0) } }
    if unsafe sql.dropFirst(after ?? sql.count).contains(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x3B }) {
      throw .misuse("one string, one statement: what follows the first would never run")
    }
  }

  deinit {
    _ = unsafe sqlite3_finalize(handle)
    unsafe room.deallocate()
  }

  /// Takes the statement for one execution and sets its parameters, ?1 first. `reset()` must follow, also after a throw. HOT.
  func begin(_ values: [SQLValue]) throws(StoreFault) {
    isBusy = true
    guard values.count == wanted else { throw .misuse("\(values.count) values for \(wanted) parameters in: \(text)") }
    makeRoom(for: values)
    var index: Int32 = 0
    var used = 0
    for value in values {
      index += 1
      let code = bind(value, at: index, &used)
      guard code == SQLITE_OK else { throw unsafe StoreFault(code, on: database) }
    }
  }

  /// Once for all values: the room must not move while SQLite holds an address in it.
  private func makeRoom(for values: [SQLValue]) {
    var bytes = 0
    for value in values {
      switch value {
      case .text(let string): bytes &+= string.utf8.count
      case .blob(let array): bytes &+= array.count
      case .integer, .null: break
      }
    }
    guard unsafe bytes > room.count else { return }
    unsafe room.deallocate()
    unsafe room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(256, bytes.nextPowerOfTwo), alignment: 8)
  }

  private func bind(_ value: SQLValue, at index: Int32, _ used: inout Int) -> Int32 {
    switch value {
    case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
    case .text(var string):
      // An empty string's address may be nil, which SQLite would read as NULL.
      let count = Int32(string.utf8.count)
      let place = string.withUTF8 { unsafe lay(UnsafeRawBufferPointer($0), &used) }
      let text = unsafe place.map { unsafe UnsafePointer($0.assumingMemoryBound(to: CChar.self)) }
      return unsafe sqlite3_bind_text(handle, index, text ?? emptyText, count, nil)
    case .blob(let bytes):
      guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
      let place = unsafe bytes.withUnsafeBytes { unsafe lay($0, &used) }
      return unsafe sqlite3_bind_blob64(handle, index, place, UInt64(bytes.count), nil)
    case .null: return unsafe sqlite3_bind_null(handle, index)
    }
  }

  /// Puts `bytes` behind what lies in the room; nil for none. They stay until `reset()`, so SQLite makes no copy (SQLITE_STATIC).
  private func lay(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) -> UnsafeMutableRawPointer? {
    guard unsafe !bytes.isEmpty, let start = unsafe room.baseAddress, let from = bytes.baseAddress else { return nil }
    let place = unsafe start + used
    unsafe place.copyMemory(from: from, byteCount: bytes.count)
    used &+= bytes.count
    return unsafe place
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
    // One large document does not hold its room for ever.
    if unsafe room.count > StoreLimits.roomBytesKept {
      unsafe room.deallocate()
      unsafe room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
  }

  /// The SQL, for a fault's sentence.
  var text: String { unsafe sqlite3_sql(handle).map { unsafe String(cString: $0) } ?? "" }
}

/// A valid address of no bytes. Never written and never freed.
private var emptyText: UnsafePointer<CChar> {
  let empty: StaticString = ""
  return unsafe UnsafeRawPointer(empty.utf8Start).assumingMemoryBound(to: CChar.self)
}

extension Int {
  /// The first power of two from it on; of one or more.
  fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
