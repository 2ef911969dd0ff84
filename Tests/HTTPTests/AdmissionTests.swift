import HTTP
import TestKit
import Testing
import Transport

/// Who sends a long body is asked about before any of it is read.
@Suite struct AdmissionTests {
  private static let long = 70_000

  private func site(_ limits: HTTPLimits = HTTPLimits()) throws -> Site { try Site(limits) { $0.bearer == "known" } }

  private func head(_ token: String?, _ fields: String) -> [UInt8] {
    Array("POST /v1/echo HTTP/1.1\r\nHost: a\r\n\(token.map { "Authorization: Bearer \($0)\r\n" } ?? "")\(fields)\r\n".utf8)
  }

  @Test(
    arguments: [
      (nil, "Content-Length: 70000\r\n"), ("stranger", "Content-Length: 16000000\r\n"), (nil, "Transfer-Encoding: chunked\r\n"),
      (nil, "Expect: 100-continue\r\nContent-Length: 70000\r\n"),
    ] as [(String?, String)]) func `a stranger's is refused by its fields alone`(token: String?, fields: String) throws
  {
    let site = try site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    // Nothing of the body is ever sent: an answer that waited for it would not come.
    try stream.write(head(token, fields))
    let answer = String(decoding: try stream.read(), as: UTF8.self)
    #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("Connection: close"))
    #expect(site.asked == 1)
  }

  @Test(arguments: [true, false]) func `who is known sends it, in pieces of any size, and the next request behind it`(waits: Bool) throws {
    let site = try site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    let body = (0..<Self.long).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let expect = waits ? "Expect: 100-continue\r\n" : ""
    let next = Array("GET /v1/inline/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
    try stream.write(head("known", "\(expect)Content-Length: \(Self.long)\r\n") + (waits ? [] : body + next))
    if waits {
      let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      #expect(try stream.read(exactly: interim.count) == interim)
      for piece in stride(from: 0, to: Self.long, by: 33_333) { try stream.write(Array(body[piece..<min(Self.long, piece + 33_333)])) }
      try stream.write(next)
    }
    var bytes: [UInt8] = []
    while true {
      let more = try stream.read()
      guard !more.isEmpty else { break }
      bytes += more
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 200 OK") && text.hasSuffix("\r\n\r\nnext "))
    #expect(bytes.count > Self.long)
    // Its bytes are those that were sent.
    let begin = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) + 4
    #expect(Array(bytes[begin..<(begin + Self.long)]) == body)
    #expect(site.asked == 1)
  }

  @Test func `nobody is asked about a short body, nor about a path that is not there`() throws {
    let site = try site()
    var session = try HTTPSession(host: "127.0.0.1", port: site.port)
    #expect(try session.send(.post, "/v1/echo", body: [UInt8](repeating: 7, count: 65_536)).status == 200)
    #expect(try session.send(.get, "/v1/things/1").status == 200)
    #expect(try session.send(.post, "/nowhere", body: [UInt8](repeating: 7, count: Self.long)).status == 404)
    #expect(site.asked == 0)
  }

  @Test func `a body that is longer than its door takes is refused without asking`() throws {
    let site = try site()
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try stream.write(head("known", "Content-Length: 99999999\r\n"))
    #expect(String(decoding: try stream.read(), as: UTF8.self).hasPrefix("HTTP/1.1 413 "))
    #expect(site.asked == 0)
  }

  @Test func `where too many wait, the next one is told to come again, and its body is not read`() throws {
    var limits = HTTPLimits()
    (limits.readersMax, limits.waitingMax) = (1, 0)
    let site = try site(limits)
    let blocked = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try blocked.write(Array("GET /v1/blocked HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    #expect(eventually { site.concurrent == 1 })
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: site.port)
    try stream.write(head("known", "Content-Length: 70000\r\n"))
    #expect(String(decoding: try stream.read(), as: UTF8.self).hasPrefix("HTTP/1.1 503 "))
    site.unblock(1)
    #expect(String(decoding: try blocked.read(), as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
  }
}
