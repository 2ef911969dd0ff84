import Glibc
import Testing
import Transport

@Suite struct ConnectorTests {
  @Test func `reaches a listener by number and by name`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    for host in ["127.0.0.1", "localhost"] {
      let answer = Awaited<[UInt8]>()
      let port = echo.port
      _ = try loop.on {
        _ = Connector(on: loop.reactor).connect(host: host, port: port) { result in
          switch consume result {
          case .success(let descriptor):
            let connection = Connection(adopting: descriptor, on: loop.reactor)
            connection.onBytes = { [unowned connection] bytes in
              answer.give(Array(bytes))
              connection.close()
              return bytes.count
            }
            connection.send([1, 2, 3])
          case .failure(let error): answer.give(Array(error.description.utf8))
          }
        }
      }
      #expect(answer.wait() == [1, 2, 3])
    }
  }

  @Test func `tells every failure once, as a sentence`() throws {
    let loop = try Loop()
    let free = try loop.on { () -> UInt16 in
      let listener = try Listener(host: "127.0.0.1", port: 0, on: loop.reactor) { _, _ in }
      defer { listener.close() }
      return listener.port
    }
    let rows: [(host: String, port: UInt16, code: Int32, part: String)] = [
      ("127.0.0.1", free, ECONNREFUSED, "nobody listens on 127.0.0.1:\(free); start it or check the port"),
      ("no-such-host.invalid", 1, 0, "cannot find the host no-such-host.invalid"),
    ]
    for row in rows {
      let failure = Awaited<SystemError>()
      let calls = Kept(0)
      _ = try loop.on {
        _ = Connector(on: loop.reactor).connect(host: row.host, port: row.port) { result in
          calls.value += 1
          if case .failure(let error) = consume result { failure.give(error) }
        }
      }
      let error = try #require(failure.wait())
      if row.code != 0 { #expect(error.code == row.code) }
      #expect(error.description.contains(row.part), "\(error)")
      #expect(error.isTransient)
      #expect(try loop.on { calls.value } == 1)
    }
  }

  @Test func `gives up on a peer that never answers`() throws {
    // A full backlog drops further callers' packets: the nearest thing to a silent host that loopback has.
    let idle = try Reactor()
    let listener = try Listener(host: "127.0.0.1", port: 0, on: idle, backlog: 0) { _, _ in }
    let port = listener.port
    var waiting: [StreamBox] = []
    var last: SystemError?
    for _ in 0..<8 {
      do throws(SystemError) {
        waiting.append(StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: port, timeout: .milliseconds(100))))
      } catch {
        last = error
        break
      }
    }
    #expect(last?.code == ETIMEDOUT)
    #expect(last?.description.contains("did not answer in time") == true)

    let loop = try Loop()
    let failure = Awaited<SystemError>()
    let start = Reactor.uptime()
    _ = try loop.on {
      _ = Connector(on: loop.reactor).connect(host: "127.0.0.1", port: port, timeout: .milliseconds(150)) { result in
        if case .failure(let error) = consume result { failure.give(error) }
      }
    }
    #expect(failure.wait()?.code == ETIMEDOUT)
    #expect(Reactor.uptime() - start >= 150_000_000)
    listener.close()
  }

  @Test func `forgets a cancelled attempt`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    let port = echo.port
    let calls = Kept(0)
    _ = try loop.on {
      for _ in 0..<20 { Connector(on: loop.reactor).connect(host: "127.0.0.1", port: port) { _ in calls.value += 1 }.cancel() }
    }
    let other = Awaited<Bool>()
    _ = try loop.on {
      _ = Connector(on: loop.reactor).connect(host: "127.0.0.1", port: port) { _ in other.give(true) }
    }
    #expect(other.wait() == true)
    #expect(try loop.on { calls.value } == 0)
  }

  @Test func `a blocking read ends at its deadline`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
    let error = #expect(throws: SystemError.self) { _ = try stream.read(timeout: .milliseconds(30)) }
    #expect(error?.code == ETIMEDOUT)
    #expect(error?.description.contains("stopped answering") == true)
  }
}
