import Contracts
import Foundation
import Store
import Testing

/// A folder of its own for one test, removed with it.
final class Folder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func file(_ name: String = "store.sqlite") -> String { url.appendingPathComponent(name).path }
}

struct StoreTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  static let tables = [Migration(1, "words", "CREATE TABLE word (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;")]

  func options(_ name: String = "store.sqlite") -> StoreOptions {
    StoreOptions(path: folder.file(name), applicationID: 0x4163_6364, migrations: Self.tables)
  }

  @Test func `what is committed is read, and what was thrown is gone`() throws {
    struct Stop: Error {}
    let store = try Store.open(options())
    let number = try store.write { tx in
      try tx.run("INSERT INTO word (text) VALUES (?1)", "one")
      return tx.lastInsertID
    }.value
    #expect(number == 1)
    #expect(throws: Stop.self) {
      try store.write { tx in
        try tx.run("INSERT INTO word (text) VALUES (?1)", "two")
        throw Stop()
      }
    }
    let words = try store.read { snapshot in
      try snapshot.all("SELECT text FROM word") { row in try row.text(0) }
    }
    #expect(words == ["one"])
    store.close()
  }
}
