import CSQLite
import Store

/// Everything that a store holds, table by table, as text; two of them can be compared.
///
/// The store's own name (its lineage) is told as such, for message ids begin with it and two stores never share it.
struct Tables: Equatable {
  /// Sorted rows by table.
  private(set) var rows: [String: [String]] = [:]

  struct Unreadable: Error { let sentence: String }

  init(of store: Store, but left: Set<String>) throws {
    var opened: OpaquePointer?
    guard sqlite3_open_v2(store.path, &opened, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let database = opened else {
      throw Unreadable(sentence: store.path)
    }
    defer { sqlite3_close(database) }
    let lineage = String(store.identity.lineage.prefix(12))
    let names = try Self.read(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") { Self.text($0, 0) }
    for name in names where !name.hasPrefix("sqlite_") && !["store_identity", "schema_history"].contains(name) {
      rows[name] = try Self.read(database, "SELECT * FROM \"\(name)\"") { statement in
        (0..<sqlite3_column_count(statement)).compactMap { column -> String? in
          let title = String(cString: sqlite3_column_name(statement, column))
          guard !left.contains("\(name).\(title)") else { return nil }
          return "\(title)=\(Self.text(statement, column).replacing(lineage, with: "LINEAGE"))"
        }.joined(separator: " ")
      }.sorted()
    }
  }

  /// The same without some tables: `only` keeps none but these.
  func only(_ names: Set<String>) -> Tables {
    var kept = self
    kept.rows = rows.filter { names.contains($0.key) }
    return kept
  }

  func mapped(_ change: (String) -> String) -> Tables {
    var changed = self
    changed.rows = rows.mapValues { $0.map(change).sorted() }
    return changed
  }

  func without(_ names: Set<String>) -> Tables { only(Set(rows.keys).subtracting(names)) }

  func count(_ table: String) -> Int { rows[table]?.count ?? -1 }

  /// What differs from `other`, row by row; empty where both hold the same.
  func differences(from other: Tables) -> [String] {
    Set(rows.keys).union(other.rows.keys).sorted().flatMap { table in
      let (mine, its) = (Set(rows[table] ?? ["no such table"]), Set(other.rows[table] ?? ["no such table"]))
      let counts = rows[table]?.count == other.rows[table]?.count ? [] : ["\(table): \(count(table)) rows and \(other.count(table))"]
      return counts + mine.subtracting(its).sorted().map { "\(table): only here: \($0)" }
        + its.subtracting(mine).sorted().map { "\(table): only there: \($0)" }
    }
  }

  private static func read<T>(_ database: OpaquePointer, _ sql: String, _ row: (OpaquePointer) -> T) throws -> [T] {
    var made: OpaquePointer?
    guard sqlite3_prepare_v2(database, sql, -1, &made, nil) == SQLITE_OK, let statement = made else {
      throw Unreadable(sentence: "\(sql): \(String(cString: sqlite3_errmsg(database)))")
    }
    defer { sqlite3_finalize(statement) }
    var found: [T] = []
    while sqlite3_step(statement) == SQLITE_ROW { found.append(row(statement)) }
    return found
  }

  private static func text(_ statement: OpaquePointer, _ column: Int32) -> String {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_NULL: return "none"
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(statement, column))
      guard count > 0, let bytes = sqlite3_column_blob(statement, column) else { return "" }
      let raw = UnsafeRawBufferPointer(start: bytes, count: count)
      // A digest is no text.
      return String(validating: raw, as: UTF8.self) ?? raw.map { String($0, radix: 16) }.joined(separator: ":")
    default: return sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
    }
  }
}
