import Host
import Glibc
import Transport

/// A few words with a peer before it is measured: lines there and back, blocking, with a deadline on each.
struct PeerDialogue: ~Copyable {
  private let stream: BlockingStream
  private var rest: [UInt8] = []

  init(_ port: UInt16) throws(SystemError) { stream = try BlockingStream.connect(host: "127.0.0.1", port: port) }

  func say(_ text: String) throws(SystemError) { try stream.write(Array(text.utf8)) }

  /// The next line, without its CR LF.
  mutating func line() throws(SystemError) -> String {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        rest.removeFirst(end + 1)
        return line
      }
      try more()
    }
  }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
    while rest.count < count { try more() }
    defer { rest.removeFirst(count) }
    return Array(rest[..<count])
  }

  private mutating func more() throws(SystemError) {
    let bytes = try stream.read()
    guard !bytes.isEmpty else { throw SystemError(.read, ECONNRESET, on: "the peer") }
    rest += bytes
  }

  /// Tries `greeting` until the server at `port` answers it; complains where it has not within 20 s or has ended.
  static func untilReady(
    _ process: BenchProcess, _ port: UInt16, _ greeting: (inout PeerDialogue) throws(SystemError) -> Bool
  ) throws(Complaint) {
    let deadline = Clock.uptimeMilliseconds + 20_000
    while Clock.uptimeMilliseconds < deadline {
      guard process.isAlive else {
        throw Complaint(code: .unavailable, happened: "the peer ended before it was ready", advice: process.lastWords)
      }
      do throws(SystemError) {
        var dialogue = try PeerDialogue(port)
        if try greeting(&dialogue) { return }
      } catch {
        // Not listening yet.
      }
      usleep(10_000)
    }
    throw Complaint(code: .temporary, happened: "the peer was not ready within 20 s", advice: process.lastWords)
  }
}
