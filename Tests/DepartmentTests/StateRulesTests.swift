import Contracts
import Host
import LedgerRoom
import Store
import TestKit
import Testing

/// The rules of the states of entries and remedies: in a new store and in one of before, and what they cost a row.
struct StateRulesTests {
  private func open(_ folder: Folder, through number: Int = .max) throws -> Store {
    let department = LedgerProgram.department
    return try Store.open(
      StoreOptions(
        path: folder.file("store.sqlite"), applicationID: department.applicationID,
        migrations: department.migrations.filter { $0.number <= number }))
  }

  private func insert(_ key: String, _ state: String, in store: Store) throws {
    try store.write { transaction in
      try transaction.run(
        "INSERT INTO remedy (remedy_key, ordinal, state, amount, currency) VALUES (?1, 1, ?2, 5, 'USD')", .text(key), .text(state))
    }
  }

  @Test func `a store of before keeps its rows, and its rules`() throws {
    let folder = Folder.temporary()
    let before = try open(folder, through: 8)
    try insert("kept", "voided", in: before)
    try before.write { transaction in
      for (order, number) in [("b", 1), ("a", 1), ("a", 2)] as [(String, Int64)] {
        try transaction.run(
          "INSERT INTO order_event (order_id, number, type, recorded_at, message_id, content) VALUES (?1, ?2, 't', ?2, 'm', x'01')",
          .text(order), .integer(number))
      }
    }
    before.close()
    let now = try open(folder)
    defer { now.close() }
    for state in ["pending", "posted", "voided", "expired"] { try insert(state, state, in: now) }
    for state in ["odd", "", "post"] { #expect(throws: StoreFault.self) { try insert("another", state, in: now) } }
    let found = try now.read { try $0.all("SELECT remedy_key || ' ' || state FROM remedy ORDER BY remedy_key") { try $0.text(0) } }
    #expect(found == ["expired expired", "kept voided", "pending pending", "posted posted", "voided voided"])
    let events = try now.read { try $0.all("SELECT order_id || number FROM order_event ORDER BY rowid") { try $0.text(0) } }
    #expect(events == ["a1", "b1", "a2"])
    for change in ["UPDATE order_event SET type = 'x'", "DELETE FROM order_event"] as [StaticString] {
      #expect(throws: StoreFault.self) { try now.write { try $0.run(change) } }
    }
    #expect(throws: StoreFault.self) {
      try now.write {
        try $0.run("INSERT INTO order_event (order_id, number, type, recorded_at, message_id, content) VALUES ('a', 2, 't', 9, 'n', x'02')")
      }
    }
    #expect(try now.read { Check.findings(in: $0) } == [])
  }

  /// A rule over a longer list is a table that is made and filled for each row.
  @Test func `no row of a credit makes a table of its own`() throws {
    let store = try open(Folder.temporary())
    defer { store.close() }
    func tables(_ explain: StaticString) throws -> Int {
      try store.read { snapshot in
        var count = 0
        try snapshot.rows(explain) { row in if try row.text(1) == "OpenEphemeral" { count += 1 } }
        return count
      }
    }
    #expect(
      try tables(
        """
        EXPLAIN INSERT INTO entry (number, kind, state, of, currency, amount, legs, effective_at, recorded_at, accounting_day, message,
          actor_kind, actor, hash) VALUES (1, 'x', 'posted', NULL, 'USD', 5, 2, 0, 0, 0, 'm', 'x', 'x', zeroblob(32))
        """) == 0)
    #expect(try tables("EXPLAIN INSERT INTO remedy (remedy_key, ordinal, state, amount, currency) VALUES ('x', 1, 'x', 5, 'USD')") == 0)
    #expect(try tables("EXPLAIN INSERT INTO leg (id, account, amount, previous) VALUES (1, 1, 1, 1)") == 0)
    #expect(try tables("EXPLAIN INSERT INTO leg (id, account, amount, previous) VALUES (1, 1, 1, 1), (2, 1, 1, 1)") == 1)
  }

  @Test func `what resolves an entry is found by its index`() throws {
    let store = try open(Folder.temporary())
    defer { store.close() }
    let plan = try store.read { snapshot in
      try snapshot.all("EXPLAIN QUERY PLAN SELECT number FROM entry WHERE of = 1 AND state NOT IN ('posted', 'pending')") { try $0.text(3) }
    }
    #expect(plan == ["SEARCH entry USING INDEX entry_resolves_once (of=?)"])
  }
}
