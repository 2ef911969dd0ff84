import Contracts
import Journal
import Wire

// How events come to consumers: live from the commit, from the tail index, or from the disk. HOT.
extension Subscription {
  /// Takes an event of a wanted type that was just accepted, if it is up with the newest.
  @inline(__always)
  mutating func take(_ event: IndexedEvent, at now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    guard reading.isLive, event.position > progress.floor, event.acceptedAt >= row.acceptedFrom else { return }
    guard canReadOn, let taker = pick(outlets) else {
      stopReading(at: event.position)
      counts.behindSince = now.wall.milliseconds
      return
    }
    admit(event, taker, now, &outlets, into: &commit)
  }

  /// Serves what waits, reads on as credit allows, asks the disk where it must.
  /// `burials`: how many followers of dead events may still be moved by this input.
  mutating func pump(
    _ tail: TailIndex, _ newest: UInt64, _ burials: inout Int, at now: Moment, _ outlets: inout [Outlet],
    into commit: inout Gathering<Effect>
  ) {
    guard isAttached else { return }
    reading.tailBefore = tail.before
    park(&burials, at: now, into: &commit)
    let delivered = counts.delivered
    if breaker.pause != nil { openForProbe(now) }
    serve(now, &outlets, into: &commit)
    if hasErrands {
      comeBack(tail, now, outlets, into: &commit)
      serve(now, &outlets, into: &commit)
    }
    if !reading.isLive {
      read(tail, now, &outlets, into: &commit)
      serve(now, &outlets, into: &commit)
      fetch(tail, outlets, into: &commit)
    } else if !keys.isEmpty(KeyLeases.List.unread) {
      fetch(tail, outlets, into: &commit)
    }
    if breaker.pause != nil { closeBehindProbe(delivered, now, &outlets, into: &commit) }
    if !reading.isLive, counts.behindSince == nil { counts.behindSince = now.wall.milliseconds }
    recordProgress(newest, into: &commit)
  }

  /// Followers of dead events are left that can be moved now.
  var hasBurials: Bool {
    guard let node = keys.first(KeyLeases.List.parking) else { return false }
    return mayBury(window.ordinal(keys[node].head))
  }

  /// Whether the event may join the dead letters: what was one before always may.
  func mayBury(_ ordinal: UInt64) -> Bool { dead.count + returns.count < limits.deadLetters || window[ordinal].isReturn }

  /// Whether a pump would find nothing to do.
  var isIdle: Bool { reading.isLive && keys.listed == 0 && solo == nil && !hasErrands }

  /// Something is on its way back, or probed for.
  var hasErrands: Bool { !isOrdinary && (returns.awaitedNext != nil || replay != nil || breaker.pause != nil) }

  /// Bounds of the look-ahead that credit does not know.
  var canReadOn: Bool {
    window.count < room && reading.damage == nil
      && (progress.islands.count < limits.settledRanges || isAmongIslands)
  }

  /// What is read next may lie between islands: settling it makes them fewer.
  private var isAmongIslands: Bool {
    guard let last = progress.islands.last else { return true }
    return !reading.isLive && reading.next <= last.through
  }

  // MARK: Reading

  private mutating func read(_ tail: TailIndex, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    while reading.aheadAt < reading.ahead.count {
      let event = reading.ahead[reading.aheadAt]
      guard reading.isAtHand(event.position) else {
        reading.restart(at: event.position)
        break
      }
      guard canReadOn, let taker = pick(outlets) else { return }
      reading.aheadAt += 1
      reading.passed = event.position
      if wants(event) { admit(event, taker, now, &outlets, into: &commit) }
    }
    reading.restart(at: reading.cursor)
    guard nextUnread > tail.before else { return }
    var at = tail.ordinal(from: nextUnread)
    while at < tail.end {
      let event = tail[at]
      guard canReadOn, let taker = pick(outlets) else { return reading.cursor = event.position }
      reading.passed = event.position
      if wants(event) { admit(event, taker, now, &outlets, into: &commit) }
      at += 1
    }
    reading.isLive = true
    counts.behindSince = nil
  }

  /// The first position that is neither read nor known to be settled.
  private var nextUnread: UInt64 { max(reading.cursor, progress.floor + 1) }

  private mutating func stopReading(at position: UInt64) {
    reading.isLive = false
    reading.cursor = position
  }

