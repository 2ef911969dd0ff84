import Dispatch
import Foundation
import HTTP
import Synchronization
import TestKit
import Testing
import Transport

@Suite struct HTTPServerTests {
  @Test func `answers, keeps the connection and tells the log`() throws {
    let site = try Site()
    var session = try HTTPSession(host: "127.0.0.1", port: site.port)
    for number in 0..<50 {
      let response = try session.send(.get, "/v1/things/\(number)?x=a%20b")
      #expect(response.status == 200)
      #expect(String(decoding: response.body, as: UTF8.self) == "\(number) a b 127.0.0.1")
      #expect(response.header("Date") != nil)
      let isAlive = session.isAlive
      #expect(isAlive)
    }
    let body = [UInt8](repeating: 120, count: 500_000)
    #expect(try session.send(.post, "/v1/echo", body: body).body == body)
    #expect(try session.send(.get, "/v1/echo").status == 405)
    // The log hears of an answer after its client does.
    #expect(eventually { site.exchanges.count == 52 })
    let exchanges = site.exchanges
    #expect(exchanges.first?.route == "/v1/things/{id}")
    #expect(exchanges.first?.path == "/v1/things/0")
    #expect(exchanges[50].bodyBytesIn == 500_000)
  }

  @Test func `answers requests sent ahead one after the other and in order`() throws {
    let site = try Site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    var wire = ""
    for number in 0..<100 { wire += "GET /v1/\(number % 3 == 0 ? "inline" : "things")/\(number) HTTP/1.1\r\nHost: a\r\n\r\n" }
    wire += "GET /v1/things/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    try stream.write(Array(wire.utf8))
    let answers = try Self.readAll(stream)
    var place = answers.startIndex
    for number in 0..<100 {
      let found = try #require(answers[place...].range(of: "\r\n\r\n\(number) "), "answer \(number)")
      place = found.upperBound
    }
    #expect(answers[place...].contains("\r\n\r\nlast "))
    #expect(site.concurrentMax == 1)
  }

