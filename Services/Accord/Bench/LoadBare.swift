import Dispatch
import Glibc

/// The least that a durable acknowledgement can cost on this machine: a thread that takes a message off a socket, writes 600 bytes into a
/// file that was written ahead, calls fdatasync and answers. No protocol, no checks, no order.
final class LoadBare: Sendable {
  let port: UInt16
  private let listener: Int32
  private let file: Int32
  private let path: String
  private let messageBytes: Int
  private let ended = DispatchSemaphore(value: 0)

  private static let writeBytes = 600
  private static let fileBytes = 64 << 20
  private static let secondsMax = 30

  /// Listens for one client that says messages of `messageBytes`; the file lies in `folder`.
  init(folder: String, messageBytes: Int) throws(Complaint) {
    self.messageBytes = messageBytes
    path = "\(folder)/accord-bench-\(getpid())-bare"
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system("could not open \(path)", errno) }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<(Self.fileBytes >> 20) {
      guard write(file, zeros, zeros.count) == zeros.count else { throw .system("could not write \(path)", errno) }
    }
    guard fsync(file) == 0 else { throw .system("could not sync \(path)", errno) }
    (listener, port) = try LoadLoopback.listen(secondsMax: Self.secondsMax)
    DispatchQueue(label: "accord.bench.bare").async { [self] in serve() }
  }

  /// Waits for the thread, which ends with its client, and removes the file.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    ended.wait()
    close(listener)
    close(file)
    unlink(path)
  }

  private func serve() {
    defer { ended.signal() }
    let client = accept(listener, nil, nil)
    guard client >= 0 else { return }
    defer { close(client) }
    LoadLoopback.tune(client, secondsMax: Self.secondsMax)
    var message = [UInt8](repeating: 0, count: messageBytes)
    let block = [UInt8](repeating: 1, count: Self.writeBytes)
    let answer = [UInt8](repeating: 2, count: BareTongue.answerBytes)
    var place = 0
    while true {
      var have = 0
      while have < messageBytes {
        let count = message.withUnsafeMutableBytes { recv(client, $0.baseAddress.map { $0 + have }, messageBytes - have, 0) }
        guard count > 0 else { return }
        have += count
      }
      guard pwrite(file, block, block.count, off_t(place)) == block.count, fdatasync(file) == 0 else { return }
      place = (place + 608) % (Self.fileBytes - 1_024)
      guard send(client, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
    }
  }
}

/// How a lone publisher speaks to the bare loop: the event, and forty bytes back.
final class BareTongue: PublisherTongue {
  static let answerBytes = 40
  let opening: [UInt8]
  let publishBytesMax: Int
  private let events: LoadEvents
  private var isWelcome = false

  init(_ events: LoadEvents) {
    self.events = events
    publishBytesMax = events.byteCount
    opening = [UInt8](repeating: 0, count: events.byteCount)
  }

  func publish(_ sequence: UInt64, into room: UnsafeMutableRawPointer) -> Int {
    events.render(publisher: 0, sequence: sequence, into: room)
    return events.byteCount
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ ear: any PublisherEar) -> Int {
    guard bytes.count >= Self.answerBytes else { return 0 }
    if isWelcome { ear.accepted(1) } else { ear.welcomed() }
    isWelcome = true
    return Self.answerBytes
  }
}
