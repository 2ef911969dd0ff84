import Contracts
import Store
import Testing

/// Due rows, runs and remembered answers.
struct LaterTests {
  let desk: Desk
  let store: Store
  init() throws {
    desk = try Desk()
    store = try desk.open()
  }

  // MARK: Due

  @Test func `what is due comes in order of its instants, equal ones as they were written`() throws {
    try store.write { tx in
      for (at, subject) in [(30, "c"), (10, "a"), (20, "b1"), (20, "b2"), (40, "d")] as [(Int64, String)] {
        try Due.add(at: instant(at), kind: "hold", subject: subject, payload: Array(subject.utf8), in: tx)
      }
    }
    try store.read { snapshot throws in
      #expect(try Due.next(in: snapshot) == instant(10))
      #expect(try Due.elapsed(at: instant(9), limit: 10, in: snapshot).isEmpty)
      #expect(try Due.elapsed(at: instant(10), limit: 10, in: snapshot).map(\.subject) == ["a"])
      #expect(try Due.elapsed(at: instant(35), limit: 10, in: snapshot).map(\.subject) == ["a", "b1", "b2", "c"])
      #expect(try Due.elapsed(at: instant(35), limit: 2, in: snapshot).map(\.subject) == ["a", "b1"])
    }
  }

  @Test func `what became due while the program was down happens once, in order`() throws {
    try store.write { tx in
      for n in 1...5 { try Due.add(at: instant(Int64(60 - n * 10)), kind: "remind", subject: "\(n)", in: tx) }
    }
    store.close()
    let again = try desk.open()
    var happened: [String] = []
    while try again.write({ tx in
      let rows = try Due.elapsed(at: instant(1_000), limit: 2, in: tx)
      for row in rows where try Due.remove(row.number, in: tx) { happened.append(row.subject) }
      return !rows.isEmpty
    }).value {}
    #expect(happened == ["5", "4", "3", "2", "1"])
    #expect(try again.read { try Due.next(in: $0) } == nil)
  }

