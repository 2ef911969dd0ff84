import CSQLite
import Foundation
import Store
import Testing

struct CheckTests {
  let desk: Desk
  init() throws { desk = try Desk() }

  /// A store with something in every table.
  func filled() throws -> Store {
    let store = try desk.open()
    try FaultTests.batch(store, from: 1)
    try store.write { tx in
      let (run, _) = try Runs.begin(kind: "k", subject: "s", at: instant(1), in: tx)
      _ = try Runs.advance(run, to: [1], adding: ["n": 1], at: instant(1), in: tx)
      try Outbox.forget(through: 1, in: tx)
    }
    return store
  }

  @Test func `a sane store has no findings, running or closed`() throws {
    let store = try filled()
    #expect(try store.read { Check.findings(in: $0) } == [])
    #expect(Check.findings(inFileOf: desk.options()) == [])
    store.close()
    #expect(Check.findings(inFileOf: desk.options()) == [])
  }

  @Test(arguments: [
    ("DELETE FROM outbox WHERE sequence = 2", "outbox: 1 events stand between 3 and 3, forgotten are those through 1: some are missing"),
    ("UPDATE outbox_forgotten SET through = 0", "outbox: 2 events stand between 2 and 3, forgotten are those through 0: some are missing"),
    ("DELETE FROM inbox", "inbox: producer ledger is known and none of its messages is"),
    ("DELETE FROM inbox_producer", "references: row 0 of inbox has no parent in inbox_producer"),
    ("DELETE FROM store_identity", "identity: the store has no lineage; restore a backup"),
    ("DELETE FROM run", "runs: totals are kept for run 1, which is not there"),
    (
      "UPDATE store_identity SET lineage = 'ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ'",
      "identity: the lineage ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ is not 32 hexadecimal digits"
    ),
  ])
  func `what was tampered with is found and said in a sentence`(change: String, sentence: String) throws {
    try filled().close()
    try tamper(change)
    #expect(Check.findings(inFileOf: desk.options()).map(\.description).contains(sentence))
  }

  @Test func `a department adds its own checks, and one that throws is a finding`() throws {
    let store = try filled()
    let more = [
      Check("words") { snapshot in
        let count = try snapshot.integer("SELECT count(*) FROM word") ?? 0
        return count == 3 ? [Finding("words", "there are three words")] : []
      },
      Check("broken") { snapshot in
        _ = try snapshot.integer("SELECT nonsense")
        return []
      },
    ]
    let found = try store.read { Check.findings(in: $0, with: more) }
    #expect(found.map(\.check) == ["words", "broken"])
  }

  @Test func `a damaged page is found`() throws {
    try filled().close()
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: desk.path()))
    try file.seek(toOffset: 4_096 * 6)
    try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
    try file.close()
    #expect(!Check.findings(inFileOf: desk.options()).isEmpty)
  }

  @Test func `a file of somebody else, a newer one, an empty one and none are findings`() throws {
    try filled().close()
    func check(_ name: String = "store.sqlite", change: (inout StoreOptions) -> Void = { _ in }) -> [String] {
      Check.findings(inFileOf: desk.options(name, change: change)).map(\.description)
    }
    #expect(check { $0.applicationID = 7 }.first?.contains("belongs to another program") == true)
    #expect(check { $0.migrations = [] }.first?.contains("written by a newer Accord") == true)
    #expect(check("none.sqlite").first?.contains("cannot open") == true)
    #expect(FileManager.default.createFile(atPath: desk.path("empty.sqlite"), contents: nil))
    #expect(check("empty.sqlite").first?.contains("no store yet") == true)
    #expect(!FileManager.default.fileExists(atPath: desk.path("none.sqlite")))
  }

  @Test func `looking at a closed file leaves nothing beside it`() throws {
    let store = try desk.open("odd %20#?name.sqlite")
    try FaultTests.batch(store, from: 1)
    store.close()
    #expect(Check.findings(inFileOf: desk.options("odd %20#?name.sqlite")) == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.folder.path) == ["odd %20#?name.sqlite"])
  }

  @Test func `what is known of people is readable by the owner only`() throws {
    let store = try filled()
    try store.backup(to: desk.path("backup.sqlite"))
    let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted()
    #expect(names == ["backup.sqlite", "store.sqlite", "store.sqlite-shm", "store.sqlite-wal"])
    for name in names {
      #expect(try FileManager.default.attributesOfItem(atPath: desk.path(name))[.posixPermissions] as? Int == 0o600)
    }
  }

  /// Changes the closed file as no program of ours would.
  private func tamper(_ sql: String) throws {
    var database: OpaquePointer?
    try #require(sqlite3_open(desk.path(), &database) == SQLITE_OK)
    defer { sqlite3_close(database) }
    try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
  }
}
