import Foundation
import Store
import Synchronization
import Testing

struct ChunkTests {
  let desk: Desk
  init() throws { desk = try Desk() }

  @Test func `a chunk that nobody waits for ends at its rows`() throws {
    let store = try desk.open()
    let rows = try store.writeChunk(rowsMax: 7, time: .seconds(60)) { _, pace in
      while pace.admitsRow() {}
      return pace.rows
    }
    #expect(rows.value == 7)
  }

  @Test func `a chunk says whether it would take another row without taking it`() throws {
    let store = try desk.open()
    let seen = try store.writeChunk(rowsMax: 2, time: .seconds(60)) { _, pace in
      var seen = [pace.isOpen, pace.isOpen]
      while pace.admitsRow() { seen.append(pace.isOpen) }
      return seen
    }
    #expect(seen.value == [true, true, true, false])
    let late = try store.writeChunk(time: .zero) { _, pace in [pace.isOpen, pace.admitsRow(), pace.isOpen] }
    #expect(late.value == [true, true, false])
  }

  @Test func `a chunk ends at its time, and does one row even where it has none`() throws {
    let store = try desk.open()
    let none = try store.writeChunk(time: .zero) { _, pace in [pace.admitsRow(), pace.admitsRow()] }
    #expect(none.value == [true, false])
    let began = ContinuousClock.now
    let some = try store.writeChunk(rowsMax: .max, time: .milliseconds(5)) { _, pace in
      while pace.admitsRow() {}
      return pace.rows
    }
    #expect(ContinuousClock.now - began >= .milliseconds(5))
    #expect(some.value > 1)
  }

  @Test func `long work takes the processors in long turns and with a small share, and gives both back`() throws {
    let store = try desk.open()
    let usual = try #require(Turns.mine)
    let long = Turns(
      nanoseconds: usual.nanoseconds == 0 ? 0 : 5_000_000, niceness: LongTurns.mayRiseAgain ? min(19, usual.niceness + 10) : usual.niceness)
    #expect(try store.writeChunk { _, _ in Turns.mine }.value == long)
    #expect(Turns.mine == usual)
    #expect(try store.write(asLongWork: true) { _ in Turns.mine }.value == long)
    #expect(try store.write { _ in Turns.mine }.value == usual)
    struct Stopped: Error {}
    #expect(throws: Stopped.self) { try store.writeChunk { _, _ in throw Stopped() } }
    #expect(Turns.mine == usual)
  }

  @Test func `a chunk for which somebody waits takes the processors like everybody`() throws {
    let store = try desk.open()
    let usual = try #require(Turns.mine)
    let came = Thread { _ = try? store.add("lone") }
    let seen = try store.writeChunk(rowsMax: .max, time: .seconds(3_600), yieldsAfter: .zero) { _, pace in
      came.start()
      while pace.admitsRow() {}
      return Turns.mine
    }
    #expect(seen.value == usual)
  }

  @Test func `a chunk ends once somebody stands in line, who then comes before the next chunk`() throws {
    let store = try desk.open()
    let came = Thread { _ = try? store.add("lone") }
    // Without the line this chunk would go on for an hour, and the wait below with it.
    let rows = try store.writeChunk(rowsMax: .max, time: .seconds(3_600), yieldsAfter: .zero) { transaction, pace in
      came.start()
      while pace.admitsRow() {}
      return (pace.rows, others: try transaction.integer("SELECT count(*) FROM word"))
    }
    #expect(rows.value.0 >= 1 && rows.value.others == 0)
    let next = try store.writeChunk { transaction, _ in try transaction.integer("SELECT count(*) FROM word WHERE text = 'lone'") }
    #expect(next.value == 1)
  }

  @Test func `a chunk does its yield's worth before it stands back`() throws {
    let store = try desk.open()
    let came = Thread { _ = try? store.add("lone") }
    let began = ContinuousClock.now
    _ = try store.writeChunk(rowsMax: .max, time: .seconds(3_600), yieldsAfter: .milliseconds(30)) { _, pace in
      came.start()
      while pace.admitsRow() {}
    }
    #expect(ContinuousClock.now - began >= .milliseconds(30))
  }

  @Test func `of several runs one at a time stands in line, and none waits for another's mercy`() throws {
    let store = try desk.open()
    let chunks = Atomic<Int>(0)
    let inside = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<20 {
        let done = try? store.writeChunk(rowsMax: 5) { _, pace in
          #expect(inside.add(1, ordering: .relaxed).newValue == 1)
          while pace.admitsRow() {}
          inside.subtract(1, ordering: .relaxed)
        }
        if done != nil { chunks.add(1, ordering: .relaxed) }
      }
    }
    #expect(chunks.load(ordering: .relaxed) == 80)
    #expect(store.statistics.commits == 80)
  }

  @Test func `a chunk that throws leaves nothing and lets the next in`() throws {
    let store = try desk.open()
    #expect(throws: Stop()) {
      try store.writeChunk { transaction, _ in
        try transaction.run("INSERT INTO word (text) VALUES ('half')")
        throw Stop()
      }
    }
    #expect(try store.words() == [])
    try store.writeChunk { transaction, _ in try transaction.run("INSERT INTO word (text) VALUES ('whole')") }
    #expect(try store.words() == ["whole"])
  }
}
