import Dispatch
import Synchronization
import Testing
import Transport

@Suite struct BackPressureTests {
  @Test func `holds a slow reader's bytes within the limit, then closes it`() throws {
    let loop = try Loop()
    let closed = Awaited<CloseReason>()
    let highest = Kept(0)
    let limits = ConnectionLimits(outboundBytesMax: 1 << 20, highWater: 256 * 1024, lowWater: 64 * 1024)
    let port = try loop.listen(limits) { connection in
      connection.onBytes = { [unowned connection] bytes in
        // Heedless: sends without asking whether anybody reads.
        let block = [UInt8](repeating: 7, count: 100_000)
        for _ in 0..<1_000 {
          connection.send(block)
          highest.value = max(highest.value, connection.queuedBytes)
        }
        return bytes.count
      }
      connection.onClose = { closed.give($0) }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try stream.write([1])
    #expect(closed.wait() == .outboundOverflow(limit: 1 << 20))
    #expect(try loop.on { highest.value } <= 1 << 20)
  }

  @Test(arguments: ["nothing", "drops", "all"]) func `whoever takes no last words in time is cut off, and loses none who reads`(
    takes: String
  ) throws {
    let loop = try Loop()
    let closed = Awaited<CloseReason>()
    let time = takes == "all" ? Duration.seconds(60) : .milliseconds(200)
    let port = try loop.listen { connection in
      connection.onBytes = { [unowned connection] bytes in
        connection.send([UInt8](repeating: 7, count: 12 << 20))
        connection.closeAfterFlush(within: time)
        // Said again it is no new beginning.
        connection.closeAfterFlush(within: .seconds(600))
        return bytes.count
      }
      connection.onClose = { closed.give($0) }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try stream.write([1])
    var total = 0
    switch takes {
    case "all":
      while case let bytes = try stream.read(), !bytes.isEmpty { total += bytes.count }
      #expect(closed.wait() == .closed && total == 12 << 20)
    case "drops":
      while !closed.isGiven { total += try stream.read(exactly: 1, timeout: .seconds(60)).count }
      fallthrough
    default:
      #expect(closed.wait() == .notTaken(after: time) && total < 12 << 20)
    }
  }

  @Test func `tells a considerate sender when to go on, so that little waits`() throws {
    let loop = try Loop()
    let highest = Kept(0)
    let left = Kept(64 * 1024 * 1024)
    let limits = ConnectionLimits(outboundBytesMax: 1 << 20, highWater: 256 * 1024, lowWater: 64 * 1024)
    let port = try loop.listen(limits) { connection in
      let block = [UInt8](repeating: 7, count: 16 * 1024)
      let pump: () -> Void = { [unowned connection] in
        while connection.isWritable, left.value > 0 {
          connection.send(block)
          left.value -= block.count
          highest.value = max(highest.value, connection.queuedBytes)
        }
        if left.value == 0 { connection.closeAfterFlush() }
      }
      connection.onBytes = { bytes in
        pump()
        return bytes.count
      }
      connection.onWritable = pump
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try stream.write([1])
    var total = 0
    while true {
      let bytes = try stream.read()
      if bytes.isEmpty { break }
      total += bytes.count
    }
    #expect(total == 64 * 1024 * 1024)
    #expect(try loop.on { highest.value } <= 256 * 1024 + 16 * 1024)
  }

  @Test func `a flood on one connection starves no other`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    let sink = try loop.listen { connection in connection.onBytes = { $0.count } }
    let flood = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: sink))
    let stop = Stop()
    let ended = Awaited<Bool>()
    DispatchQueue(label: "client").async {
      let block = [UInt8](repeating: 0, count: 1 << 20)
      while !stop.isAsked { do { try flood.stream.write(block) } catch { break } }
      ended.give(true)
    }
    let quiet = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
    for number in 0..<200 {
      try quiet.write([UInt8(number)])
      #expect(try quiet.read(exactly: 1, timeout: .seconds(2)) == [UInt8(number)])
    }
    stop.ask()
    #expect(ended.wait() == true)
  }
}

/// Asks another thread to end.
private final class Stop: Sendable {
  private let asked = Atomic<Bool>(false)
  var isAsked: Bool { asked.load(ordering: .relaxed) }
  func ask() { asked.store(true, ordering: .relaxed) }
}
