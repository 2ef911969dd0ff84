import Journal

// Section 1 of a checkpoint, what the disk rules must remember:
//
//  u64 kept: the journal begins here, u64 where a subscription's record may have been lost (0: nowhere)
//  list of carried  u64 position, u64 place, u64 key, u64 sequence, i64 accepted at, u32 type, u32 producer, u32 bytes
//  list of passed   u32 subscription, u64 messages, u64 through, u8 why, i64 at
//  list of losses   u64 from, u64 end, u64 events, i64 at, text by
extension BrokerMachine {
  /// Empty while nothing was ever let go of or lost.
  func diskSection() -> [UInt8] {
    let moved = subscriptions.filter { $0.isOpen && $0.passedOver != PassedOver() }
    if kept == 0, lostFrom == 0, carried.isEmpty, moved.isEmpty, losses.isEmpty { return [] }
    var out = ByteWriter()
    out.put(kept)
    out.put(lostFrom)
    out.put(carried.list) { out, entry in
      out.put(entry.event.position)
      out.put(entry.place)
      out.put(entry.event.key)
      out.put(entry.event.sequence)
      out.put(entry.event.acceptedAt)
      out.put(entry.event.type)
      out.put(entry.event.producer)
      out.put(entry.event.bytes)
    }
    out.put(moved) { out, subscription in
      out.put(subscription.number)
      out.put(subscription.passedOver.messages)
      out.put(subscription.passedOver.through)
      out.put(subscription.passedOver.why.rawValue)
      out.put(subscription.passedOver.at)
    }
    out.put(losses) { $0.put($1) }
    return out.bytes
  }

  /// Behind everything else of the checkpoint.
  mutating func restoreDisk(_ bytes: inout ByteReader) throws(MemoryFault) {
    kept = try bytes.place()
    lostFrom = try bytes.place()
    carried = Carried(try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.carried() })
    for _ in 0..<(try bytes.u32()) {
      let number = try bytes.u32()
      let passed = PassedOver(
        messages: try bytes.u64(), through: try bytes.place(), why: try bytes.whyPassed(), at: try bytes.instant())
      guard number < UInt32(subscriptions.count) else { throw .unknown("subscription", number) }
      subscriptions[Int(number)].passedOver = passed
    }
    losses = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.loss() }
    for number in subscriptions.indices { subscriptions[number].reading.kept = kept }
  }
}

extension ByteWriter {
  mutating func put(_ loss: AcceptedLoss) {
    put(loss.from)
    put(loss.end)
    put(loss.events)
    put(loss.at)
    put(loss.by)
  }

  mutating func put(_ mark: ForgetMark) {
    put(mark.producer)
    put(mark.through)
  }
}

extension ByteReader {
  mutating func carried() throws(MemoryFault) -> Carried.Entry {
    var event = IndexedEvent()
    event.position = try eventPlace()
    let place = try eventPlace()
    event.key = try u64()
    event.sequence = try sequence()
    event.acceptedAt = try instant()
    event.type = try u32()
    event.producer = try u32()
    event.bytes = try u32()
    return Carried.Entry(event: event, place: place)
  }

  mutating func loss() throws(MemoryFault) -> AcceptedLoss {
    let (from, end) = (try place(), try place())
    guard from < end else { throw .value("that what was lost ends at", end) }
    return AcceptedLoss(from: from, end: end, events: try u64(), at: try instant(), by: try text())
  }

  mutating func mark() throws(MemoryFault) -> ForgetMark { ForgetMark(producer: try u32(), through: try sequence()) }

  mutating func whyPassed() throws(MemoryFault) -> PassedOver.Why {
    let raw = try u8()
    guard let why = PassedOver.Why(rawValue: raw) else { throw .value("why a subscription was moved on", UInt64(raw)) }
    return why
  }
}
