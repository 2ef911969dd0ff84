import Contracts
import HTTP
import Host
import LedgerDomain
import LedgerRoom
import Store
import TestKit
import Testing

/// What the books refuse, each after a bug that another ledger had.
struct BooksTests {
  private static let dollar = OpenBooks.dollar
  private static let ada = Account.credit(of: Identifier(restoring: "ada"), dollar)
  private static let card = Account.tender(.card, dollar)
  private static let sales = Account.sales("web", dollar)

  private static func draft(
    _ debit: Account, _ credit: Account, _ amount: Int64, _ state: EntryState = .posted, of: Int64? = nil, kind: String = "order.captured"
  ) throws -> EntryDraft {
    EntryDraft(kind, try Legs([.debit(debit, amount), .credit(credit, amount)]), state, of: of)
  }

  private func expect(_ refusal: BooksRefusal, _ books: OpenBooks, _ draft: EntryDraft) throws {
    let before = try books.balances()
    #expect(throws: LedgerRefusal.books(refusal)) { try books.post([draft]) }
    #expect(try books.balances() == before && books.findings() == [])
  }

  /// Books in which ada has 10.00 of credit, by entry 1.
  private func withCredit() throws -> OpenBooks {
    let books = try OpenBooks()
    try books.post([Self.draft(Self.sales, Self.ada, 1_000)])
    return books
  }

  // MARK: Bugs of others

  @Test func `balance and entry stand or fall together`() throws {
    // Both are written in one transaction: whichever write fails, neither is there.
    for n in 1...20 {
      let books = try OpenBooks()
      books.premises.faults.fail(write: n, with: .full)
      let order = DomainEvent.orderCaptured(try OrderDraft("o-1").order())
      guard (try? books.tell(order)) == nil else {
        #expect(n > 5)
        return
      }
      #expect(try books.entries() == [] && books.balances() == [:])
      #expect(try books.premises.tables().count("captured_order") == 0)
      #expect(try books.findings() == [])
    }
    Issue.record("a capture takes more writes than that")
  }

  @Test func `what waits counts in a limit`() throws {
    let books = try withCredit()
    try books.post([Self.draft(Self.ada, Self.card, 700, .pending)])
    let available = Money(minor: 300, Self.dollar)
    try expect(
      .belowZero(account: Self.ada.path, available: available, wanted: Money(minor: 301, Self.dollar)), books,
      Self.draft(Self.ada, Self.card, 301))
    try books.post([Self.draft(Self.ada, Self.card, 300)])
    // What waits to come in is not there yet.
    try books.post([Self.draft(Self.card, Self.ada, 500, .pending)])
    try expect(
      .belowZero(account: Self.ada.path, available: Money(minor: 0, Self.dollar), wanted: Money(minor: 1, Self.dollar)), books,
      Self.draft(Self.ada, Self.card, 1))
  }

  @Test func `two partial posts never read the same remainder`() throws {
    let books = try withCredit()
    try books.post([Self.draft(Self.ada, Self.card, 700, .pending)])
    try books.post([Self.draft(Self.ada, Self.card, 400, .post, of: 2)])
    #expect(try books.balances(pending: true) == [:])
    try expect(.resolvedBefore(2, by: 3), books, Self.draft(Self.ada, Self.card, 300, .post, of: 2))
    try expect(.resolvedBefore(2, by: 3), books, Self.draft(Self.ada, Self.card, 700, .void, of: 2))
    #expect(try books.balances()[Self.ada.path] == -600)
  }

  @Test func `a pending entry is resolved by no more than it holds, and voided as a whole`() throws {
    let books = try withCredit()
    try books.post([Self.draft(Self.ada, Self.card, 700, .pending)])
    try expect(
      .exceedsPending(2, account: Self.ada.path, left: 700, wanted: 701), books, Self.draft(Self.ada, Self.card, 701, .post, of: 2))
    try expect(
      .exceedsPending(2, account: Self.sales.path, left: 0, wanted: 1), books, Self.draft(Self.sales, Self.card, 1, .post, of: 2))
    try expect(.differsFromPending(2), books, Self.draft(Self.ada, Self.card, 699, .void, of: 2))
    try expect(.differsFromPending(2), books, Self.draft(Self.card, Self.ada, 700, .expire, of: 2))
    try expect(.notPending(1), books, Self.draft(Self.sales, Self.ada, 1_000, .void, of: 1))
    try expect(.noSuchEntry(9), books, Self.draft(Self.ada, Self.card, 1, .post, of: 9))
    try expect(.needsOriginal("order.captured"), books, Self.draft(Self.ada, Self.card, 1, .post))
  }