  @Test func `answers 404, 405, OPTIONS and HEAD as HTTP wants`() throws {
    let site = try Site()
    let rows: [(method: Method, path: String, status: Int, part: String)] = [
      (.get, "/nowhere", 404, "there is nothing at /nowhere"),
      (.delete, "/v1/things/1", 405, "takes GET, HEAD, OPTIONS"),
      (.options, "/v1/things/1", 204, ""),
      (.head, "/v1/things/1", 200, ""),
      (.head, "/nowhere", 404, ""),
    ]
    var session = try HTTPSession(host: "127.0.0.1", port: site.port)
    for row in rows {
      let response = try session.send(row.method, row.path)
      #expect(response.status == row.status)
      #expect(row.part.isEmpty ? response.body.isEmpty : String(decoding: response.body, as: UTF8.self).contains(row.part))
      if row.status == 405 || row.status == 204 { #expect(response.header("allow") == "GET, HEAD, OPTIONS") }
      if row.method == .head { #expect((response.header("content-length").flatMap { Int($0) } ?? 0) > 0) }
      let isAlive = session.isAlive
      #expect(isAlive)
    }
  }

  @Test func `sends 100 Continue only to who waits for it, and never before a refusal`() throws {
    let site = try Site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try stream.write(Array("POST /v1/echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n".utf8))
    let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    #expect(try stream.read(exactly: interim.count) == interim)
    try stream.write(Array("hi".utf8))
    #expect(String(decoding: try stream.read(), as: UTF8.self).hasPrefix("HTTP/1.1 200 OK"))
    try stream.write(Array("POST /v1/small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n".utf8))
    #expect(try Self.readAll(stream).hasPrefix("HTTP/1.1 413 "))
  }

  @Test func `refuses what is too large or malformed, and says so before it closes`() throws {
    let site = try Site()
    let rows: [(wire: String, status: Int)] = [
      ("POST /v1/small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890", 413),
      ("POST /v1/small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n01234567890\r\n0\r\n\r\n", 413),
      ("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + String(repeating: "x", count: 3_000_000), 413),
      ("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + String(repeating: "x", count: 3_000_000), 404),
      ("GET / HTTP/1.1\r\n" + (0..<101).map { "X-\($0): 1\r\n" }.joined() + "\r\n", 431),
      ("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 40_000) + "\r\n\r\n", 431),
      ("GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\n\r\n", 414),
      ("GET / HTTP/3.0\r\n\r\n", 505),
      ("\u{16}\u{3}\u{1} this is TLS\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\n\r\n", 400),
    ]
    for row in rows {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
      try stream.write(Array(row.wire.unicodeScalars.map { UInt8($0.value) }))
      let answer = try Self.readAll(stream)
      #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.wire.prefix(60)): \(answer.prefix(60))")
      #expect(answer.contains("Connection: close"))
      #expect(answer.contains("\"detail\":"))
    }
  }

  @Test func `cuts off who sends too slowly or not at all`() throws {
    var limits = HTTPLimits()
    limits.headTime = .milliseconds(60)
    limits.bodyTime = .milliseconds(60)
    limits.idleTime = .milliseconds(150)
    limits.lingerTime = .milliseconds(50)
    limits.sweepEvery = .milliseconds(10)
    let site = try Site(limits)
    let rows: [(wire: String, answer: String)] = [
      ("", ""),
      ("\r\n", ""),
      ("GET / HT", "HTTP/1.1 408 "),
      ("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", "HTTP/1.1 408 "),
      ("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345", "HTTP/1.1 408 "),
      ("GET /v1/inline/1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "),
    ]
    for row in rows {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
      try stream.write(Array(row.wire.utf8))
      let answer = try Self.readAll(stream)
      #expect(row.answer.isEmpty ? answer.isEmpty : answer.hasPrefix(row.answer), "\(row.wire): \(answer.prefix(40))")
    }
    // A byte now and then does not help.
    let dripping = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try dripping.write(Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8))
    var answer: [UInt8] = []
    for _ in 0..<500 where answer.isEmpty {
      do { try dripping.write(Array("X: y\r\n".utf8)) } catch { break }
      answer = (try? dripping.read(timeout: .milliseconds(5))) ?? []
    }
    #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    #expect(eventually { site.connectionCount == 0 })
  }

  @Test func `says 503 at once when everybody is busy, while health still answers`() throws {
    var limits = HTTPLimits()
    limits.waitingMax = 3
    let site = try Site(limits)
    let statuses = Mutex<[Int]>([])
    let group = DispatchGroup()
    let port = site.port
    // Two run, three wait; each holds a connection of its own.
    for number in 0..<5 {
      DispatchQueue(label: "client \(number)").async(group: group) {
        let response = try? HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/v1/blocked")
        statuses.withLock { $0.append(response?.status ?? 0) }
      }
    }
    #expect(eventually { site.waitingCount == 3 })
    #expect(eventually { site.concurrent == 2 })
    let busy = try HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/v1/things/1")
    #expect(busy.status == 503)
    #expect(busy.header("retry-after") == "1")
    #expect(try HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/v1/inline/1").status == 200)
    // The other lane is free.
    #expect(try HTTPClient.send(.post, host: "127.0.0.1", port: port, path: "/v1/echo", body: [1]).status == 200)
    site.unblock(5)
    group.wait()
    #expect(statuses.withLock { $0 } == [200, 200, 200, 200, 200])
    #expect(site.concurrentMax == 2)
  }

  @Test func `drains: finishes what has begun, closes what idles, takes nobody new`() throws {
    let site = try Site()
    let port = site.port
    let idle = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try idle.write(Array("GET /v1/inline/1 HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    _ = try idle.read()
    let running = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try running.write(Array("GET /v1/blocked HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    #expect(eventually { site.concurrent == 1 })
    let drained = Awaited<Bool>()
    site.server.drain { drained.give(true) }
    #expect(try idle.read().isEmpty)
    let refused = #expect(throws: HTTPFault.self) { try HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/") }
    #expect(refused?.description.contains("nobody listens") == true)
    #expect(site.connectionCount == 1)
    site.unblock(1)
    let answer = try Self.readAll(running)
    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
    #expect(answer.contains("Connection: close"))
    #expect(drained.wait() == true)
  }

  @Test func `forgets a request whose client has gone`() throws {
    let site = try Site()
    let port = site.port
    let first = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try first.write(Array("GET /v1/blocked HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    let second = try BlockingStream.connect(host: "127.0.0.1", port: port)
    try second.write(Array("GET /v1/blocked HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    #expect(eventually { site.concurrent == 2 })
    do {
      let third = try BlockingStream.connect(host: "127.0.0.1", port: port)
      try third.write(Array("GET /v1/blocked HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
      #expect(eventually { site.waitingCount == 1 })
      third.resetOnClose()
    }
    #expect(eventually { site.connectionCount == 2 })
    site.unblock(2)
    #expect(String(decoding: try first.read(), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
    #expect(String(decoding: try second.read(), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
    #expect(eventually { site.waitingCount == 0 })
    #expect(site.handled == 2)
  }

  @Test func `sends long answers to slow readers without giving up on steady ones`() throws {
    let site = try Site()
    let response = try HTTPClient.send(.get, host: "127.0.0.1", port: site.port, path: "/v1/long")
    #expect(response.body.count == 20_000_000)
    var session = try HTTPSession(host: "127.0.0.1", port: site.port)
    #expect(try session.send(.get, "/v1/long").body.count == 20_000_000)
    #expect(try session.send(.get, "/v1/inline/2").status == 200)
  }

  @Test func `stands any junk and serves on`() throws {
    let site = try Site()
    var random = Seed.printed(for: "server junk")
    for _ in 0..<150 {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
      var wire = Array("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".utf8)
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        wire[Int.random(in: 0..<wire.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      // The server may close while it is still being written to.
      do { try stream.write(wire) } catch { continue }
      if Bool.random(using: &random) { stream.endSending() } else { stream.resetOnClose() }
    }
    #expect(try HTTPClient.send(.get, host: "127.0.0.1", port: site.port, path: "/v1/inline/3").status == 200)
    #expect(eventually { site.connectionCount == 0 })
  }

  @Test func `answers HTTP 1.0 and closes unless asked not to`() throws {
    let site = try Site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try stream.write(Array("GET /v1/inline/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8))
    #expect(String(decoding: try stream.read(), as: UTF8.self).contains("Connection: keep-alive"))
    try stream.write(Array("GET /v1/inline/1 HTTP/1.0\r\n\r\n".utf8))
    #expect(try Self.readAll(stream).contains("Connection: close"))
  }

  /// All that comes until the server ends.
  static func readAll(_ stream: borrowing BlockingStream) throws -> String {
    var all: [UInt8] = []
    while true {
      let bytes = try stream.read()
      if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += bytes
    }
  }
}
