package import Contracts
package import Journal
package import Wire

/// Everything that can happen to the broker. Inputs from connections that the machine does not know are ignored.
package enum Input {
  /// A hello whose secret the shell has verified; makes the connection known.
  case hello(ConnectionID, Hello, Rights)
  /// HOT. The ranges are offsets into `frame`, whose bytes are only borrowed.
  case publish(ConnectionID, Publish, frame: UnsafeRawBufferPointer)
  /// A publish whose event breaks the rules of the wire: its sequence is used up.
  case refuse(ConnectionID, sequence: UInt64, Refusal)
  case subscribe(ConnectionID, Subscribe)
  case unsubscribe(ConnectionID, handle: UInt32, forget: Bool)
  case credit(ConnectionID, handle: UInt32, messages: Int, bytes: Int)
  case working(ConnectionID, handle: UInt32, DeliveryRanges)
  case settle(ConnectionID, handle: UInt32, Settlement)
  case extend(ConnectionID, handle: UInt32, DeliveryRanges)
  case request(ConnectionID, Request)
  case reply(ConnectionID, Reply)
  case mark(ConnectionID, through: Timestamp)
  case admin(ConnectionID, id: UInt64, command: JSON)
  /// The client leaves as planned: nothing more is delivered to it, and losing it counts no attempt.
  case farewell(ConnectionID)
  case disconnected(ConnectionID)
  /// So many bytes are still queued for the connection after a flush. Without it deliveries end at the queue's limit.
  case flushed(ConnectionID, queuedBytes: Int)
  /// The answer to the effect `fetch` with the same `from`.
  case fetched(subscription: UInt32, from: Position, Fetched)
  /// The journal has no room beyond its reserve (or has again): publishes are put off, all else goes on.
  case storage(isFull: Bool)
  /// The oldest segment, as read; see SegmentSurvey.swift.
  case surveyed(SegmentSurvey, LettingGo)
  /// The answer to one place of the effect `carry`, in its order; nil where it could not be read.
  case carried(JournalSlice?)
  /// A stretch of the journal, whole segments, was looked through: all that is damaged there; see Healing.swift.
  case examined(Range<Position>, [Damage])
  /// Every kept segment has been looked through since the start; what was damaged has been told.
  case lookedThrough
  /// A row that its publisher sends again because the journal lost it. The ranges are offsets into `frame`.
  case heal(ConnectionID, Publish, frame: UnsafeRawBufferPointer)
  /// The effect `heal` is done and durable.
  case healed(Position)
  /// The effect `mend` is done and durable.
  case mended(Range<Position>)
  /// The operator accepts what damage has taken within this range.
  case acceptLoss(Range<Position>, by: String)
  /// The broker is about to stop: farewell to all, no further deliveries; publishes and settles go on.
  case drain(reason: String)
  /// Time has passed; due at `nextDeadline` at the latest.
  case tick
}

/// What the reader found.
package enum Fetched: Sendable {
  /// All events from the asked position (exclusive of `next`), in order; reading goes on at `next`, which is beyond `from`.
  case events([IndexedEvent], next: Position)
  /// The records in this range do not verify; the subscription stops before it.
  case damaged(from: Position, through: Position)
  /// What was asked for is no longer kept; the oldest that is.
  case forgotten(oldest: Position)
}

/// What the machine knows of an event: all but its bytes.
package struct IndexedEvent: Sendable, Hashable {
  package var position: UInt64
  package var key: UInt64
  package var sequence: UInt64
  /// Milliseconds since 1970.
  package var acceptedAt: Int64
  package var type: UInt32
  package var producer: UInt32
  /// Length of the event's JSON.
  package var bytes: UInt32

  /// An event as its record tells it; `bytes` is the length of its JSON.
  package init(_ head: EventHead, at position: Position, bytes: Int) {
    self.position = position.value
    key = head.key
    sequence = head.sequence
    acceptedAt = head.acceptedAt.milliseconds
    type = head.type
    producer = head.producer
    self.bytes = UInt32(bytes)
  }
}