  /// Whether an event that was read is to be delivered here.
  private func wants(_ event: IndexedEvent) -> Bool {
    wants(type: Int(event.type)) && event.acceptedAt >= row.acceptedFrom && !progress.contains(event.position)
      && !dead.contains(event.position) && (isOrdinary || !returns.contains(event.position))
  }

  private mutating func fetch(_ tail: TailIndex, _ outlets: [Outlet], into commit: inout Gathering<Effect>) {
    guard reading.fetch == nil, reading.damage == nil else { return }
    var bytes = 0
    for consumer in consumers.indices where canTake(consumer, outlets) || solo == consumer {
      bytes += max(0, consumers[consumer].creditBytes)
    }
    guard bytes > 0 else { return }
    if let node = keys.first(KeyLeases.List.unread) {
      let head = window[window.ordinal(keys[node].head)]
      // One alone is read alone; of several, perhaps the neighbours as well.
      let few = keys.following(node) == nil ? Int(head.bytes) : bytes
      ask(.again, from: head.position, few, into: &commit)
    } else if !reading.isLive, reading.aheadAt == reading.ahead.count, nextUnread <= tail.before, canReadOn {
      ask(.ahead, from: reading.cursor, bytes, into: &commit)
    }
  }

  /// Asks for the sake of what was called back, where some consumer takes it, in turn with the live flow.
  mutating func ask(
    _ purpose: Reading.Purpose, from: UInt64, bytes: Int, _ outlets: [Outlet], into commit: inout Gathering<Effect>
  ) {
    let liveWaits = !keys.isEmpty(KeyLeases.List.unread) || !reading.isLive && canReadOn && nextUnread <= reading.tailBefore
    guard reading.fetch == nil, !(reading.isLiveNext && liveWaits), consumers.indices.contains(where: { hasCredit($0, outlets) })
    else { return }
    reading.isLiveNext = true
    ask(purpose, from: from, bytes, into: &commit)
  }

  private mutating func ask(_ purpose: Reading.Purpose, from: UInt64, _ bytes: Int, into commit: inout Gathering<Effect>) {
    if purpose == .ahead || purpose == .again { reading.isLiveNext = false }
    reading.fetch = Reading.Fetch(from: from, purpose: purpose)
    commit.afterDurable(.fetch(subscription: number, from: Position(from), bytesMax: min(limits.fetchBytes, max(1, bytes))))
  }

  /// The answer to a question of which it does not hold any more; the shell keeps the last piece alone, whatever becomes of it here.
  mutating func endStaleFetch() {
    reading.fetch = nil
    reading.held = 0..<0
  }

  /// What the disk had to say; an answer that nobody waits for is ignored. A pump follows.
  mutating func fetched(from: Position, _ answer: Fetched, at now: Moment) {
    guard let fetch = reading.fetch, fetch.from == from.value else { return }
    reading.fetch = nil
    switch fetch.purpose {
    case .ahead, .again: break
    case .recalled, .replay: if fetchedBack(fetch, answer) { return }
    }
    switch answer {
    case .events(let events, let next):
      guard next > from else { return reading.damage = from.value...from.value }
      reading.held = from.value..<next.value
      while let node = keys.first(KeyLeases.List.unread) {
        keys.delist(node)
        relist(node, now)
      }
      switch fetch.purpose {
      case .ahead:
        reading.restart(at: next.value)
        reading.ahead.append(contentsOf: events.drop { $0.position < from.value })
      case .again: break
      case .recalled: returns.read = events
      case .replay: replay?.piece = (events, next.value)
      }
    case .damaged(let from, let through): reading.damage = from.value...max(from.value, through.value)
    case .forgotten(let oldest): reading.cursor = max(reading.cursor, oldest.value)
    }
  }

  // MARK: Handing out

  /// Lets an event into the window, and to `taker` at once where nothing stands in its way.
  @inline(__always)
  private mutating func admit(
    _ event: IndexedEvent, _ taker: Int, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>
  ) {
    if window.isEmpty { counts.floorSince = now.wall.milliseconds }
    let ordinal = window.push(event)
    let isTroubled = !troubles.isEmpty && troubles.find(event.position) != nil
    if isTroubled { window[ordinal].isTroubled = true }
    if let node = keys.find(event.key) {
      let holder = Int(keys[node].holder)
      if keys[node].waiting == 0, !isTroubled, !isHeld(event), canTake(holder, outlets) {
        return deliver(ordinal, node, holder, now, &outlets, into: &commit)
      }
      append(ordinal, to: node)
      if !keys[node].isListed { relist(node, now) }
      return
    }
    let node = keys.insert(event.key)
    if !isTroubled, !isHeld(event) { return deliver(ordinal, node, taker, now, &outlets, into: &commit) }
    append(ordinal, to: node)
    relist(node, now)
  }

