import Contracts
import Journal
import Wire

// How deliveries end: settled, taken back, or given up. HOT where nothing goes wrong.
extension Subscription {
  /// The event that `consumer` holds as delivery `number`.
  @inline(__always)
  func inFlight(_ consumer: Int, _ number: UInt64) -> UInt64? {
    guard number >= consumers[consumer].oldest, number < consumers[consumer].next else { return nil }
    let ordinal = window.ordinal(consumers[consumer].low(number))
    guard ordinal < window.end else { return nil }
    let entry = window[ordinal]
    return entry.isInFlight && entry.number == number && Int(entry.consumer) == consumer ? ordinal : nil
  }

  /// Calls `body` for each delivery in flight within `ranges`; counts the others.
  @inline(__always)
  private mutating func each(_ ranges: DeliveryRanges, of consumer: Int, _ body: (inout Subscription, UInt64) -> Void) {
    for range in ranges {
      let from = max(range.lowerBound, consumers[consumer].oldest)
      let end = min(range.upperBound, consumers[consumer].next - 1)
      var found: UInt64 = 0
      var number = from
      while number <= end {
        if let ordinal = inFlight(consumer, number) {
          body(&self, ordinal)
          found += 1
        }
        number += 1
      }
      counts.ignored &+= range.upperBound &- range.lowerBound &+ 1 &- found
    }
  }

  mutating func working(_ consumer: Int, _ ranges: DeliveryRanges) {
    each(ranges, of: consumer) { it, ordinal in it.window[ordinal].state = .working }
  }

  mutating func extend(_ consumer: Int, _ ranges: DeliveryRanges, at now: Moment) {
    let leaseEnd = now.uptime + limits.lease
    each(ranges, of: consumer) { it, ordinal in it.window[ordinal].leaseEnd = leaseEnd }
  }

  mutating func settle(
    _ consumer: Int, _ settlement: Settlement, _ newest: UInt64, at now: Moment, _ outlets: inout [Outlet],
    into commit: inout Gathering<Effect>
  ) {
    let slot = consumers[consumer].slot
    let settled = counts.settled
    each(settlement.done, of: consumer) { it, ordinal in
      it.noteSettled(ordinal)
      it.consumers[consumer].inFlight -= 1
      outlets[slot].inFlight -= 1
      it.counts.settled += 1
      let node = Int(it.window[ordinal].node)
      it.keys[node].inFlight -= 1
      if it.keys[node].inFlight == 0 { it.relist(node, now) }
    }
    if breaker.isStirred, counts.settled != settled { noteDone(into: &commit) }
    if !settlement.exceptions.isEmpty {
      take(settlement.exceptions, of: consumer, now, &outlets, into: &commit)
    }
    sweep(consumer)
    let first = window.first
    recordProgress(newest, into: &commit)
    if window.first != first { counts.floorSince = now.wall.milliseconds }
  }

  /// Delivery numbers that are over need no room.
  mutating func sweep(_ consumer: Int) {
    var number = consumers[consumer].oldest
    let next = consumers[consumer].next
    while number < next, inFlight(consumer, number) == nil { number += 1 }
    consumers[consumer].pass(to: number)
  }

  // MARK: What went wrong

  private mutating func take(
    _ exceptions: [Settlement.Exception], of consumer: Int, _ now: Moment, _ outlets: inout [Outlet],
    into commit: inout Gathering<Effect>
  ) {
    var troubled: [Troubles.Trouble] = []
    var back: [UInt64] = []
    // Keys whose later events in flight must wait, and behind which event.
    var failed: [UInt64: UInt64] = [:]
    // Failed for good though their consumer expects them again: it hears that its followers may come.
    var told: Set<UInt64> = []
    for exception in exceptions {
      guard let ordinal = inFlight(consumer, exception.delivery) else {
        counts.ignored += 1
        continue
      }
      let entry = window[ordinal]
      let attempts = (trouble(of: entry)?.attempts ?? 0) + 1
      release(ordinal, &outlets)
      var holdsBack = true
      if breaker.pause != nil {
        // Whatever it says: while deliveries pause it counts nothing and buries nothing.
        back.append(ordinal)
      } else {
        var why = "later"
        switch exception.verdict {
        case .later(let after):
          if attempts >= limits.attempts {
            bury(ordinal, attempts, .exhausted, now, into: &commit)
            if row.deadKey == .pass { told.insert(exception.delivery) }
          } else {
            let wait = after.map { min(max(0, $0.milliseconds), limits.laterMax) } ?? backoff(entry.position, attempts)
            troubled.append(
              Troubles.Trouble(
                position: entry.position, notBefore: now.wall.milliseconds + wait, attempts: attempts, isSuspect: false))
            window[ordinal].isTroubled = true
            back.append(ordinal)
          }
        case .never(let reason):
          why = BrokerMachine.clipped(reason, limits.reasonBytes)
          bury(ordinal, attempts, .never(why), now, into: &commit)
          // Behind what passes the consumer goes on at once.
          holdsBack = row.deadKey == .park
        }
        noteFailure(entry.position, why, at: now, into: &commit)
      }
      if holdsBack { failed[entry.key] = min(failed[entry.key] ?? .max, entry.position) }
    }
    if !troubled.isEmpty { write(.troubled(number, troubled), into: &commit) }
    revoke(from: consumer, also: back, telling: told, &outlets, into: &commit) { entry in
      if let first = failed[entry.key] { entry.position > first } else { false }
    }
    relistTouched(now)
  }

  /// No longer in flight; what becomes of it is the caller's.
  mutating func release(_ ordinal: UInt64, _ outlets: inout [Outlet]) {
    let consumer = Int(window[ordinal].consumer)
    let node = Int(window[ordinal].node)
    window[ordinal].state = .waiting
    consumers[consumer].inFlight -= 1
    outlets[consumers[consumer].slot].inFlight -= 1
    keys[node].inFlight -= 1
    touch(node)
  }

  /// One record, and the event is a dead letter.
  mutating func bury(
    _ ordinal: UInt64, _ attempts: UInt32, _ cause: DeadLetters.Letter.Cause, _ now: Moment, into commit: inout Gathering<Effect>
  ) {
    let entry = window[ordinal]
    write(
      .dead(
        number,
        DeadLetters.Letter(
          position: entry.position, key: entry.key, sequence: entry.sequence, producer: entry.producer, attempts: attempts,
          at: now.wall.milliseconds, cause: cause, type: UInt32(entry.type))),
      into: &commit)
    noteSettled(ordinal)
  }

  /// Full jitter: evenly between nothing and the exponential bound.
  func backoff(_ position: UInt64, _ attempts: UInt32) -> Int64 {
    let bound = min(limits.backoffMax, limits.backoffFirst << Int64(min(attempts - 1, 30)))
    return hash.draw(bound + 1, UInt64(number), position, UInt64(attempts))
  }
}
