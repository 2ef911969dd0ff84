import Contracts
import Journal
import Wire

// How deliveries are taken back: revoked, expired, lost with their consumer, or moved behind a dead event.
extension Subscription {
  /// Takes back what `consumer` has in flight and `matches`, uncounted, and tells it. `also`: released already. `telling`: over already,
  /// though their consumer waits for them.
  /// The keys are touched; the caller relists them.
  mutating func revoke(
    from consumer: Int, also: [UInt64], telling: Set<UInt64> = [], _ outlets: inout [Outlet],
    into commit: inout Gathering<Effect>, where matches: (Window.Entry) -> Bool
  ) {
    var back = also
    var ranges: DeliveryRanges = []
    var at = consumers[consumer].oldest
    while at < consumers[consumer].next {
      let held = inFlight(consumer, at).flatMap { matches(window[$0]) ? $0 : nil }
      if let ordinal = held {
        release(ordinal, &outlets)
        back.append(ordinal)
        // Their credit comes back with them.
        consumers[consumer].creditMessages = min(consumers[consumer].creditMessages + 1, limits.creditMessages)
        consumers[consumer].creditBytes = min(consumers[consumer].creditBytes + Int(window[ordinal].bytes), limits.creditBytes)
        counts.revoked += 1
      }
      if held != nil || telling.contains(at) {
        if let last = ranges.indices.last, ranges[last].upperBound + 1 == at {
          ranges[last] = ranges[last].lowerBound...at
        } else {
          ranges.append(at...at)
        }
      }
      at += 1
    }
    prepend(back)
    for part in stride(from: 0, to: ranges.count, by: 1_024) {
      let some = Array(ranges[part..<min(part + 1_024, ranges.count)])
      commit.afterDurable(.send(consumers[consumer].connection, .revoke(handle: consumers[consumer].handle, some)))
    }
  }

  /// Takes back what was held for longer than its lease, with its followers of the same key.
  mutating func expire(at now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    for consumer in consumers.indices where consumers[consumer].isOpen && consumers[consumer].leaseCheck <= now.uptime {
      var late: Set<UInt64> = []
      var nextCheck = Int64.max
      let before = counts.revoked
      revoke(from: consumer, also: [], &outlets, into: &commit) { entry in
        if entry.leaseEnd <= now.uptime { late.insert(entry.key) }
        if late.contains(entry.key) { return true }
        nextCheck = min(nextCheck, entry.leaseEnd)
        return false
      }
      counts.expired += counts.revoked - before
      consumers[consumer].leaseCheck = nextCheck
      sweep(consumer)
      relistTouched(now)
    }
  }

  /// Keys whose waiting is over.
  mutating func wake(at now: Moment) {
    guard nextDue <= now.uptime else { return }
    nextDue = .max
    var node = keys.first(KeyLeases.List.delayed)
    while let at = node {
      node = keys.following(at)
      if keys[at].due <= now.uptime { relist(at, now) } else { nextDue = min(nextDue, keys[at].due) }
    }
  }

  /// Moves followers of dead events to the dead letters, at most `budget` of them; the caller records the progress.
  mutating func park(_ budget: inout Int, at now: Moment, into commit: inout Gathering<Effect>) {
    while budget > 0, let node = keys.first(KeyLeases.List.parking), mayBury(window.ordinal(keys[node].head)) {
      guard let behind = dead.first(of: keys[node].key), behind < window[window.ordinal(keys[node].head)].position else {
        relist(node, now)
        continue
      }
      while budget > 0, keys[node].waiting > 0, mayBury(window.ordinal(keys[node].head)) {
        let ordinal = unchain(node)
        let attempts = trouble(of: window[ordinal])?.attempts ?? 0
        if window[ordinal].isReturn, returns.find(window[ordinal].position)?.letter == nil {
          // Replayed: it was done once, and is no loss.
          noteSettled(ordinal)
        } else {
          bury(ordinal, attempts, .behind(behind), now, into: &commit)
        }
        budget -= 1
      }
      if keys[node].waiting == 0 { relist(node, now) }
    }
  }

  /// A consumer is gone. What it was working on counts an attempt where `counting`; all else comes again as if never sent.
  mutating func leave(
    _ consumer: Int, counting: Bool, _ newest: UInt64, at now: Moment, _ outlets: inout [Outlet],
    into commit: inout Gathering<Effect>
  ) {
    var troubled: [Troubles.Trouble] = []
    var back: [UInt64] = []
    var first: UInt64?
    var at = consumers[consumer].oldest
    while at < consumers[consumer].next {
      defer { at += 1 }
      guard let ordinal = inFlight(consumer, at) else { continue }
      let entry = window[ordinal]
      release(ordinal, &outlets)
      guard counting, breaker.pause == nil, entry.state == .working else {
        back.append(ordinal)
        continue
      }
      first = first ?? entry.position
      let attempts = (trouble(of: entry)?.attempts ?? 0) + 1
      if attempts >= limits.attempts {
        bury(ordinal, attempts, .exhausted, now, into: &commit)
      } else {
        let notBefore = now.wall.milliseconds + backoff(entry.position, attempts)
        troubled.append(
          Troubles.Trouble(position: entry.position, notBefore: notBefore, attempts: attempts, isSuspect: true))
        window[ordinal].isTroubled = true
        back.append(ordinal)
      }
    }
    if !troubled.isEmpty { write(.troubled(number, troubled), into: &commit) }
    // Which of them was the poison nobody knows: one failure, whatever it was at work on.
    if let first { noteFailure(first, "its consumer was lost while it worked on it", at: now, into: &commit) }
    consumers[consumer].isOpen = false
    attached -= 1
    if solo == consumer { solo = nil }
    prepend(back)
    relistTouched(now)
    recordProgress(newest, into: &commit)
    if attached == 0 { rest(newest, at: now, into: &commit) }
  }

  /// Without consumers nothing but the durable part is kept.
  private mutating func rest(_ newest: UInt64, at now: Moment, into commit: inout Gathering<Effect>) {
    noteFloor(newest, into: &commit)
    dropWindow()
    consumers.removeAll()
    marks.removeAll()
    // Whoever joins next looks again: perhaps the disk was healed.
    reading.damage = nil
    counts.detachedSince = now.wall.milliseconds
  }

  /// Forgets what was read; reading begins again behind the floor.
  mutating func dropWindow() {
    window.clear()
    keys.removeAll()
    returns.beginAnew()
    replay?.looked = 0
    replay?.piece = nil
    solo = nil
    nextDue = .max
    reading.isLive = false
    reading.restart(at: readingStart)
    reading.passed = 0
    reading.held = 0..<0
    reading.missing = []
    reading.isLiveNext = false
    reading.fetch?.isStale = true
    settleRoom()
  }

  /// Takes back everything in flight, uncounted, and reads again from the floor; for changed filters.
  mutating func startOver(_ newest: UInt64, at now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    for consumer in consumers.indices where consumers[consumer].isOpen {
      revoke(from: consumer, also: [], &outlets, into: &commit) { _ in true }
      sweep(consumer)
    }
    relistTouched(now)
    dropWindow()
  }
}
