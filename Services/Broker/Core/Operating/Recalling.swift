import Contracts
import Journal
import Wire

// How what an operator called back comes to consumers, beside the live flow. Cold: nothing here runs for a subscription that is left alone.
extension Subscription {
  /// Whether the event at `position` must stay readable though it is settled: it is dead, or on its way back from there.
  func holdsOn(to position: UInt64) -> Bool { dead.contains(position) || returns.contains(position) }

  /// Events that the window holds at most: the live flow's look-ahead, and behind it room for what was called back.
  var windowMax: Int { limits.lookAhead + limits.returnsAhead }

  /// The tries of an event in the window so far.
  func trouble(of entry: Window.Entry) -> Troubles.Trouble? {
    entry.isReturn ? returns.trouble(entry.position) : troubles.find(entry.position)
  }

  // MARK: Folding

  /// Takes over an operator's decision; `settleRoom` follows.
  mutating func begin(_ it: Intervention) {
    interventions.append(it)
    if interventions.count > limits.interventions, let oldest = interventions.firstIndex(where: { $0.number != replay?.by }) {
      interventions.remove(at: oldest)
    }
    switch it.deed {
    case .redrive, .drop, .remove: break
    case .replay: resume(it, at: it.from)
    case .reset:
      endReturns()
      progress = beginning(at: it.from)
      troubles = Troubles()
      row.floor = it.from
      row.acceptedFrom = it.since
      breaker.pause = nil
    case .stop: endReturns()
    }
  }

  /// A replay goes on at `cursor`.
  mutating func resume(_ it: Intervention, at cursor: UInt64) {
    replay = Replay(
      by: it.number, cursor: cursor, through: it.through, since: it.since, until: it.until, behind: it.from, types: types)
  }

  /// What is on its way back and is not settled stands among the dead again; a replay ends where it is.
  private mutating func endReturns() {
    for event in returns.list { if let letter = event.letter { dead.add(letter) } }
    returns = Returns()
    replay = nil
  }

  mutating func recall(_ positions: [UInt64], _ by: UInt64) {
    returns.add(
      dead.remove(Set(positions)).map { letter in
        Returns.Event(
          position: letter.position, key: letter.key, sequence: letter.sequence, producer: letter.producer, by: by, letter: letter)
      })
  }

  mutating func replayed(_ events: [Returns.Event], _ cursor: UInt64, _ by: UInt64) {
    returns.add(events)
    if let i = intervention(by) { interventions[i].count = interventions[i].count.counting(UInt64(events.count)) }
    replay?.cursor = cursor
    if let it = replay, cursor > it.through { replay = nil }
  }

  mutating func returned(_ positions: [UInt64]) {
    for position in positions {
      guard let event = returns.remove(position), let i = intervention(event.by) else { continue }
      interventions[i].done = interventions[i].done.counting(1)
    }
  }

  mutating func bury(_ letter: DeadLetters.Letter) {
    if let event = returns.remove(letter.position), let i = intervention(event.by) {
      interventions[i].died = interventions[i].died.counting(1)
    }
    dead.add(letter)
  }

  private func intervention(_ number: UInt64) -> Int? { interventions.lastIndex { $0.number == number } }

  private func rate(_ by: UInt64) -> UInt32 { intervention(by).map { interventions[$0].rate } ?? 0 }

  // MARK: Coming back

  /// Lets what was called back into the window, as far as pace and room allow; asks the disk for the next.
  mutating func comeBack(_ tail: TailIndex, _ now: Moment, _ outlets: [Outlet], into commit: inout Gathering<Effect>) {
    returns.due = .max
    guard breaker.pause == nil else { return }
    if replay != nil, returns.awaitedNext == nil, returns.here < limits.returnsAhead / 2 { callBack(tail, outlets, into: &commit) }
    // What came back and is settled keeps its place where something else holds the window up; the place behind it is not without end.
    while let event = returns.awaitedNext, returns.here < limits.returnsAhead, window.count < windowMax {
      // Whatever stands before it and is not settled goes first: behind a reset that has yet to be read.
      guard reading.isLive || event.position < reading.next else { return }
      let rate = rate(event.by)
      guard returns.pace.allows(rate, at: now.uptime) else { return returns.due = returns.pace.due(rate) }
      if let lost = returns.lost, lost.position == event.position {
        giveUp(event, lost.why, now, into: &commit)
      } else if let found = find(event.position, tail) {
        admit(found, now)
        returns.pace.took(rate)
      } else {
        return ask(.recalled, from: event.position, bytes: limits.returnBytes, outlets, into: &commit)
      }
    }
  }

  /// What is known of an event beside its place among the dead.
  private func find(_ position: UInt64, _ tail: TailIndex) -> IndexedEvent? {
    if position > tail.before {
      let ordinal = tail.ordinal(from: position)
      return ordinal < tail.end && tail[ordinal].position == position ? tail[ordinal] : nil
    }
    return returns.read.first { $0.position == position }
  }

  private mutating func admit(_ event: IndexedEvent, _ now: Moment) {
    returns.admitNext()
    if window.isEmpty { counts.floorSince = now.wall.milliseconds }
    let ordinal = window.push(event)
    window[ordinal].isReturn = true
    window[ordinal].isTroubled = (returns.trouble(event.position)?.attempts ?? 0) > 0
    let node = keys.find(event.key) ?? keys.insert(event.key)
    chain(ordinal, into: node)
    relist(node, now)
  }

