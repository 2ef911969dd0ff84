/// What a file says about itself before anything is changed in it.
struct FirstLook {
  let applicationID: Int32
  let version: SchemaVersion
  /// Nobody's yet: an empty file, or one whose making was cut short before its first transaction.
  let isNew: Bool

  init(_ database: Database) throws(StoreFault) {
    let id = try database.first("PRAGMA application_id") { row throws(StoreFault) in try row.integer(0) } ?? 0
    let tables = try database.first("SELECT count(*) FROM sqlite_schema") { row throws(StoreFault) in try row.integer(0) } ?? 0
    applicationID = Int32(truncatingIfNeeded: id)
    version = try Migrations.version(of: database)
    isNew = id == 0 && tables == 0
  }

  /// Throws where the file is another's or from a later program; then it stays as it is.
  func confirm(applicationID expected: Int32, known: SchemaVersion) throws(StoreFault) {
    if isNew { return }
    guard applicationID == expected else { throw .notOurs(found: applicationID, expected: expected) }
    guard version.house <= known.house, version.department <= known.department else {
      throw .newerVersion(found: version, known: known)
    }
  }
}
