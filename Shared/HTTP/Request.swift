/// One whole request as a handler gets it.
package struct Request: Sendable {
  package struct QueryItem: Sendable, Equatable {
    package let name: String
    package let value: String
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package var method: Method
  /// The path as it was sent, without query.
  package var path: String
  /// The path's parts between slashes, percent-decoded one by one, so that `%2F` never becomes a separator.
  package var segments: [String]
  /// The query's items in their order, decoded (`+` is a space, as forms send it).
  package var query: [QueryItem]
  package var headers: Headers
  package var body: [UInt8]
  /// Who asked: the peer's address, without port. Empty in tests.
  package var peer: String

  package init(
    method: Method, path: String, segments: [String], query: [QueryItem] = [], headers: Headers = Headers(), body: [UInt8] = [],
    peer: String = ""
  ) {
    self.method = method
    self.path = path
    self.segments = segments
    self.query = query
    self.headers = headers
    self.body = body
    self.peer = peer
  }

  /// The first field `name`, whatever its case.
  package func header(_ name: String) -> String? { headers[name] }

  /// The first query item `name`; nil where it is absent.
  package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The token of `Authorization: Bearer` (RFC 6750 2.1); nil where there is none.
  package var bearer: String? {
    guard let value = headers["authorization"], value.utf8.count > 7, Headers.same(String(value.prefix(7)), "bearer ") else { return nil }
    let token = Headers.trimmed(Substring(value.dropFirst(7)).utf8)
    return token.isEmpty ? nil : token
  }
}

/// What is known of a request when its fields have come and its body has not.
package struct RequestHead: Sendable {
  package let method: Method
  package let path: String
  package let segments: [String]
  package let query: [Request.QueryItem]
  package let headers: Headers
  /// 0 for HTTP/1.0, 1 for HTTP/1.1.
  package let minorVersion: Int
  /// How the body's end is told.
  package let framing: BodyFraming
  /// The client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1).
  package let expectsContinue: Bool
  /// The connection may serve another request (RFC 9112 9.3).
  package let keepsAlive: Bool
}

/// How a message's body ends (RFC 9112 6.3).
package enum BodyFraming: Sendable, Equatable {
  case none
  case length(Int)
  case chunked
  /// Responses only.
  case untilClose
}
