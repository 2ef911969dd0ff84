import Contracts
import Store
import Testing

/// Inbox and outbox: what comes in once, what goes out gapless.
struct MailTests {
  let desk: Desk
  let store: Store
  init() throws {
    desk = try Desk()
    store = try desk.open()
  }

  func mark(_ producer: String, _ sequence: UInt64, position: UInt64 = 9) throws -> Bool {
    try store.write { tx in try Inbox.mark(producer: producer, sequence: sequence, position: position, at: instant(5), in: tx) }.value
  }

  @Test func `a message is new once, per producer and sequence`() throws {
    #expect(try mark("ledger", 1))
    #expect(try !mark("ledger", 1))
    #expect(try mark("ledger", 3))
    #expect(try mark("ledger", 2))
    #expect(try !mark("ledger", 2, position: 77))
    #expect(try mark("service", 1))
    #expect(try !mark("service", 1))
    #expect(try mark("ledger", UInt64(Int64.max)))
    try store.read { snapshot throws in
      #expect(try Inbox.highest(of: "service", in: snapshot) == 1)
      #expect(try Inbox.highest(of: "nobody", in: snapshot) == 0)
    }
  }

  @Test func `a mark tells where the journal has its message and when it was handled`() throws {
    _ = try mark("ledger", 4, position: 4_711)
    try store.read { snapshot in
      let found = try Inbox.find(producer: "ledger", sequence: 4, in: snapshot)
      #expect(found?.position == 4_711 && found?.handledAt == instant(5))
      #expect(try Inbox.find(producer: "ledger", sequence: 5, in: snapshot) == nil)
      #expect(try Inbox.find(producer: "other", sequence: 4, in: snapshot) == nil)
      #expect(try Inbox.find(producer: "ledger", sequence: .max, in: snapshot) == nil)
    }
  }

  @Test func `a rolled-back message is new again, with its producer`() throws {
    #expect(throws: Stop()) {
      try store.write { tx in
        #expect(try Inbox.mark(producer: "ledger", sequence: 1, position: 1, at: instant(1), in: tx))
        throw Stop()
      }
    }
    #expect(try mark("ledger", 1))
  }

  @Test(
    arguments: [
      ("", 1, 1), (String(repeating: "x", count: StoreLimits.nameBytesMax + 1), 1, 1), ("p", 0, 1), ("p", UInt64.max, 1), ("p", 1, .max),
    ] as [(String, UInt64, UInt64)])
  func `a mark beyond the limits is refused`(producer: String, sequence: UInt64, position: UInt64) throws {
    let fault = #expect(throws: StoreFault.self) { try mark(producer, sequence, position: position) }
    #expect(fault?.kind == .refuse)
  }

  @Test func `the longest name is taken`() throws {
    #expect(try mark(String(repeating: "x", count: StoreLimits.nameBytesMax), 1))
  }

  func append(_ ids: [String], thenThrow: Bool = false) throws -> [UInt64] {
    try store.write { tx in
      let given = try ids.map { try Outbox.append(event: Array($0.utf8), id: id($0), at: instant(8), in: tx) }
      if thenThrow { throw Stop() }
      return given
    }.value
  }

  @Test func `sequences rise without gaps, also over rollbacks`() throws {
    #expect(try append(["a", "b"]) == [1, 2])
    #expect(throws: Stop()) { _ = try append(["c", "d", "e"], thenThrow: true) }
    #expect(try append(["f"]) == [3])
    try store.write { tx throws in
      _ = try? tx.savepoint { tx in
        try Outbox.append(event: [1], id: id("g"), at: instant(1), in: tx)
        throw Stop()
      }
      #expect(try Outbox.append(event: [1], id: id("h"), at: instant(1), in: tx) == 4)
    }
    #expect(try store.read { try Outbox.highest(in: $0) } == 4)
  }

  @Test func `forgetting goes in chunks and never gives a number twice`() throws {
    _ = try append((1...10).map { "e\($0)" })
    func forget(_ through: UInt64, atMost: Int = 1_000) throws -> Int {
      try store.write { try Outbox.forget(through: through, atMost: atMost, in: $0) }.value
    }
    #expect(try forget(7, atMost: 5) == 5)
    #expect(try store.read { try Outbox.rows(after: 0, limit: 100, in: $0) }.map(\.sequence) == [6, 7, 8, 9, 10])
    #expect(try forget(7, atMost: 5) == 2)
    #expect(try forget(7) == 0)
    #expect(try forget(3) == 0)
    #expect(try forget(10) == 3)
    #expect(try store.read { try Outbox.forgotten(in: $0) } == 10)
    store.close()
    let again = try desk.open()
    #expect(try again.read { try Outbox.highest(in: $0) } == 10)
    #expect(try again.write { try Outbox.append(event: [1], id: id("next"), at: instant(1), in: $0) }.value == 11)
    #expect(Check.findings(inFileOf: desk.options()) == [])
  }

  @Test func `a broker that heard more than was written names an old copy`() throws {
    _ = try append(["a"])
    let fault = #expect(throws: StoreFault.self) { try store.write { try Outbox.forget(through: 2, in: $0) } }
    #expect(fault == .olderThanBroker(highest: 1, accepted: 2))
    #expect(fault?.kind == .fatal)
    // It is the program's end, not the file's: nothing was changed.
    #expect(try append(["b"]) == [2])
  }

  @Test func `an event is as large as the broker takes, and never empty`() throws {
    func append(_ count: Int) throws {
      try store.write { tx in
        try Outbox.append(event: [UInt8](repeating: 1, count: count), id: id("of \(count)"), at: instant(1), in: tx)
      }
    }
    try append(StoreLimits.eventBytesMax)
    for count in [0, StoreLimits.eventBytesMax + 1] {
      let fault = #expect(throws: StoreFault.self) { try append(count) }
      #expect(fault == .beyondLimit(what: "an event in bytes", maximum: StoreLimits.eventBytesMax))
    }
  }

  @Test func `rows come in order within their limits`() throws {
    _ = try append((1...9).map { "event-\($0)" })
    try store.read { snapshot throws in
      #expect(try Outbox.rows(after: 0, limit: 3, in: snapshot).map(\.sequence) == [1, 2, 3])
      #expect(try Outbox.rows(after: 7, limit: 3, in: snapshot).map(\.sequence) == [8, 9])
      #expect(try Outbox.rows(after: 9, limit: 3, in: snapshot).isEmpty)
      #expect(try Outbox.rows(after: .max, limit: 3, in: snapshot).isEmpty)
      // Seven bytes each: a third would go over the bound; a bound below one row still moves on by one.
      #expect(try Outbox.rows(after: 0, limit: 9, bytesMax: 15, in: snapshot).map(\.sequence) == [1, 2])
      #expect(try Outbox.rows(after: 0, limit: 9, bytesMax: 1, in: snapshot).map(\.sequence) == [1])
      #expect(try Outbox.rows(after: 0, limit: 1, in: snapshot).first?.event == Array("event-1".utf8))
    }
  }
}
