import CLinux
import Contracts
import Glibc
import Telemetry

/// The local socket by which a running program's manual clock is advanced: DIR/<part>/clock.sock, for this user alone.
///
/// One request a connection and a line feed. `{"to":"2026-03-03T09:00:00Z"}` is answered by `{"now":"..."}` after the clock's hooks ran,
/// `{"ask":"standing"}` by where the program stands (Standing).
package final class ClockControl: Sendable {
  private let descriptor: Int32
  private let clock: Clock
  private let folder: DataFolder

  /// Listens for `part` on a thread of its own until the process ends. The folder's lock is held: a socket left behind is ours to replace.
  package static func listen(for clock: Clock, part: DataFolder.Part, in folder: DataFolder) throws(ClockFault) {
    let control = ClockControl(try LocalSocket.listen(folder.folder(of: part), name), clock, folder)
    OwnThread.start("clock") { control.serve() }
  }

  private static let name = "clock.sock"
  /// A request is far below this; more is nobody of ours.
  private static let requestBytesMax = 256
  /// Hooks wait for what fell due and for the runs that it began, four seconds each; a program that takes longer hangs.
  private static let answerSecondsMax = 10

  private init(_ descriptor: Int32, _ clock: Clock, _ folder: DataFolder) {
    self.descriptor = descriptor
    self.clock = clock
    self.folder = folder
  }

  private func serve() {
    while true {
      let peer = accept(descriptor, nil, nil)
      if peer < 0 {
        guard errno == EINTR || errno == ECONNABORTED else { return }
        continue
      }
      LocalSocket.limit(peer, seconds: Self.answerSecondsMax)
      let answer = answer(LocalSocket.line(from: peer, bytesMax: Self.requestBytesMax))
      LocalSocket.write(answer.bytes + [0x0A], to: peer)
      close(peer)
    }
  }

  private func answer(_ line: [UInt8]) -> JSON {
    let request = try? JSON(parsing: line)
    if request?["ask"] == "standing" { return (clock.standing ?? Standing(program: "", now: clock.now(), busy: "is starting")).json }
    guard let request, case .string(let text)? = request["to"], let instant = try? Timestamp(rfc3339: text)
    else {
      return .object([.init("refused", .string("write {\"to\":\"INSTANT\"}, an instant such as 2026-03-01T09:00:00Z"))])
    }
    do throws(ClockFault) {
      let now = try ManualClock.raise(in: folder) { stored in max(stored ?? instant, instant) }
      clock.advance(to: now)
      return .object([.init("now", .string(clock.now().description))])
    } catch {
      return .object([.init("refused", .string(error.description))])
    }
  }

  /// Asks the program that keeps `folder` where it stands; nil where none runs there on a manual clock.
  static func ask(_ folder: String) throws(ClockFault) -> Standing? {
    guard let peer = try LocalSocket.connect(folder, name) else { return nil }
    defer { close(peer) }
    LocalSocket.limit(peer, seconds: answerSecondsMax)
    LocalSocket.write(JSON.object([.init("ask", "standing")]).bytes + [0x0A], to: peer)
    guard let answer = try? JSON(parsing: LocalSocket.line(from: peer, bytesMax: 4_096)), let standing = Standing(answer) else {
      throw .unanswered(folder + "/" + name)
    }
    return standing
  }

  /// Tells the program that keeps `folder`, if it runs on a manual clock, that it is `instant`.
  static func tell(_ folder: String, _ instant: Timestamp) throws(ClockFault) {
    guard let peer = try LocalSocket.connect(folder, name) else { return }
    defer { close(peer) }
    LocalSocket.limit(peer, seconds: answerSecondsMax)
    LocalSocket.write(JSON.object([.init("to", .string(instant.description))]).bytes + [0x0A], to: peer)
    guard let answer = try? JSON(parsing: LocalSocket.line(from: peer, bytesMax: 4_096)), answer["now"] != nil else {
      throw .unanswered(folder + "/" + name)
    }
  }
}

/// Unix sockets by folder and name. The folder is reached through /proc/self/fd, so its path may be longer than the 107 bytes of sun_path.
enum LocalSocket {
  static func listen(_ folder: String, _ name: String) throws(ClockFault) -> Int32 {
    let path = folder + "/" + name
    unlink(path)
    let code = withAddress(folder, name) { descriptor, address, length in
      // The mask keeps others out from the first moment; chmod afterwards would leave a gap.
      let mask = umask(0o177)
      defer { umask(mask) }
      return bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 8) == 0
    }
    guard let code else { throw .file(FileFault("listen on", path)) }
    return code
  }

  /// A connection to the socket; nil where nobody listens.
  static func connect(_ folder: String, _ name: String) throws(ClockFault) -> Int32? {
    if let peer = withAddress(folder, name, { Glibc.connect($0, $1, $2) == 0 }) { return peer }
    guard errno == ENOENT || errno == ECONNREFUSED else { throw .file(FileFault("reach", folder + "/" + name)) }
    return nil
  }

  private static func withAddress(
    _ folder: String, _ name: String, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> Int32? {
    let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard place >= 0 else { return nil }
    defer { keepingErrno { close(place) } }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let short = Array("/proc/self/fd/\(place)/\(name)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short.prefix($0.count - 1)) }
    let done = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    if done { return descriptor }
    keepingErrno { close(descriptor) }
    return nil
  }

  private static func keepingErrno(_ body: () -> Int32) {
    let code = errno
    _ = body()
    errno = code
  }

  /// Lets no read or write on `descriptor` wait longer than `seconds`.
  static func limit(_ descriptor: Int32, seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  /// What stands before the first line feed, or before the end, the time limit or `bytesMax`.
  static func line(from descriptor: Int32, bytesMax: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: bytesMax)
    while bytes.count < bytesMax {
      let count = recv(descriptor, &chunk, bytesMax - bytes.count, 0)
      guard count > 0 else { break }
      bytes += chunk[..<count]
      if bytes.contains(0x0A) { break }
    }
    return Array(bytes.prefix { $0 != 0x0A })
  }

  /// Sends `bytes`; a peer that is gone or does not read is its own loss.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