  @Test func `a due row is taken once and a rolled-back taking gives it back`() throws {
    let number = try store.write { try Due.add(at: instant(1), kind: "k", subject: "s", in: $0) }.value
    #expect(throws: Stop()) {
      try store.write { tx in
        #expect(try Due.remove(number, in: tx))
        throw Stop()
      }
    }
    #expect(try store.write { try Due.remove(number, in: $0) }.value)
    #expect(try !store.write { try Due.remove(number, in: $0) }.value)
  }

  @Test func `setting an instant moves the one row, adding leaves others beside it`() throws {
    try store.write { tx in
      try Due.set(at: instant(10), kind: "deadline", subject: "case-1", payload: [1], in: tx)
      try Due.set(at: instant(20), kind: "deadline", subject: "case-2", in: tx)
      try Due.set(at: instant(30), kind: "deadline", subject: "case-1", payload: [2], in: tx)
      try Due.add(at: instant(5), kind: "deadline", subject: "case-1", in: tx)
      try Due.add(at: instant(5), kind: "deadline", subject: "case-1", in: tx)
      #expect(try Due.waiting(kind: "deadline", subject: "case-1", in: tx).map(\.at.milliseconds) == [5, 5, 30])
      #expect(try Due.waiting(kind: "deadline", subject: "case-1", in: tx).last?.payload == [2])
      #expect(try Due.remove(kind: "deadline", subject: "case-1", in: tx) == 3)
      #expect(try Due.elapsed(at: instant(99), limit: 9, in: tx).map(\.subject) == ["case-2"])
    }
  }

  @Test func `due rows have bounded names and payloads`() throws {
    let long = String(repeating: "k", count: StoreLimits.nameBytesMax + 1)
    for (kind, subject, bytes) in [("", "s", 0), ("k", "", 0), (long, "s", 0), ("k", long, 0), ("k", "s", StoreLimits.payloadBytesMax + 1)]
    {
      let fault = #expect(throws: StoreFault.self) {
        try store.write {
          try Due.add(at: instant(1), kind: kind, subject: subject, payload: [UInt8](repeating: 0, count: bytes), in: $0)
        }
      }
      #expect(fault?.kind == .refuse)
    }
    try store.write { tx in
      _ = try Due.add(
        at: instant(1), kind: "k", subject: "s", payload: [UInt8](repeating: 0, count: StoreLimits.payloadBytesMax), in: tx)
    }
  }

  // MARK: Runs

  @Test func `a run goes on where it was, after any number of stops`() throws {
    func begin(_ store: Store) throws -> (Runs.Run, Bool) {
      try store.write { try Runs.begin(kind: "lookback", subject: "SPRING@2", cursor: [0], at: instant(1), in: $0) }.value
    }
    var (run, isNew) = try begin(store)
    #expect(isNew && run.cursor == [0] && run.state == .running && run.chunks == 0 && run.counters.isEmpty)
    store.close()
    for chunk in 1...3 as ClosedRange<UInt8> {
      let store = try desk.open()
      (run, isNew) = try begin(store)
      #expect(!isNew && run.cursor == [chunk - 1])
      let moved = try store.write { tx in
        try Runs.advance(run, to: [chunk], adding: ["seen": 1_000, "granted": Int64(chunk)], at: instant(2), in: tx)
      }.value
      #expect(moved)
      store.close()
    }
    let store = try desk.open()
    run = try #require(try store.read { try Runs.running(limit: 10, in: $0) }.first)
    let done = try store.write { try Runs.finish(run, adding: ["seen": 5], at: instant(3), in: $0) }.value
    #expect(done?.counters == ["seen": 3_005, "granted": 6] && done?.state == .finished && done?.chunks == 4)
    #expect(try store.read { try Runs.running(limit: 10, in: $0) }.isEmpty)
    #expect(try begin(store).1 == false)
    #expect(try begin(store).0.state == .finished)
  }

  @Test func `a chunk belongs to one only`() throws {
    let run = try store.write { try Runs.begin(kind: "k", subject: "s", at: instant(1), in: $0).run }.value
    func advance() throws -> Bool { try store.write { try Runs.advance(run, to: [1], adding: ["n": 1], at: instant(2), in: $0) }.value }
    #expect(try advance())
    #expect(try !advance())
    #expect(try store.write { try Runs.finish(run, at: instant(2), in: $0) }.value == nil)
    let now = try #require(try store.read { try Runs.find(kind: "k", subject: "s", in: $0) })
    #expect(now.counters == ["n": 1])
    let stopped = try store.write { try Runs.stop(now, at: instant(3), in: $0) }.value
    #expect(stopped?.state == .stopped && stopped?.counters == ["n": 1])
    #expect(try !store.write { try Runs.advance(now, to: [2], at: instant(4), in: $0) }.value)
  }

  @Test func `a rolled-back chunk leaves cursor and totals`() throws {
    let run = try store.write { try Runs.begin(kind: "k", subject: "s", at: instant(1), in: $0).run }.value
    #expect(throws: Stop()) {
      try store.write { tx in
        #expect(try Runs.advance(run, to: [9], adding: ["n": 9], at: instant(2), in: tx))
        throw Stop()
      }
    }
    #expect(try store.read { try Runs.find(kind: "k", subject: "s", in: $0) } == run)
  }

  @Test func `a cursor is bounded`() throws {
    let fault = #expect(throws: StoreFault.self) {
      try store.write {
        try Runs.begin(
          kind: "k", subject: "s", cursor: [UInt8](repeating: 0, count: StoreLimits.payloadBytesMax + 1), at: instant(1), in: $0)
      }
    }
    #expect(fault?.kind == .refuse)
  }

  // MARK: Idempotency

  static let hash = [UInt8](repeating: 7, count: 32)
  static let other = [UInt8](repeating: 8, count: 32)

  func command(_ key: String, _ principal: String = "ana", _ hash: [UInt8] = LaterTests.hash, at time: Int64 = 1) throws
    -> Idempotency.Known
  {
    try store.write { tx in
      let known = try Idempotency.find(key: key, principal: principal, bodyHash: hash, in: tx)
      if case .new = known {
        let answer = Idempotency.Answer(status: 201, response: Array("made \(key)".utf8))
        try Idempotency.record(key: key, principal: principal, bodyHash: hash, answer: answer, at: instant(time), in: tx)
      }
      return known
    }.value
  }

  @Test func `a repeated command gets the first answer, another body a conflict`() throws {
    #expect(try command("k1") == .new)
    #expect(try command("k1") == .same(Idempotency.Answer(status: 201, response: Array("made k1".utf8))))
    #expect(try command("k1", "ana", Self.other) == .otherBody)
    #expect(try command("k1", "bob", Self.other) == .new)
    #expect(try command("k1") == .same(Idempotency.Answer(status: 201, response: Array("made k1".utf8))))
  }

  @Test func `an answer is recorded with its command or not at all, and once`() throws {
    let answer = Idempotency.Answer(status: 200, response: [])
    #expect(throws: Stop()) {
      try store.write { tx in
        try Idempotency.record(key: "k", principal: "p", bodyHash: Self.hash, answer: answer, at: instant(1), in: tx)
        throw Stop()
      }
    }
    try store.write { try Idempotency.record(key: "k", principal: "p", bodyHash: Self.hash, answer: answer, at: instant(1), in: $0) }
    let fault = #expect(throws: StoreFault.self) {
      try store.write { try Idempotency.record(key: "k", principal: "p", bodyHash: Self.hash, answer: answer, at: instant(1), in: $0) }
    }
    #expect(fault == .constraint("UNIQUE constraint failed: idempotency.principal, idempotency.key"))
  }

  @Test func `old answers go in chunks, oldest first`() throws {
    for n in 1...5 as ClosedRange<Int64> { _ = try command("k\(n)", at: n * 10) }
    func purge(before time: Int64, atMost: Int) throws -> Int {
      try store.write { try Idempotency.purge(before: instant(time), atMost: atMost, in: $0) }.value
    }
    #expect(try purge(before: 40, atMost: 2) == 2)
    #expect(try command("k3") != .new)
    #expect(try purge(before: 40, atMost: 2) == 1)
    #expect(try purge(before: 40, atMost: 2) == 0)
    #expect(try command("k4") != .new)
    #expect(try command("k3") == .new)
  }

  @Test(arguments: [
    (0, 1, 32, 0), (StoreLimits.idempotencyKeyBytesMax + 1, 1, 32, 0), (1, 0, 32, 0), (1, StoreLimits.nameBytesMax + 1, 32, 0),
    (1, 1, 31, 0), (1, 1, 0, 0), (1, 1, 33, 0), (1, 1, 32, StoreLimits.responseBytesMax + 1),
  ])
  func `an answer beyond the limits is refused`(key: Int, principal: Int, hash: Int, response: Int) throws {
    let fault = #expect(throws: StoreFault.self) {
      try store.write { tx in
        try Idempotency.record(
          key: String(repeating: "k", count: key), principal: String(repeating: "p", count: principal),
          bodyHash: [UInt8](repeating: 0, count: hash),
          answer: Idempotency.Answer(status: 200, response: [UInt8](repeating: 0, count: response)), at: instant(1), in: tx)
      }
    }
    #expect(fault?.kind == .refuse)
  }
}