  /// Puts an event into its key's chain by its place in the journal.
  private mutating func chain(_ ordinal: UInt64, into node: Int) {
    let position = window[ordinal].position
    guard keys[node].waiting > 0, window[window.ordinal(keys[node].tail)].position > position else { return append(ordinal, to: node) }
    window[ordinal].node = UInt32(node)
    keys[node].waiting += 1
    let low = UInt32(truncatingIfNeeded: ordinal)
    var before: UInt64?
    var at = window.ordinal(keys[node].head)
    while window[at].position < position {
      before = at
      at = window.ordinal(window[at].next)
    }
    window[ordinal].next = UInt32(truncatingIfNeeded: at)
    if let before { window[before].next = low } else { keys[node].head = low }
  }

  /// Nothing can be read there: a redriven letter is dead again and says so, a replayed event is passed over.
  private mutating func giveUp(_ event: Returns.Event, _ why: String, _ now: Moment, into commit: inout Gathering<Effect>) {
    returns.lost = nil
    if var letter = event.letter {
      letter.at = now.wall.milliseconds
      letter.cause = .never(why)
      write(.dead(number, letter), into: &commit)
    } else {
      write(.returned(number, [event.position]), into: &commit)
    }
    if let node = keys.find(event.key) { relist(node, now) }
  }

  /// The disk's answer about what was called back; true where nothing more is to be done with it.
  mutating func fetchedBack(_ fetch: Reading.Fetch, _ answer: Fetched) -> Bool {
    switch (fetch.purpose, answer) {
    case (.recalled, .events(let events, _)):
      if events.contains(where: { $0.position == fetch.from }) { return false }
      returns.lost = (fetch.from, "The journal holds no event any more where it stood.")
    case (.recalled, .damaged(let from, let through)):
      returns.lost = (fetch.from, "The journal is damaged from \(from.value) to \(through.value); heal it, then redrive.")
    case (.recalled, .forgotten): returns.lost = (fetch.from, "The journal no longer keeps what is so old.")
    case (.replay, .damaged(let from, let through)):
      replay?.obstacle = "the journal is damaged from \(from.value) to \(through.value); heal it, then replay from there"
    case (.replay, .forgotten(let oldest)): replay?.looked = oldest.value
    case (.replay, .events(_, let next)):
      if next.value > fetch.from { return false }
      replay?.obstacle = "nothing can be read at \(fetch.from)"
    case (.ahead, _), (.again, _): return false
    }
    return true
  }

  // MARK: Replay

  /// Looks through the next piece of the journal and calls back what is meant.
  private mutating func callBack(_ tail: TailIndex, _ outlets: [Outlet], into commit: inout Gathering<Effect>) {
    guard let it = replay, reading.fetch == nil, dead.count + returns.count + limits.returnsAhead <= limits.deadLetters else { return }
    // Where an operator said no event's place, its segment begins before it.
    let from = max(it.cursor == it.behind ? it.cursor - it.cursor % segmentBytes : it.cursor, it.looked)
    var found: [Returns.Event] = []
    var cursor = from
    func call(_ event: IndexedEvent) -> Returns.Event {
      Returns.Event(position: event.position, key: event.key, sequence: event.sequence, producer: event.producer, by: it.by)
    }
    if from > it.through || it.obstacle != nil {
      // A replay that stands before damage ends there.
      cursor = max(from, it.through + 1)
    } else if from > tail.before {
      var at = tail.ordinal(from: from)
      while at < tail.end, tail[at].position <= it.through, found.count < limits.returnsAhead {
        if isMeant(tail[at], it) { found.append(call(tail[at])) }
        at += 1
      }
      cursor = at < tail.end && tail[at].position <= it.through ? tail[at].position : it.through + 1
    } else if let piece = it.piece {
      replay?.piece = nil
      var at = 0
      while at < piece.events.count, piece.events[at].position <= it.through, found.count < limits.returnsAhead {
        if isMeant(piece.events[at], it) { found.append(call(piece.events[at])) }
        at += 1
      }
      cursor =
        at < piece.events.count
        ? (piece.events[at].position <= it.through ? piece.events[at].position : it.through + 1) : max(piece.next, from + 1)
      returns.read = piece.events
    } else {
      return ask(.replay, from: from, bytes: limits.fetchBytes, outlets, into: &commit)
    }
    if found.isEmpty, cursor <= it.through, it.obstacle == nil {
      replay?.looked = cursor
      // The next piece is looked through when it is there.
      if cursor <= tail.before { ask(.replay, from: cursor, bytes: limits.fetchBytes, outlets, into: &commit) }
    } else {
      write(.replayed(number, by: it.by, cursor: cursor, found), into: &commit)
    }
  }

  /// Only what is over and done with: everything else comes by itself.
  private func isMeant(_ event: IndexedEvent, _ it: Replay) -> Bool {
    event.position > it.behind && event.acceptedAt >= it.since && event.acceptedAt <= it.until && it.types.contains(Int(event.type))
      && wants(type: Int(event.type)) && progress.contains(event.position) && !holdsOn(to: event.position)
      && !(row.deadKey == .park && dead.isAhead(of: event.position, key: event.key))
  }
}
