package import Contracts
import CSQLite

/// One row of a result, while the statement stands on it. Columns count from 0.
///
/// Noncopyable and only ever lent, so that nobody keeps it beyond its statement's next step.
package struct Row: ~Copyable {
  private let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  /// A whole number. These throw `.unreadable` where the column holds something else, NULL included.
  package func integer(_ column: Int) throws(StoreFault) -> Int64 {
    try expect(SQLITE_INTEGER, at: column, "an integer")
    return unsafe sqlite3_column_int64(statement.handle, Int32(column))
  }

  /// A count or sequence; a negative one is unreadable.
  package func unsigned(_ column: Int) throws(StoreFault) -> UInt64 {
    guard let value = UInt64(exactly: try integer(column)) else {
      throw .unreadable(column: name(column), wanted: "a count", found: "a negative integer")
    }
    return value
  }

  package func timestamp(_ column: Int) throws(StoreFault) -> Timestamp { Timestamp(milliseconds: try integer(column)) }

  package func bool(_ column: Int) throws(StoreFault) -> Bool { try integer(column) != 0 }

  /// Text; bytes that are not UTF-8 are unreadable.
  package func text(_ column: Int) throws(StoreFault) -> String {
    try expect(SQLITE_TEXT, at: column, "text")
    guard let start = unsafe sqlite3_column_text(statement.handle, Int32(column)) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(statement.handle, Int32(column)))
    guard let text = unsafe String(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) else {
      throw .unreadable(column: name(column), wanted: "text", found: "bytes that are not UTF-8")
    }
    return text
  }

  /// Bytes, copied out of the statement.
  package func blob(_ column: Int) throws(StoreFault) -> [UInt8] {
    try expect(SQLITE_BLOB, at: column, "bytes")
    guard let start = unsafe sqlite3_column_blob(statement.handle, Int32(column)) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(statement.handle, Int32(column)))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  package func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }

  package func optionalInteger(_ column: Int) throws(StoreFault) -> Int64? { isNull(column) ? nil : try integer(column) }
  package func optionalText(_ column: Int) throws(StoreFault) -> String? { isNull(column) ? nil : try text(column) }
  package func optionalBlob(_ column: Int) throws(StoreFault) -> [UInt8]? { isNull(column) ? nil : try blob(column) }
  package func optionalTimestamp(_ column: Int) throws(StoreFault) -> Timestamp? { isNull(column) ? nil : try timestamp(column) }

  private func type(_ column: Int) -> Int32 { unsafe sqlite3_column_type(statement.handle, Int32(column)) }

  private func expect(_ wanted: Int32, at column: Int, _ words: String) throws(StoreFault) {
    let found = type(column)
    guard found != wanted else { return }
    let count = unsafe Int(sqlite3_column_count(statement.handle))
    guard (0..<count).contains(column) else {
      throw .misuse("column \(column) of a row with \(count) columns: \(statement.text)")
    }
    throw .unreadable(column: name(column), wanted: words, found: Self.word(for: found))
  }

  private func name(_ column: Int) -> String {
    unsafe sqlite3_column_name(statement.handle, Int32(column)).map { unsafe String(cString: $0) } ?? "\(column)"
  }

  private static func word(for type: Int32) -> String {
    switch type {
    case SQLITE_INTEGER: "an integer"
    case SQLITE_TEXT: "text"
    case SQLITE_BLOB: "bytes"
    case SQLITE_FLOAT: "a fraction"
    default: "nothing"
    }
  }
}
