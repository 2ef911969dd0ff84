/// Turns the bytes of one response into a value, for the client. Pure. Interim responses are read over (RFC 9110 15.2).
struct ResponseParser {
  private enum State {
    case statusLine
    case fields(status: Int)
    case body(Response, BodyReader, keepsAlive: Bool)
    case done
  }

  private let isHead: Bool
  private let limits = HTTPLimits()
  private var state = State.statusLine
  private var lines = LineReader()
  private var headers = Headers()
  private var minorVersion = 1

  /// `isHead`: the request was a HEAD, so no body follows whatever the fields say.
  init(isHead: Bool) { self.isHead = isHead }

  /// Reads on; the response and whether its connection may be used again, once it is whole. `ended`: the stream has ended behind `bytes`.
  mutating func read(_ bytes: UnsafeRawBufferPointer, ended: Bool) throws(HTTPRefusal) -> (response: Response, keepsAlive: Bool)? {
    var offset = 0
    while true {
      switch state {
      case .statusLine:
        guard try readLine(bytes, &offset, limits.requestLineBytesMax) else { return nil }
        state = .fields(status: try statusLine(lines.line))
      case .fields(let status):
        guard try readLine(bytes, &offset, limits.fieldBytesMax) else { return nil }
        guard lines.line.isEmpty else {
          guard headers.count < limits.fieldsMax else { throw .tooManyFields(limit: limits.fieldsMax) }
          let field = try FieldParser.field(lines.line)
          headers.add(field.name, field.value)
          continue
        }
        state = status < 200 ? .statusLine : try bodyState(status)
        headers = Headers()
      case .body(var response, var body, let keepsAlive):
        state = .done
        try body.read(bytes, &offset)
        guard body.isDone || (ended && body.endsWithStream) else {
          state = .body(response, body, keepsAlive: keepsAlive)
          return nil
        }
        response.body = body.body
        return (response, keepsAlive)
      case .done: return nil
      }
    }
  }

  private func bodyState(_ status: Int) throws(HTTPRefusal) -> State {
    var framing = BodyFraming.none
    var keepsAlive = minorVersion == 1 ? !headers.list("connection", has: "close") : headers.list("connection", has: "keep-alive")
    if !isHead, ResponseWriter.allowsBody(status) {
      framing = try FieldParser.framing(headers, minorVersion: minorVersion)
      if framing == .none {
        framing = .untilClose
        keepsAlive = false
      }
    }
    let body = try BodyReader(framing, bytesMax: HTTPLimits.clientBodyBytesMax)
    return .body(Response(status: status, headers: headers), body, keepsAlive: keepsAlive)
  }

  private mutating func readLine(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ limit: Int) throws(HTTPRefusal) -> Bool {
    switch lines.read(bytes, &offset, limit: limit) {
    case .more: return false
    case .line: return true
    case .tooLong: throw .fieldsTooLarge(limit: limit)
    case .bareLineFeed: throw .bareLineFeed
    }
  }

  /// `HTTP/1.1 200 OK`; the reason may be anything or nothing (RFC 9112 4).
  private mutating func statusLine(_ line: [UInt8]) throws(HTTPRefusal) -> Int {
    guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), (0x30...0x39).contains(line[7]), line[8] == 0x20 else {
      throw .malformedStatusLine
    }
    guard let status = Int(String(decoding: line[9..<12], as: UTF8.self)), (100...999).contains(status) else { throw .malformedStatusLine }
    guard line.count == 12 || line[12] == 0x20 else { throw .malformedStatusLine }
    minorVersion = line[7] == 0x30 ? 0 : 1
    return status
  }
}
