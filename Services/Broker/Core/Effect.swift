package import Journal
package import Wire

/// What the machine wants done; it happens only after the commit that holds it is durable, in the order given.
package enum Effect: Sendable {
  /// One frame to one connection: answers and other rare messages.
  indirect case send(ConnectionID, BrokerMessage)
  /// Every sequence up to `through` is durable. Cumulative: of one connection and turn only the last one need be sent.
  case accepted(ConnectionID, through: UInt64, forget: UInt64)
  /// One event to one consumer. Its bytes stand at `position`: at or behind `tailStart` of the turn before, or in the
  /// subscription's last fetch.
  case deliver(
    ConnectionID, handle: UInt32, number: UInt64, position: Position, attempt: UInt32, producer: UInt32, sequence: UInt64,
    bytes: UInt32)
  /// Read events from disk, whole records from `from` (the first at or behind it) up to about `bytesMax` bytes and at
  /// least one record; answered by the input `fetched`. One at a time per subscription.
  case fetch(subscription: UInt32, from: Position, bytesMax: Int)
  /// Read the record at each of these places and give it back by the input `carried`, one after the other.
  case carry([Position])
  /// Every segment that ends at or before this position may go: `Journal.forget`.
  case forget(before: Position)
  /// Look through the segment that begins here, and answer with the input `examined`.
  case examine(Position)
  /// Write this record at its old place, which is damaged (`Journal.heal`), then the input `healed`.
  case heal(Position, [UInt8])
  /// Fill what is still unreadable in this range (`Journal.mend`), then the input `mended`.
  case mend(Range<Position>)
  /// Send the refusal as a fault, then end the connection. The machine has forgotten it already.
  indirect case close(ConnectionID, Refusal)
}
