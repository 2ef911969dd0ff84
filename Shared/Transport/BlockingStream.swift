import CLinux
import Glibc

/// A small client that blocks its thread, with a deadline on everything: for the command line, for tests and for `HTTPClient`.
///
/// One thread at a time. Never use it on a reactor's thread.
package struct BlockingStream: ~Copyable {
  private let descriptor: FileDescriptor
  private let subject: String

  /// Connects to `host` and `port` within `timeout`; looking the name up is not bounded by it. Tries each address of the name.
  package static func connect(host: String, port: UInt16, timeout: Duration = .seconds(5)) throws(SystemError) -> BlockingStream {
    let deadline = Reactor.uptime() + timeout.wholeNanoseconds
    var last = SystemError(.resolve, EAI_NONAME, on: host)
    for address in try SocketAddress.resolve(host, port) {
      do throws(SystemError) { return try BlockingStream(to: address, deadline) } catch { last = error }
    }
    throw last
  }

  /// Connects to a socket file within `timeout`.
  package static func connect(path: String, timeout: Duration = .seconds(5)) throws(SystemError) -> BlockingStream {
    try BlockingStream(to: SocketAddress(path: path, for: .connect), Reactor.uptime() + timeout.wholeNanoseconds)
  }

  private init(to address: SocketAddress, _ deadline: Int64) throws(SystemError) {
    let subject = address.description
    let socket = try Socket.open(address.family, for: .connect, on: subject)
    if !(try Socket.connect(socket.number, to: address)) {
      try Self.wait(socket.number, POLLOUT, deadline, .connect, subject)
      let code = Socket.pendingError(socket.number)
      guard code == 0 else { throw SystemError(.connect, code, on: subject) }
    }
    Socket.tune(socket.number, unacknowledgedMax: .seconds(30))
    descriptor = consume socket
    self.subject = subject
  }

  /// Writes all of `bytes` within `timeout`.
  package func write(_ bytes: [UInt8], timeout: Duration = .seconds(10)) throws(SystemError) {
    let deadline = Reactor.uptime() + timeout.wholeNanoseconds
    var done = 0
    while done < bytes.count {
      let sent = unsafe bytes.withUnsafeBytes { raw in
        unsafe send(descriptor.number, raw.baseAddress.map { unsafe $0 + done }, raw.count - done, Int32(MSG_NOSIGNAL))
      }
      if sent >= 0 {
        done += sent
      } else if errno == EAGAIN {
        try Self.wait(descriptor.number, POLLOUT, deadline, .write, subject)
      } else if errno != EINTR {
        throw SystemError(.write, errno, on: subject)
      }
    }
  }

  /// Waits for bytes and returns those that have come, `count` at most; empty where the peer has ended its stream.
  package func read(upTo count: Int = 64 * 1024, timeout: Duration = .seconds(10)) throws(SystemError) -> [UInt8] {
    let deadline = Reactor.uptime() + timeout.wholeNanoseconds
    while true {
      var code: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, used in
        let got = unsafe recv(descriptor.number, room.baseAddress, count, 0)
        code = got < 0 ? errno : 0
        used = max(0, got)
      }
      if code == 0 { return bytes }
      if code == EAGAIN {
        try Self.wait(descriptor.number, POLLIN, deadline, .read, subject)
      } else if code != EINTR {
        throw SystemError(.read, code, on: subject)
      }
    }
  }

  /// Reads exactly `count` bytes within `timeout`. Throws ECONNRESET where the peer ends before.
  package func read(exactly count: Int, timeout: Duration = .seconds(10)) throws(SystemError) -> [UInt8] {
    let deadline = Reactor.uptime() + timeout.wholeNanoseconds
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try read(upTo: count - bytes.count, timeout: .nanoseconds(max(0, deadline - Reactor.uptime())))
      guard !more.isEmpty else { throw SystemError(.read, ECONNRESET, on: subject) }
      bytes += more
    }
    return bytes
  }

  /// Says that nothing more will be written; the peer may go on.
  package func endSending() { _ = shutdown(descriptor.number, Int32(SHUT_WR)) }

  /// Closing will reset the connection instead of ending it (SO_LINGER of zero, socket(7)): for tests of rude peers.
  package func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
  }

  private static func wait(
    _ number: Int32, _ events: Int32, _ deadline: Int64, _ operation: SystemError.Operation, _ subject: String
  ) throws(SystemError) {
    while true {
      let left = max(0, deadline - Reactor.uptime())
      var entry = pollfd(fd: number, events: Int16(events), revents: 0)
      let ready = unsafe poll(&entry, 1, Int32(clamping: (left + 999_999) / 1_000_000))
      if ready > 0 { return }
      if ready == 0, Reactor.uptime() >= deadline { throw SystemError(operation, ETIMEDOUT, on: subject) }
      if ready < 0, errno != EINTR { throw SystemError(operation, errno, on: subject) }
    }
  }
}
