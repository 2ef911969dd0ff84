import Glibc
import Host
import Transport

/// A publisher that blocks its thread and has one message under way: says it, waits until it is durable, says the next.
///
/// No reactor and no queue, so that what is measured is the server and the way there.
final class LoadLone: PublisherEar {
  private let socket: Int32
  private let tongue: any PublisherTongue
  private let out: UnsafeMutableRawPointer
  private let room: UnsafeMutableRawBufferPointer
  /// Bytes of `room` that are no whole answer yet.
  private var kept = 0
  private var isWelcome = false
  private var sent: UInt64 = 0
  private var acknowledged: UInt64 = 0
  private var failure: String?
  /// Of each measured message, from before it is said until it is durable.
  private(set) var nanoseconds: [Int64] = []

  private static let roomBytes = 65_536
  /// No server needs longer for one message.
  private static let secondsMax = 10

  /// Connects to `port` of the loopback and waits until the server takes publishes.
  init(_ tongue: any PublisherTongue, port: UInt16) throws(Complaint) {
    self.tongue = tongue
    out = .allocate(byteCount: tongue.publishBytesMax, alignment: 16)
    room = .allocate(byteCount: Self.roomBytes, alignment: 16)
    socket = try LoadLoopback.connect(port, secondsMax: Self.secondsMax)
    let opening = tongue.opening
    let code = opening.withUnsafeBytes { say($0) }
    guard code == 0 else { throw .system("could not greet the server", code) }
    while !isWelcome { try listen() }
  }

  deinit {
    out.deallocate()
    room.deallocate()
    close(socket)
  }

  /// Publishes `count` messages one after the other; keeps their times where `isMeasured`.
  func publish(_ count: Int, isMeasured: Bool) throws(Complaint) {
    for _ in 0..<count {
      let began = Reactor.uptime()
      sent += 1
      let code = say(UnsafeRawBufferPointer(start: out, count: tongue.publish(sent, into: out)))
      guard code == 0 else { throw .system("could not say message \(sent) within \(Self.secondsMax) s", code) }
      while acknowledged < sent { try listen() }
      if isMeasured { nanoseconds.append(Reactor.uptime() - began) }
    }
  }

  /// Zero, or the errno of what went wrong.
  private func say(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let count = send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    return count == bytes.count ? 0 : count < 0 ? errno : EAGAIN
  }

  private func listen() throws(Complaint) {
    let count = recv(socket, room.baseAddress.map { $0 + kept }, room.count - kept, 0)
    if count < 0, errno == EINTR { return }
    guard count > 0 else {
      throw .system("no answer to message \(sent) came within \(Self.secondsMax) s", count == 0 ? ECONNRESET : errno)
    }
    let whole = UnsafeRawBufferPointer(rebasing: room[..<(kept + count)])
    let taken = tongue.hear(whole, self)
    kept = whole.count - taken
    if kept > 0, taken > 0, let base = room.baseAddress { base.copyMemory(from: base + taken, byteCount: kept) }
    if let failure { throw Complaint(code: .refused, happened: failure, advice: "this is a bug worth a report") }
  }

  func welcomed() { isWelcome = true }
  func accepted(_ count: UInt64) { acknowledged += count }
  func answer(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { say($0) } }
  func failed(_ reason: String) { failure = reason }
}

/// Blocking sockets of the loopback, with a time limit on each call.
enum LoadLoopback {
  static func connect(_ port: UInt16, secondsMax: Int) throws(Complaint) -> Int32 {
    let number = try open(secondsMax)
    var address = address(port)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard code == 0 else {
      let code = errno
      close(number)
      throw .system("could not connect to port \(port)", code)
    }
    return number
  }

  /// A socket that listens on a port which the kernel chose.
  static func listen(secondsMax: Int) throws(Complaint) -> (number: Int32, port: UInt16) {
    let number = try open(secondsMax)
    var address = address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, length) == 0 && Glibc.listen(number, 8) == 0 ? getsockname(number, $0, &length) : -1
      }
    }
    guard code == 0 else {
      let code = errno
      close(number)
      throw .system("could not listen on the loopback", code)
    }
    return (number, UInt16(bigEndian: address.sin_port))
  }

  /// Answers at once, and waits `secondsMax` for the peer at most.
  static func tune(_ number: Int32, secondsMax: Int) {
    var on: Int32 = 1
    setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    var limit = timeval(tv_sec: secondsMax, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  private static func open(_ secondsMax: Int) throws(Complaint) -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw .system("could not open a socket", errno) }
    tune(number, secondsMax: secondsMax)
    return number
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
