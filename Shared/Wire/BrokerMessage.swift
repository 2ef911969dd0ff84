package import Contracts

/// What the broker says to a client; one frame each. PROTOCOL.md gives the JSON.
package enum BrokerMessage: Sendable, Equatable {
  case welcome(Welcome)
  /// All sequences up to `through` are durable; the outbox may forget up to `forget`.
  case accepted(through: UInt64, forget: UInt64)
  /// This sequence will never be taken; the number is used up, durably.
  case refused(sequence: UInt64, Refusal)
  /// A passing trouble: publish again from `from`, not before `after`.
  case resume(from: UInt64, after: Duration, reason: Refusal)
  /// `position`: everything at or before it is settled or was never wanted.
  case subscribed(handle: UInt32, position: UInt64)
  case unsubscribed(handle: UInt32, reason: Refusal?)
  case deliver(Delivery)
  /// These deliveries are taken back and will come again, uncounted.
  case revoke(handle: UInt32, DeliveryRanges)
  /// Every fact of `source` up to `through` has been settled on this subscription.
  case mark(handle: UInt32, source: String, through: Timestamp)
  /// The journal lost these rows: send them again from the outbox.
  case heal(DeliveryRanges)
  case request(Request)
  case reply(Reply)
  case admin(id: UInt64, answer: JSON)
  case ping(UInt64)
  case pong(UInt64)
  /// The broker is about to stop; reconnect after a moment.
  case farewell(reason: String)
  /// The connection ends after this frame.
  case fault(Refusal)
}

/// The answer to a hello.
package struct Welcome: Sendable, Equatable {
  package var version: Int
  /// The journal's random id: another one means another broker's memory.
  package var journal: String
  /// The last sequence taken from this lineage (0 for none) and that event's id.
  package var lastSequence: UInt64
  package var lastEventID: String?
  package var forget: UInt64
  /// False for a publisher without a lineage: at least once, de-duplicated by inboxes alone.
  package var deduplicated: Bool
  package var limits: SessionLimits
  package var now: Timestamp
  package init(
    version: Int, journal: String, lastSequence: UInt64, lastEventID: String?, forget: UInt64, deduplicated: Bool,
    limits: SessionLimits, now: Timestamp
  ) {
    self.version = version
    self.journal = journal
    self.lastSequence = lastSequence
    self.lastEventID = lastEventID
    self.forget = forget
    self.deduplicated = deduplicated
    self.limits = limits
    self.now = now
  }
}

/// What the broker allows on this connection.
package struct SessionLimits: Sendable, Equatable {
  package var frameBytesMax: Int
  /// Unanswered publishes at once.
  package var windowMax: Int
  package var heartbeat: Duration
  package var lease: Duration
  package init(frameBytesMax: Int, windowMax: Int, heartbeat: Duration, lease: Duration) {
    self.frameBytesMax = frameBytesMax
    self.windowMax = windowMax
    self.heartbeat = heartbeat
    self.lease = lease
  }
}

/// One event on its way to one consumer.
package struct Delivery: Sendable, Equatable {
  package var handle: UInt32
  /// Counts up by one per handle and connection.
  package var number: UInt64
  /// Where the event stands in the journal: its name for ever.
  package var position: UInt64
  /// 1 for the first try.
  package var attempt: UInt32
  /// `credential/lineage`: with `sequence`, what an inbox remembers.
  package var producer: String
  package var sequence: UInt64
  /// The event, byte for byte as published.
  package var event: [UInt8]
  package init(
    handle: UInt32, number: UInt64, position: UInt64, attempt: UInt32, producer: String, sequence: UInt64, event: [UInt8]
  ) {
    self.handle = handle
    self.number = number
    self.position = position
    self.attempt = attempt
    self.producer = producer
    self.sequence = sequence
    self.event = event
  }
}
