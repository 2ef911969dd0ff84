import Store
import Testing

/// What a transaction adds to rows of sums.
struct SumsTests {
  let desk: Desk
  let store: Store
  init() throws {
    desk = try Desk()
    store = try desk.open()
    try store.write { _ = try $0.run("CREATE TABLE tally (word TEXT PRIMARY KEY, amount INTEGER NOT NULL)") }
  }

  private func add(_ word: String, _ amount: Int64, in transaction: borrowing Transaction) {
    transaction.add(
      "INSERT INTO tally (word, amount) VALUES (?1, ?3) ON CONFLICT DO UPDATE SET amount = amount + ?3", key: word, amount)
  }

  private func tallies() throws -> [String] {
    try store.read { try $0.all("SELECT word || ' ' || amount FROM tally ORDER BY word") { try $0.text(0) } }
  }

  @Test func `they add up and stand in their rows with the commit, transaction after transaction`() throws {
    for round in 1...2 as ClosedRange<Int64> {
      try store.write { transaction in
        for amount in 1...10 as ClosedRange<Int64> { add(amount % 2 == 0 ? "even" : "odd", amount, in: transaction) }
      }
      #expect(try tallies() == ["even \(30 * round)", "odd \(25 * round)"])
    }
  }

  @Test func `a savepoint that goes back takes its part back`() throws {
    try store.write { transaction in
      add("a", 1, in: transaction)
      _ = try? transaction.savepoint { transaction in
        add("a", 10, in: transaction)
        add("b", 5, in: transaction)
        throw Stop()
      }
      try transaction.savepoint { transaction in add("a", 100, in: transaction) }
    }
    #expect(try tallies() == ["a 101"])
  }

  @Test func `a transaction that fails leaves none for the next`() throws {
    #expect(throws: Stop.self) {
      try store.write { transaction in
        add("a", 1, in: transaction)
        throw Stop()
      }
    }
    try store.write { transaction in add("b", 2, in: transaction) }
    #expect(try tallies() == ["b 2"])
  }

  @Test func `they can be read in their own transaction once they are settled`() throws {
    try store.write { transaction in
      add("a", 1, in: transaction)
      try transaction.settleSums()
      #expect(try transaction.integer("SELECT amount FROM tally WHERE word = 'a'") == 1)
      add("a", 2, in: transaction)
    }
    #expect(try tallies() == ["a 3"])
  }
}
