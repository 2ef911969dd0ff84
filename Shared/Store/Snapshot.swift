/// The store as it was when the read began, whatever is committed meanwhile. Lent by `Store.read`, never kept.
package struct Snapshot: Reading, ~Copyable {
  package let source: ReadingSource

  init(_ database: Database) { source = ReadingSource(database: database) }
}
