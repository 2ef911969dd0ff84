import Contracts
import Journal
import Wire

// Where one subscription stands: how far behind, why, and since when; in members for programs and in a sentence for people.
extension Subscription {
  /// Why it is not up with the newest event.
  enum Wait: String {
    case nothing, consumer, credit, damage, reading, paused
    case deadLetters = "dead_letters"
    /// The window is full behind an event that is not settled.
    case lookAhead = "look_ahead"
    /// Consumers have it all, and have not settled it.
    case settle
    /// A failed event may not be tried before its time.
    case delay
    /// What is next belongs to keys whose holder has no credit.
    case key
  }

  func waits(_ outlets: [Outlet]) -> Wait {
    if reading.damage != nil { return .damage }
    if breaker.pause != nil { return .paused }
    if dead.count + returns.count >= limits.deadLetters { return .deadLetters }
    if attached == 0 { return .consumer }
    if window.count >= limits.lookAhead { return .lookAhead }
    if !consumers.indices.contains(where: { hasCredit($0, outlets) }) { return .credit }
    if keys.listed > 0 { return .key }
    if nextDue != .max { return .delay }
    if reading.isLive { return .settle }
    return canReadOn ? .reading : .key
  }

  /// The first event that is not settled, as far as the window knows.
  var firstOwed: Window.Entry? {
    var ordinal = window.first
    while ordinal < window.end {
      if window[ordinal].state != .settled, !window[ordinal].isReturn { return window[ordinal] }
      ordinal += 1
    }
    return nil
  }
}

extension BrokerMachine {
  func status(_ it: Subscription) -> JSON {
    let floor = it.settledThrough(newest)
    let behind = newest > floor ? newest - floor : 0
    let why: Subscription.Wait = behind == 0 && it.breaker.pause == nil ? .nothing : it.waits(outlets)
    let since: Int64? =
      switch why {
      case .nothing: nil
      case .consumer: it.counts.detachedSince
      case .paused: it.breaker.pause?.since
      case .credit, .reading, .damage, .deadLetters: it.counts.behindSince ?? it.counts.floorSince
      case .settle, .delay, .key, .lookAhead: it.counts.floorSince
      }
    let queued = it.consumers.filter(\.isOpen).map { outlets[$0.slot].queuedBytes }.max() ?? 0
    return .object([
      .init("name", .string(it.row.fullName)),
      .init("filters", .array(it.row.filters.map { .string($0.description) })),
      .init("behind", .count(behind)),
      .init("waits_for", .string(why.rawValue)),
      .init("since", since.map { .integer($0) } ?? .null),
      .init("sentence", .string(sentence(it, why))),
      .init("first_unsettled", it.firstOwed.map { firstRow(it, $0) } ?? .null),
      .init("floor", .count(floor)),
      .init("consumers", .integer(Int64(it.attached))),
      .init("in_flight", .integer(Int64(it.consumers.reduce(0) { $0 + $1.inFlight }))),
      .init("queued_bytes", .integer(Int64(queued))),
      .init("look_ahead", .integer(Int64(it.window.count))),
      .init("look_ahead_max", .integer(Int64(limits.lookAhead))),
      .init("troubled", .integer(Int64(it.troubles.list.count))),
      .init("dead", .integer(Int64(it.dead.count))),
      .init("dead_key", .string(it.row.deadKey.rawValue)),
      .init("passed_over", it.passedOver.status),
      .init("parked_keys", .integer(Int64(it.row.deadKey == .park ? it.dead.keyCount : 0))),
      .init("returning", .integer(Int64(it.returns.count))),
      .init(
        "replay",
        it.replay.map {
          .object([
            .init("intervention", .count($0.by)), .init("at", .count(max($0.cursor, $0.looked))), .init("through", .count($0.through)),
          ])
        } ?? .null),
      .init("paused", it.breaker.pause.map { pauseRow($0, it) } ?? .null),
      .init("delivered", .count(it.counts.delivered)),
      .init("settled", .count(it.counts.settled)),
      .init("ignored", .count(it.counts.ignored)),
      .init("revoked", .count(it.counts.revoked)),
      .init("expired", .count(it.counts.expired)),
      .init("damage", it.reading.damage.map { .array([.count($0.lowerBound), .count($0.upperBound)]) } ?? .null),
    ])
  }

  private func pauseRow(_ pause: FloodBreaker.Pause, _ it: Subscription) -> JSON {
    .object([
      .init("since", .integer(pause.since)), .init("failures", .integer(Int64(pause.failures))), .init("reason", .string(pause.reason)),
      .init("probe_in_ms", .integer(max(0, it.breaker.probeDue - now.uptime))),
    ])
  }

