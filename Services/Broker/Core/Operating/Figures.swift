// What a person watches on a dashboard.
extension BrokerMachine {
  /// Figures of this moment.
  package struct Figures: Sendable {
    package let dead: Int
    package let returning: Int
    package let paused: Int
    package let inFlight: Int
    /// Of the subscription that has the most.
    package let lookAhead: Int
    /// Flood breakers opened in this run.
    package let pauses: Int
  }

  package var figures: Figures {
    let open = subscriptions.filter(\.isOpen)
    return Figures(
      dead: open.reduce(0) { $0 + $1.dead.count }, returning: open.reduce(0) { $0 + $1.returns.count },
      paused: open.count { $0.breaker.pause != nil }, inFlight: inFlight, lookAhead: open.map(\.window.count).max() ?? 0,
      pauses: open.reduce(0) { $0 + $1.counts.pauses })
  }

  /// Whether the connection was let in and is still there.
  package func isOpen(_ id: ConnectionID) -> Bool { slot(id) != nil }

  /// Deliveries that are not settled.
  package var inFlight: Int { subscriptions.reduce(0) { $0 + $1.consumers.reduce(0) { $0 + $1.inFlight } } }
}
