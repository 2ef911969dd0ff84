import Contracts
import Dispatch
import Glibc
import Host
import Store
import Telemetry
import TestKit
import Testing

/// What falls due is done once and in order, whatever happened meanwhile. The manual clock's hook returns when all that fell due is done.
struct DueClerkTests {
  private let place = Folder.temporary()
  private let log = Log(program: "test", level: .error, descriptor: Glibc.open("/dev/null", O_WRONLY)) { Timestamp(milliseconds: 0) }
  private let begin = OrderDraft.day

  private func open(_ faults: FaultPlan? = nil) throws -> Store {
    var options = StoreOptions(
      path: place.file("store.sqlite"), applicationID: 0x4163_6364,
      migrations: [Migration(1, "done", "CREATE TABLE done (number INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;")])
    options.faults = faults
    return try Store.open(options)
  }

  private func at(_ seconds: Int64) -> Timestamp { begin.adding(.seconds(seconds)) }

  /// Writes down what it was asked to do, in the transaction that takes the row away.
  private static let note: DueRule = { row, _, transaction in
    try transaction.run("INSERT INTO done (what) VALUES (?1)", .text(row.subject))
  }

  private func done(_ store: Store) throws -> [String] {
    try store.read { try $0.all("SELECT what FROM done ORDER BY number") { try $0.text(0) } }
  }

  private func clerk(_ store: Store, _ clock: Clock, _ rules: [String: DueRule] = ["note": note]) -> DueClerk {
    DueClerk(store: store, clock: clock, log: log, rules: rules)
  }

  private func add(_ store: Store, _ rows: [(Int64, String)], kind: String = "note", from begin: Timestamp = OrderDraft.day) throws {
    try store.write { transaction in
      for (seconds, subject) in rows {
        try Due.add(at: begin.adding(.seconds(seconds)), kind: kind, subject: subject, in: transaction)
      }
    }
  }

  @Test func `what fell due while the program was down is done at the start, in order, once`() throws {
    do {
      let store = try open()
      try add(store, [(30, "third"), (10, "first"), (10, "second"), (60, "later"), (-86_400, "long ago")])
      store.close()
    }
    for _ in 0..<2 {
      let store = try open()
      let clock = Clock.manual(at: at(30))
      let clerk = clerk(store, clock)
      clerk.start()
      // The advance is done behind the start, on the same queue.
      clock.advance(to: at(31))
      #expect(try done(store) == ["long ago", "first", "second", "third"])
      clerk.stop()
      store.close()
    }
  }

  @Test func `without anybody who advances a clock, the start itself does what is overdue`() throws {
    let store = try open()
    try add(store, [(-60, "overdue"), (86_400 * 365 * 100, "in a hundred years")], from: Clock.system().now())
    let worked = Seen<Int>()
    let ended = DispatchSemaphore(value: 0)
    let clerk = DueClerk(store: store, clock: .system(), log: log, rules: ["note": Self.note]) { _ in
      worked.note(1)
      ended.signal()
    }
    clerk.start()
    #expect(ended.wait(timeout: .now() + 10) == .success)
    #expect(try done(store) == ["overdue"])
    clerk.stop()
    #expect(worked.all == [1])
    store.close()
  }

  @Test func `a row that is written later and due at once is done soon, though another was known to be due much later`() throws {
    let store = try open()
    try add(store, [(86_400 * 365 * 100, "in a hundred years")], from: Clock.system().now())
    let ended = DispatchSemaphore(value: 0)
    let clerk = DueClerk(store: store, clock: .system(), log: log, rules: ["note": Self.note]) { _ in ended.signal() }
    clerk.start()
    try add(store, [(-1, "now")], from: Clock.system().now())
    #expect(ended.wait(timeout: .now() + 10) == .success)
    #expect(try done(store) == ["now"])
    clerk.stop()
    store.close()
  }