  @Test func `nothing is given back twice, nothing of no amount, and no leg goes missing`() throws {
    let books = try withCredit()
    try books.post([Self.draft(Self.ada, Self.sales, 600, of: 1)])
    try books.post([Self.draft(Self.ada, Self.sales, 400, of: 1)])
    try expect(
      .exceedsOriginal(1, account: Self.sales.path, left: 0, wanted: 1), books, Self.draft(Self.card, Self.sales, 1, of: 1))
    #expect(throws: BooksRefusal.empty) { try Self.draft(Self.ada, Self.sales, 0) }
    #expect(throws: BooksRefusal.notPositive(Self.ada.path, -1)) { try Self.draft(Self.ada, Self.sales, -1) }
    #expect(throws: BooksRefusal.unbalanced(debits: 5, credits: 0)) { try Legs([.debit(Self.ada, 5)]) }
    #expect(throws: BooksRefusal.unbalanced(debits: 5, credits: 4)) { try Legs([.debit(Self.ada, 5), .credit(Self.sales, 4)]) }
    #expect(throws: BooksRefusal.bothSides(Self.ada.path)) { try Legs([.debit(Self.ada, 5), .credit(Self.ada, 5)]) }
    let yen = Currency("JPY")!
    #expect(throws: BooksRefusal.currencies(Self.dollar, yen)) { try Legs([.debit(Self.ada, 5), .credit(.sales("web", yen), 5)]) }
    #expect(throws: BooksRefusal.tooLarge) { try Legs([.debit(Self.ada, .max), .debit(Self.card, 1), .credit(Self.sales, .max)]) }
  }

  @Test func `what waits cannot be taken back, only voided`() throws {
    let books = try withCredit()
    try books.post([Self.draft(Self.ada, Self.card, 700, .pending)])
    try expect(.notReversible(2), books, Self.draft(Self.card, Self.ada, 700, of: 2))
  }

