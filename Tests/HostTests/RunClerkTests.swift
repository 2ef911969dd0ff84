import Contracts
import Dispatch
import Glibc
import Host
import Store
import Synchronization
import Telemetry
import TestKit
import Testing

/// Long work is done to its end, each row once, whatever ends the program in between. The manual clock's hook returns when the runs of the
/// moment are over.
struct RunClerkTests {
  private let place = Folder.temporary()
  private let log = Log(program: "test", level: .error, descriptor: Glibc.open("/dev/null", O_WRONLY)) { Timestamp(milliseconds: 0) }
  private let begin = OrderDraft.day

  private func open(_ faults: FaultPlan? = nil, _ name: String = "store.sqlite") throws -> Store {
    var options = StoreOptions(
      path: place.file(name), applicationID: 0x4163_6364,
      migrations: [
        Migration(
          1, "done",
          "CREATE TABLE done (number INTEGER PRIMARY KEY, run TEXT NOT NULL, row INTEGER NOT NULL, UNIQUE (run, row)) STRICT;")
      ])
    options.faults = faults
    return try Store.open(options)
  }

  private struct Row: Equatable {
    let run: String
    let row: Int64
  }

  private func done(_ store: Store) throws -> [Row] {
    try store.read { try $0.all("SELECT run, row FROM done ORDER BY number") { Row(run: try $0.text(0), row: try $0.integer(1)) } }
  }

  /// Does rows 1 to `rows`, at most `atOnce` a chunk, and tells of each and of the end.
  private static func count(to rows: Int64, atOnce: Int = 2, publishing: Bool = true) -> RunRule {
    { run, now, transaction, pace in
      var next = Int64(String(decoding: run.cursor, as: UTF8.self)) ?? 1
      var taken: Int64 = 0
      func tell(_ text: String, _ transaction: borrowing Transaction) throws {
        guard publishing else { return }
        try Outbox.append(event: Array(text.utf8), id: Identifier(restoring: "\(run.subject)-\(text)"), at: now, in: transaction)
      }
      while next <= rows, taken < atOnce, pace.admitsRow() {
        try transaction.run("INSERT INTO done (run, row) VALUES (?1, ?2)", .text(run.subject), .integer(next))
        try tell("\(next)", transaction)
        (next, taken) = (next + 1, taken + 1)
      }
      guard next > rows else { return .goOn(cursor: Array("\(next)".utf8), counts: ["rows": taken]) }
      try tell("end", transaction)
      return .finished(counts: ["rows": taken])
    }
  }

  private func clerk(_ store: Store, _ clock: Clock, _ rules: [String: RunRule]) -> RunClerk {
    RunClerk(store: store, clock: clock, log: log, rules: rules)
  }

  @discardableResult
  private func begin(_ subjects: String..., kind: String = "count", in store: Store) throws -> [Runs.Run] {
    try store.write { transaction in
      var runs: [Runs.Run] = []
      for subject in subjects { runs.append(try Runs.begin(kind: kind, subject: subject, at: begin, in: transaction).run) }
      return runs
    }.value
  }

  private func find(_ subject: String, kind: String = "count", in store: Store) throws -> Runs.Run? {
    try store.read { try Runs.find(kind: kind, subject: subject, in: $0) }
  }

  private func tick(_ clock: Clock) { clock.advance(to: clock.now().adding(.milliseconds(1))) }

