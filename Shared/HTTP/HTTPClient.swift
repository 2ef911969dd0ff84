package import Transport

/// Why a request got no answer.
package enum HTTPFault: Error, Sendable, CustomStringConvertible {
  /// The network or the peer's program.
  case network(SystemError)
  /// What came is no HTTP.
  case malformed(HTTPRefusal)
  /// The peer closed before its answer was whole.
  case cutShort(host: String)
  /// The request itself cannot be written: a line break or a blank where none may be.
  case unwritable(String)

  package var description: String {
    switch self {
    case .network(let error): error.description
    case .malformed(let refusal): "the answer makes no sense: \(refusal)"
    case .cutShort(let host): "\(host) hung up in the middle of its answer; see its log"
    case .unwritable(let what): "the request cannot be sent: \(what) holds a blank, a line break or another control character; encode it"
    }
  }
}

/// A small HTTP/1.1 client that blocks its thread: for the command line and for tests. `https` is not its business.
package enum HTTPClient {
  /// Sends one request on a connection of its own and waits at most `timeout` for the whole answer (looking up the name not counted).
  ///
  /// `path` is sent as it is, query included: encode its parts with `Percent`.
  package static func send(
    _ method: Method, host: String, port: UInt16, path: String, headers: Headers = Headers(), body: [UInt8] = [],
    timeout: Duration = .seconds(10)
  ) throws(HTTPFault) -> Response {
    try HTTPSession.check(path, headers)
    var session = try HTTPSession(host: host, port: port, timeout: timeout)
    return try session.send(method, path, headers: headers, body: body, timeout: timeout, closes: true)
  }
}

/// A connection of the client that may carry several requests, one after the other. One thread at a time.
package struct HTTPSession: ~Copyable {
  private let stream: BlockingStream
  private let host: String
  /// False once the server has said, or shown, that the connection is done.
  package private(set) var isAlive = true

  package init(host: String, port: UInt16, timeout: Duration = .seconds(10)) throws(HTTPFault) {
    self.host = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    do throws(SystemError) { stream = try BlockingStream.connect(host: host, port: port, timeout: timeout) } catch { throw .network(error) }
  }

  /// Sends one request and waits at most `timeout` for the whole answer. `closes` asks the server to close behind it.
  package mutating func send(
    _ method: Method, _ path: String, headers: Headers = Headers(), body: [UInt8] = [], timeout: Duration = .seconds(10),
    closes: Bool = false
  ) throws(HTTPFault) -> Response {
    try Self.check(path, headers)
    let bytes = Self.bytes(method, path, host, headers, body, closes)
    let deadline = Reactor.uptime() + timeout.inNanoseconds
    isAlive = false
    var parser = ResponseParser(isHead: method == .head)
    do throws(SystemError) {
      try stream.write(bytes, timeout: timeout)
    } catch {
      // A server may answer and close before it has read the whole request (413): its answer is worth more than the broken pipe.
      guard let early = try? answer(&parser, deadline) else { throw .network(error) }
      return early
    }
    return try answer(&parser, deadline)
  }

  private mutating func answer(_ parser: inout ResponseParser, _ deadline: Int64) throws(HTTPFault) -> Response {
    while true {
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try stream.read(timeout: .nanoseconds(max(0, deadline - Reactor.uptime())))
      } catch { throw .network(error) }
      do throws(HTTPRefusal) {
        let whole = try Self.feed(&parser, bytes)
        if let whole {
          isAlive = whole.keepsAlive
          return whole.response
        }
      } catch { throw .malformed(error) }
      guard !bytes.isEmpty else { throw .cutShort(host: host) }
    }
  }

  private static func feed(
    _ parser: inout ResponseParser, _ bytes: [UInt8]
  ) throws(HTTPRefusal) -> (response: Response, keepsAlive: Bool)? {
    let result = bytes.withUnsafeBytes { raw -> Result<(response: Response, keepsAlive: Bool)?, HTTPRefusal> in
      do throws(HTTPRefusal) { return .success(try parser.read(raw, ended: raw.isEmpty)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Throws where the path or a header would break the request's lines.
  static func check(_ path: String, _ headers: Headers) throws(HTTPFault) {
    guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw .unwritable("the path \(path)")
    }
    for field in headers.fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(FieldParser.isToken), field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else {
        throw .unwritable("the header \(field.name)")
      }
    }
  }

  private static func bytes(
    _ method: Method, _ path: String, _ host: String, _ headers: Headers, _ body: [UInt8], _ closes: Bool
  ) -> [UInt8] {
    var head = "\(method.rawValue) \(path) HTTP/1.1\r\n"
    if headers["host"] == nil { head += "Host: \(host)\r\n" }
    for field in headers.fields { head += "\(field.name): \(field.value)\r\n" }
    if !body.isEmpty || !method.isSafe { head += "Content-Length: \(body.count)\r\n" }
    if closes { head += "Connection: close\r\n" }
    return Array(head.utf8) + Array("\r\n".utf8) + body
  }
}

extension Duration {
  fileprivate var inNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
