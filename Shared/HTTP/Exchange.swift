/// One request and its answer as the log and the metrics see them. The query is left out, as it may hold what nobody else should read.
package struct Exchange: Sendable {
  package let method: Method?
  /// The pattern of the route that answered; nil where none did.
  package let route: String?
  package let path: String
  package let status: Int
  /// From the request's first byte to its answer's hand-over to the kernel.
  package let duration: Duration
  package let bodyBytesIn: Int
  package let bodyBytesOut: Int
  package let peer: String
  /// The `traceparent` field of the request, unchecked (W3C Trace Context); nil where absent.
  package let traceParent: String?
}
