import MeshMachines

/// How a handler ends with one message. A throw is `never` with the error's sentence; a fault of the store is nobody's attempt.
package enum Disposition: Sendable, Equatable {
  /// What the handler wrote stays, and the message is settled once that is durable.
  case done
  /// The department's own trouble: what the handler wrote is taken back, and the message comes again. Nil leaves the wait to the broker.
  case later(after: Duration?)
  /// It will never succeed: what the handler wrote is taken back, and the message goes to the dead letters with this reason.
  case never(reason: String)

  var verdict: Verdict {
    switch self {
    case .done: .done
    case .later(let after): .later(after: after)
    case .never(let reason): .never(reason: reason)
    }
  }
}
