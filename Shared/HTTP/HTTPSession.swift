import Transport

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
