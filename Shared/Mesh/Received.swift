package import Contracts
package import Wire

/// One event as it reaches a department, with what the broker says about this delivery.
package struct Received: Sendable {
  package let envelope: Envelope
  /// The fact inside; nil for a type that this build does not know.
  package let event: DomainEvent?
  /// The event as published, byte for byte.
  package let bytes: [UInt8]
  /// Where the event stands in the journal: its name for ever.
  package let position: UInt64
  /// 1 for the first try.
  package let attempt: UInt32
  /// `credential/lineage`; with `sequence` what the inbox remembers.
  package let producer: String
  package let sequence: UInt64

  /// Throws where the envelope cannot be read, or the data is not what its type promises.
  package init(_ delivery: Delivery) throws {
    envelope = try Envelope(decoding: delivery.event)
    event = try DomainEvent.decode(type: envelope.type, data: envelope.data)
    bytes = delivery.event
    position = delivery.position
    attempt = delivery.attempt
    producer = delivery.producer
    sequence = delivery.sequence
  }
}