  @Test func `a run that was begun before the start is done at the start, one that is begun later when it is written`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    try begin("early", in: store)
    let (told, ended) = (Seen<UInt64>(), DispatchSemaphore(value: 0))
    let clerk = RunClerk(store: store, clock: clock, log: log, rules: ["count": Self.count(to: 5)]) { highest in
      told.note(highest)
      if highest % 6 == 0 { ended.signal() }
    }
    clerk.start()
    #expect(ended.wait(timeout: .now() + 10) == .success)
    // Two rows, two rows, the last one and the end; each commit tells how far the outbox has grown.
    #expect(told.all == [2, 4, 6])
    try begin("late", in: store)
    #expect(ended.wait(timeout: .now() + 10) == .success)
    #expect(try done(store) == (1...5).map { Row(run: "early", row: $0) } + (1...5).map { Row(run: "late", row: $0) })
    let run = try #require(try find("late", in: store))
    #expect(run.state == .finished && run.counters == ["rows": 5] && run.chunks == 3)
    clerk.stop()
    store.close()
  }

  @Test func `what a run is said to be at changes with each chunk, so that long work never seems to stand still`() throws {
    let store = try open()
    let first = try #require(try begin("run", in: store).first)
    let said = DepartmentDesk.words(of: first)
    #expect(said == "is at work on count for run, 0 pieces so far")
    try store.write { _ = try Runs.advance(first, to: [1], at: begin, in: $0) }
    #expect(try find("run", in: store).map(DepartmentDesk.words) == "is at work on count for run, 1 piece so far")
    store.close()
  }

  @Test(arguments: [StoreFault.full, .io(code: 1_034, reason: "disk I/O error")])
  func `the N-th write fails for N = 1, 2, 3 until success: each row is done once and told once`(_ fault: StoreFault) throws {
    var failures = 0
    for n in 1... {
      let faults = FaultPlan()
      let name = "store-\(n).sqlite"
      var store = try open(faults, name)
      try begin("run", in: store)
      faults.fail(write: n, with: fault)
      var clock = Clock.manual(at: begin)
      var clerk = clerk(store, clock, ["count": Self.count(to: 5)])
      clerk.start()
      tick(clock)
      let isOver = faults.isPending
      if !isOver {
        failures += 1
        let rows = try done(store)
        // Whole chunks, with what was told of them; a slow machine's are smaller.
        let told = try store.read { try Outbox.rows(after: 0, limit: 10, in: $0) }.count
        #expect(told == rows.count || (rows.count == 5 && told == 6), "write \(n): \(rows.count) rows, \(told) told")
        if fault.kind == .fatal {
          // Only a new start believes this disk.
          #expect(try find("run", in: store)?.state == .running)
          clerk.stop()
          store.close()
          store = try open(nil, name)
          clock = Clock.manual(at: begin)
          clerk = self.clerk(store, clock, ["count": Self.count(to: 5)])
          clerk.start()
        }
        tick(clock)
      }
      #expect(try done(store) == (1...5).map { Row(run: "run", row: $0) }, "write \(n)")
      #expect(try find("run", in: store)?.counters == ["rows": 5], "write \(n)")
      let told = try store.read { try Outbox.rows(after: 0, limit: 10, in: $0) }.map { String(decoding: $0.event, as: UTF8.self) }
      #expect(told == ["1", "2", "3", "4", "5", "end"], "write \(n)")
      clerk.stop()
      store.close()
      if isOver { break }
    }
    // Five rows, six facts, three cursors with their counter, three commits, and more where a slow machine's chunks are smaller.
    #expect(failures >= 20)
  }

  private struct Broken: Error {}

  @Test func `two runs get on side by side, and one whose rule throws holds up neither`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let tries = Atomic<Int>(0)
    let isMended = Atomic<Bool>(false)
    let counting = Self.count(to: 4)
    let clerk = clerk(
      store, clock,
      [
        "count": counting,
        "broken": { run, now, transaction, pace in
          tries.add(1, ordering: .relaxed)
          let step = try counting(run, now, &transaction, &pace)
          guard isMended.load(ordering: .relaxed) else { throw Broken() }
          return step
        },
      ])
    try begin("bad", kind: "broken", in: store)
    try begin("a", "b", in: store)
    clerk.start()
    let (a, b) = (Row(run: "a", row: 1), Row(run: "b", row: 1))
    try eventually("both are done") { try find("b", in: store)?.state == .finished && find("a", in: store)?.state == .finished }
    let rows = try done(store)
    #expect(rows.count == 8 && rows.firstIndex(of: b)! < rows.lastIndex { $0.run == "a" }! && rows.firstIndex(of: a)! == 0)
    // Tried once: it rests, and nothing of it stays.
    #expect(tries.load(ordering: .relaxed) == 1)
    #expect(try find("bad", kind: "broken", in: store)?.chunks == 0)
    try begin("c", in: store)
    try eventually("another one is done meanwhile") { try find("c", in: store)?.state == .finished }
    #expect(tries.load(ordering: .relaxed) == 1)
    isMended.store(true, ordering: .relaxed)
    tick(clock)
    #expect(try find("bad", kind: "broken", in: store)?.counters == ["rows": 4])
    clerk.stop()
    store.close()
  }

  @Test func `a rule that stands still, or that moves its run itself, is put off instead of going on for ever`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let tries = Atomic<Int>(0)
    let clerk = clerk(
      store, clock,
      [
        "still": { run, _, _, _ in
          tries.add(1, ordering: .relaxed)
          return .goOn(cursor: run.cursor)
        },
        "itself": { run, now, transaction, _ in
          tries.add(1, ordering: .relaxed)
          _ = try Runs.advance(run, to: [1], at: now, in: transaction)
          return .finished()
        },
      ])
    try begin("s", kind: "still", in: store)
    try begin("i", kind: "itself", in: store)
    clerk.start()
    for round in 1...3 {
      tick(clock)
      #expect(tries.load(ordering: .relaxed) <= 2 * (round + 1))
      #expect(try store.read { try Runs.running(limit: 9, in: $0) }.map(\.chunks) == [0, 0])
    }
    clerk.stop()
    store.close()
  }

  @Test func `a kind that nobody knows is kept for the version that does, and a stopped run is left alone`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let runs = try begin("of tomorrow", "stopped", kind: "invented tomorrow", in: store)
    _ = try store.write { try Runs.stop(runs[1], at: begin, in: $0) }
    let today = clerk(store, clock, ["count": Self.count(to: 1)])
    today.start()
    tick(clock)
    #expect(try done(store) == [])
    today.stop()
    let tomorrow = clerk(store, clock, ["invented tomorrow": Self.count(to: 1)])
    tomorrow.start()
    tick(clock)
    #expect(try done(store) == [Row(run: "of tomorrow", row: 1)])
    tomorrow.stop()
    // Who has stopped begins nothing any more.
    try begin("too late", kind: "invented tomorrow", in: store)
    tick(clock)
    #expect(try done(store).count == 1)
    store.close()
  }

  @Test func `who stops a run between two chunks ends it, and stopping the clerk waits for the chunk at work`() throws {
    let store = try open()
    let clock = Clock.manual(at: begin)
    let (reached, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let counting = Self.count(to: 100)
    let clerk = clerk(
      store, clock,
      [
        "count": { run, now, transaction, pace in
          if run.chunks == 1 {
            reached.signal()
            goOn.wait()
          }
          return try counting(run, now, &transaction, &pace)
        }
      ])
    try begin("long", in: store)
    clerk.start()
    reached.wait()
    let stopped = Event()
    let stopper = DispatchQueue(label: "stopper")
    stopper.async {
      clerk.stop()
      stopped.happen()
    }
    #expect(!stopped.wait(within: .milliseconds(50)))
    goOn.signal()
    #expect(stopped.wait(within: .seconds(10)))
    // The first chunk, and of the second at least the row that is always admitted: its time was over.
    let rows = try done(store).count
    #expect([3, 4].contains(rows))
    let run = try #require(try find("long", in: store))
    #expect(run.state == .running && run.chunks == 2)
    #expect(try store.write { try Runs.stop(run, at: begin, in: $0) }.value != nil)
    let next = self.clerk(store, clock, ["count": counting])
    next.start()
    tick(clock)
    #expect(try done(store).count == rows)
    next.stop()
    store.close()
  }
}
