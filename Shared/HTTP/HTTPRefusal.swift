/// Why bytes are no acceptable request: the status to answer and a sentence for whoever wrote the client.
package enum HTTPRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case malformedRequestLine
  case requestLineTooLong(limit: Int)
  case malformedTarget
  case unknownMethod(String)
  case unsupportedVersion
  case bareLineFeed
  case malformedField
  case foldedField
  case fieldsTooLarge(limit: Int)
  case tooManyFields(limit: Int)
  case wrongHost
  case malformedLength
  case repeatedLength
  case lengthAndChunks
  case unsupportedCoding(String)
  case malformedChunk
  case bodyTooLarge(limit: Int)
  case unsupportedExpectation
  case malformedStatusLine

  package var status: Int {
    switch self {
    case .requestLineTooLong: 414
    case .unknownMethod, .unsupportedCoding: 501
    case .unsupportedVersion: 505
    case .fieldsTooLarge, .tooManyFields: 431
    case .bodyTooLarge: 413
    case .unsupportedExpectation: 417
    case .malformedRequestLine, .malformedTarget, .bareLineFeed, .malformedField, .foldedField, .wrongHost, .malformedLength,
      .repeatedLength,
      .lengthAndChunks, .malformedChunk, .malformedStatusLine:
      400
    }
  }

  package var description: String {
    switch self {
    case .malformedRequestLine: "the first line is not `METHOD /path HTTP/1.1` (RFC 9112 3); is this an HTTP client?"
    case .requestLineTooLong(let limit): "the first line is longer than \(limit) bytes; send long values in the body"
    case .malformedTarget:
      "the path or query has a wrong percent-escape, a raw special character or text that is no UTF-8; encode it (RFC 3986 2.1)"
    case .unknownMethod(let name): "the method \(name) is not known here; use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS"
    case .unsupportedVersion: "only HTTP/1.0 and HTTP/1.1 are spoken here; choose one"
    case .bareLineFeed: "a line does not end in CR LF (RFC 9112 2.2); send both"
    case .malformedField: "a header is not `Name: value` of allowed characters (RFC 9112 5); correct it"
    case .foldedField: "a header goes on in a second line, which RFC 9112 5.2 forbids; send it in one"
    case .fieldsTooLarge(let limit): "the headers are longer than \(limit) bytes together; send fewer cookies or shorter values"
    case .tooManyFields(let limit): "there are more than \(limit) headers; send fewer"
    case .wrongHost: "an HTTP/1.1 request has exactly one valid Host header (RFC 9112 3.2); send one"
    case .malformedLength: "Content-Length is no plain number; send the body's length in bytes"
    case .repeatedLength: "there is more than one Content-Length, so the end of the body is in doubt; send one"
    case .lengthAndChunks:
      "there are both Content-Length and Transfer-Encoding, so the end of the body is in doubt; send one (RFC 9112 6.1)"
    case .unsupportedCoding(let name): "the transfer coding \(name) is not understood; send `chunked` or Content-Length"
    case .malformedChunk: "a chunk of the body is malformed (RFC 9112 7.1); check the client's chunk sizes"
    case .bodyTooLarge(let limit): "the body is longer than the \(limit) bytes allowed here; send it in parts"
    case .unsupportedExpectation: "only `Expect: 100-continue` is understood; leave the header out"
    case .malformedStatusLine: "the answer does not begin with `HTTP/1.1 NNN` (RFC 9112 4); is this an HTTP server?"
    }
  }

  /// A name for programs.
  package var code: String {
    switch status {
    case 413: "body-too-large"
    case 414: "target-too-long"
    case 417: "expectation-failed"
    case 431: "headers-too-large"
    case 501: "not-implemented"
    case 505: "version-not-supported"
    default: "malformed-request"
    }
  }
}
