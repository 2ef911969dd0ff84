import Contracts
import Dispatch
import Foundation
import Store
import Synchronization
import TestKit
import Testing

struct ConcurrencyTests {
  let desk: Desk
  init() throws { desk = try Desk() }

  @Test func `writers of one store stand in line and none is lost`() throws {
    let store = try desk.open()
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      for n in 0..<50 { #expect(throws: Never.self) { try store.add("\(writer)-\(n)") } }
    }
    #expect(try Set(store.words()).count == 200)
    #expect(store.statistics.commits == 200)
  }

  @Test func `two stores on one file contend and none is lost`() throws {
    let stores = [try desk.open(), try desk.open()]
    DispatchQueue.concurrentPerform(iterations: 2) { writer in
      for n in 0..<100 { #expect(throws: Never.self) { try stores[writer].add("\(writer)-\(n)") } }
    }
    #expect(try stores[0].words().count == 200)
    #expect(try stores[1].words().count == 200)
    #expect(Check.findings(inFileOf: desk.options()) == [])
  }

  @Test func `a snapshot does not see what is committed while it reads`() throws {
    let store = try desk.open()
    try store.add("before")
    func words(in snapshot: borrowing Snapshot) throws -> [String] { try snapshot.all("SELECT text FROM word") { try $0.text(0) } }
    try store.read { snapshot in
      #expect(try words(in: snapshot) == ["before"])
      try store.add("meanwhile")
      #expect(try words(in: snapshot) == ["before"])
    }
    #expect(try store.words() == ["before", "meanwhile"])
  }

  @Test func `readers neither wait for a write nor see it before its commit`() throws {
    let store = try desk.open()
    try store.write { tx in
      try tx.run("INSERT INTO word (text) VALUES ('unborn')")
      // The write is under way on this very thread: a reader that waited for it would stand still.
      #expect(try store.words() == [])
    }
    #expect(try store.words() == ["unborn"])
  }

  @Test func `a write does not wait for readers that hold their snapshots`() throws {
    let store = try desk.open()
    try store.read { outer in
      #expect(try outer.integer("SELECT count(*) FROM word") == 0)
      try store.read { inner in
        #expect(try inner.integer("SELECT count(*) FROM word") == 0)
        for n in 0..<50 { try store.add("\(n)") }
      }
    }
    #expect(try store.words().count == 50)
  }

  @Test func `more reads than readers wait their turn, nested ones say busy`() throws {
    let store = try desk.open { $0.readers = 1 }
    let done = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<20 { if (try? store.words()) != nil { done.add(1, ordering: .relaxed) } }
    }
    #expect(done.load(ordering: .relaxed) == 160)
    _ = try store.read { _ in
      #expect(throws: StoreFault.busy) { try store.words() }
    }
    #expect(store.statistics.reads == 161)
  }

  @Test func `tells whether a reader is free`() throws {
    let store = try desk.open { $0.readers = 2 }
    #expect(store.hasFreeReader)
    try store.read { _ in
      #expect(store.hasFreeReader)
      try store.read { _ in #expect(!store.hasFreeReader) }
      #expect(store.hasFreeReader)
    }
    #expect(store.hasFreeReader)
    store.close()
    #expect(!store.hasFreeReader)
  }

  @Test func `a read without end is ended and the reader serves the next`() throws {
    let store = try desk.open {
      $0.readers = 1
      $0.readMillisecondsMax = 150
    }
    let began = ContinuousClock.now
    #expect(throws: StoreFault.readTooLong) {
      _ = try store.read {
        try $0.integer("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
      }
    }
    #expect(ContinuousClock.now - began < .seconds(30))
    #expect(store.statistics.overlongReads == 1)
    #expect(try store.words() == [])
  }

  @Test func `a fault or throw in a read gives the reader back`() throws {
    let store = try desk.open { $0.readers = 1 }
    for _ in 0..<5 {
      #expect(throws: Stop()) { try store.read { _ in throw Stop() } }
      #expect(throws: StoreFault.self) { try store.read { _ = try $0.integer("SELECT nonsense") } }
    }
    #expect(try store.words() == [])
  }

  @Test func `the log stays bounded under a writer without pauses`() throws {
    let store = try desk.open()
    let bytes = [UInt8](repeating: 7, count: 200_000)
    var longest = 0
    // 160 MB of log in all.
    for n in 1...800 as ClosedRange<UInt64> {
      try store.write { tx in
        try Outbox.append(event: bytes, id: id("event-\(n)"), at: instant(1), in: tx)
        try Outbox.forget(through: n, in: tx)
      }
      longest = max(longest, store.walBytes)
    }
    #expect(longest > 0)
    #expect(longest < StoreLimits.walBytesMax)
    let statistics = store.statistics
    #expect(statistics.logCopies > 0 && statistics.logResets > 0)
    #expect(statistics.logFaults == 0 && statistics.lastLogFault == nil)
  }

  @Test func `an idle store empties its log`() throws {
    let store = try desk.open()
    try store.add("one")
    #expect(store.walBytes > 0)
    let log = desk.path() + "-wal"
    try waitForEmptyLog(of: store)
    #expect(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int == 0)
    #expect(try store.words() == ["one"])
  }

  @Test func `a reader that holds its snapshot keeps the log, which then tells its length`() throws {
    let store = try desk.open { $0.readMillisecondsMax = 60_000 }
    try store.read { snapshot in
      #expect(try snapshot.integer("SELECT count(*) FROM outbox") == 0)
      for n in 1...60 {
        try store.write { try Outbox.append(event: [UInt8](repeating: 1, count: 100_000), id: id("\(n)"), at: instant(1), in: $0) }
      }
      #expect(store.walBytes > 4 << 20)
    }
    try waitForEmptyLog(of: store)
  }

  func waitForEmptyLog(of store: Store) throws {
    // The checkpointer is a thread of its own, and nobody but its work tells of it.
    try eventually("the log is empty", within: .seconds(20)) { store.walBytes == 0 }
  }

  @Test func `listeners hear of each durable write and of no other`() throws {
    let store = try desk.open()
    let heard = Heard()
    store.afterEachWrite { heard.count.add(1, ordering: .relaxed) }
    try store.add("one")
    #expect(throws: Stop()) { try store.write { _ in throw Stop() } }
    #expect(throws: StoreFault.self) { try store.add("one") }
    try store.add("two")
    #expect(heard.count.load(ordering: .relaxed) == 2)
  }

  final class Heard: Sendable { let count = Atomic<Int>(0) }

  @Test func `closing waits for what is under way and leaves one whole file`() throws {
    let store = try desk.open()
    let started = DispatchSemaphore(value: 0)
    let thread = Thread {
      started.signal()
      for n in 0..<1_000 { guard (try? store.add("\(n)")) != nil else { return } }
    }
    thread.start()
    started.wait()
    try eventually("three commits") { store.statistics.commits >= 3 }
    store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.folder.path) == ["store.sqlite"])
    let commits = store.statistics.commits
    let again = try desk.open()
    #expect(try again.words().count == commits)
  }
}
