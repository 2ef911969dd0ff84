import CSQLite
import Contracts
import Host
import LedgerDomain
import LedgerRoom
import Store
import TestKit
import Testing

/// What is noticed of whoever writes past the program: the store refuses it, or verifying names it.
struct BooksTamperTests {
  private static let dollar = OpenBooks.dollar
  private static let card = Account.tender(.card, dollar)
  private static let sales = Account.sales("web", dollar)

  private static func draft(_ debit: Account, _ credit: Account, _ amount: Int64) throws -> EntryDraft {
    EntryDraft("order.captured", try Legs([.debit(debit, amount), .credit(credit, amount)]))
  }

  /// Books in which ada has 10.00 of credit, by entry 1.
  private func withCredit() throws -> OpenBooks {
    let books = try OpenBooks()
    try books.post([Self.draft(Self.sales, .credit(of: Identifier(restoring: "ada"), Self.dollar), 1_000)])
    return books
  }

  /// Each statement, and what the store itself says of it.
  @Test(
    arguments: [
      ("UPDATE entry SET reason = 'x' WHERE number = 1", "never changed"), ("DELETE FROM entry WHERE number = 1", "never removed"),
      ("UPDATE leg SET amount = 1 WHERE id = 1024", "never changed"), ("DELETE FROM leg", "never removed"),
      ("INSERT INTO leg (id, account, amount) VALUES (1030, 1, 5)", "another leg"),
      (
        """
        INSERT INTO entry (number, kind, state, currency, amount, legs, effective_at, recorded_at, accounting_day, message, actor_kind, actor,
          hash) VALUES (2, 'x', 'posted', 'USD', 5, 2, 0, 9e15, 20000, 'm', 'x', 'x', zeroblob(32))
        """, "debits and credits"
      ),
      (
        """
        INSERT INTO entry (number, kind, state, currency, amount, legs, effective_at, recorded_at, accounting_day, message, actor_kind, actor,
          hash) VALUES (3, 'x', 'posted', 'USD', 5, 2, 0, 9e15, 20000, 'm', 'x', 'x', zeroblob(32))
        """, "without gaps"
      ),
      (
        """
        BEGIN; INSERT INTO leg (id, account, amount) VALUES (2048, 1, 5), (2049, 2, -5);
        INSERT INTO entry (number, kind, state, currency, amount, legs, effective_at, recorded_at, accounting_day, message, actor_kind, actor,
          hash) VALUES (2, 'x', 'odd', 'USD', 5, 2, 0, 9e15, 20000, 'm', 'x', 'x', zeroblob(32))
        """, "CHECK"
      ),
      ("INSERT INTO remedy (remedy_key, ordinal, state, amount, currency) VALUES ('x', 1, 'odd', 5, 'USD')", "CHECK"),
      ("UPDATE account SET posted_debit = 5000 WHERE path = 'customer/ada/credit'", "CHECK"),
      ("UPDATE account SET path = 'tender/cash'", "never renamed"), ("DELETE FROM account", "never removed"),
    ]) func `the store itself refuses what no entry is`(sql: String, words: String) throws
  {
    let books = try withCredit()
    let database = try Tampering(books.premises.store.path)
    let said = database.run(sql)
    #expect(said?.contains(words) == true, "\(said ?? "it was done")")
    #expect(try books.findings() == [])
  }

  /// With the triggers gone, each row that is changed is named when the store is verified.
  @Test(
    arguments: [
      ("UPDATE entry SET reason = 'another' WHERE number = 2", "entry 2 does not bear the digest"),
      ("UPDATE entry SET recorded_at = recorded_at - 900000 WHERE number = 2", "entry 2"),
      ("UPDATE entry SET actor = 'somebody' WHERE number = 1", "entry 1 does not bear the digest"),
      ("UPDATE leg SET amount = amount * 2 WHERE id / 1024 = 2", "entry 2"),
      ("UPDATE leg SET amount = amount + 1 WHERE id = 2048", "entry 2 is none"),
      ("DELETE FROM leg WHERE id / 1024 = 3", "entry 3"), ("DELETE FROM entry WHERE number = 2", "leg 2048 belongs to no entry"),
      ("UPDATE account SET posted_credit = posted_credit + 5 WHERE path = 'sales/web'", "sales/web USD is stored with"),
      ("UPDATE turnover SET debits = 1, credits = 1", "the turnover of USD"),
      ("UPDATE anchor SET head = zeroblob(32)", "the head that was told at entry"),
      ("UPDATE account SET currency = 'EUR' WHERE path = 'sales/web'", "sales/web"),
    ]) func `what was changed behind the triggers is named`(sql: String, words: String) throws
  {
    let books = try withCredit()
    try books.post([Self.draft(Self.card, Self.sales, 70)])
    try books.post([Self.draft(Self.card, Self.sales, 30)])
    try books.work { work, transaction in
      try Anchors.tell(books.occasion, books.premises.desk, books: &work, in: &transaction)
    }
    #expect(try books.findings() == [])
    let database = try Tampering(books.premises.store.path)
    for trigger in ["entry_is_final", "entry_stays", "leg_is_final", "leg_stays", "account_is_named_once"] {
      #expect(database.run("DROP TRIGGER \(trigger)") == nil)
    }
    #expect(database.run(sql) == nil)
    let findings = try books.findings()
    #expect(findings.contains { $0.contains(words) }, "\(findings)")
  }
}

/// A hand in the store's file that is not the program's.
private struct Tampering: ~Copyable {
  private let database: OpaquePointer

  init(_ path: String) throws {
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw StoreFault.closed }
    database = opened
  }

  deinit { sqlite3_close(database) }

  /// Nil where it was done, else what was said.
  func run(_ sql: String) -> String? {
    sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK ? nil : String(cString: sqlite3_errmsg(database))
  }
}
