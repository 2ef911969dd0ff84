import Contracts

/// What a department does with each fact.
enum CodecPaths {
  static func encodes(_ count: Int) throws -> Int {
    let events = try (0..<64).map { DomainEvent.orderCaptured(try Sample.order($0)) }
    var sum = 0
    for number in 0..<count { sum &+= events[number % events.count].encode().count }
    return sum
  }

  static func decodes(_ count: Int) throws -> Int {
    let events = try (0..<64).map { DomainEvent.orderCaptured(try Sample.order($0)).encode() }
    var sum = 0
    for number in 0..<count {
      guard case .orderCaptured(let order)? = try DomainEvent.decode(type: OrderCaptured.type, data: events[number % events.count]) else {
        throw Sample.Unusable()
      }
      sum &+= order.lines.count
    }
    return sum
  }

  static func envelopes(_ count: Int) throws -> Int {
    let events = try (0..<64).map(Sample.event)
    var sum = 0
    for number in 0..<count { sum &+= try Envelope(decoding: events[number % events.count]).data.count }
    return sum
  }
}
