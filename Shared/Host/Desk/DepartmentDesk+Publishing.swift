package import Contracts
package import Store
import Wire

extension DepartmentDesk {
  /// A fact as it was written to the outbox.
  package struct Told: Sendable {
    package let id: Identifier<Message>
    package let sequence: UInt64
    package let recordedAt: Timestamp
    /// `correlationid` as the event has it.
    package let correlation: String
    /// False while the store is rebuilt: the fact was not written, and what it says comes with the fact of that time.
    package let isTold: Bool
    /// The whole event as it will be published, and where in it the data stands.
    package let event: [UInt8]
    private let place: Range<Int>

    init(_ id: Identifier<Message>, _ sequence: UInt64, _ occasion: Occasion, isTold: Bool = true, event: [UInt8], data: Range<Int>) {
      self.id = id
      self.sequence = sequence
      self.isTold = isTold
      recordedAt = occasion.now
      correlation = occasion.correlation ?? id.text
      self.event = event
      place = data
    }

    /// The fact alone, byte for byte as it is told.
    package var data: [UInt8] { Array(event[place]) }
  }

  /// Writes `event` into the outbox, in the transaction of what it tells about. `instant` is when it was true. HOT in runs.
  ///
  /// The message's id is the lineage's beginning and its number: unique for ever, also across restored stores. The department holds its
  /// own event to the gate that the broker holds it to, and to what its readers ask of it, so that a refusal there is a bug. While the store is rebuilt nothing is written
  /// and what returns says so: whoever folds what it tells leaves that to the fact of that time.
  package func publish(
    _ event: DomainEvent, true instant: Timestamp, _ occasion: Occasion, in transaction: borrowing Transaction
  ) throws -> Told {
    guard !isRebuilding else {
      let data = event.encode()
      return Told(Identifier(restoring: "\(messagePrefix)0"), 0, occasion, isTold: false, event: data, data: 0..<data.count)
    }
    let next = try Outbox.highest(in: transaction) + 1
    let id = Identifier<Message>(restoring: "\(messagePrefix)\(next)")
    let type = event.type
    try event.check()
    let bytes = envelope(id, type, event, true: instant, occasion)
    let data = try gate.check(bytes, of: type)
    let sequence = try Outbox.append(event: bytes, id: id, at: occasion.now, in: transaction)
    return Told(id, sequence, occasion, event: bytes, data: data)
  }

  /// The event in one go, its data written where it stands: the members of an `Envelope`, in its order.
  private func envelope(
    _ id: Identifier<Message>, _ type: String, _ event: DomainEvent, true instant: Timestamp, _ occasion: Occasion
  ) -> [UInt8] {
    let key = event.key
    var writer = JSONWriter(reserving: 2_048)
    writer.beginObject()
    writer.member("id", id)
    writer.member("source", department.source)
    writer.member("specversion", "1.0")
    writer.member("type", type)
    writer.member("subject", key)
    writer.member("time", instant)
    writer.member("datacontenttype", "application/json")
    writer.member("recordedtime", occasion.now)
    writer.member("correlationid", occasion.correlation ?? id.text)
    writer.member("causationid", occasion.causation)
    writer.member("partitionkey", key)
    writer.member("authtype", occasion.principalKind)
    writer.member("authid", occasion.principal)
    writer.member("ruleversion", ifPresent: occasion.ruleVersion)
    writer.name("data")
    event.write(into: &writer)
    writer.endObject()
    return writer.finish()
  }
}
