/// Turns a response into the bytes of its head (RFC 9112 4 and 6). Pure. The body follows as it is.
package enum ResponseWriter {
  /// The status line and the fields with the empty line behind them. Content-Length is always this function's own word; `date` is the
  /// Date field's value, left out where nil.
  package static func head(_ response: Response, closes: Bool, minorVersion: Int = 1, date: String? = nil) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(256)
    head += "HTTP/1.1 \(response.status) \(Status.reason(response.status))\r\n".utf8
    if let date { head += "Date: \(date)\r\n".utf8 }
    for field in response.headers.fields where !isOurs(field.name) {
      head += clean(field.name)
      head += ": ".utf8
      head += clean(field.value)
      head += "\r\n".utf8
    }
    if response.headers["x-content-type-options"] == nil { head += "X-Content-Type-Options: nosniff\r\n".utf8 }
    if allowsBody(response.status) { head += "Content-Length: \(response.body.count)\r\n".utf8 }
    // HTTP/1.1 keeps alive unless told otherwise, HTTP/1.0 the other way round (RFC 9112 9.3).
    if closes { head += "Connection: close\r\n".utf8 } else if minorVersion == 0 { head += "Connection: keep-alive\r\n".utf8 }
    head += "\r\n".utf8
    return head
  }

  /// 1xx, 204 and 304 never have a body (RFC 9110 6.4.1).
  package static func allowsBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

  private static func isOurs(_ name: String) -> Bool {
    Headers.same(name, "content-length") || Headers.same(name, "connection") || Headers.same(name, "transfer-encoding")
      || Headers.same(name, "date")
  }

  /// Control characters become blanks, so that no value can begin a field of its own (RFC 9110 5.5).
  private static func clean(_ text: String) -> [UInt8] { text.utf8.map { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F ? 0x20 : $0 } }
}
