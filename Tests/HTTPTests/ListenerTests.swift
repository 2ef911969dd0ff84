import Glibc
import Testing
import Transport

@Suite struct ListenerTests {
  @Test func `names the port that is in use and says what to do`() throws {
    let loop = try Loop()
    let port = try loop.on { try Listener(host: "127.0.0.1", port: 0, on: loop.reactor) { _, _ in }.port }
    let error = try loop.on { () -> SystemError? in
      do throws(SystemError) { _ = try Listener(host: "127.0.0.1", port: port, on: loop.reactor) { _, _ in } } catch { return error }
      return nil
    }
    #expect(error?.description == "port in use: another program listens on 127.0.0.1:\(port); stop it or choose --port")
    #expect(error?.isTransient == false)
  }

  @Test func `says in a sentence why it cannot listen`() throws {
    let loop = try Loop()
    let rows: [(host: String, port: UInt16, part: String)] = [
      ("192.0.2.1", 0, "this machine has no such address"),
      ("no-such-host.invalid", 0, "cannot find the host no-such-host.invalid"),
      ("", 0, ""),
      ("::1", 0, ""),
    ]
    for row in rows {
      let sentence = try loop.on { () -> String in
        do throws(SystemError) {
          try Listener(host: row.host, port: row.port, on: loop.reactor) { _, _ in }.close()
          return ""
        } catch { return error.description }
      }
      // A machine without IPv6 may refuse ::1.
      if row.host == "::1", !sentence.isEmpty { continue }
      #expect(row.part.isEmpty ? sentence.isEmpty : sentence.contains(row.part), "\(row.host): \(sentence)")
    }
  }

  @Test func `takes its port again at once after connections were open`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
    try stream.write([1])
    _ = try stream.read(exactly: 1)
    loop.reactor.stop()
    loop.reactor.join()
    let again = try Loop()
    let port = echo.port
    #expect(try again.on { try Listener(host: "127.0.0.1", port: port, on: again.reactor) { _, _ in }.port } == port)
  }

  @Test func `turns callers away while full and takes them again afterwards`() throws {
    let loop = try Loop()
    let connections = Kept<[Connection]>([])
    let listener = Kept<Listener?>(nil)
    let port = try loop.on {
      let made = try Listener(host: "127.0.0.1", port: 0, on: loop.reactor) { descriptor, _ in
        let connection = Connection(adopting: descriptor, on: loop.reactor)
        connection.onBytes = { [unowned connection] bytes in
          connection.append(bytes)
          return bytes.count
        }
        connection.onClose = { _ in connections.value.removeAll { !$0.isOpen } }
        connections.value.append(connection)
      }
      made.isFull = { connections.value.count >= 2 }
      listener.value = made
      return made.port
    }
    let first = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: port))
    var second: StreamBox? = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: port))
    #expect(try eventually { try loop.on { connections.value.count } == 2 })
    let third = try BlockingStream.connect(host: "127.0.0.1", port: port)
    #expect(try third.read().isEmpty)
    #expect(try loop.on { listener.value?.turnedAway } == 1)
    #expect(second != nil)
    second = nil
    #expect(try eventually { try loop.on { connections.value.count } == 1 })
    let fourth = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try fourth.write([4])
    #expect(try fourth.read(exactly: 1) == [4])
    try first.stream.write([1])
    #expect(try first.stream.read(exactly: 1) == [1])
  }

  @Test func `survives the last file descriptor and serves again when there are more`() async {
    await #expect(processExitsWith: .success) {
      let loop = try Loop()
      let echo = try EchoServer(loop)
      // The name lookup's own files are opened and closed before the limit falls.
      _ = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
      // Its descriptors must be gone, or one of them would be the way out later.
      precondition(eventually { echo.acceptedCount == 1 && echo.openCount == 0 })
      var limit = rlimit(rlim_cur: 64, rlim_max: 64)
      precondition(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      var fillers: [Int32] = []
      while true {
        let filler = open("/dev/null", O_RDONLY)
        if filler < 0 { break }
        fillers.append(filler)
      }
      precondition(errno == EMFILE)
      // One descriptor is free: the client takes it, so accepting finds none.
      close(fillers.removeLast())
      do {
        let client = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
        let heard = try client.read()
        precondition(heard.isEmpty, "the caller hears an end")
      }
      let turns = loop.reactor.perform { loop.reactor.turns } ?? 0
      usleep(50_000)
      let later = loop.reactor.perform { loop.reactor.turns } ?? .max
      precondition(later - turns < 20, "the reactor does not spin")
      for _ in 0..<8 { close(fillers.removeLast()) }
      let client = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
      try client.write([5])
      let echoed = try client.read(exactly: 1)
      precondition(echoed == [5])
      exit(0)
    }
  }

  @Test func `listens on a socket file that only its owner may open, and replaces a dead one`() throws {
    let loop = try Loop()
    let folder = "/tmp/accord-test-\(getpid())-\(Reactor.uptime())"
    try #require(mkdir(folder, 0o700) == 0)
    defer {
      unlink(folder + "/control")
      rmdir(folder)
    }
    let path = folder + "/control"
    let listener = Kept<Listener?>(nil)
    let open: @Sendable () throws -> Void = {
      listener.value = try Listener(path: path, on: loop.reactor) { descriptor, _ in
        let connection = Connection(adopting: descriptor, on: loop.reactor)
        connection.onBytes = { [unowned connection] bytes in
          connection.append(bytes)
          return bytes.count
        }
      }
    }
    try loop.on(open)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    let stream = try BlockingStream.connect(path: path)
    try stream.write([1, 2])
    #expect(try stream.read(exactly: 2) == [1, 2])
    let error = #expect(throws: SystemError.self) { try loop.on(open) }
    #expect(error?.code == EADDRINUSE)

    // A program that died leaves its file behind.
    let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    _ = try loop.on { listener.value?.close() }
    #expect(stat(path, &status) != 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    #expect(bound == 0)
    Glibc.close(dead)
    let refused = #expect(throws: SystemError.self) { _ = try BlockingStream.connect(path: path) }
    #expect(refused?.description == "nobody listens on \(path); start it or check the port")
    try loop.on(open)
    let again = try BlockingStream.connect(path: path)
    try again.write([3])
    #expect(try again.read(exactly: 1) == [3])
    _ = try loop.on { listener.value?.close() }
  }

  @Test func `refuses a socket path that the kernel could not hold`() throws {
    let loop = try Loop()
    let path = "/tmp/" + String(repeating: "x", count: 103)
    let error = #expect(throws: SystemError.self) { try loop.on { _ = try Listener(path: path, on: loop.reactor) { _, _ in } } }
    #expect(error?.code == ENAMETOOLONG)
    #expect(error?.description.contains("at most 107 bytes") == true)
  }
}
