import HTTP

extension FuzzTarget {
  /// The request parser: a stream cut anywhere gives the same requests and the same refusal, within its limits.
  static let http = FuzzTarget(
    name: "http",
    seeds: {
      [
        "GET /v1/status?a=b%20c&d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
        "POST /v1/orders HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET / HTTP/1.1\r\nhost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nT: v\r\n\r\n",
        "\r\nHEAD http://h:1/%2Fx HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\n folded\r\n\r\n", "BREW / HTTP/2.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost:\r\nContent-Length: 99999\r\n\r\n",
      ].enumerated().map { [UInt8($0.offset)] + Array($0.element.utf8) }
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      var cuts = Cuts(input.byte())
      let stream = input.rest
      var whole = Parsing()
      whole.take(stream)
      var pieces = Parsing()
      var at = 0
      while at < stream.count {
        let next = min(stream.count, at + cuts.next())
        pieces.take(UnsafeRawBufferPointer(rebasing: stream[at..<next]))
        at = next
      }
      return whole.problem ?? pieces.problem
        ?? (whole.told == pieces.told ? nil : "whole it is \(whole.told), cut into pieces \(pieces.told)")
    })

  /// A connection's parser and what it told.
  struct Parsing {
    private(set) var told: [String] = []
    private(set) var problem: String?
    private var parser: RequestParser
    private var isOver = false
    private static let bodyBytesMax = 1_000

    init() {
      var limits = HTTPLimits()
      limits.requestLineBytesMax = 200
      limits.fieldBytesMax = 400
      limits.fieldsMax = 8
      parser = RequestParser(limits: limits)
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
      var offset = 0
      while !isOver {
        let before = offset
        switch parser.read(bytes, &offset) {
        case .more:
          if offset != bytes.count { problem = "more is wanted at byte \(offset) of \(bytes.count)" }
          return
        case .head(let head):
          // Eight that were sent, and the host that a whole address names in the request's line (RFC 9112, 3.2.2).
          if head.headers.count > 9 { problem = "\(head.headers.count) headers" }
          if let refusal = parser.admit(bodyBytesMax: Self.bodyBytesMax) { end(refusal) } else { told.append("head \(head.path)") }
        case .request(let request):
          if request.body.count > Self.bodyBytesMax { problem = "a body of \(request.body.count) bytes" }
          told.append("\(request.method) \(request.segments) \(request.query) \(request.body)")
        case .refused(let refusal): end(refusal)
        }
        if offset < before || offset > bytes.count { problem = "moved from byte \(before) to \(offset) of \(bytes.count)" }
      }
    }

    private mutating func end(_ refusal: HTTPRefusal) {
      told.append("\(refusal.status) \(refusal)")
      if !(400...599).contains(refusal.status) || refusal.description.isEmpty { problem = "a refusal without words: \(refusal)" }
      isOver = true
    }
  }
}
