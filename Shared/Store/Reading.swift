/// What can be asked inside a transaction or a snapshot, so that one question serves both:
/// `func open(in reading: borrowing some Reading & ~Copyable)`.
///
/// Closures that are passed on at once may use it freely; a local function takes it as a parameter, since Swift 6.3 fails to compile
/// one that captures it.
package protocol Reading: ~Copyable {
  /// The connection underneath; only this module can make one or use it.
  var source: ReadingSource { get }
}

/// The connection under a transaction or a snapshot. Opaque outside this module.
package struct ReadingSource {
  let database: Database
}

extension Reading where Self: ~Copyable {
  var database: Database { source.database }

  /// Lends each row of the result to `each`, in order; a throw ends it. The row is valid only during the call.
  package func rows(_ sql: StaticString, _ values: SQLValue..., each: (borrowing Row) throws -> Void) throws {
    try database.rows(sql, values) { row in
      try each(row)
      return true
    }
  }

  /// The first row of the result as `read` makes it; nil where there is none.
  package func first<T>(_ sql: StaticString, _ values: SQLValue..., read: (borrowing Row) throws -> T) throws -> T? {
    var found: T?
    try database.rows(sql, values) { row in
      found = try read(row)
      return false
    }
    return found
  }

  /// Every row of the result as `read` makes it: bound it with a LIMIT.
  package func all<T>(_ sql: StaticString, _ values: SQLValue..., read: (borrowing Row) throws -> T) throws -> [T] {
    var found: [T] = []
    try database.rows(sql, values) { row in
      found.append(try read(row))
      return true
    }
    return found
  }

  /// The first column of the first row, an integer; nil where there is no row.
  package func integer(_ sql: StaticString, _ values: SQLValue...) throws(StoreFault) -> Int64? {
    try database.first(sql, values) { row throws(StoreFault) in try row.integer(0) }
  }
}
