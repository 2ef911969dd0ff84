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
