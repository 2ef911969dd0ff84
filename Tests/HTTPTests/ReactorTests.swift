import Dispatch
import Glibc
import Synchronization
import Testing
import Transport

@Suite struct ReactorTests {
  @Test func `runs posted jobs in the order of each thread and loses none`() throws {
    let loop = try Loop()
    let seen = Kept<[[Int]]>([[], [], [], []])
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for number in 0..<5_000 { loop.reactor.post { seen.value[thread].append(number) } }
    }
    let result = try loop.on { seen.value }
    for thread in 0..<4 { #expect(result[thread] == Array(0..<5_000)) }
  }

  @Test func `runs timers by due instant and equal ones in the order they were added`() throws {
    let loop = try Loop()
    let order = Kept<[String]>([])
    let done = Awaited<[String]>()
    _ = try loop.on {
      for (name, delay) in [("late", 30), ("early", 5), ("middle", 15), ("early too", 5), ("at once", 0), ("negative", -7)] {
        _ = loop.reactor.after(.milliseconds(delay)) { order.value.append(name) }
      }
      let cancelled = loop.reactor.after(.milliseconds(10)) { order.value.append("cancelled") }
      loop.reactor.cancel(cancelled)
      loop.reactor.cancel(cancelled)
      _ = loop.reactor.after(.milliseconds(40)) { done.give(order.value) }
    }
    #expect(done.wait() == ["at once", "negative", "early", "early too", "middle", "late"])
  }

  @Test func `never runs a timer early, and survives many cancelled ones`() throws {
    let loop = try Loop()
    let waited = Awaited<Int64>()
    _ = try loop.on {
      for _ in 0..<20_000 { loop.reactor.cancel(loop.reactor.after(.seconds(60)) {}) }
      let start = Reactor.uptime()
      _ = loop.reactor.after(.milliseconds(20)) { waited.give(Reactor.uptime() - start) }
    }
    let nanoseconds = try #require(waited.wait())
    #expect(nanoseconds >= 20_000_000)
  }

  @Test func `a timer that sets a timer for now does not keep others from running`() throws {
    let loop = try Loop()
    let rounds = Kept(0)
    let done = Awaited<Int>()
    _ = try loop.on {
      func again() {
        rounds.value += 1
        if rounds.value < 1_000 { _ = loop.reactor.after(.zero) { again() } } else { done.give(rounds.value) }
      }
      again()
    }
    #expect(try loop.on { true })
    #expect(done.wait() == 1_000)
  }

  @Test func `calls the end of the turn after every job of the turn`() throws {
    let loop = try Loop()
    let log = Kept<[String]>([])
    _ = try loop.on {
      loop.reactor.endOfTurn = { if log.value.last != "end" { log.value.append("end") } }
      for number in 1...3 { loop.reactor.post { log.value.append("job \(number)") } }
    }
    let result = try loop.on { log.value }
    #expect(result.joined(separator: ", ").contains("job 1, job 2, job 3"))
    #expect(try loop.on { log.value.last } == "end")
  }

  @Test func `answers nil when it has been stopped, and runs what was posted before`() throws {
    let loop = try Loop()
    let ran = Awaited<Bool>()
    loop.reactor.post {
      loop.reactor.post { ran.give(true) }
      loop.reactor.stop()
    }
    #expect(ran.wait() == true)
    loop.reactor.join()
    #expect(loop.reactor.perform { 1 } == nil)
    #expect(!loop.reactor.post {})
  }

  @Test func `sleeps while there is nothing to do`() throws {
    let loop = try Loop()
    let before = try loop.on { loop.reactor.turns }
    let pause = DispatchSemaphore(value: 0)
    _ = pause.wait(timeout: .now() + 0.1)
    let after = try loop.on { loop.reactor.turns }
    #expect(after - before <= 2)
  }

  @Test func `watches a foreign descriptor until cancelled`() throws {
    let loop = try Loop()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let reading = Pipe(FileDescriptor(adopting: ends[0]))
    let writing = FileDescriptor(adopting: ends[1])
    let heard = Awaited<UInt8>()
    let calls = Kept(0)
    let watch = Kept<DescriptorWatch?>(nil)
    _ = try loop.on {
      watch.value = try DescriptorWatch(reading.end, on: loop.reactor) {
        calls.value += 1
        var byte: UInt8 = 0
        if read(reading.end.number, &byte, 1) == 1 { heard.give(byte) }
      }
    }
    var byte: UInt8 = 42
    #expect(write(writing.number, &byte, 1) == 1)
    #expect(heard.wait() == 42)
    _ = try loop.on { watch.value?.cancel() }
    #expect(write(writing.number, &byte, 1) == 1)
    _ = try loop.on { true }
    #expect(try loop.on { calls.value } == 1)
  }

  private final class Pipe: Sendable {
    let end: FileDescriptor
    init(_ end: consuming FileDescriptor) { self.end = end }
  }
}