  @Test func `the same reversal in two transactions at once happens once`() async throws {
    let books = try withCredit()
    // The writer's turn is one transaction's: the second sees what the first did.
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 { group.addTask { (try? books.post([Self.draft(Self.ada, Self.sales, 1_000, of: 1)])) != nil } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 }.count == 1)
    #expect(try books.balances() == [:])
  }

  @Test func `a balance as of a day goes by when it was true, as of a recording by when it was known`() throws {
    let books = try OpenBooks()
    let day = OrderDraft.day
    func at(_ days: Int64) -> Timestamp { day.adding(.seconds(days * 86_400)) }
    // Told today: yesterday's sale after today's.
    try books.post([Self.draft(Self.card, Self.sales, 100)], true: day)
    books.premises.clock.advance(to: at(1))
    try books.post([Self.draft(Self.card, Self.sales, 10)], true: at(-3))
    func balance(_ query: [(String, String)]) throws -> Int64? {
      let answer = books.premises.ask(.get, "/v1/ledger/balance", query: [("account", "tender/card")] + query)
      return try answer.json["balances"]?.array?.first?["posted_minor"]?.integer
    }
    #expect(try balance([]) == 110)
    #expect(try balance([("as_of", at(-1).description)]) == 10)
    #expect(try balance([("as_of", at(-4).description)]) == 0)
    #expect(try balance([("recorded_by", day.description)]) == 100)
    #expect(try balance([("as_of", at(-1).description), ("recorded_by", day.description)]) == 0)
  }

  @Test func `every account that an entry touches moves`() throws {
    let books = try OpenBooks()
    var draft = OrderDraft("o-1", paid: 1_000)
    draft.lines[0].tax = [OrderDraft.tax(190, inclusive: false), OrderDraft.tax(70, inclusive: true)]
    draft.charges = [OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros(495))]
    try books.tell(.orderCaptured(try draft.order()))
    #expect(try books.balances() == ["tender/unknown": 1_685, "sales/web": -930, "shipping/web": -495, "tax/de": -260])
  }

  @Test func `an id cannot name another's account`() throws {
    let sly = Account.credit(of: Identifier(restoring: "ada/credit"), Self.dollar)
    #expect(sly.path == "customer/ada%2Fcredit/credit" && sly != Self.ada)
    #expect(Account.goodwill(of: Identifier(restoring: "a/reserved/b"), Self.dollar).path == "marketing/a%2Freserved%2Fb/goodwill")
    for path in ["", "tender", "tender/cheque", "tender/customer_credit", "customer//credit", "sales/a/b", "marketing/a/b", "company/x"] {
      #expect(throws: BooksRefusal.noSuchAccount(path)) { try Account(path: path, Self.dollar) }
    }
    for account in [sly, Self.ada, Self.card, Self.sales, .serviceReserve(Self.dollar), .companyGoodwill(Self.dollar)] {
      #expect(try Account(path: account.path, Self.dollar).role == account.role)
    }
  }

  @Test func `customer service's fund may fall below zero, with an alarm`() throws {
    let books = try OpenBooks()
    let alarms = try books.work { books, transaction in
      let meta = FactMeta(
        messageID: Identifier(restoring: "m"), time: OrderDraft.day, recordedTime: OrderDraft.day, actorKind: "system", actor: "x")
      try books.post(Self.draft(.serviceReserve(Self.dollar), Self.ada, 500, kind: "remedy.posted"), meta, in: transaction)
      return books.alarms
    }
    #expect(alarms.count == 1 && alarms[0].contains("-5.00 USD"))
  }

  @Test func `a savepoint takes memory and rows back together`() throws {
    let books = try withCredit()
    try books.work { books, transaction in
      let meta = FactMeta(
        messageID: Identifier(restoring: "m"), time: OrderDraft.day, recordedTime: OrderDraft.day, actorKind: "system", actor: "x")
      let (number, head) = (books.nextEntry, books.head)
      for _ in 0..<3 {
        #expect(throws: LedgerRefusal.self) {
          try books.savepoint(in: &transaction) { books, transaction in
            try books.post(Self.draft(Self.ada, Self.card, 900), meta, in: transaction)
            try books.post(Self.draft(Self.card, .sales("fair", Self.dollar), 900), meta, in: transaction)
            try books.post(Self.draft(Self.ada, Self.card, 900), meta, in: transaction)
          }
        }
        #expect(books.nextEntry == number && books.head == head)
        #expect(try books.available(Self.ada, in: transaction) == 1_000)
      }
      try books.post(Self.draft(Self.ada, .sales("fair", Self.dollar), 900), meta, in: transaction)
    }
    #expect(try books.balances() == [Self.ada.path: -100, "sales/web": 1_000, "sales/fair": -900])
    #expect(try books.findings() == [])
  }

  @Test func `a closed period does not move: what comes later counts in the first open day`() throws {
    let books = try OpenBooks()
    let day = OrderDraft.day
    try books.post([Self.draft(Self.card, Self.sales, 100)])
    books.premises.clock.advance(to: day.adding(.seconds(86_400)))
    func close(_ day: CivilDate) throws {
      try books.work { work, transaction in
        _ = try Periods.close(through: day, books.occasion, books.premises.desk, books: &work, in: &transaction)
      }
    }
    let today = CivilDate(daysSinceEpoch: Entry.day(of: day))
    let tomorrow = CivilDate(daysSinceEpoch: Entry.day(of: day) + 1)
    #expect(throws: LedgerRefusal.books(.dayNotOver(tomorrow))) { try close(tomorrow) }
    try close(today)
    #expect(throws: LedgerRefusal.books(.closedBefore(today, through: today))) { try close(today) }
    try books.post([Self.draft(Self.card, Self.sales, 10)], true: day)
    let days = try books.premises.store.read { snapshot in
      try snapshot.all("SELECT accounting_day FROM entry ORDER BY number") { try $0.integer(0) }
    }
    #expect(days == [Int64(today.daysSinceEpoch), Int64(tomorrow.daysSinceEpoch)])
    #expect(try books.findings() == [])
  }
}