  private func firstRow(_ it: Subscription, _ entry: Window.Entry) -> JSON {
    let held = holder(entry, of: it)
    let trouble = it.trouble(of: entry)
    return .object([
      .init("position", .count(entry.position)), .init("held_by", held.map { .string($0.credential) } ?? .null),
      .init("held_since", held.map { .integer($0.since) } ?? .null), .init("working", .bool(entry.state == .working)),
      .init("attempts", .integer(Int64(trouble?.attempts ?? 0))),
      .init("not_before", trouble.map { $0.notBefore > now.wall.milliseconds ? .integer($0.notBefore) : .null } ?? .null),
    ])
  }

  /// Who has an event in flight, and since when: its delivery, or the last time that its lease was begun anew.
  func holder(_ entry: Window.Entry, of it: Subscription) -> (credential: String, since: Int64)? {
    guard entry.isInFlight else { return nil }
    let consumer = it.consumers[Int(entry.consumer)]
    return (connections[consumer.slot].credential, now.wall.milliseconds - (now.uptime - (entry.leaseEnd - limits.lease)))
  }

  // MARK: Sentences

  private func sentence(_ it: Subscription, _ why: Subscription.Wait) -> String {
    let flight = it.consumers.reduce(0) { $0 + $1.inFlight }
    switch why {
    case .nothing: return flight > 0 ? "It has everything; \(flight) are in flight." : "It has everything."
    case .consumer: return "Nobody is connected to it."
    case .paused:
      guard let pause = it.breaker.pause else { return "It pauses." }
      return "It pauses: \(pause.failures) different messages failed in a row and none was done, the last one said: \(pause.reason). "
        + "One is tried every \(limits.probeEvery / 1_000) s, nothing is counted meanwhile; mend the consumer."
    case .deadLetters: return "It has \(it.deadInAll) dead letters, as many as it may; redrive or drop some, then it goes on."
    case .damage:
      let at = it.reading.damage.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""
      return
        "The journal is damaged\(at); it goes on when that is healed from a store that still has it, or by accord journal heal --accept-loss."
    case .credit:
      let full = it.consumers.contains { $0.isOpen && outlets[$0.slot].queuedBytes >= limits.queuedBytes }
      return full
        ? "Its consumer does not read: \(limits.queuedBytes) bytes are queued for it, as many as may be; \(flight) are in flight."
        : "Its consumers ask for no more for now; \(flight) are in flight."
    case .reading: return "Older messages are being read from the disk."
    case .lookAhead: return "\(it.window.count) messages were read ahead, as many as may be; \(first(it))"
    case .settle, .delay, .key: return first(it)
    }
  }

  /// Of the first event that is not settled.
  private func first(_ it: Subscription) -> String {
    guard let entry = it.firstOwed else { return "What is left is on its way." }
    return "the first not settled is \(entry.position): " + standing(entry, of: it) + "."
  }

  static func times(_ count: UInt32) -> String { count == 1 ? "once" : "\(count) times" }

  /// Where an event in the window stands.
  func standing(_ entry: Window.Entry, of it: Subscription) -> String {
    let trouble = it.trouble(of: entry)
    let tries = trouble.map { $0.attempts > 0 ? " (it failed \(Self.times($0.attempts)))" : "" } ?? ""
    if let held = holder(entry, of: it) {
      let doing = entry.state == .working ? "is at work on it" : "has it in hand"
      return "\(held.credential) \(doing) since \(Timestamp(milliseconds: held.since))\(tries)"
    }
    if it.breaker.pause != nil { return "the subscription pauses\(tries)" }
    if let behind = it.dead.first(of: entry.key), behind < entry.position, it.row.deadKey == .park {
      return "it is parked behind the dead letter at \(behind)"
    }
    if let trouble, trouble.notBefore > now.wall.milliseconds {
      return "it failed \(Self.times(trouble.attempts)) and is tried again at \(Timestamp(milliseconds: trouble.notBefore))"
    }
    if let node = it.keys.find(entry.key) {
      let ahead = it.window[it.window.ordinal(it.keys[node].head)]
      if it.keys[node].inFlight > 0 {
        let consumer = it.consumers[Int(it.keys[node].holder)]
        return "others of its key are at \(connections[consumer.slot].credential)\(tries)"
      }
      if ahead.position != entry.position { return "it waits behind \(ahead.position) of the same key: " + standing(ahead, of: it) }
    }
    if trouble?.isSuspect == true {
      return "it was at work when a consumer was lost and waits for one that has nothing else in hand\(tries)"
    }
    return "it waits for a consumer with credit\(tries)"
  }
}