  /// Whether an earlier event of its key is dead, or on its way back from there.
  @inline(__always)
  private func isHeld(_ event: IndexedEvent) -> Bool {
    !isOrdinary && row.deadKey == .park
      && (dead.isAhead(of: event.position, key: event.key) || returns.isAwaited(before: event.position, key: event.key))
  }

  @inline(__always)
  private mutating func deliver(
    _ ordinal: UInt64, _ node: Int, _ taker: Int, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>
  ) {
    let number = consumers[taker].number(ordinal)
    let leaseEnd = now.uptime + limits.lease
    window[ordinal].state = .inFlight
    window[ordinal].node = UInt32(truncatingIfNeeded: node)
    window[ordinal].consumer = UInt16(truncatingIfNeeded: taker)
    window[ordinal].number = number
    window[ordinal].leaseEnd = leaseEnd
    keys[node].holder = UInt16(truncatingIfNeeded: taker)
    keys[node].inFlight += 1
    let entry = window[ordinal]
    consumers[taker].creditMessages -= 1
    consumers[taker].creditBytes -= Int(entry.bytes)
    consumers[taker].inFlight += 1
    if leaseEnd < consumers[taker].leaseCheck { consumers[taker].leaseCheck = leaseEnd }
    let slot = consumers[taker].slot
    outlets[slot].queuedBytes += Int(entry.bytes) + limits.deliveryOverhead
    outlets[slot].inFlight += 1
    counts.delivered += 1
    let attempt = entry.isTroubled ? (trouble(of: entry)?.attempts ?? 0) + 1 : 1
    commit.afterDurable(
      .deliver(
        consumers[taker].connection, handle: consumers[taker].handle, number: number, position: Position(entry.position),
        attempt: attempt, producer: entry.producer, sequence: entry.sequence, bytes: entry.bytes))
  }

  /// Hands out what waits in lists, as far as it can be handed out.
  private mutating func serve(_ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    if breaker.pause != nil { return probe(now, &outlets, into: &commit) }
    serveSuspects(now, &outlets, into: &commit)
    if keys.listed == 0 { return }
    serve(KeyLeases.List.anyone, now, &outlets, into: &commit)
    for consumer in consumers.indices {
      serve(KeyLeases.List.firstConsumer + consumer, now, &outlets, into: &commit)
    }
  }

  private mutating func serve(_ list: Int, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    while let node = keys.first(list) {
      let holder = list == KeyLeases.List.anyone ? nil : list - KeyLeases.List.firstConsumer
      guard let taker = holder ?? pick(outlets), canTake(taker, outlets) else { return }
      handOut(node, taker, now, &outlets, into: &commit)
    }
  }

  /// The first event of a chain to `taker`; or the key waits until its bytes have been read again.
  mutating func handOut(
    _ node: Int, _ taker: Int, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>
  ) {
    let position = window[window.ordinal(keys[node].head)].position
    if !reading.missing.isEmpty, reading.missing.remove(position) != nil { return giveUpMissing(node, now, into: &commit) }
    guard reading.isAtHand(position) else {
      return keys.enlist(node, KeyLeases.List.unread)
    }
    let ordinal = unchain(node)
    deliver(ordinal, node, taker, now, &outlets, into: &commit)
    relist(node, now)
  }

  /// Suspects go out one by one, to a consumer that has nothing else in flight.
  private mutating func serveSuspects(_ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    while let node = keys.first(KeyLeases.List.suspect) {
      if let solo, consumers[solo].inFlight == 0, !hasCredit(solo, outlets) { self.solo = nil }
      if solo == nil {
        solo = consumers.indices.filter { hasCredit($0, outlets) }.min { consumers[$0].inFlight < consumers[$1].inFlight }
      }
      guard let solo, consumers[solo].inFlight == 0, hasCredit(solo, outlets) else { return }
      handOut(node, solo, now, &outlets, into: &commit)
    }
    if let solo, consumers[solo].inFlight == 0, keys.isEmpty(KeyLeases.List.unread) { self.solo = nil }
  }
}