  @Test func `an advanced clock does exactly what is due by then`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let clerk = clerk(store, clock)
    clerk.start()
    try add(store, [(10, "a"), (20, "b"), (20, "c"), (30, "d")])
    clock.advance(to: at(10).adding(.milliseconds(-1)))
    #expect(try done(store) == [])
    clock.advance(to: at(10))
    #expect(try done(store) == ["a"])
    clock.advance(to: at(10))
    #expect(try done(store) == ["a"])
    clock.advance(to: at(48 * 3_600))
    #expect(try done(store) == ["a", "b", "c", "d"])
    clerk.stop()
    try add(store, [(1, "too late")])
    clock.advance(to: at(49 * 3_600))
    #expect(try done(store) == ["a", "b", "c", "d"])
    store.close()
  }

  @Test func `a rule's own rows take their place among those that wait`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let clerk = clerk(
      store, clock,
      [
        "note": Self.note,
        "daily": { row, now, transaction in
          try Self.note(row, now, &transaction)
          let next = row.at.adding(.seconds(86_400))
          try Due.set(at: next, kind: "daily", subject: "day \(next.since(OrderDraft.day).milliseconds / 86_400_000)", in: transaction)
        },
      ])
    clerk.start()
    try store.write { try Due.set(at: at(86_400), kind: "daily", subject: "day 1", in: $0) }
    try add(store, [(100_000, "between"), (86_400, "with the first")])
    // The program slept for three days: each day comes, and what stands between them stays there.
    clock.advance(to: at(3 * 86_400))
    #expect(try done(store) == ["day 1", "with the first", "between", "day 2", "day 3"])
    #expect(try store.read { try Due.waiting(kind: "daily", subject: "day 4", in: $0) }.map(\.at) == [at(4 * 86_400)])
    clerk.stop()
    store.close()
  }

  @Test func `more than one transaction takes are all done, and it is told after each`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let worked = Seen<Int>()
    let clerk = DueClerk(store: store, clock: clock, log: log, rules: ["note": Self.note]) { _ in worked.note(1) }
    clerk.start()
    try add(store, (1...250).map { ($0, "\($0)") })
    clock.advance(to: at(1_000))
    #expect(try done(store) == (1...250).map { "\($0)" })
    // A hundred a chunk, fewer where the machine is slow.
    #expect(worked.all.count >= 3)
    clerk.stop()
    store.close()
  }

  private struct Broken: Error {}

  @Test func `a row whose rule throws leaves nothing, stops nobody, and comes again`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let tried = Seen<Timestamp>()
    let clerk = clerk(
      store, clock,
      [
        "note": Self.note,
        "broken": { row, now, transaction in
          try Self.note(row, now, &transaction)
          tried.note(now)
          if tried.all.count < 3 { throw Broken() }
        },
      ])
    clerk.start()
    try add(store, [(1, "before"), (3, "behind")])
    try add(store, [(2, "broken")], kind: "broken")
    clock.advance(to: at(10))
    #expect(try done(store) == ["before", "behind"])
    clock.advance(to: at(3_609))
    #expect(tried.all == [at(10)])
    clock.advance(to: at(3_610))
    clock.advance(to: at(7_210))
    #expect(try done(store) == ["before", "behind", "broken"])
    #expect(tried.all == [at(10), at(3_610), at(7_210)])
    clerk.stop()
    store.close()
  }

  @Test func `a kind that nobody knows is kept for the version that does`() throws {
    do {
      let store = try open()
      let clock = Clock.manual(at: begin)
      try add(store, [(1, "of tomorrow")], kind: "invented tomorrow")
      try add(store, [(2, "known")])
      let clerk = clerk(store, clock)
      clerk.start()
      clock.advance(to: at(5))
      #expect(try done(store) == ["known"])
      clerk.stop()
      store.close()
    }
    let store = try open()
    let clock = Clock.manual(at: at(5))
    let clerk = clerk(store, clock, ["invented tomorrow": Self.note])
    clerk.start()
    clock.advance(to: at(2 * 3_600))
    #expect(try done(store) == ["known", "of tomorrow"])
    clerk.stop()
    store.close()
  }

  @Test func `the N-th write fails for N = 1, 2, 3 until success, and each row is done once`() throws {
    var failures = 0
    for n in 1... {
      let place = Folder.temporary()
      let faults = FaultPlan()
      var options = StoreOptions(
        path: place.file("store.sqlite"), applicationID: 0x4163_6364,
        migrations: [Migration(1, "done", "CREATE TABLE done (number INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;")])
      options.faults = faults
      let store = try Store.open(options)
      let clock = Clock.manual(at: begin)
      let clerk = clerk(store, clock)
      clerk.start()
      clock.advance(to: at(1))
      try add(store, [(10, "a"), (20, "b")])
      faults.fail(write: n)
      clock.advance(to: at(30))
      let isOver = faults.isPending
      if !isOver {
        failures += 1
        // Both or none; both where the clerk's next look came before ours.
        #expect(try [[], ["a", "b"]].contains(done(store)))
        clock.advance(to: at(31))
      }
      #expect(try done(store) == ["a", "b"])
      clerk.stop()
      store.close()
      if isOver { break }
    }
    // Two rows with savepoint, removal, rule and release, and the commit.
    #expect(failures == 9)
  }

  @Test func `answers older than a month are forgotten in chunks, younger ones stay`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let clerk = clerk(store, clock, [:])
    clerk.start()
    let hash = SHA256.hash([])
    try store.write { transaction in
      for number in 0..<2_500 {
        try Idempotency.record(
          key: "\(number)", principal: "p", bodyHash: hash, answer: .init(status: 201, response: []),
          at: at(number < 2_400 ? 0 : 86_400), in: transaction)
      }
    }
    func count() throws -> Int64? { try store.read { try $0.integer("SELECT count(*) FROM idempotency") } }
    clock.advance(to: at(29 * 86_400))
    #expect(try count() == 2_500)
    clock.advance(to: at(30 * 86_400))
    #expect(try count() == 2_500)
    clock.advance(to: at(31 * 86_400))
    #expect(try count() == 100)
    clock.advance(to: at(33 * 86_400))
    #expect(try count() == 0)
    // One purge waits for the next day, however many there were.
    let next = try store.read { try Due.waiting(kind: "purge_answers", subject: "purge_answers", in: $0) }
    #expect(next.map(\.at) == [at(34 * 86_400)])
    clerk.stop()
    store.close()
  }
}
