/// What one transaction adds to rows of sums: kept in memory, written once for each row.
///
/// ```
/// add ─▸ add ─▸ add ─▸ … ─▸ settle: one statement a row ─▸ commit
///                 └ a savepoint that goes back takes its part back
/// ```
/// HOT: a batch of five hundred facts about one offer changes its totals once.
struct Sums {
  struct Sum {
    let sql: StaticString
    let key: String
    let number: Int64
    var amounts: [Int64]
  }

  private(set) var rows: [Sum] = []

  mutating func add(_ sql: StaticString, _ key: String, _ number: Int64, _ amounts: [Int64]) {
    let at = rows.firstIndex { unsafe $0.number == number && $0.key == key && $0.sql.utf8Start == sql.utf8Start }
    guard let at else { return rows.append(Sum(sql: sql, key: key, number: number, amounts: amounts)) }
    for place in amounts.indices { rows[at].amounts[place] += amounts[place] }
  }

  /// Hands the rows out; none are left.
  mutating func take() -> [Sum] {
    defer { rows.removeAll(keepingCapacity: true) }
    return rows
  }
}

extension Database {
  /// Writes the sums of the transaction under way.
  func settleSums() throws(StoreFault) {
    guard !sums.rows.isEmpty else { return }
    for sum in sums.take() {
      try strike()
      _ = try run(sum.sql, [.text(sum.key), .integer(sum.number)] + sum.amounts.map { .integer($0) })
    }
  }
}

extension Transaction {
  /// Adds `amounts` to a row of sums. `sql` is run once for each `key` and `number`, before the commit: ?1 is the key, ?2 the number, then
  /// come the amounts as they have added up. Whoever reads that table in a transaction calls `settleSums` first.
  package func add(_ sql: StaticString, key: String, number: Int64 = 0, _ amounts: Int64...) {
    database.sums.add(sql, key, number, amounts)
  }
}

extension Reading where Self: ~Copyable {
  /// Writes what this transaction has added to rows of sums, so that they can be read. A snapshot has none.
  package func settleSums() throws(StoreFault) { try database.settleSums() }
}
