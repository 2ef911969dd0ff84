package import Contracts
package import Store
import Wire

extension DepartmentDesk {
  /// A fact as it was written to the outbox.
  package struct Told: Sendable {
    package let id: Identifier<Message>
    package let sequence: UInt64
  }

  /// Writes `event` into the outbox, in the transaction of what it tells about. `instant` is when it was true.
  ///
  /// The message's id is the lineage's beginning and its number: unique for ever, also across restored stores. The department holds its
  /// own event to the gate that the broker holds it to, so that a refusal there is a bug.
  package func publish(
    _ event: DomainEvent, true instant: Timestamp, _ occasion: Occasion, in transaction: borrowing Transaction
  ) throws -> Told {
    let next = try Outbox.highest(in: transaction) + 1
    let id = try Identifier<Message>("\(store.identity.lineage.prefix(12))-\(next)")
    let envelope = Envelope(
      id: id, source: department.source, type: event.type, subject: event.key, time: instant, recordedTime: occasion.now,
      correlationID: occasion.correlation ?? id.text, causationID: "command/\(occasion.key)", partitionKey: event.key,
      authType: "service_account", authID: occasion.principal, data: event.encode())
    let bytes = envelope.bytes
    try gate.check(bytes)
    let sequence = try Outbox.append(event: bytes, id: id, at: occasion.now, in: transaction)
    return Told(id: id, sequence: sequence)
  }
}
