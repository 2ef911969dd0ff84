import Journal
import Wire

// What has no meaning is refused where it is read, so that nothing behind it need be afraid of a sum.
extension ByteReader {
  /// A place in the journal, or a publisher's number. Both end where the wire's numbers do, long before a sum of two could overflow: what
  /// lies beyond was never written.
  mutating func place(_ what: String = "that something stands at") throws(MemoryFault) -> UInt64 {
    let value = try u64()
    guard value <= WireLimits.numberMax else { throw .value(what, value) }
    return value
  }

  /// Where an event stands: not before everything.
  mutating func eventPlace() throws(MemoryFault) -> UInt64 {
    let value = try place()
    guard value > 0 else { throw .value("that an event stands at", value) }
    return value
  }

  mutating func sequence() throws(MemoryFault) -> UInt64 { try place("that an event has number") }

  /// Milliseconds since 1970, as far as times are added up.
  mutating func instant() throws(MemoryFault) -> Int64 {
    let value = try i64()
    guard value.magnitude <= WireLimits.numberMax else { throw .value("an instant", UInt64(bitPattern: value)) }
    return value
  }

  /// How often something failed; nobody tries it a thousand million times.
  mutating func attempts() throws(MemoryFault) -> UInt32 {
    let value = try u32()
    guard value < 1 << 30 else { throw .value("that something failed so often:", UInt64(value)) }
    return value
  }

  /// Events a second; 0: as fast as they go.
  mutating func rate() throws(MemoryFault) -> UInt32 {
    let rate = try u32()
    guard rate <= Intervention.rateMax else { throw .value("a rate of", UInt64(rate)) }
    return rate
  }

  /// How far a replay has come: at most one behind its end.
  mutating func cursor() throws(MemoryFault) -> UInt64 {
    let cursor = try u64()
    guard cursor <= WireLimits.numberMax + 1 else { throw .value("that a replay has come to", cursor) }
    return cursor
  }
}

extension IndexedEvent {
  /// As `ByteReader` judges what it reads, of an event's own head.
  func judge() throws(MemoryFault) {
    guard position > 0, position <= WireLimits.numberMax else { throw .value("that an event stands at", position) }
    guard sequence <= WireLimits.numberMax else { throw .value("that an event has number", sequence) }
    guard acceptedAt.magnitude <= WireLimits.numberMax else { throw .value("an instant", UInt64(bitPattern: acceptedAt)) }
  }
}

extension UInt64 {
  /// A count that goes on, and stays where it ends.
  func counting(_ more: UInt64) -> UInt64 {
    let (sum, overflows) = addingReportingOverflow(more)
    return overflows ? .max : sum
  }
}
