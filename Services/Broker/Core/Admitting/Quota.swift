/// How much of the broker one credential may use, over all its connections; what is nil is as `BrokerLimits.allowance` says.
package struct Quota: Sendable, Equatable {
  /// Connections at one time.
  package var connections: Int?
  /// Frames of any kind that it sends, and their bytes.
  package var messagesPerSecond: Int?
  package var bytesPerSecond: Int?
  /// Deliveries in flight on each connection, and questions of all of them without an answer.
  package var pending: Int?
  /// Durable subscriptions.
  package var subscriptions: Int?

  package init(
    connections: Int? = nil, messagesPerSecond: Int? = nil, bytesPerSecond: Int? = nil, pending: Int? = nil, subscriptions: Int? = nil
  ) {
    self.connections = connections
    self.messagesPerSecond = messagesPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.pending = pending
    self.subscriptions = subscriptions
  }
}

/// A quota in which every number is said.
package struct Allowance: Sendable, Equatable {
  package var connections: Int
  package var messagesPerSecond: Int
  package var bytesPerSecond: Int
  package var pending: Int
  package var subscriptions: Int

  package init(connections: Int, messagesPerSecond: Int, bytesPerSecond: Int, pending: Int, subscriptions: Int) {
    self.connections = connections
    self.messagesPerSecond = messagesPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.pending = pending
    self.subscriptions = subscriptions
  }

  /// This one, with what `quota` says instead.
  func with(_ quota: Quota) -> Allowance {
    Allowance(
      connections: quota.connections ?? connections, messagesPerSecond: quota.messagesPerSecond ?? messagesPerSecond,
      bytesPerSecond: quota.bytesPerSecond ?? bytesPerSecond, pending: quota.pending ?? pending,
      subscriptions: quota.subscriptions ?? subscriptions)
  }
}
