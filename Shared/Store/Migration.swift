/// One step of a store's schema. Once it has landed it is never edited: a later one changes what it made.
package struct Migration: Sendable {
  /// 1, 2, 3 ... without gaps within its series.
  package let number: Int
  /// What it brings, for people.
  package let name: String
  let sql: StaticString
  /// What its tables gather of facts, as in "it lacks ...": a store that had heard facts before the step has none of those. Nil where the
  /// step makes its rows of what the store has.
  let gathers: String?

  package init(_ number: Int, _ name: String, gathers: String? = nil, _ sql: StaticString) {
    self.number = number
    self.name = name
    self.sql = sql
    self.gathers = gathers
  }

  /// FNV-1a of the text, by which a later edit is noticed.
  var fingerprint: Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in sql.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int64(bitPattern: hash)
  }
}

/// How far a file's schema has come: in the house's own series and in its department's. Stands in the header as `user_version`.
package struct SchemaVersion: Sendable, Equatable, CustomStringConvertible {
  package var house: Int
  package var department: Int

  package init(house: Int, department: Int) { (self.house, self.department) = (house, department) }

  init(userVersion: Int64) { self.init(house: Int(userVersion >> 16) & 0x7FFF, department: Int(userVersion & 0xFFFF)) }
  var userVersion: Int64 { Int64(house) << 16 | Int64(department) }

  package var description: String { "\(house).\(department)" }
}

/// The two series of a store, applied in order: the house's first, then the department's.
struct Migrations: Sendable {
  let house: [Migration]
  let department: [Migration]

  init(house: [Migration] = HouseSchema.migrations, department: [Migration]) {
    for series in [house, department] {
      let isGapless = series.map(\.number) == series.indices.map { $0 + 1 }
      precondition(isGapless && series.count < 1 << 15, "migrations are numbered 1, 2, 3 ... in order")
    }
    (self.house, self.department) = (house, department)
  }

  var known: SchemaVersion { SchemaVersion(house: house.count, department: department.count) }

  /// Brings the file up to `known`, one durable transaction per step, so that a crash loses at most the step under way.
  func apply(to database: Database, applicationID: Int32) throws(StoreFault) {
    let found = try Self.version(of: database)
    guard found.house <= known.house, found.department <= known.department else {
      throw .newerVersion(found: found, known: known)
    }
    try Settings.enforceForeignKeys(false, on: database)
    try confirm(house, "the house", through: found.house, in: database)
    try confirm(department, "this department", through: found.department, in: database)
    for step in house { try take(step, of: "the house", on: database, applicationID: applicationID) { $0.house = step.number } }
    for step in department {
      try take(step, of: "this department", on: database, applicationID: applicationID) { $0.department = step.number }
    }
    try Settings.enforceForeignKeys(true, on: database)
  }

  /// What a store's tables lack, since it had heard facts before they came: an older program kept less of what it heard.
  func lacks(in database: Database) throws(StoreFault) -> [Lack] {
    guard try Self.counts(in: database) else { return [] }
    var found: [Lack] = []
    for step in department {
      guard let gathers = step.gathers else { continue }
      let taken = try database.first(
        "SELECT after_messages FROM schema_history WHERE series = 'this department' AND number = ?1", [.integer(Int64(step.number))]
      ) { row throws(StoreFault) in Taken(after: try row.optionalInteger(0)) }
      guard let taken, taken.after != 0 else { continue }
      found.append(Lack(what: gathers, messages: taken.after))
    }
    return found
  }

  /// How many messages had been heard and told when a step was taken; nil where nobody counted yet.
  private struct Taken {
    let after: Int64?
  }

  /// Whether the file keeps how much was heard before a step.
  private static func counts(in database: Database) throws(StoreFault) -> Bool {
    try database.first("SELECT 1 FROM pragma_table_info('schema_history') WHERE name = 'after_messages'") { row throws(StoreFault) in
      try row.integer(0)
    } != nil
  }

  static func version(of database: Database) throws(StoreFault) -> SchemaVersion {
    let number = try database.first("PRAGMA user_version") { row throws(StoreFault) in try row.integer(0) }
    return SchemaVersion(userVersion: number ?? 0)
  }

  private func confirm(_ steps: [Migration], _ series: String, through applied: Int, in database: Database) throws(StoreFault) {
    for step in steps.prefix(applied) {
      let kept = try database.first(
        "SELECT fingerprint FROM schema_history WHERE series = ?1 AND number = ?2", [.text(series), .integer(Int64(step.number))]
      ) { row throws(StoreFault) in try row.integer(0) }
      guard kept == step.fingerprint else { throw .migrationChanged(series: series, number: step.number) }
    }
  }

  private func take(
    _ step: Migration, of series: String, on database: Database, applicationID: Int32, advance: (inout SchemaVersion) -> Void
  ) throws(StoreFault) {
    try database.transaction { () throws(StoreFault) in
      // Read again inside: another process may have taken the step meanwhile.
      var version = try Self.version(of: database)
      let before = version
      advance(&version)
      guard version.userVersion > before.userVersion else { return }
      try database.script(step.sql.description)
      _ = try database.run(
        "INSERT INTO schema_history (series, number, name, fingerprint) VALUES (?1, ?2, ?3, ?4)",
        [.text(series), .integer(Int64(step.number)), .text(step.name), .integer(step.fingerprint)])
      if version.department > before.department, try Self.counts(in: database) {
        _ = try database.run(
          """
          UPDATE schema_history SET after_messages = (SELECT count(*) FROM inbox) + max(
            (SELECT ifnull(max(sequence), 0) FROM outbox), (SELECT ifnull(max(through), 0) FROM outbox_forgotten))
          WHERE series = ?1 AND number = ?2
          """, [.text(series), .integer(Int64(step.number))])
      }
      let orphan = try database.first("PRAGMA foreign_key_check") { row throws(StoreFault) in try row.text(0) }
      if let orphan { throw .constraint("migration \(step.number) of \(series) leaves rows of \(orphan) without their parents") }
      try database.script("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version.userVersion);")
    }
  }
}

/// What a store does not have because it heard of it when it had no place for it yet.
package struct Lack: Sendable, Equatable, CustomStringConvertible {
  package let what: String
  /// How many messages it had heard and told by then; nil where a program took the step that did not count them: then there may have been some.
  package let messages: Int64?

  private static let remedy = "with the mesh stopped, `accord replay --into DIR` makes stores that have it, of the facts in the journal"

  package var description: String {
    guard let messages else {
      return "it may lack \(what), as far as that was told before an older program made a place for it, which did not note when that was; "
        + Self.remedy
    }
    return
      "it lacks \(what), as far as that is in the first \(messages) messages that this store heard and told: it had no place for it then; "
      + Self.remedy
  }
}
