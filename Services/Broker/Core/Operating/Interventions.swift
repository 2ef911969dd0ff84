import Journal

// What operators did, in memory and as a section of the checkpoint; empty while nobody did anything and nothing is dead or paused:
//
//  for each open subscription, in order
//    letters        list of u32 type, one for each of its dead letters
//    returns        list of: u64 position, u64 key, u64 sequence, u32 producer, u64 by, u32 attempts, i64 not before, u8 suspect,
//                   u8 was dead; where it was: its letter and u32 type
//    replay         u8 whether; where one is under way: u64 by, u64 cursor
//    pause          u8 whether, and what record 45 says
//    interventions  list of interventions with what was folded: u64 number, u64 done, u64 died
//  retired          list of the same, of subscriptions that are gone
extension BrokerMachine {
  mutating func fold(_ decided: Intervention, at position: UInt64) throws(MemoryFault) {
    guard decided.subscription < UInt32(subscriptions.count), subscriptions[Int(decided.subscription)].isOpen else {
      throw .unknown("subscription", decided.subscription)
    }
    var it = decided
    it.number = position
    subscriptions[Int(it.subscription)].fold(.intervention(it))
    aimReplay(Int(it.subscription))
  }

  /// The types that a replay is about, as numbers.
  private mutating func aimReplay(_ number: Int) {
    guard let by = subscriptions[number].replay?.by, let it = subscriptions[number].interventions.last(where: { $0.number == by })
    else { return }
    let patterns = it.types.map(TypePattern.init)
    var wanted = TypeSet()
    for (type, name) in types.names.enumerated() where patterns.isEmpty || patterns.contains(where: { $0.matches(name) }) {
      wanted.insert(type)
    }
    subscriptions[number].replay?.types = wanted
  }

  /// Keeps what was done to a subscription that is no more.
  mutating func retire(_ done: [Intervention]) {
    retired += done
    if retired.count > limits.interventions { retired.removeFirst(retired.count - limits.interventions) }
  }

  func interventionSection() -> [UInt8] {
    guard !retired.isEmpty || subscriptions.contains(where: { !$0.isOrdinary || !$0.interventions.isEmpty }) else { return [] }
    var out = ByteWriter()
    for subscription in subscriptions where subscription.isOpen {
      out.put(subscription.dead.list) { $0.put($1.type) }
      out.put(subscription.returns.list) { $0.put($1) }
      out.put(subscription.replay != nil)
      if let replay = subscription.replay {
        out.put(replay.by)
        out.put(replay.cursor)
      }
      out.put(subscription.breaker.pause)
      out.put(subscription.interventions) { $0.put($1) }
    }
    out.put(retired) { $0.put($1) }
    return out.bytes
  }

  mutating func restoreInterventions(_ bytes: inout ByteReader) throws(MemoryFault) {
    for number in subscriptions.indices where subscriptions[number].isOpen {
      let types = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.u32() }
      let letters = subscriptions[number].dead.list
      guard types.count == letters.count else { throw .value("types of dead letters", UInt64(types.count)) }
      subscriptions[number].dead = DeadLetters(
        zip(letters, types).map { letter, type in
          var letter = letter
          letter.type = type
          return letter
        })
      subscriptions[number].returns = Returns(
        try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.returned() })
      var replay: (by: UInt64, cursor: UInt64)?
      if try bytes.bool() { replay = (try bytes.u64(), try bytes.cursor()) }
      subscriptions[number].breaker.pause = try bytes.pause()
      subscriptions[number].interventions = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in
        try bytes.intervention()
      }
      if let replay {
        guard let it = subscriptions[number].interventions.last(where: { $0.number == replay.by }), it.deed == .replay else {
          throw .value("a replay", replay.by)
        }
        subscriptions[number].resume(it, at: replay.cursor)
        aimReplay(number)
      }
      subscriptions[number].settleRoom()
    }
    retired = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.intervention() }
  }
}

extension ByteWriter {
  mutating func put(_ event: Returns.Event) {
    put(event.position)
    put(event.key)
    put(event.sequence)
    put(event.producer)
    put(event.by)
    put(event.attempts)
    put(event.notBefore)
    put(event.isSuspect)
    put(event.letter != nil)
    guard let letter = event.letter else { return }
    put(letter)
    put(letter.type)
  }

  mutating func put(_ it: Intervention) {
    it.encode(into: &self)
    put(it.number)
    put(it.done)
    put(it.died)
  }
}

extension ByteReader {
  mutating func returned() throws(MemoryFault) -> Returns.Event {
    var event = Returns.Event(position: try eventPlace(), key: try u64(), sequence: try sequence(), producer: try u32(), by: try u64())
    event.attempts = try attempts()
    event.notBefore = try instant()
    event.isSuspect = try bool()
    guard try bool() else { return event }
    var letter = try self.letter()
    letter.type = try u32()
    event.letter = letter
    return event
  }

  mutating func intervention() throws(MemoryFault) -> Intervention {
    var it = try Intervention(&self)
    it.number = try u64()
    it.done = try u64()
    it.died = try u64()
    return it
  }
}
