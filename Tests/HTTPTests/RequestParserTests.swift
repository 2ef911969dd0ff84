import HTTP
import TestKit
import Testing

@Suite struct RequestParserTests {
  /// What a parser made of bytes, told shortly.
  enum Outcome: Equatable {
    case requests([String])
    case refused(HTTPRefusal)
  }

  static let good: [(wire: String, told: [String])] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET [] body 0"]),
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET [] body 0"]),
    (
      "GET /v1/customers/c%201/timeline?after=3&name=J%C3%BCrgen+K&empty=&flag HTTP/1.1\r\nhost:a\r\n\r\n",
      ["GET [\"v1\", \"customers\", \"c 1\", \"timeline\"] after=3 name=Jürgen K empty= flag= body 0"]
    ),
    ("GET /a%2Fb/ HTTP/1.1\r\nHost: a\r\n\r\n", ["GET [\"a/b\", \"\"] body 0"]),
    ("GET http://shop.example:80/x?y=1 HTTP/1.1\r\nHost: other\r\n\r\n", ["GET [\"x\"] y=1 body 0"]),
    ("GET http://shop.example HTTP/1.1\r\nHost: other\r\n\r\n", ["GET [] body 0"]),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS [] body 0"]),
    ("GET / HTTP/1.0\r\n\r\n", ["GET [] body 0 closes"]),
    ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", ["GET [] body 0"]),
    ("GET / HTTP/1.7\r\nHost: a\r\n\r\n", ["GET [] body 0"]),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n", ["GET [] body 0 closes"]),
    ("POST /o HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", ["POST [\"o\"] body 5"]),
    ("POST /o HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST [\"o\"] body 0"]),
    ("POST /o HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello", ["POST [\"o\"] body 5"]),
    (
      "POST /o HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
      ["POST [\"o\"] body 15"]
    ),
    ("POST /o HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000\r\n\r\n", ["POST [\"o\"] body 0"]),
    (
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: a\r\n\r\n\r\nDELETE /c HTTP/1.1\r\nHost: a\r\n\r\n",
      ["POST [\"a\"] body 3", "GET [\"b\"] body 0", "DELETE [\"c\"] body 0"]
    ),
    ("GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Blank: \t \r\nX-Bytes: \u{fc}\r\n\r\n", ["GET [] body 0"]),
    ("GET / HTTP/1.1\r\nHost: [::1]:4460\r\n\r\n", ["GET [] body 0"]),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", ["GET [] body 0"]),
  ]

  static let bad: [(wire: String, refusal: HTTPRefusal)] = [
    ("\r\n\r\n", .malformedRequestLine),
    ("GET /\r\n", .malformedRequestLine),
    ("GET  / HTTP/1.1\r\n", .malformedRequestLine),
    ("GET / HTTP/1.1 \r\n", .malformedRequestLine),
    (" GET / HTTP/1.1\r\n", .malformedRequestLine),
    ("GET / http/1.1\r\n", .malformedRequestLine),
    ("GET / HTTP/11\r\n", .malformedRequestLine),
    ("GET / HTTP/1.x\r\n", .malformedRequestLine),
    ("GET\t/ HTTP/1.1\r\n", .malformedRequestLine),
    ("G(T / HTTP/1.1\r\n", .malformedRequestLine),
    ("GET / HTTP/2.0\r\n", .unsupportedVersion),
    ("BREW / HTTP/1.1\r\n", .unknownMethod("BREW")),
    ("get / HTTP/1.1\r\n", .unknownMethod("get")),
    ("CONNECT a:1 HTTP/1.1\r\n", .unknownMethod("CONNECT")),
    ("GET x HTTP/1.1\r\n", .malformedTarget),
    ("GET * HTTP/1.1\r\n", .malformedTarget),
    ("GET ftp://a/ HTTP/1.1\r\n", .malformedTarget),
    ("GET /%4 HTTP/1.1\r\n", .malformedTarget),
    ("GET /%zz HTTP/1.1\r\n", .malformedTarget),
    ("GET /%00 HTTP/1.1\r\n", .malformedTarget),
    ("GET /%ff HTTP/1.1\r\n", .malformedTarget),
    ("GET /?a=%f HTTP/1.1\r\n", .malformedTarget),
    ("GET /a#b HTTP/1.1\r\n", .malformedTarget),
    ("GET /\u{1} HTTP/1.1\r\n", .malformedTarget),
    ("GET /\u{e9} HTTP/1.1\r\n", .malformedTarget),
    ("GET / HTTP/1.1\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nHost: a\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nHost: a\rb\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", .foldedField),
    ("GET / HTTP/1.1\r\nHost : a\r\n", .malformedField),
    ("GET / HTTP/1.1\r\n: a\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nX: a\u{0}b\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nX\u{fc}: a\r\n", .malformedField),
    ("GET / HTTP/1.1\r\n\r\n", .wrongHost),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .wrongHost),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .wrongHost),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .repeatedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", .repeatedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthAndChunks),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedCoding("gzip, chunked")),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", .unsupportedCoding("identity")),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedCoding("chunked")),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedCoding("in HTTP/1.0")),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n", .unsupportedExpectation),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", .bodyTooLarge(limit: 1_000)),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", .bodyTooLarge(limit: 1_000)),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", .bodyTooLarge(limit: 1_000)),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", .malformedChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .malformedChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .malformedChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2 x\r\n", .malformedChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", .malformedChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n", .bareLineFeed),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer\r\n", .malformedField),
  ]

  @Test func `reads good requests, cut at every point`() {
    for row in Self.good {
      let wire = Self.latin(row.wire)
      #expect(Self.parse([wire]) == .requests(row.told), "\(row.wire)")
      for cut in 1..<wire.count {
        #expect(Self.parse([Array(wire[..<cut]), Array(wire[cut...])]) == .requests(row.told), "cut at \(cut): \(row.wire)")
      }
      #expect(Self.parse(wire.map { [$0] }) == .requests(row.told), "byte by byte: \(row.wire)")
    }
  }

  @Test func `refuses ugly requests, cut at every point`() {
    for row in Self.bad {
      let wire = Self.latin(row.wire)
      #expect(Self.parse([wire]) == .refused(row.refusal), "\(row.wire)")
      for cut in 1..<wire.count {
        #expect(Self.parse([Array(wire[..<cut]), Array(wire[cut...])]) == .refused(row.refusal), "cut at \(cut): \(row.wire)")
      }
    }
  }

  @Test func `holds each limit at its edge`() {
    let line = HTTPLimits().requestLineBytesMax
    let fields = HTTPLimits().fieldBytesMax
    func get(_ path: Int, _ headers: String) -> String { "GET /\(String(repeating: "a", count: path)) HTTP/1.1\r\n\(headers)\r\n" }
    let host = "Host: a\r\n"
    let many = { (count: Int) in host + (1..<count).map { "X-\($0): v\r\n" }.joined() }
    let long = { (bytes: Int) in host + "X: " + String(repeating: "v", count: bytes - 7 - 3) + "\r\n" }
    let rows: [(wire: String, refusal: HTTPRefusal?)] = [
      (get(line - 14, host), nil),
      (get(line - 13, host), .requestLineTooLong(limit: line)),
      (get(1_000_000, host), .requestLineTooLong(limit: line)),
      (get(1, many(100)), nil),
      (get(1, many(101)), .tooManyFields(limit: 100)),
      (get(1, long(fields)), nil),
      (get(1, long(fields + 1)), .fieldsTooLarge(limit: fields)),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1_000), nil),
    ]
    for row in rows {
      let wire = Self.latin(row.wire)
      for pieces in [[wire], wire.chunked(7), wire.chunked(4_096)] {
        switch (Self.parse(pieces), row.refusal) {
        case (.requests(let told), nil): #expect(told.count == 1)
        case (.refused(let refusal), let expected): #expect(refusal == expected)
        case (.requests(let told), .some(let refusal)): Issue.record("\(told) instead of \(refusal)")
        }
      }
    }
    #expect(Self.parse([Array("GET /".utf8) + [UInt8](repeating: 97, count: 9_000)]) == .refused(.requestLineTooLong(limit: line)))
  }

  @Test func `tells the expectation and the way the body ends`() {
    var parser = RequestParser()
    let wire = Array("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n".utf8)
    var offset = 0
    let step = wire.withUnsafeBytes { parser.read($0, &offset) }
    guard case .head(let head) = step else {
      Issue.record("no head")
      return
    }
    #expect(head.expectsContinue)
    #expect(head.framing == .length(2))
    #expect(offset == wire.count)
  }

  @Test func `never crashes on junk and never takes more than it was given`() {
    var random = Seed.printed(for: "request junk")
    let seeds = (Self.good.map(\.wire) + Self.bad.map(\.wire)).map(Self.latin)
    for _ in 0..<4_000 {
      guard var wire = seeds.randomElement(using: &random) else { return }
      for _ in 0..<Int.random(in: 0...6, using: &random) where !wire.isEmpty {
        let place = Int.random(in: 0..<wire.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: wire[place] = UInt8.random(in: 0...255, using: &random)
        case 1: wire.remove(at: place)
        case 2: wire.insert(contentsOf: [13, 10, 32, 58, 0, 48].shuffled(using: &random).prefix(2), at: place)
        default: wire.append(contentsOf: wire[place...].prefix(30))
        }
      }
      // However it is cut, it means the same.
      let whole = Self.parse([wire])
      #expect(Self.parse(wire.chunked(Int.random(in: 1...9, using: &random))) == whole)
    }
  }

  // MARK: - Steps

  static func latin(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

  static func parse(_ pieces: [[UInt8]], bodyBytesMax: Int = 1_000) -> Outcome {
    var parser = RequestParser()
    var told: [String] = []
    var closes = false
    for piece in pieces {
      let refusal = piece.withUnsafeBytes { bytes -> HTTPRefusal? in
        var offset = 0
        while true {
          switch parser.read(bytes, &offset) {
          case .more:
            #expect(offset == bytes.count)
            return nil
          case .head(let head):
            closes = !head.keepsAlive
            if let refusal = parser.admit(bodyBytesMax: bodyBytesMax) { return refusal }
          case .request(let request):
            let query = request.query.map { "\($0.name)=\($0.value) " }.joined()
            told.append("\(request.method.rawValue) \(request.segments) \(query)body \(request.body.count)\(closes ? " closes" : "")")
          case .refused(let refusal): return refusal
          }
        }
      }
      if let refusal { return .refused(refusal) }
    }
    return .requests(told)
  }
}

extension Array {
  /// The same elements in pieces of `size`.
  func chunked(_ size: Int) -> [[Element]] { stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) } }
}
