package import Contracts

/// What a handler answers.
package struct Response: Sendable {
  package var status: Int
  package var headers: Headers
  package var body: [UInt8]

  package init(status: Int, headers: Headers = Headers(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// One JSON document.
  package static func json(_ value: JSON, status: Int = 200) -> Response { json(encoded: value.bytes, status: status) }

  /// One JSON document that is already bytes.
  package static func json(encoded bytes: [UInt8], status: Int = 200) -> Response {
    Response(status: status, headers: ["Content-Type": "application/json"], body: bytes)
  }

  /// Plain text in UTF-8.
  package static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8") -> Response {
    Response(status: status, headers: ["Content-Type": type], body: Array(text.utf8))
  }

  /// Nothing to say: 204.
  package static var empty: Response { Response(status: 204) }

  /// A problem document (RFC 9457). `code` names the kind for programs (`type` is `urn:accord:problem:code`); `detail` is a sentence for
  /// people: what happened, why, what to do. `extra` members stand beside them.
  package static func problem(
    status: Int, code: String, title: String? = nil, detail: String, extra: [JSON.Member] = []
  ) -> Response {
    let members: [JSON.Member] = [
      JSON.Member("type", .string("urn:accord:problem:\(code)")),
      JSON.Member("title", .string(title ?? Status.reason(status))),
      JSON.Member("status", .integer(Int64(status))),
      JSON.Member("code", .string(code)),
      JSON.Member("detail", .string(detail)),
    ]
    return Response(
      status: status, headers: ["Content-Type": "application/problem+json"], body: JSON.object(members + extra).bytes)
  }

  /// The problem document of a refused request.
  package static func problem(_ refusal: HTTPRefusal) -> Response {
    problem(status: refusal.status, code: refusal.code, detail: refusal.description)
  }

  /// The first field `name`, whatever its case.
  package func header(_ name: String) -> String? { headers[name] }

  /// The same with one more field.
  package func with(_ name: String, _ value: String) -> Response {
    var response = self
    response.headers.set(name, value)
    return response
  }
}

/// The names of status codes (RFC 9110 15, RFC 6585).
package enum Status {
  /// The phrase that goes with a code; `Status 299` where none is listed.
  package static func reason(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 507: "Insufficient Storage"
    default: "Status \(status)"
    }
  }
}
