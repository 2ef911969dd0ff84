import HTTP
import Testing
import Transport

@Suite struct HTTPClientTests {
  @Test func `the client says in a sentence what went wrong`() throws {
    let loop = try Loop()
    let rows: [(answer: String, part: String)] = [
      ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "hung up in the middle"),
      ("", "hung up in the middle"),
      ("SSH-2.0-x\r\n", "is this an HTTP server?"),
      ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "Content-Length is no plain number"),
    ]
    for row in rows {
      let port = try Self.port(answering: row.answer, on: loop)
      let fault = #expect(throws: HTTPFault.self) { try HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/") }
      #expect(fault?.description.contains(row.part) == true, "\(fault?.description ?? "nothing")")
    }
    let fault = #expect(throws: HTTPFault.self) { try HTTPClient.send(.get, host: "127.0.0.1", port: 1, path: "/a b") }
    #expect(fault?.description.contains("cannot be sent") == true)
  }

  @Test func `the client reads answers of every framing`() throws {
    let loop = try Loop()
    let rows: [(answer: String, body: String)] = [
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"),
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi"),
      ("HTTP/1.0 200\r\n\r\nuntil the end", "until the end"),
      ("HTTP/1.1 204 No Content\r\n\r\n", ""),
    ]
    for row in rows {
      let port = try Self.port(answering: row.answer, on: loop)
      let response = try HTTPClient.send(.get, host: "127.0.0.1", port: port, path: "/")
      #expect(String(decoding: response.body, as: UTF8.self) == row.body)
    }
  }

  /// Where somebody answers whatever comes with `answer`, and hangs up.
  private static func port(answering answer: String, on loop: Loop) throws -> UInt16 {
    try loop.on {
      try Listener(host: "127.0.0.1", port: 0, on: loop.reactor) { descriptor, _ in
        let connection = Connection(adopting: descriptor, on: loop.reactor)
        connection.onBytes = { [unowned connection] bytes in
          connection.send(Array(answer.utf8))
          connection.closeAfterFlush()
          return bytes.count
        }
      }.port
    }
  }
}
