import Contracts
import Wire

/// Events as the ledger sends them: orders of one line, about 640 bytes, made by the real codec.
enum Sample {
  static let eventsMax = 256

  static func order(_ number: Int) throws -> OrderCaptured {
    guard let usd = Currency("USD") else { throw Unusable() }
    let now = Timestamp(milliseconds: 1_778_261_467_250)
    return try OrderCaptured(
      orderID: Identifier("O-\(100_000 + number)"), personID: Identifier("C-\(500_000 + number)"), channel: "web", country: "US",
      placedAt: now, capturedAt: now,
      lines: [.init(lineID: Identifier("1"), sku: Identifier("KETTLE-17"), quantity: 2, paid: Money(minor: 8_490, usd))],
      discountsKnown: true)
  }

  static func event(_ number: Int) throws -> [UInt8] {
    let order = try order(number)
    let event = DomainEvent.orderCaptured(order)
    return Envelope(
      id: try Identifier("0196afb27c2e-\(100_000 + number)"), source: "/ledger", type: event.type, subject: event.key, time: order.placedAt,
      recordedTime: order.capturedAt, partitionKey: event.key, data: event.encode()
    ).bytes
  }

  /// The payload of a publish, without the frame's length.
  static func publish(_ number: Int) throws -> [UInt8] {
    var frame: [UInt8] = []
    try ClientMessageEncoder.appendPublish(sequence: UInt64(number + 1), event: try event(number), to: &frame)
    return Array(frame.dropFirst(WireLimits.lengthBytes))
  }

  struct Unusable: Error {}
}
