/// Turns bytes that come in any pieces into one request after the other (RFC 9112). Pure; every length is bounded.
///
///     request line ─▶ fields ─▶ .head ── admit(bodyBytesMax:) ─▶ body ─▶ .request ─▶ request line ...
///         └──────────────┴───────────────────────┴───────────────┴──▶ .refused, for good
package struct RequestParser {
  package enum Step {
    /// Everything was taken and more is needed.
    case more
    /// The fields are complete. Call `admit` before the next `read`.
    case head(RequestHead)
    case request(Request)
    /// Answer with its status and close: the place where the next request begins is unknown.
    case refused(HTTPRefusal)
  }

  private enum State {
    case requestLine(blankLines: Int)
    case fields(Line)
    case headTold(RequestHead)
    case body(RequestHead, BodyReader)
    case refused(HTTPRefusal)
  }

  private struct Line {
    let method: Method
    let target: RequestTarget
    let minorVersion: Int
  }

  private let limits: HTTPLimits
  private var state = State.requestLine(blankLines: 0)
  private var lines = LineReader()
  private var headers = Headers()
  private var fieldBytes = 0

  package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// True between two requests, before the next one's first byte; an empty line does not count.
  package var isBetweenRequests: Bool {
    guard case .requestLine = state else { return false }
    return lines.isFresh
  }

  /// Reads on in `bytes` from `offset`, moving it over what was taken, up to the next step.
  package mutating func read(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Step {
    do throws(HTTPRefusal) { return try step(bytes, &offset) } catch {
      state = .refused(error)
      return .refused(error)
    }
  }

  /// Lets the body of the request just told come, up to `bodyBytesMax` bytes. Returns why it may not.
  package mutating func admit(bodyBytesMax: Int) -> HTTPRefusal? {
    guard case .headTold(let head) = state else { preconditionFailure("a body is admitted once, right after the head was told") }
    do throws(HTTPRefusal) {
      state = .body(head, try BodyReader(head.framing, bytesMax: bodyBytesMax))
      return nil
    } catch {
      state = .refused(error)
      return error
    }
  }

  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) throws(HTTPRefusal) -> Step {
    while true {
      switch state {
      case .requestLine(let blankLines):
        guard try readLine(bytes, &offset, limits.requestLineBytesMax, .requestLineTooLong(limit: limits.requestLineBytesMax)) else {
          return .more
        }
        if lines.line.isEmpty {
          // One empty line before a request is forgiven (RFC 9112 2.2).
          guard blankLines == 0 else { throw .malformedRequestLine }
          state = .requestLine(blankLines: 1)
        } else {
          state = .fields(try Self.requestLine(lines.line))
        }
      case .fields(let line):
        let limit = limits.fieldBytesMax - fieldBytes
        guard try readLine(bytes, &offset, limit, .fieldsTooLarge(limit: limits.fieldBytesMax)) else { return .more }
        guard lines.line.isEmpty else {
          fieldBytes += lines.line.count
          guard headers.count < limits.fieldsMax else { throw .tooManyFields(limit: limits.fieldsMax) }
          let field = try FieldParser.field(lines.line)
          headers.add(field.name, field.value)
          continue
        }
        let head = try Self.head(line, headers)
        headers = Headers()
        fieldBytes = 0
        state = .headTold(head)
        return .head(head)
      case .headTold: preconditionFailure("admit the body before reading on")
      case .body(let head, var body):
        // The array inside must have one owner while it grows.
        state = .requestLine(blankLines: 0)
        try body.read(bytes, &offset)
        guard body.isDone else {
          state = .body(head, body)
          return .more
        }
        return .request(
          Request(
            method: head.method, path: head.path, segments: head.segments, query: head.query, headers: head.headers, body: body.body))
      case .refused(let refusal): throw refusal
      }
    }
  }

  private mutating func readLine(
    _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ limit: Int, _ tooLong: HTTPRefusal
  ) throws(HTTPRefusal) -> Bool {
    switch lines.read(bytes, &offset, limit: limit) {
    case .more: return false
    case .line: return true
    case .tooLong: throw tooLong
    case .bareLineFeed: throw .bareLineFeed
    }
  }

  /// `METHOD SP target SP HTTP/1.x` (RFC 9112 3); exactly one blank at each place.
  private static func requestLine(_ line: [UInt8]) throws(HTTPRefusal) -> Line {
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(FieldParser.isToken), !parts[1].isEmpty else {
      throw .malformedRequestLine
    }
    let version = Array(parts[2])
    guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == UInt8(ascii: "."), (0x30...0x39).contains(version[5]),
      (0x30...0x39).contains(version[7])
    else { throw .malformedRequestLine }
    guard version[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
    let name = String(decoding: parts[0], as: UTF8.self)
    guard let method = Method(rawValue: name) else { throw .unknownMethod(String(name.prefix(20))) }
    let target = try RequestTarget(parts[1])
    guard target.path != "*" || method == .options else { throw .malformedTarget }
    // A later minor version is answered as the latest that is understood (RFC 9110 2.5).
    return Line(method: method, target: target, minorVersion: version[7] == UInt8(ascii: "0") ? 0 : 1)
  }

  private static func head(_ line: Line, _ headers: Headers) throws(HTTPRefusal) -> RequestHead {
    let hosts = headers.all("host")
    guard hosts.count == 1 || (hosts.isEmpty && line.minorVersion == 0), hosts.allSatisfy(isHost) else { throw .wrongHost }
    var headers = headers
    if let authority = line.target.authority {
      guard isHost(authority) else { throw .malformedTarget }
      headers.set("host", authority)
    }
    let framing = try FieldParser.framing(headers, minorVersion: line.minorVersion)
    var expectsContinue = false
    if let expectation = headers["expect"] {
      guard Headers.same(expectation, "100-continue") else { throw .unsupportedExpectation }
      expectsContinue = line.minorVersion == 1 && framing != .none && framing != .length(0)
    }
    let keepsAlive = line.minorVersion == 1 ? !headers.list("connection", has: "close") : headers.list("connection", has: "keep-alive")
    return RequestHead(
      method: line.method, path: line.target.path, segments: line.target.segments, query: line.target.query, headers: headers,
      minorVersion: line.minorVersion, framing: framing, expectsContinue: expectsContinue, keepsAlive: keepsAlive)
  }

  /// Letters, digits and what names, IPv6 addresses and ports are written with; may be empty (RFC 9110 7.2).
  private static func isHost(_ text: String) -> Bool {
    text.utf8.count <= 255
      && text.utf8.allSatisfy { byte in
        FieldParser.isToken(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
      }
  }
}
