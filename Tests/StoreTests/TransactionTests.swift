import Contracts
import Glibc
import Store
import Testing

struct TransactionTests {
  let desk: Desk
  let store: Store
  init() throws {
    desk = try Desk()
    store = try desk.open()
  }

  @Test func `what was committed is read and what was thrown is gone`() throws {
    #expect(try store.add("one") == 1)
    #expect(throws: Stop()) {
      try store.write { tx in
        try tx.run("INSERT INTO word (text) VALUES (?1)", "two")
        throw Stop()
      }
    }
    #expect(try store.words() == ["one"])
    #expect(store.statistics.commits == 1)
    #expect(store.statistics.rollbacks == 1)
  }

  @Test func `a savepoint takes back one message of a batch and keeps the others`() throws {
    try store.write { tx in
      for word in ["a", "b", "poison", "c"] {
        do {
          try tx.savepoint { tx in
            try tx.run("INSERT INTO word (text) VALUES (?1)", .text(word))
            try tx.run("INSERT INTO word (text) VALUES (?1)", .text(word + word))
            if word == "poison" { throw Stop() }
          }
        } catch is Stop {}
      }
    }
    #expect(try store.words() == ["a", "aa", "b", "bb", "c", "cc"])
  }

  @Test func `savepoints nest and the inner throw leaves the outer work`() throws {
    try store.write { tx in
      try tx.savepoint { tx in
        try tx.run("INSERT INTO word (text) VALUES ('outer')")
        do {
          try tx.savepoint { tx in
            try tx.run("INSERT INTO word (text) VALUES ('inner')")
            throw Stop()
          }
        } catch is Stop {}
        try tx.run("INSERT INTO word (text) VALUES ('after')")
      }
    }
    #expect(try store.words() == ["outer", "after"])
  }

  @Test func `a refused row leaves the transaction usable`() throws {
    try store.write { tx in
      try tx.run("INSERT INTO word (text) VALUES ('twice')")
      #expect(throws: StoreFault.constraint("UNIQUE constraint failed: word.text")) {
        try tx.run("INSERT INTO word (text) VALUES ('twice')")
      }
      try tx.run("INSERT INTO word (text) VALUES ('other')")
    }
    #expect(try store.words() == ["twice", "other"])
  }

  @Test func `a statement starts afresh after a throw in the midst of its rows`() throws {
    for word in ["a", "b", "c"] { try store.add(word) }
    let ask = { (tx: borrowing Transaction, stop: Bool) in
      var seen = 0
      try tx.rows("SELECT text FROM word ORDER BY number") { _ in
        seen += 1
        if stop { throw Stop() }
      }
      return seen
    }
    try store.write { tx throws in
      #expect(throws: Stop()) { _ = try ask(tx, true) }
      #expect(try ask(tx, false) == 3)
    }
  }

  @Test func `the same statement may be asked again inside its own rows`() throws {
    for word in ["a", "b", "c"] { try store.add(word) }
    let pairs = try store.read { snapshot in
      var pairs = 0
      func descend(_ depth: Int, in snapshot: borrowing Snapshot) throws {
        try snapshot.rows("SELECT number FROM word") { _ in
          if depth == 0 { pairs += 1 } else { try descend(depth - 1, in: snapshot) }
        }
      }
      try descend(2, in: snapshot)
      return pairs
    }
    #expect(pairs == 27)
  }

  @Test(arguments: [
    SQLValue.integer(0), .integer(.min), .integer(.max), .text(""), .text("Grüße, 世界 🌍\u{0}end"), .blob([]), .blob([0, 255, 0]), .null,
    .timestamp(Timestamp(milliseconds: -62_167_219_200_000)), .optional(nil as String?), .optional(7), .unsigned(UInt64(Int64.max)),
    .text(String(repeating: "x", count: 100_000)),
  ])
  func `a value comes back as it went in`(value: SQLValue) throws {
    let back = try store.read { snapshot in
      try snapshot.first("SELECT ?1", value) { row -> SQLValue in
        switch value {
        case .integer: .integer(try row.integer(0))
        case .text: .text(try row.text(0))
        case .blob: .blob(try row.blob(0))
        case .null: row.isNull(0) ? .null : .text("something")
        }
      }
    }
    #expect(back == value)
  }

  @Test(arguments: [
    (0, "text", "age", "an integer"), (1, "integer", "name", "text"), (2, "text", "absent", "nothing"), (3, "text", "bytes", "bytes"),
    (4, "count", "less", "a negative integer"), (5, "integer", "part", "a fraction"), (1, "bytes", "name", "text"),
    (6, "text", "broken", "bytes that are not UTF-8"), (1, "instant", "name", "text"),
  ])
  func `a column of another kind is named with what it holds`(column: Int, wanted: String, name: String, found: String) throws {
    let fault = #expect(throws: StoreFault.self) {
      try store.read { snapshot in
        try snapshot.rows(
          "SELECT 7 AS age, 'Ana' AS name, NULL AS absent, x'FF' AS bytes, -1 AS less, 1.5 AS part, CAST(x'FF41' AS TEXT) AS broken"
        ) { row in
          switch wanted {
          case "text": _ = try row.text(column)
          case "integer": _ = try row.integer(column)
          case "count": _ = try row.unsigned(column)
          case "instant": _ = try row.timestamp(column)
          default: _ = try row.blob(column)
          }
        }
      }
    }
    guard case .unreadable(let inColumn, _, let holds) = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
    #expect(inColumn == name && holds == found)
  }

  @Test func `optional columns are nil or their value, and a column too many is a mistake`() throws {
    try store.read { snapshot in
      try snapshot.rows("SELECT 7, 'Ana', x'00', NULL") { row throws in
        #expect(try row.optionalInteger(0) == 7)
        #expect(try row.optionalTimestamp(0) == instant(7))
        #expect(try row.optionalText(1) == "Ana")
        #expect(try row.optionalBlob(2) == [0])
        #expect(try row.optionalInteger(3) == nil)
        #expect(try row.optionalText(3) == nil)
        #expect(try row.optionalBlob(3) == nil)
      }
    }
    let fault = #expect(throws: StoreFault.self) { try store.read { _ = try $0.first("SELECT 1") { try $0.text(1) } } }
    #expect(fault == .misuse("column 1 of a row with 1 columns: SELECT 1"))
  }

  @Test func `mistakes in SQL are named and refused`() throws {
    let mistakes: [(Store) throws -> Void] = [
      { _ = try $0.write { try $0.run("SELEKT 1") } },
      { _ = try $0.write { try $0.run("SELECT ?1") } },
      { _ = try $0.write { try $0.run("SELECT ?1", 1, 2) } },
      { _ = try $0.write { try $0.run("SELECT 1; SELECT 2") } },
      { _ = try $0.write { try $0.run("   ") } },
      { _ = try $0.write { try $0.run("INSERT INTO nowhere VALUES (1)") } },
    ]
    for mistake in mistakes {
      let fault = #expect(throws: StoreFault.self) { try mistake(store) }
      guard case .misuse = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
      #expect(fault?.kind == .refuse)
    }
    try store.write { try $0.run("INSERT INTO word (text) VALUES ('fine');\n") }
    #expect(try store.words() == ["fine"])
  }

  @Test func `a reader cannot write`() throws {
    #expect(throws: StoreFault.self) {
      try store.read { snapshot in _ = try snapshot.all("DELETE FROM word RETURNING number") { try $0.integer(0) } }
    }
  }

  @Test func `a write inside a write is named at once`() async {
    await #expect(processExitsWith: .signal(SIGILL)) {
      let store = try Desk().open()
      try store.write { _ in _ = try store.add("never") }
    }
  }

  @Test func `a closed store says so and closing twice is harmless`() throws {
    store.close()
    store.close()
    #expect(throws: StoreFault.closed) { try store.add("late") }
    #expect(throws: StoreFault.closed) { try store.words() }
    #expect(StoreFault.closed.kind == .retry)
  }
}
