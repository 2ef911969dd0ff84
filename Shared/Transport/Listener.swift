import CLinux
import Glibc

/// A socket that waits for callers, on an address or on a path.
///
/// Everything here belongs to the reactor's thread; before it runs, to the thread that sets it up.
package final class Listener: Watcher {
  /// Callers given the socket just accepted; non-blocking, closed by exec.
  package typealias OnAccept = (_ descriptor: consuming FileDescriptor, _ peer: PeerAddress) -> Void

  /// Asked before each caller: while true, callers are accepted and closed at once, so that they hear it instead of hanging.
  package var isFull: (() -> Bool)?
  /// A caller that was turned away: `full` by `isFull`, otherwise for want of descriptors or another error.
  package var onTurnedAway: ((_ reason: SystemError?) -> Void)?
  /// Callers turned away so far.
  package private(set) var turnedAway: UInt64 = 0
  /// Where it listens; the port is the real one where 0 was asked for.
  package let address: SocketAddress

  private let reactor: Reactor
  private let onAccept: OnAccept
  private var descriptor: FileDescriptor?
  private let number: Int32
  private var slot: Reactor.Slot?
  /// Given up for a moment when no descriptor is left, to accept a caller and close it: else the reactor would spin on it for ever.
  private var spare: FileDescriptor?

  /// Listens on `host` (a name or number; empty: every address of this machine) and `port` (0: a free one). Looks names up, so it may
  /// block for a moment. `backlog`: callers that the kernel lets wait, at most net.core.somaxconn.
  package convenience init(
    host: String, port: UInt16, on reactor: Reactor, backlog: Int32 = 1024, onAccept: @escaping OnAccept
  ) throws(SystemError) {
    guard let address = try SocketAddress.resolve(host, port, passive: true).first else {
      throw SystemError(.resolve, EAI_NONAME, on: host)
    }
    let socket = try Socket.open(address.family, for: .listen, on: address.description)
    // A restart must not wait for old connections in TIME_WAIT (socket(7)); a second living listener is still refused.
    _ = Socket.option(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
    try self.init(socket, at: address, on: reactor, backlog: backlog, onAccept)
  }

  /// Listens on a socket file that only this user may open. A file left by a dead program is replaced; one that is served is refused.
  package convenience init(
    path: String, on reactor: Reactor, backlog: Int32 = 64, onAccept: @escaping OnAccept
  ) throws(SystemError) {
    let address = try SocketAddress(path: path, for: .listen)
    let socket = try Socket.open(AF_UNIX, for: .listen, on: path)
    // Linux makes the file with the socket's own mode (unix_bind), so there is no moment in which others may open it.
    fchmod(socket.number, 0o600)
    let probe = try Socket.open(AF_UNIX, for: .listen, on: path)
    if unsafe address.withAddress({ unsafe Glibc.connect(probe.number, $0, $1) }) == 0 || errno == EAGAIN {
      throw SystemError(.listen, EADDRINUSE, on: path)
    }
    if errno == ECONNREFUSED { unsafe unlink(path) }
    try self.init(socket, at: address, on: reactor, backlog: backlog, onAccept)
  }

  private init(
    _ socket: consuming FileDescriptor, at wanted: SocketAddress, on reactor: Reactor, backlog: Int32, _ onAccept: @escaping OnAccept
  ) throws(SystemError) {
    let number = socket.number
    guard unsafe wanted.withAddress({ unsafe bind(number, $0, $1) }) == 0, listen(number, backlog) == 0 else {
      throw SystemError(.listen, errno, on: wanted.description)
    }
    self.number = number
    descriptor = consume socket
    address = Socket.localAddress(number)
    self.reactor = reactor
    self.onAccept = onAccept
    spare = Self.openSpare()
    slot = try reactor.watch(number, .reading, self)
  }

  /// The port it listens on; zero for a path.
  package var port: UInt16 { address.port }
  package var isOpen: Bool { descriptor != nil }

  /// Stops listening; callers that wait in the backlog are reset. A socket file is removed.
  package func close() {
    guard let slot else { return }
    self.slot = nil
    reactor.unwatch(number, slot)
    if address.family == AF_UNIX { unsafe unlink(address.host) }
    descriptor = nil
    spare = nil
  }

  func ready(_ interest: Interest) { acceptWaiting() }
  func reactorEnded() { close() }

  /// Accepts who waits, at most a turn's share.
  package func acceptWaiting() {
    for _ in 0..<TransportLimits.acceptsPerTurn where descriptor != nil {
      let (peer, accepted) = unsafe SocketAddress.filled {
        unsafe accept4(number, $0, $1, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
      }
      guard accepted >= 0 else {
        if turnAway(errno) { continue }
        return
      }
      let caller = FileDescriptor(adopting: accepted)
      if isFull?() == true {
        turnedAway &+= 1
        onTurnedAway?(nil)
        continue
      }
      onAccept(caller, peer)
    }
  }

  /// Deals with a failed accept. True where the next caller may be tried.
  private func turnAway(_ code: Int32) -> Bool {
    switch code {
    // The caller left, or its packet failed: accept(2) says to treat these like EAGAIN by retrying.
    case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH: return true
    case EAGAIN: return false
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      spare = nil
      let accepted = accept4(number, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
      if accepted >= 0 { _ = Glibc.close(accepted) }
      spare = Self.openSpare()
      turnedAway &+= 1
      onTurnedAway?(SystemError(.accept, code, on: address.description))
      return accepted >= 0
    default:
      turnedAway &+= 1
      onTurnedAway?(SystemError(.accept, code, on: address.description))
      return false
    }
  }

  private static func openSpare() -> FileDescriptor? {
    let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    return number >= 0 ? FileDescriptor(adopting: number) : nil
  }
}
