/// Why a connection is over.
package enum CloseReason: Sendable, Equatable, CustomStringConvertible {
  /// This side closed it.
  case closed
  /// The peer ended its stream; `unread` bytes of an unfinished message were left.
  case ended(unread: Int)
  /// The network or the peer's kernel ended it.
  case failed(SystemError)
  /// A message did not become whole within the limit.
  case inboundOverflow(limit: Int)
  /// The peer reads too slowly for what was sent to it.
  case outboundOverflow(limit: Int)
  /// This side had ended it, and the peer did not take what was still to be read.
  case notTaken(after: Duration)

  package var description: String {
    switch self {
    case .closed: "closed by this side"
    case .ended(0): "the peer closed the connection"
    case .ended(let unread): "the peer closed the connection in the middle of a message (\(unread) bytes of it had come)"
    case .failed(let error): error.description
    case .inboundOverflow(let limit): "the peer sent more than \(limit) bytes that made no whole message; it speaks another protocol"
    case .outboundOverflow(let limit): "the peer read too slowly: more than \(limit) bytes waited for it; it may be overloaded"
    case .notTaken(let time): "the connection was over, and the peer had not read the rest within \(time); it was dropped"
    }
  }
}
