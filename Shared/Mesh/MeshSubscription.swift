package import Wire

/// A durable subscription and who handles it.
package struct MeshSubscription: Sendable {
  /// Unique in the department; the broker knows it as `credential/name`.
  package var name: String
  /// Exact types or `prefix.*`; empty means every type.
  package var filters: [String]
  /// Used when the broker does not know the subscription yet.
  package var start: Subscribe.Start
  /// What a dead letter does to those behind it with the same key.
  package var deadKey: Subscribe.DeadKey
  /// Deliveries in hand at once; nil for the usual.
  package var messagesInHand: Int?
  package var inlet: Inlet

  package init(
    name: String, filters: [String], start: Subscribe.Start = .beginning, deadKey: Subscribe.DeadKey = .park, messagesInHand: Int? = nil,
    inlet: @escaping Inlet
  ) {
    self.name = name
    self.filters = filters
    self.start = start
    self.deadKey = deadKey
    self.messagesInHand = messagesInHand
    self.inlet = inlet
  }
}
