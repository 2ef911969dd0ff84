import Contracts
import Foundation
import Glibc
import Store
import TestKit
import Testing

struct FaultTests {
  let desk: Desk
  init() throws { desk = try Desk() }

  /// What a batch of a department does: three messages, each in its savepoint, with all that one writes.
  @discardableResult
  static func batch(_ store: Store, from first: UInt64, swallowing: Bool = false) throws -> Int {
    try store.write { tx in
      var handled = 0
      for sequence in first..<first + 3 {
        do {
          try tx.savepoint { tx in
            guard try Inbox.mark(producer: "ledger", sequence: sequence, position: sequence, at: instant(1), in: tx) else { return }
            try tx.run("INSERT INTO word (text) VALUES (?1)", .text("word \(sequence)"))
            try Outbox.append(event: [1, 2, 3], id: id("event-\(sequence)"), at: instant(1), in: tx)
            try Due.add(at: instant(9), kind: "remind", subject: "\(sequence)", in: tx)
            handled += 1
          }
        } catch let fault as StoreFault where !swallowing {
          throw fault
        } catch {}
      }
      return handled
    }.value
  }

  static func counts(_ store: Store) throws -> [Int64] {
    try store.read { snapshot in
      [
        try snapshot.integer("SELECT count(*) FROM word") ?? -1, try snapshot.integer("SELECT count(*) FROM inbox") ?? -1,
        try snapshot.integer("SELECT count(*) FROM outbox") ?? -1, try snapshot.integer("SELECT count(*) FROM due") ?? -1,
      ]
    }
  }

  @Test(arguments: [StoreFault.full, .io(code: 778, reason: "disk I/O error")], [false, true])
  func `the N-th write fails for N = 1, 2, 3 until success, and nothing is ever half done`(fault: StoreFault, swallowing: Bool) throws {
    let plan = FaultPlan()
    var failures = 0
    for n in 1... {
      let store = try desk.open("store-\(n).sqlite") { $0.faults = plan }
      plan.fail(write: n, with: fault)
      do {
        try Self.batch(store, from: 1, swallowing: swallowing)
        #expect(plan.isPending)
        break
      } catch {
        // Also a body that swallows the fault of a message cannot commit the rest of the batch.
        #expect(error as? StoreFault == fault)
        failures += 1
        #expect(try Self.counts(store) == [0, 0, 0, 0])
        try Self.batch(store, from: 1)
        #expect(try Self.counts(store) == [3, 3, 3, 3])
        #expect(try store.read { try Outbox.rows(after: 0, limit: 9, in: $0) }.map(\.sequence) == [1, 2, 3])
        #expect(try store.read { Check.findings(in: $0) } == [])
      }
      store.close()
    }
    // Three messages of at least six write calls, and the commit.
    #expect(failures >= 19)
  }

  @Test func `an opening that fails leaves a file that the next opening completes`() throws {
    let plan = FaultPlan()
    for n in 1... {
      plan.fail(write: n)
      do {
        try desk.open("store-\(n).sqlite") { $0.faults = plan }.close()
        #expect(n == 9)
        break
      } catch {
        #expect(error as? StoreFault == .full)
      }
      let store = try desk.open("store-\(n).sqlite")
      #expect(store.identity.epoch == 1)
      try Self.batch(store, from: 1)
      #expect(try store.read { Check.findings(in: $0) } == [])
    }
  }

