import Contracts
import Foundation
import Store
import Testing

/// A folder of its own for one test, with the options of a small department's store; removed with the test.
final class Desk: Sendable {
  static let applicationID: Int32 = 0x4163_6364
  static let tables = [
    Migration(1, "words", "CREATE TABLE word (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;")
  ]
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String = "store.sqlite") -> String { folder.appendingPathComponent(name).path }

  func options(_ name: String = "store.sqlite", change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
    var options = StoreOptions(path: path(name), applicationID: Self.applicationID, migrations: Self.tables)
    change(&options)
    return options
  }

  func open(_ name: String = "store.sqlite", change: (inout StoreOptions) -> Void = { _ in }) throws -> Store {
    try Store.open(options(name, change: change))
  }
}

/// Stops a transaction from inside.
struct Stop: Error, Equatable {}

func instant(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }
func id(_ text: String) -> Identifier<Message> { Identifier(restoring: text) }

extension Store {
  func words() throws -> [String] {
    try read { snapshot in try snapshot.all("SELECT text FROM word ORDER BY number") { row in try row.text(0) } }
  }

  @discardableResult
  func add(_ word: String) throws -> Int64 {
    try write { tx in
      try tx.run("INSERT INTO word (text) VALUES (?1)", .text(word))
      return tx.lastInsertID
    }.value
  }
}
