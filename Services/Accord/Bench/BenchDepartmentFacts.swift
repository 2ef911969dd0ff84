import Contracts
import Store
import Wire

/// The facts that the department is told: orders as the ledger would capture them, made by the real codec, about 626 bytes each.
enum BenchDepartmentFacts {
  static let persons = 10_000
  private static let usd = Currency("USD")

  /// Order number `number` as it stands in an outbox.
  static func fact(_ number: UInt64, at now: Timestamp) throws -> (id: Identifier<Message>, bytes: [UInt8]) {
    guard let usd else { throw Unusable() }
    let order = try OrderCaptured(
      orderID: Identifier("O-\(number)"), personID: Identifier(person(number)), channel: "web", country: "US", placedAt: now,
      capturedAt: now,
      lines: [.init(lineID: Identifier("1"), sku: Identifier("KETTLE-17"), quantity: 2, paid: Money(minor: 8_490, usd))],
      discountsKnown: true)
    let event = DomainEvent.orderCaptured(order)
    let id = try Identifier<Message>("bench-\(number)")
    let envelope = Envelope(
      id: id, source: "/ledger", type: event.type, subject: event.key, time: now, recordedTime: now, partitionKey: event.key,
      data: event.encode())
    return (id, envelope.bytes)
  }

  /// Spread over the customers by a multiplication, as buyers come: no neighbour follows its neighbour.
  private static func person(_ number: UInt64) -> String { "C-\(number &* 7_919 % UInt64(persons))" }

  /// Appends `count` facts to the outbox of `store`, behind those that are there. Returns the number of the last.
  @discardableResult
  static func fill(_ store: Store, count: Int, at now: Timestamp) throws -> UInt64 {
    var left = count
    var last: UInt64 = 0
    while left > 0 {
      let chunk = min(left, 1_000)
      last = try store.write { transaction in
        let highest = try Outbox.highest(in: transaction)
        for number in highest + 1...highest + UInt64(chunk) {
          let fact = try fact(number, at: now)
          try Outbox.append(event: fact.bytes, id: fact.id, at: now, in: transaction)
        }
        return highest + UInt64(chunk)
      }.value
      left -= chunk
    }
    return last
  }

  private struct Unusable: Error {}
}
