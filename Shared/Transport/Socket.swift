import CLinux
import Glibc

/// The socket calls of this module, each in one place. Every socket is non-blocking and closed by exec.
enum Socket {
  /// A fresh stream socket for `family`.
  static func open(_ family: Int32, for operation: SystemError.Operation, on subject: String) throws(SystemError) -> FileDescriptor {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = socket(family, kind, 0)
    guard number >= 0 else { throw SystemError(operation, errno, on: subject) }
    return FileDescriptor(adopting: number)
  }

  /// Starts to connect. True: connected at once; false: wait until writable, then ask `pendingError`.
  static func connect(_ number: Int32, to address: SocketAddress) throws(SystemError) -> Bool {
    let result = unsafe address.withAddress { unsafe Glibc.connect(number, $0, $1) }
    if result == 0 { return true }
    // EAGAIN: a path's backlog is full (unix(7)); the caller tries again later.
    guard errno == EINPROGRESS || errno == EINTR else { throw SystemError(.connect, errno, on: address.description) }
    return false
  }

  static func option(_ number: Int32, _ level: Int32, _ name: Int32, _ value: Int32) -> Bool {
    var value = value
    return unsafe setsockopt(number, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
  }

  /// Small messages leave at once and dead peers are noticed. Does nothing on a path's socket, which has neither.
  static func tune(_ number: Int32, unacknowledgedMax: Duration) {
    _ = option(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    let milliseconds = unacknowledgedMax.wholeMilliseconds
    _ = option(number, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: milliseconds))
  }

  /// The error that waits on the socket, zero where there is none.
  static func pendingError(_ number: Int32) -> Int32 {
    var code: Int32 = 0
    var count = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &count) == 0 ? code : errno
  }

  static func localAddress(_ number: Int32) -> SocketAddress {
    unsafe SocketAddress.filled { unsafe getsockname(number, $0, $1) }.0
  }

  static func peerAddress(_ number: Int32) -> SocketAddress {
    unsafe SocketAddress.filled { unsafe getpeername(number, $0, $1) }.0
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, so that a wait never ends early.
  var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }

  var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? Int64.max / 4 : product + attoseconds / 1_000_000_000
  }
}
