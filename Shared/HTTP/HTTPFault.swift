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