  @Test func `a full disk rolls back the whole batch, stays full, and goes on when there is room`() throws {
    try desk.open().close()
    let store = try desk.open { $0.pagesMax = 60 }
    var next: UInt64 = 1
    var fault: StoreFault?
    while fault == nil {
      do {
        try store.write { tx in
          for sequence in next..<next + 20 {
            try tx.savepoint { tx in
              _ = try Inbox.mark(producer: "ledger", sequence: sequence, position: sequence, at: instant(1), in: tx)
              try Outbox.append(event: [UInt8](repeating: 7, count: 900), id: id("event-\(sequence)"), at: instant(1), in: tx)
            }
          }
        }
        next += 20
      } catch let found as StoreFault {
        fault = found
      }
    }
    #expect(fault == .full)
    #expect(fault?.kind == .retry)
    let written = next - 1
    #expect(written > 0)
    func count() throws -> [UInt64] {
      try store.read { snapshot in
        [
          try Inbox.highest(of: "ledger", in: snapshot), try Outbox.highest(in: snapshot),
          try snapshot.first("SELECT count(*) FROM outbox") { try $0.unsigned(0) } ?? 0,
        ]
      }
    }
    #expect(try count() == [written, written, written])
    #expect(throws: StoreFault.full) { try store.write { try $0.run("CREATE TABLE big AS SELECT zeroblob(100000) AS b") } }
    #expect(store.cannotWrite == .full)
    #expect(try store.read { Check.findings(in: $0) } == [])
    // The broker took the events: the room comes back and the next batch goes through, with the next number.
    try store.write { _ = try Outbox.forget(through: written, in: $0) }
    let given = try store.write { try Outbox.append(event: [1], id: id("after"), at: instant(1), in: $0) }.value
    #expect(given == written + 1)
    #expect(store.cannotWrite == nil)
  }

  @Test func `a store that could not write finds by itself that it can again`() throws {
    let plan = FaultPlan()
    let store = try desk.open { $0.faults = plan }
    #expect(store.cannotWrite == nil)
    plan.fail(write: 1)
    #expect(throws: StoreFault.full) { try store.add("one") }
    plan.fail(write: 1)
    // Whoever asks hears of it, and the write that is tried beside them finds the disk still full; the next one does not.
    #expect(store.cannotWrite == .full)
    try eventually("the first try was made") { !plan.isPending }
    try eventually("a later one is done") { store.cannotWrite == nil }
    #expect(store.identity.epoch == 1)
    try store.add("two")
    #expect(try store.words() == ["two"])
  }

  @Test func `a failed sync ends the store, an ordinary failure does not`() throws {
    // SQLITE_IOERR_FSYNC, sqlite.org/rescode.html
    let sync = StoreFault.io(code: 1_034, reason: "disk I/O error")
    #expect(sync.kind == .fatal)
    let plan = FaultPlan()
    let store = try desk.open { $0.faults = plan }
    plan.fail(write: 2, with: sync)
    #expect(throws: sync) { try store.add("one") }
    // Later writes must not build on what the disk may not hold.
    #expect(throws: sync) { try store.add("two") }
    #expect(try store.words() == [])
    store.close()
    let again = try desk.open()
    try again.add("three")
    #expect(try again.words() == ["three"])
  }

  @Test func `a real disk that refuses to grow the log rolls back and goes on afterwards`() async {
    await #expect(processExitsWith: .success) {
      let desk = try Desk()
      let store = try desk.open()
      try FaultTests.batch(store, from: 1)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let roomy = limit
      limit.rlim_cur = 200_000
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      var fault: StoreFault?
      do {
        try store.write { tx in
          for n in 0..<500 { try tx.run("INSERT INTO word (text) VALUES (?1)", .text(String(repeating: "\(n) ", count: 500))) }
        }
      } catch let found as StoreFault {
        fault = found
      }
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #expect(fault?.kind == .retry, "\(String(describing: fault))")
      #expect(try FaultTests.counts(store) == [3, 3, 3, 3])
      var again = roomy
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &again)
      try FaultTests.batch(store, from: 4)
      #expect(try FaultTests.counts(store) == [6, 6, 6, 6])
      #expect(try store.read { Check.findings(in: $0) } == [])
    }
  }

  @Test func `every fault says what happened and what to do`() {
    let faults: [StoreFault] = [
      .full, .io(code: 10, reason: "r"), .corrupt(reason: "r"), .busy,
      .newerVersion(found: SchemaVersion(house: 2, department: 1), known: SchemaVersion(house: 1, department: 1)),
      .notOurs(found: 1, expected: 2), .cannotOpen(path: "p", reason: "r"), .constraint("c"), .misuse("m"),
      .unreadable(column: "c", wanted: "w", found: "f"), .beyondLimit(what: "w", maximum: 1), .readTooLong,
      .migrationChanged(series: "s", number: 1), .olderThanBroker(highest: 1, accepted: 2), .targetExists(path: "p"), .closed,
    ]
    for fault in faults { #expect(fault.description.count > 20 && !fault.description.contains("\n")) }
    #expect(Set(faults.map(\.description)).count == faults.count)
  }
}
