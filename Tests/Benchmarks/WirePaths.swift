import Contracts
import Wire

/// What the wire does for each message.
enum WirePaths {
  static func frames(_ count: Int) throws -> Int {
    var bytes: [UInt8] = []
    for number in 0..<64 { try ClientMessageEncoder.appendPublish(sequence: 1, event: try Sample.event(number), to: &bytes) }
    let decoder = FrameDecoder()
    return try bytes.withUnsafeBytes { bytes in
      var (start, sum) = (0, 0)
      for _ in 0..<count {
        guard case .payload(let range) = try decoder.next(in: bytes, from: start) else { throw Sample.Unusable() }
        sum &+= range.count
        start = range.upperBound == bytes.count ? 0 : range.upperBound
      }
      return sum
    }
  }

  static func publishes(_ count: Int) throws -> Int {
    try each(count, of: try (0..<64).map(Sample.publish)) { bytes in
      guard case .publish(let publish) = try ClientMessageDecoder.decode(bytes) else { throw Sample.Unusable() }
      return publish.routing.key.lowerBound
    }
  }

  static func scans(_ count: Int) throws -> Int {
    try each(count, of: try (0..<64).map(Sample.event)) { bytes in try EventScan(bytes, from: 0).routing.key.lowerBound }
  }

  /// The scan, and the data held to its type's contract.
  static func gates(_ count: Int) throws -> Int {
    let gate = try ContractGate(Manifest(publishes: LedgerEvents.schemas))
    let events = try (0..<64).map(Sample.event)
    for number in 0..<count { try gate.check(events[number % events.count]) }
    return count
  }

  static func settles(_ count: Int) throws -> Int {
    var frame: [UInt8] = []
    try ClientMessageEncoder.append(.settle(handle: 1, Settlement(done: [1_000_001...1_000_128])), to: &frame)
    return try each(count, of: [Array(frame.dropFirst(WireLimits.lengthBytes))]) { bytes in
      guard case .settle(_, let settlement) = try ClientMessageDecoder.decode(bytes) else { throw Sample.Unusable() }
      return settlement.done.count
    }
  }

  static func headers(_ count: Int) throws -> Int {
    let producer = DeliveryHeader.producer("ledger/5f0c9a7be1d24c3f8a6b0d9e7c1f2a34")
    var room = [UInt8](repeating: 0, count: DeliveryHeader.bytesMax(producer: producer.count))
    return producer.withUnsafeBytes { producer in
      room.withUnsafeMutableBytes { room in
        var sum = 0
        for number in 0..<UInt64(count) {
          sum &+= DeliveryHeader.render(
            handle: 1, number: 1_000_000 + number, position: 4_000_000_000 + number * 680, attempt: 1, producer: producer,
            sequence: 1_000_000 + number, eventBytes: 620, into: room)
        }
        return sum
      }
    }
  }

  /// Walks through `messages` in turn.
  private static func each(_ count: Int, of messages: [[UInt8]], _ walk: (UnsafeRawBufferPointer) throws -> Int) throws -> Int {
    var sum = 0
    for number in 0..<count { sum &+= try messages[number % messages.count].withUnsafeBytes(walk) }
    return sum
  }
}
