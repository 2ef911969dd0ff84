package import Contracts
package import LedgerDomain
package import Store

/// The ledger's books inside one transaction: entries are written at once, the balances that they moved when the books are closed.
///
/// ```
/// try Books.keep(in: &transaction) { books, transaction in
///   let number = try books.post(draft, meta, in: transaction)
/// }
/// ```
/// A value: what must be possible to take back stands in `books.savepoint`, which restores the memory together with the rows.
package struct Books {
  /// An account as it stands now.
  struct Standing {
    let row: Int64
    let account: Account
    var balance: Balance
    var legs: Int64
    var lastLeg: Int64?
    /// Whether its row says something else.
    var isMoved = false
  }

  /// What a savepoint goes back to.
  struct Mark {
    let changes: Int
    let accounts: Int
    let next: Int64
    let recordedAt: Timestamp
    let head: [UInt8]
    let turnover: [Turnover]
    let alarms: Int
    let closedThrough: Int?
  }

  struct Turnover {
    let currency: Currency
    var amount: Int64
    var isMoved: Bool
  }

  private struct Change {
    let place: Int
    let before: Standing
  }

  /// The number that the next entry gets: a fact that names its entry is made with it.
  package internal(set) var nextEntry: Int64
  /// The chain's head: SHA-256, 32 bytes.
  package internal(set) var head: [UInt8]
  /// When the last entry was recorded.
  package internal(set) var recordedAt: Timestamp
  /// Through which day the books are closed, days since 1970-01-01; nil where they never were.
  package internal(set) var closedThrough: Int?
  /// What a person should see to, in sentences: customer service's fund fell below zero.
  package internal(set) var alarms: [String] = []

  var accounts: [Standing] = []
  private var places: [Account: Int] = [:]
  private var changes: [Change] = []
  private var marks = 0
  private var highestRow: Int64?
  var turnover: [Turnover] = []
  private let firstEntry: Int64
  /// The now of the facts that were posted.
  var postedAt: Timestamp?

  private init(nextEntry: Int64, head: [UInt8], recordedAt: Timestamp, closedThrough: Int?) {
    self.nextEntry = nextEntry
    self.head = head
    self.recordedAt = recordedAt
    self.closedThrough = closedThrough
    firstEntry = nextEntry
  }

  /// Opens the books as they stand in `reading`. What is posted into them must be closed in the same transaction: better use `keep`.
  package static func open(in reading: borrowing some Reading & ~Copyable) throws -> Books {
    let closed = try reading.integer("SELECT max(day) FROM period WHERE day IS NOT NULL HAVING count(*) > 0").map { Int($0) }
    let last = try reading.first("SELECT number, recorded_at, hash FROM entry ORDER BY number DESC LIMIT 1") { row throws(StoreFault) in
      Books(nextEntry: try row.integer(0) + 1, head: try row.blob(2), recordedAt: try row.timestamp(1), closedThrough: closed)
    }
    return last ?? Books(nextEntry: 1, head: Entry.noHash, recordedAt: .first, closedThrough: closed)
  }

  /// Opens the books, does `body` and closes them: entries and balances stand or fall together.
  package static func keep<T>(
    in transaction: inout Transaction, _ body: (inout Books, inout Transaction) throws -> T
  ) throws -> T {
    var books = try open(in: transaction)
    let value = try body(&books, &transaction)
    try books.close(in: transaction)
    return value
  }

  /// Writes the balances that were moved: one row for each account and transaction. Call once, at the end.
  package mutating func close(in transaction: borrowing Transaction) throws {
    precondition(marks == 0, "books are not closed inside a savepoint of theirs")
    for place in accounts.indices where accounts[place].isMoved {
      let standing = accounts[place]
      try transaction.run(
        """
        UPDATE account SET posted_debit = ?2, posted_credit = ?3, pending_debit = ?4, pending_credit = ?5, legs = ?6, last_leg = ?7
        WHERE number = ?1
        """, .integer(standing.row), .integer(standing.balance.postedDebit), .integer(standing.balance.postedCredit),
        .integer(standing.balance.pendingDebit), .integer(standing.balance.pendingCredit), .integer(standing.legs),
        .optional(standing.lastLeg))
      accounts[place].isMoved = false
    }
    for place in turnover.indices where turnover[place].isMoved {
      try transaction.run(
        """
        INSERT INTO turnover (currency, debits, credits) VALUES (?1, ?2, ?2)
        ON CONFLICT (currency) DO UPDATE SET debits = ?2, credits = ?2
        """, .text(turnover[place].currency.code), .integer(turnover[place].amount))
      turnover[place].isMoved = false
    }
    changes.removeAll(keepingCapacity: true)
    if let postedAt, nextEntry > firstEntry { try Anchors.arm(after: nextEntry - 1, at: postedAt, in: transaction) }
  }

  // MARK: Asking

  /// What stands on `account` now, entries of this transaction included.
  package mutating func balance(_ account: Account, in reading: borrowing some Reading & ~Copyable) throws -> Balance {
    if let place = places[account] { return accounts[place].balance }
    guard let standing = try Self.find(account, in: reading) else { return Balance() }
    return accounts[remember(standing)].balance
  }

  /// What can still be taken from `account`, in minor units; what waits is gone already.
  package mutating func available(_ account: Account, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try balance(account, in: reading).available(account.role)
  }

  // MARK: Taking back

  /// Does what `body` says or nothing of it: rows and memory go back together where it throws. They nest.
  package mutating func savepoint<T>(
    in transaction: inout Transaction, _ body: (inout Books, inout Transaction) throws -> T
  ) throws -> T {
    let mark = Mark(
      changes: changes.count, accounts: accounts.count, next: nextEntry, recordedAt: recordedAt, head: head, turnover: turnover,
      alarms: alarms.count, closedThrough: closedThrough)
    marks += 1
    do {
      var inner = consumeSelf()
      let outcome = Result { try transaction.savepoint { transaction in try body(&inner, &transaction) } }
      self = inner
      marks -= 1
      return try outcome.get()
    } catch {
      goBack(to: mark)
      throw error
    }
  }

  /// Hands the value over without a second owner, so that its storage is not copied.
  private mutating func consumeSelf() -> Books {
    var empty = Books(nextEntry: 0, head: [], recordedAt: .first, closedThrough: nil)
    swap(&self, &empty)
    return empty
  }

  private mutating func goBack(to mark: Mark) {
    while changes.count > mark.changes, let change = changes.popLast() { accounts[change.place] = change.before }
    // Accounts that were opened since are gone with their rows.
    while accounts.count > mark.accounts, let gone = accounts.popLast() { places[gone.account] = nil }
    highestRow = nil
    (nextEntry, recordedAt, head, turnover) = (mark.next, mark.recordedAt, mark.head, mark.turnover)
    closedThrough = mark.closedThrough
    alarms.removeLast(alarms.count - mark.alarms)
  }

  // MARK: Accounts

  /// Where `account` stands in memory; opens its row where it has none.
  mutating func place(of account: Account, in transaction: borrowing Transaction) throws -> Int {
    if let place = places[account] { return place }
    if let standing = try Self.find(account, in: transaction) { return remember(standing) }
    let row = try highestRow ?? transaction.integer("SELECT ifnull(max(number), 0) FROM account") ?? 0
    highestRow = row + 1
    try transaction.run(
      "INSERT INTO account (number, path, currency, bound) VALUES (?1, ?2, ?3, ?4)", .integer(row + 1), .text(account.path),
      .text(account.currency.code), account.role.isBounded ? .text(account.role.normal.rawValue) : .null)
    return remember(Standing(row: row + 1, account: account, balance: Balance(), legs: 0, lastLeg: nil))
  }

  /// Puts what an account has become in place of what it was.
  mutating func move(_ place: Int, to standing: Standing) {
    if marks > 0 { changes.append(Change(place: place, before: accounts[place])) }
    accounts[place] = standing
    accounts[place].isMoved = true
  }

  private mutating func remember(_ standing: Standing) -> Int {
    accounts.append(standing)
    places[standing.account] = accounts.count - 1
    return accounts.count - 1
  }

  static func find(_ account: Account, in reading: borrowing some Reading & ~Copyable) throws -> Standing? {
    try reading.first(
      """
      SELECT number, posted_debit, posted_credit, pending_debit, pending_credit, legs, last_leg FROM account
      WHERE path = ?1 AND currency = ?2
      """, .text(account.path), .text(account.currency.code)
    ) { row throws(StoreFault) in
      Standing(
        row: try row.integer(0), account: account,
        balance: Balance(
          postedDebit: try row.integer(1), postedCredit: try row.integer(2), pendingDebit: try row.integer(3),
          pendingCredit: try row.integer(4)), legs: try row.integer(5), lastLeg: try row.optionalInteger(6))
    }
  }
}
