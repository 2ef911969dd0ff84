import Contracts
import Foundation
import Store
import Testing

struct MigrationTests {
  static let steps = [
    Migration(1, "words", "CREATE TABLE word (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"),
    Migration(2, "languages", "ALTER TABLE word ADD COLUMN language TEXT; CREATE INDEX word_language ON word (language);"),
    Migration(3, "default language", "UPDATE word SET language = 'en' WHERE language IS NULL;"),
    Migration(
      4, "language is needed",
      """
      CREATE TABLE newer (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, language TEXT NOT NULL) STRICT;
      INSERT INTO newer SELECT number, text, language FROM word;
      DROP TABLE word;
      ALTER TABLE newer RENAME TO word;
      """),
  ]
  let desk: Desk
  init() throws { desk = try Desk() }

  func open(_ count: Int) throws -> Store { try desk.open { $0.migrations = Array(Self.steps.prefix(count)) } }

  @Test(arguments: 0...4) func `each earlier version is brought up to date with its rows`(from version: Int) throws {
    let old = try open(version)
    if version == 1 { try old.add("kept") }
    if version > 1 { try old.write { try $0.run("INSERT INTO word (text, language) VALUES ('kept', 'en')") } }
    old.close()
    let new = try open(4)
    defer { new.close() }
    let rows = try new.read { try $0.all("SELECT text, language FROM word") { row in "\(try row.text(0)) \(try row.text(1))" } }
    #expect(rows == (version == 0 ? [] : ["kept en"]))
    #expect(try new.read { try $0.integer("PRAGMA user_version") } == Int64(6) << 16 | 4)
  }

  @Test func `a store of a later version is left alone with a word what to do`() throws {
    try open(4).close()
    let before = try Data(contentsOf: URL(fileURLWithPath: desk.path()))
    let fault = #expect(throws: StoreFault.self) { try open(2) }
    #expect(
      fault
        == .newerVersion(found: SchemaVersion(house: 6, department: 4), known: SchemaVersion(house: 6, department: 2)))
    #expect(
      fault?.description
        == "this store was written by a newer Accord (version 6.4, this one knows 6.2): run the newer one, or restore a backup made before")
    #expect(fault?.kind == .fatal)
    #expect(try Data(contentsOf: URL(fileURLWithPath: desk.path())) == before)
  }

  @Test func `a migration edited after it landed is noticed`() throws {
    try open(2).close()
    var edited = Self.steps
    edited[1] = Migration(2, "languages", "ALTER TABLE word ADD COLUMN tongue TEXT;")
    #expect(throws: StoreFault.migrationChanged(series: "this department", number: 2)) { try desk.open { $0.migrations = edited } }
    try open(4).close()
  }

  @Test func `a migration that fails leaves the version before it`() throws {
    try open(1).close()
    let broken = Self.steps.prefix(2) + [Migration(3, "broken", "CREATE TABLE half (a INTEGER); INSERT INTO nowhere VALUES (1);")]
    #expect(throws: StoreFault.self) { try desk.open { $0.migrations = Array(broken) } }
    let store = try open(2)
    defer { store.close() }
    #expect(try store.read { try $0.integer("PRAGMA user_version") } == Int64(6) << 16 | 2)
    #expect(try store.read { try $0.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") } == 0)
  }

  @Test func `a migration must leave no row without its parent`() throws {
    let orphan = Migration(
      1, "orphans",
      """
      CREATE TABLE parent (number INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent (number)) STRICT;
      INSERT INTO child VALUES (7);
      """)
    #expect(throws: StoreFault.constraint("migration 1 of this department leaves rows of child without their parents")) {
      try desk.open { $0.migrations = [orphan] }
    }
  }

  @Test func `foreign keys hold outside migrations`() throws {
    let store = try desk.open {
      $0.migrations = [
        Migration(
          1, "family",
          "CREATE TABLE parent (number INTEGER PRIMARY KEY) STRICT; CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent (number)) STRICT;"
        )
      ]
    }
    #expect(throws: StoreFault.constraint("FOREIGN KEY constraint failed")) {
      try store.write { try $0.run("INSERT INTO child VALUES (7)") }
    }
  }

  @Test func `another program's file and another department's are left alone`() throws {
    let store = try desk.open()
    store.close()
    let fault = #expect(throws: StoreFault.self) { try desk.open { $0.applicationID = 7 } }
    #expect(fault == .notOurs(found: Desk.applicationID, expected: 7))
    #expect(fault?.kind == .fatal)
    try Data("this is a letter to my grandmother, which is longer than a header of a hundred bytes would ever be, I hope".utf8)
      .write(to: URL(fileURLWithPath: desk.path("letter.txt")))
    let letter = #expect(throws: StoreFault.self) { try desk.open("letter.txt") }
    #expect(letter == .corrupt(reason: "file is not a database"))
  }

  @Test func `paths that cannot be opened say why`() throws {
    let cases: [(String, String)] = [("missing/store.sqlite", "No such file or directory"), (".", "")]
    for (name, reason) in cases {
      let fault = #expect(throws: StoreFault.self) { try desk.open(name) }
      guard case .cannotOpen(let path, let found) = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
      #expect(path == desk.path(name))
      if !reason.isEmpty { #expect(found == reason) }
      #expect(!found.isEmpty)
    }
  }

  @Test func `an empty file becomes a store`() throws {
    #expect(FileManager.default.createFile(atPath: desk.path(), contents: nil))
    let store = try desk.open()
    #expect(store.identity.epoch == 1)
    store.close()
  }

  @Test func `a store that heard facts before it had a place for them says what it lacks, and what to run`() throws {
    let gathering = [Self.steps[0], Migration(2, "cases", gathers: "earlier cases", "CREATE TABLE matter (id TEXT) STRICT;")]
    let later = gathering + [Migration(3, "an index", "CREATE INDEX matter_by_id ON matter (id);")]
    // Born with them it lacks nothing, whatever it hears.
    let born = try desk.open("born.sqlite") { $0.migrations = gathering }
    #expect(born.lacks == [])
    try born.write { _ = try Inbox.mark(producer: "ledger/a", sequence: 1, position: 1, at: .first, in: $0) }
    born.close()
    let again = try desk.open("born.sqlite") { $0.migrations = later }
    #expect(again.lacks == [])
    again.close()
    #expect(Check.findings(inFileOf: desk.options("born.sqlite") { $0.migrations = later }) == [])

    let old = try open(1)
    for sequence in 1...3 as ClosedRange<UInt64> {
      try old.write { _ = try Inbox.mark(producer: "ledger/a", sequence: sequence, position: sequence, at: .first, in: $0) }
    }
    old.close()
    for _ in 0..<2 {
      let new = try desk.open { $0.migrations = later }
      #expect(new.lacks.map(\.messages) == [3] && new.lacks.map(\.what) == ["earlier cases"])
      new.close()
    }
    let found = Check.findings(inFileOf: desk.options { $0.migrations = later })
    #expect(found.map(\.check) == ["history"] && found.first?.sentence.contains("accord replay --into DIR") == true, "\(found)")
  }
}
