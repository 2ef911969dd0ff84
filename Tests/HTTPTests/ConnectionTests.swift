import Dispatch
import Glibc
import TestKit
import Testing
import Transport

@Suite struct ConnectionTests {
  @Test func `echoes many megabytes both ways at once`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    var random = Seed.printed(for: "echo")
    let block = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let blocks = 24
    let received = Awaited<Bool>()
    let stream = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: echo.port))
    DispatchQueue(label: "client").async {
      var same = true
      for _ in 0..<blocks { same = ((try? stream.stream.read(exactly: block.count)) == block) && same }
      received.give(same)
    }
    for _ in 0..<blocks { try stream.stream.write(block) }
    #expect(received.wait() == true)
  }

  @Test func `serves a thousand connections and lets them all go`() throws {
    try OpenFiles.raiseLimit()
    let loop = try Loop()
    let echo = try EchoServer(loop)
    var streams: [StreamBox] = []
    for number in 0..<1_000 {
      let stream = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: echo.port))
      try stream.stream.write(Array("hello \(number)".utf8))
      streams.append(stream)
    }
    for (number, stream) in streams.enumerated() {
      let expected = Array("hello \(number)".utf8)
      #expect(try stream.stream.read(exactly: expected.count) == expected)
    }
    #expect(echo.openCount == 1_000)
    streams = []
    #expect(eventually { echo.openCount == 0 })
  }

  @Test func `keeps what was not taken and offers it again with more`() throws {
    // Frames of a length byte pair and so many bytes, sent in pieces of any size.
    let loop = try Loop()
    var random = Seed.printed(for: "frames")
    let frames = (0..<300).map { _ in
      [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: Int.random(in: 0...60_000, using: &random))
    }
    let seen = Kept<[[UInt8]]>([])
    let done = Awaited<Bool>()
    let port = try loop.listen { connection in
      connection.onBytes = { bytes in
        var offset = 0
        while bytes.count - offset >= 2 {
          let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
          guard bytes.count - offset - 2 >= length else { break }
          seen.value.append(Array(bytes[(offset + 2)..<(offset + 2 + length)]))
          offset += 2 + length
        }
        if seen.value.count == 300 { done.give(true) }
        return offset
      }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    var wire: [UInt8] = []
    for frame in frames { wire += [UInt8(frame.count >> 8), UInt8(frame.count & 255)] + frame }
    var sent = 0
    while sent < wire.count {
      let count = min(
        wire.count - sent,
        Bool.random(using: &random) ? Int.random(in: 1...50, using: &random) : Int.random(in: 1...400_000, using: &random))
      try stream.write(Array(wire[sent..<(sent + count)]))
      sent += count
    }
    #expect(done.wait() == true)
    #expect(try loop.on { seen.value } == frames)
  }

  @Test func `gathers one long message from a trickle and closes one over the limit`() throws {
    let loop = try Loop()
    let whole = Awaited<Int>()
    let closed = Awaited<CloseReason>()
    let port = try loop.listen(ConnectionLimits(inboundBytesMax: 1_000_000)) { connection in
      connection.onBytes = { bytes in
        guard bytes.count >= 900_000 || bytes.first == 2 else { return 0 }
        if bytes.first == 1 { whole.give(bytes.reduce(0) { $0 + Int($1) }) }
        return bytes.first == 1 ? bytes.count : 0
      }
      connection.onClose = { closed.give($0) }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    for _ in 0..<900 { try stream.write([UInt8](repeating: 1, count: 1_000)) }
    #expect(whole.wait() == 900_000)
    // The peer may hear a reset while it still writes.
    for _ in 0..<2_000 { do { try stream.write([UInt8](repeating: 2, count: 1_000)) } catch { break } }
    #expect(closed.wait() == .inboundOverflow(limit: 1_000_000))
  }

  @Test func `answers a peer that has ended its own stream`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop, halfClose: true)
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
    let block = [UInt8](repeating: 9, count: 300_000)
    try stream.write(block)
    stream.endSending()
    #expect(try stream.read(exactly: block.count) == block)
    #expect(try stream.read().isEmpty)
    #expect(echo.closed.wait() == .closed)
  }

  @Test func `tells an end between messages from one inside a message`() throws {
    let loop = try Loop()
    for (sent, unread) in [(4, 0), (7, 3)] {
      let closed = Awaited<CloseReason>()
      let port = try loop.listen { connection in
        connection.onBytes = { $0.count / 4 * 4 }
        connection.onClose = { closed.give($0) }
      }
      let stream = StreamBox(try BlockingStream.connect(host: "127.0.0.1", port: port))
      try stream.stream.write([UInt8](repeating: 1, count: sent))
      stream.stream.endSending()
      #expect(closed.wait() == .ended(unread: unread))
    }
  }

  @Test func `hears a reset as a failure with a sentence`() throws {
    let loop = try Loop()
    let echo = try EchoServer(loop)
    do {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: echo.port)
      try stream.write([1])
      _ = try stream.read(exactly: 1)
      stream.resetOnClose()
    }
    let reason = try #require(echo.closed.wait())
    guard case .failed(let error) = reason else {
      Issue.record("closed as \(reason)")
      return
    }
    #expect(error.code == ECONNRESET)
    #expect(error.description.contains("hung up"))
  }

  @Test func `stops reading while paused and goes on with what was kept`() throws {
    let loop = try Loop()
    let kept = Kept<Connection?>(nil)
    let seen = Kept<[UInt8]>([])
    let first = Awaited<Bool>()
    let all = Awaited<Bool>()
    let port = try loop.listen { connection in
      kept.value = connection
      connection.onBytes = { [unowned connection] bytes in
        // One byte at a time, then a pause.
        seen.value.append(bytes[0])
        connection.pauseReading()
        first.give(true)
        if seen.value.count == 5 { all.give(true) }
        return 1
      }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try stream.write([1, 2, 3, 4, 5])
    #expect(first.wait() == true)
    for _ in 0..<10 { _ = try loop.on { kept.value?.resumeReading() } }
    #expect(all.wait() == true)
    #expect(try loop.on { seen.value } == [1, 2, 3, 4, 5])
  }

  @Test func `may be closed from any of its callbacks, and says so once`() throws {
    let loop = try Loop()
    for kind in ["bytes", "end", "writable", "twice"] {
      let closes = Kept(0)
      let closed = Awaited<CloseReason>()
      let port = try loop.listen { connection in
        connection.onBytes = { [unowned connection] bytes in
          switch kind {
          case "bytes": connection.close()
          case "twice":
            connection.close()
            connection.close()
            connection.send([1])
            connection.closeAfterFlush()
            connection.resumeReading()
          case "writable": connection.send([UInt8](repeating: 1, count: 400_000))
          default: break
          }
          return bytes.count
        }
        connection.onEnd = { [unowned connection] _ in connection.close() }
        connection.onWritable = { [unowned connection] in connection.close() }
        connection.onClose = { reason in
          closes.value += 1
          closed.give(reason)
        }
      }
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
      try stream.write([1])
      if kind == "end" { stream.endSending() }
      if kind == "writable" { while try !stream.read().isEmpty {} }
      #expect(closed.wait() == .closed, "\(kind)")
      #expect(try loop.on { closes.value } == 1, "\(kind)")
    }
  }

  @Test func `writes into room given beforehand`() throws {
    let loop = try Loop()
    let port = try loop.listen { connection in
      connection.onBytes = { [unowned connection] bytes in
        for size in [1, 4_000, 60_000, 70_000, 200_000] {
          connection.append(room: size + 10) { room in
            for index in 0..<size { room[index] = UInt8(truncatingIfNeeded: index) }
            return size
          }
        }
        connection.append(room: 5) { _ in 0 }
        connection.closeAfterFlush()
        return bytes.count
      }
    }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try stream.write([1])
    for size in [1, 4_000, 60_000, 70_000, 200_000] {
      #expect(try stream.read(exactly: size) == (0..<size).map { UInt8(truncatingIfNeeded: $0) })
    }
    #expect(try stream.read().isEmpty)
  }
}

/// A blocking stream in a class, so that arrays and closures may hold it.
final class StreamBox: @unchecked Sendable {
  let stream: BlockingStream
  init(_ stream: consuming BlockingStream) { self.stream = stream }
}
