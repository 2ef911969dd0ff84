package import Contracts
package import Wire

/// The way of a department's facts from its outbox to the broker: each row once, in order, as far as the window reaches.
///
/// ```
///   outbox:  … trimmed │ accepted, kept for the broker's healing │ published, unanswered │ read ahead │ not read …
///                      ▲ forget mark                             ▲ accepted              ▲ published  ▲ read     ▲ highest
/// ```
/// *Sent* is one number: the broker's cumulative word. After each welcome the broker's last number decides where to go on.
/// What the shell does next comes out of `next(at:)`, one action after the other until nil.
package struct RelayMachine<Contents: Sendable>: Sendable {
  package struct Row: Sendable {
    package let sequence: UInt64
    package let contents: Contents

    package init(sequence: UInt64, contents: Contents) {
      self.sequence = sequence
      self.contents = contents
    }
  }

  /// What the shell does next.
  package enum Action: Sendable {
    /// Look up the event id of this row; report `checked`.
    case check(sequence: UInt64)
    /// Read at most `limit` rows above `after`; report `rows` or `readFailed` with the token.
    case read(token: UInt64, after: UInt64, limit: Int)
    case publish(Row)
    /// Look up this row, which the broker's journal lost; report `found`.
    case find(sequence: UInt64)
    /// Send it again as it was.
    case heal(Row)
    /// Delete the rows up to here; report `trimmed` or `trimFailed`.
    case trim(through: UInt64)
    case mark(through: Timestamp)
  }

  package enum State: Sendable, Equatable {
    case offline
    /// Is the broker's last event ours?
    case checking(sequence: UInt64, id: String, isAsked: Bool)
    case flowing
    /// The broker, or the own store, asked for patience.
    case waiting(until: Uptime)
    case stopped(RelayFault)
  }

  package internal(set) var state: State = .offline
  /// The outbox's highest committed number, as far as it is known.
  package internal(set) var highest: UInt64
  /// The broker's cumulative word.
  package internal(set) var accepted: UInt64
  package internal(set) var trimmedThrough: UInt64
  /// The journal that the broker spoke of first.
  var journal: String?
  var published: UInt64
  var readThrough: UInt64
  var window = 1
  var forgettable: UInt64 = 0
  var rows: [Row] = []
  var rowsHead = 0
  /// Rows that came from their transactions while those before them were being read; without gaps.
  var held: [Row] = []
  /// The token of the read under way.
  var reading: UInt64?
  /// Transactions were committed whose rows nobody counted.
  var hasGrown = false
  var tokens: UInt64 = 0
  var readFailures = 0
  var isTrimming = false
  /// The highest number that `next` saw last, and since when.
  var seen: UInt64 = 0
  var seenSince = Uptime(milliseconds: 0)
  var lastTrim = Uptime(milliseconds: 0)
  /// Rows that the broker lost and wants again, the one that was found, and whether one is being looked up.
  var asked: [ClosedRange<UInt64>] = []
  var found: Row?
  var isFinding = false
  var pendingMark: (through: Timestamp, sequence: UInt64)?

  /// `highest`: the outbox's highest number ever; `trimmedThrough`: the number below its oldest row.
  package init(highest: UInt64, trimmedThrough: UInt64) {
    precondition(trimmedThrough <= highest, "an outbox forgets only what it wrote")
    self.highest = highest
    self.trimmedThrough = trimmedThrough
    accepted = trimmedThrough
    published = trimmedThrough
    readThrough = trimmedThrough
    seen = highest
  }

  /// Facts without the broker's word.
  package var waiting: UInt64 { highest - accepted }

  /// True where the broker has everything that was ever written.
  package var isDrained: Bool { accepted == highest }

  // MARK: The link

  /// The broker's word on what it has. Returns what is wrong, where something is.
  package mutating func welcomed(_ welcome: Welcome) -> RelayFault? {
    let before = journal ?? welcome.journal
    restart(after: welcome.lastSequence)
    window = max(1, welcome.limits.windowMax)
    if welcome.journal != before, welcome.lastSequence == 0, accepted > 0 {
      return stop(.anotherJournal(before: before, now: welcome.journal))
    }
    guard welcome.lastSequence <= highest else { return stop(.ahead(broker: welcome.lastSequence, outbox: highest)) }
    guard welcome.lastSequence >= trimmedThrough else {
      return stop(.lost(from: welcome.lastSequence + 1, through: trimmedThrough))
    }
    journal = welcome.journal
    accepted = welcome.lastSequence
    forgettable = min(welcome.forget, accepted)
    if welcome.lastSequence > trimmedThrough, let id = welcome.lastEventID {
      state = .checking(sequence: welcome.lastSequence, id: id, isAsked: false)
    } else {
      state = .flowing
    }
    return nil
  }

  /// The link is gone: what is unanswered is published again after the next welcome.
  package mutating func lost() {
    restart(after: accepted)
    asked = []
    found = nil
    isFinding = false
    state = .offline
  }

  /// The id of the row that `check` asked for; nil where the outbox no longer has it.
  package mutating func checked(sequence: UInt64, id: String?) -> RelayFault? {
    switch state {
    case .checking(sequence, let there, _):
      guard let id, id != there else {
        state = .flowing
        return nil
      }
      return stop(.diverged(sequence: sequence, here: id, there: there))
    case .offline, .checking, .flowing, .waiting, .stopped: return nil
    }
  }

  /// The store could not answer `check`: it is asked again.
  package mutating func checkFailed() {
    switch state {
    case .checking(let sequence, let id, _): state = .checking(sequence: sequence, id: id, isAsked: false)
    case .offline, .flowing, .waiting, .stopped: break
    }
  }

  // MARK: The broker's answers

  /// HOT: everything up to `through` is durable there.
  package mutating func accepted(through: UInt64, forget: UInt64) -> RelayFault? {
    switch state {
    case .flowing, .waiting:
      guard through <= highest else { return stop(.ahead(broker: through, outbox: highest)) }
      accepted = max(accepted, through)
      forgettable = max(forgettable, min(forget, accepted))
      if accepted > published { skip(through: accepted) }
      return nil
    case .offline, .checking, .stopped: return nil
    }
  }

  /// The broker has used up this number without taking the event; its cumulative word will pass over it.
  package mutating func refused(sequence: UInt64, _ refusal: Refusal) -> RelayFault? {
    switch state {
    case .flowing, .waiting:
      return .refused(sequence: sequence, refusal)
    case .offline, .checking, .stopped: return nil
    }
  }

  /// The broker wants all again from `from`, after a while.
  package mutating func resume(from: UInt64, after: Duration, at now: Uptime) {
    switch state {
    case .flowing, .waiting:
      restart(after: max(accepted, from == 0 ? 0 : from - 1))
      let pause = min(max(after, MeshLimits.resumeMin), MeshLimits.resumeMax)
      state = .waiting(until: now.adding(pause))
    case .offline, .checking, .stopped: break
    }
  }

  // MARK: The store

  /// Rows were committed; their highest number, where it is known.
  package mutating func grew(highest: UInt64? = nil) {
    if let highest { self.highest = max(self.highest, highest) } else { hasGrown = true }
  }

  /// Rows of a transaction that was just committed, ascending and without gaps: where they follow on what is known already they need not
  /// be read. HOT.
  @specialized(where Contents == [UInt8])
  package mutating func offered(_ offered: [Row]) {
    guard let last = offered.last else { return }
    highest = max(highest, last.sequence)
    switch state {
    case .flowing, .waiting: break
    case .offline, .checking, .stopped: return
    }
    guard rows.count - rowsHead + held.count < MeshLimits.relayAhead else { return }
    if reading == nil { return take(offered) }
    if let before = held.last, before.sequence + 1 != offered[0].sequence { held.removeAll(keepingCapacity: true) }
    held += offered
  }

  /// Those of `more` that follow on what was read.
  private mutating func take(_ more: [Row]) {
    guard let first = more.first, first.sequence <= readThrough + 1 else { return }
    for row in more where row.sequence > readThrough {
      rows.append(row)
      readThrough = row.sequence
    }
  }

  /// The answer to `read`: rows in ascending order without gaps (fewer than asked for where they are large), and the highest
  /// number in the same snapshot.
  @specialized(where Contents == [UInt8])
  package mutating func rows(_ read: [Row], highest now: UInt64, token: UInt64) -> RelayFault? {
    guard reading == token else { return nil }
    reading = nil
    readFailures = 0
    highest = max(highest, now)
    for row in read where row.sequence > readThrough {
      guard row.sequence == readThrough + 1 else { return stop(.hole(at: readThrough + 1)) }
      rows.append(row)
      readThrough = row.sequence
    }
    guard !read.isEmpty || readThrough >= now else { return stop(.hole(at: readThrough + 1)) }
    take(held)
    held.removeAll(keepingCapacity: true)
    return nil
  }

  /// The store could not be read for the page `token`: tried again after a pause that grows. `jitter` is 32 random bits.
  package mutating func readFailed(token: UInt64, at now: Uptime, jitter: UInt32) {
    guard reading == token else { return }
    reading = nil
    held.removeAll()
    hasGrown = true
    readFailures += 1
    switch state {
    case .flowing, .waiting: state = .waiting(until: now.adding(Backoff.delay(failures: readFailures, jitter: jitter)))
    case .offline, .checking, .stopped: break
    }
  }

  /// The rows up to `through` are deleted.
  package mutating func trimmed(through: UInt64, at now: Uptime) {
    isTrimming = false
    lastTrim = now
    trimmedThrough = max(trimmedThrough, through)
  }

  /// They could not be deleted: nothing is lost by trying later.
  package mutating func trimFailed(at now: Uptime) {
    isTrimming = false
    lastTrim = now
  }

  /// Everything that happened up to `through` stands in the outbox at or below `sequence`. Told once the broker has it all;
  /// while one mark waits, newer ones are not needed.
  package mutating func proposeMark(through: Timestamp, sequence: UInt64) {
    grew(highest: sequence)
    if pendingMark == nil { pendingMark = (through, sequence) }
  }

  // MARK: Starting over

  private mutating func restart(after sequence: UInt64) {
    published = sequence
    readThrough = sequence
    rows.removeAll(keepingCapacity: true)
    rowsHead = 0
    held.removeAll()
    reading = nil
  }

  /// The broker has more than was published on this connection: what it has need not be sent.
  private mutating func skip(through: UInt64) {
    published = through
    while rowsHead < rows.count, rows[rowsHead].sequence <= through { rowsHead += 1 }
    readThrough = max(readThrough, through)
  }

  private mutating func stop(_ fault: RelayFault) -> RelayFault {
    state = .stopped(fault)
    rows.removeAll()
    held.removeAll()
    rowsHead = 0
    return fault
  }
}
