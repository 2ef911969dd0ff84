import Dispatch
import Synchronization
import Testing
import Transport

/// A reactor on a thread of its own for the length of one test.
final class Loop: Sendable {
  let reactor: Reactor

  init() throws {
    reactor = try Reactor()
    try reactor.start(name: "test-loop")
  }

  deinit { reactor.stop() }

  /// Runs `body` on the reactor's thread and returns what it made, errors included.
  func on<T: Sendable>(_ body: @escaping @Sendable () throws -> T) throws -> T {
    guard let result = reactor.perform({ Result { try body() } }) else { throw LoopEnded() }
    return try result.get()
  }

  /// Listens on a free port and hands each caller's connection to `setUp`.
  func listen(_ limits: ConnectionLimits = ConnectionLimits(), _ setUp: @escaping @Sendable (Connection) -> Void) throws -> UInt16 {
    let reactor = reactor
    return try on {
      try Listener(host: "127.0.0.1", port: 0, on: reactor) { descriptor, _ in
        setUp(Connection(adopting: descriptor, on: reactor, limits: limits))
      }.port
    }
  }

  struct LoopEnded: Error {}
}

/// Something the reactor's thread fills in and the test waits for.
final class Awaited<T: Sendable>: Sendable {
  private let value = Mutex<T?>(nil)
  private let given = DispatchSemaphore(value: 0)

  func give(_ new: T) {
    let first = value.withLock { old in
      defer { if old == nil { old = new } }
      return old == nil
    }
    if first { given.signal() }
  }

  var isGiven: Bool { value.withLock { $0 != nil } }

  /// The value, or nil after ten seconds without it.
  func wait(_ sourceLocation: SourceLocation = #_sourceLocation) -> T? {
    guard given.wait(timeout: .now() + 10) == .success else {
      Issue.record("nothing came within ten seconds", sourceLocation: sourceLocation)
      return nil
    }
    return value.withLock { $0 }
  }
}

/// Holds what belongs to the reactor's thread while a test passes it around.
final class Kept<T>: @unchecked Sendable {
  var value: T
  init(_ value: T) { self.value = value }
}

/// A server that sends everything back; counts who is there.
final class EchoServer: @unchecked Sendable {
  let port: UInt16
  let loop: Loop
  let closed = Awaited<CloseReason>()
  private let listener: Kept<Listener?> = Kept(nil)
  private let open = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)

  var openCount: Int { open.load(ordering: .relaxed) }
  var acceptedCount: Int { accepted.load(ordering: .relaxed) }

  init(_ loop: Loop, limits: ConnectionLimits = ConnectionLimits(), halfClose: Bool = false) throws {
    self.loop = loop
    let listener = self.listener
    let handler = Kept<((consuming FileDescriptor) -> Void)?>(nil)
    port = try loop.on {
      let made = try Listener(host: "127.0.0.1", port: 0, on: loop.reactor) { descriptor, _ in handler.value?(descriptor) }
      listener.value = made
      return made.port
    }
    let reactor = loop.reactor
    _ = try loop.on { [self] in
      handler.value = { [unowned self] descriptor in
        let connection = Connection(adopting: descriptor, on: reactor, limits: limits)
        open.add(1, ordering: .relaxed)
        accepted.add(1, ordering: .relaxed)
        connection.onBytes = { [unowned connection] bytes in
          connection.append(bytes)
          // A fair echo stops listening to who does not listen.
          if !connection.isWritable { connection.pauseReading() }
          return bytes.count
        }
        connection.onWritable = { [unowned connection] in connection.resumeReading() }
        if halfClose { connection.onEnd = { [unowned connection] _ in connection.closeAfterFlush() } }
        connection.onClose = { [self] reason in
          open.subtract(1, ordering: .relaxed)
          closed.give(reason)
        }
      }
    }
  }

  func stopListening() throws { _ = try loop.on { [listener] in listener.value?.close() } }
}

/// Asks until it is so, for at most five seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let end = Reactor.uptime() + 5_000_000_000
  while Reactor.uptime() < end {
    if try condition() { return true }
    let pause = DispatchSemaphore(value: 0)
    _ = pause.wait(timeout: .now() + 0.002)
  }
  return false
}
