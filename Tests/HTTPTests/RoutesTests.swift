import Contracts
import HTTP
import Testing

@Suite struct RoutesTests {
  static func route(_ method: Method, _ pattern: String) -> Route { Route(method, pattern, "doc of \(pattern)") { _, _ in .text(pattern) } }

  static let routes = Routes([
    route(.get, "/"),
    route(.get, "/v1/customers/{id}"),
    route(.delete, "/v1/customers/{id}"),
    route(.get, "/v1/customers/{id}/timeline"),
    route(.get, "/v1/customers/new"),
    route(.post, "/v1/orders"),
    route(.get, "/v1/{kind}/list"),
    route(.head, "/v1/orders"),
  ])

  @Test func `finds the closest route and its parameters`() {
    let rows: [(method: Method, path: [String], pattern: String?, id: String?)] = [
      (.get, [], "/", nil),
      (.get, ["v1", "customers", "c1"], "/v1/customers/{id}", "c1"),
      (.get, ["v1", "customers", "new"], "/v1/customers/new", nil),
      (.get, ["v1", "customers", "list"], "/v1/customers/{id}", "list"),
      (.get, ["v1", "orders", "list"], "/v1/{kind}/list", nil),
      (.head, ["v1", "customers", "c1"], "/v1/customers/{id}", "c1"),
      (.head, ["v1", "orders"], "/v1/orders", nil),
      (.delete, ["v1", "customers", "a/b"], "/v1/customers/{id}", "a/b"),
      (.get, ["v1", "customers", ""], nil, nil),
      (.get, ["v1", "customers"], nil, nil),
      (.get, ["V1", "customers", "c1"], nil, nil),
      (.get, ["v1", "customers", "c1", "timeline", ""], nil, nil),
    ]
    for row in rows {
      switch Self.routes.find(row.method, row.path) {
      case .route(let route, let parameters):
        #expect(route.pattern == row.pattern, "\(row.path)")
        if let id = row.id { #expect(parameters["id"] == id) }
      case .otherMethods, .nothing: #expect(row.pattern == nil, "\(row.path)")
      }
    }
  }

  @Test func `names the methods that a path takes`() {
    let rows: [(method: Method, path: [String], allow: String)] = [
      (.post, ["v1", "customers", "c1"], "GET, HEAD, DELETE, OPTIONS"),
      (.get, ["v1", "orders"], "HEAD, POST, OPTIONS"),
      (.options, [], "GET, HEAD, OPTIONS"),
    ]
    for row in rows {
      guard case .otherMethods(let allow) = Self.routes.find(row.method, row.path) else {
        Issue.record("\(row.path)")
        continue
      }
      #expect(allow == row.allow)
    }
  }

  @Test func `lists every route with its doc line`() {
    #expect(Self.routes.list.count == 8)
    #expect(Self.routes.list.first?.pattern == "/")
    #expect(Self.routes.list.allSatisfy { $0.doc == "doc of \($0.pattern)" })
  }

  @Test func `writes a head without letting a value begin a field of its own`() {
    let response = Response(
      status: 201, headers: ["X-Name": "a\r\nSet-Cookie: b", "Content-Length": "99", "Location": "/v1/orders/1"], body: [1, 2])
    let text = String(decoding: ResponseWriter.head(response, closes: true, date: "now"), as: UTF8.self)
    #expect(
      text
        == "HTTP/1.1 201 Created\r\nDate: now\r\nX-Name: a  Set-Cookie: b\r\nLocation: /v1/orders/1\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    )
    #expect(!String(decoding: ResponseWriter.head(.empty, closes: false), as: UTF8.self).contains("Content-Length"))
    #expect(String(decoding: ResponseWriter.head(.empty, closes: false, minorVersion: 0), as: UTF8.self).contains("Connection: keep-alive"))
  }

  @Test func `tells problems as documents with a sentence`() {
    let response = Response.problem(
      status: 422, code: "key-reused", detail: "the key \"a\\b\"\n was used\u{1}", extra: [JSON.Member("line", .integer(3))])
    #expect(response.status == 422)
    #expect(response.header("content-type") == "application/problem+json")
    #expect(
      String(decoding: response.body, as: UTF8.self)
        == #"{"type":"urn:accord:problem:key-reused","title":"Unprocessable Content","status":422,"code":"key-reused","detail":"the key \"a\\b\"\n was used\u0001","line":3}"#
    )
  }

  @Test func `writes dates as HTTP does`() {
    let rows: [(seconds: Int64, text: String)] = [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
      (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ]
    for row in rows { #expect(HTTPDate.text(row.seconds) == row.text) }
  }

  @Test func `compares header names without case and finds tokens in lists`() {
    var headers: Headers = ["Content-Type": "a", "connection": "x, Close\t"]
    headers.add("CONNECTION", "y")
    #expect(headers["content-TYPE"] == "a")
    #expect(headers.all("Connection") == ["x, Close\t", "y"])
    #expect(headers.list("connection", has: "close"))
    #expect(!headers.list("connection", has: "clos"))
    headers.set("connection", "z")
    #expect(headers.all("connection") == ["z"])
  }

  @Test func `takes the bearer's token and nothing else`() {
    let rows: [(value: String?, token: String?)] = [
      ("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", nil), ("Bearer", nil), ("Bearer  ", nil), (nil, nil),
    ]
    for row in rows {
      var request = Request(method: .get, path: "/", segments: [])
      if let value = row.value { request.headers.add("Authorization", value) }
      #expect(request.bearer == row.token)
    }
  }

  @Test func `escapes what a path may not hold`() {
    #expect(Percent.encoded("a b/ü?~") == "a%20b%2F%C3%BC%3F~")
  }
}
