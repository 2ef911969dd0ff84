package import Contracts
package import Journal
package import Wire

// Damage is healed from the edges: what the journal has lost above a producer's forget mark still stands in its outbox.
//
//   shell finds damage ──▶ examined ──▶ who lost what? ──▶ heal (frame) to the producer, now or after its next welcome
//                                                               │
//   relay sends the rows again ──▶ heal ──▶ the record is made anew and compared with its checksum in the digest
//                                                               │ the same, byte for byte
//   shell writes it at its old place, syncs ──▶ healed ──▶ nothing else is missing there? ──▶ mend (effect)
//
// Mending fills what is left of a hole, bytes that held no event, with a record of the journal's own: readers pass over it. Until then a
// subscription that comes to the hole waits there. Below the mark only the operator can let it pass: `acceptLoss`. What outlives a restart
// of all this stands in HoleNote.swift.
extension BrokerMachine {
  /// The journal was found damaged while it was told: what follows may speak of what is gone. In the order of the journal.
  package mutating func replay(_ damage: Damage) {
    isWounded = true
    holes.note([damage], in: damage.range.lowerBound.value..<damage.range.upperBound.value)
    if lostFrom == 0 { lostFrom = damage.range.lowerBound.value }
    for lost in damage.lost {
      while producers.count <= Int(lost.producer) { producers.addLost(source: nil) }
      // It was accepted: its publisher must not send it anew as the next one.
      guard lost.sequence > producers[Int(lost.producer)].last else { continue }
      remember(Int(lost.producer), lost.sequence, at: lost.position.value, lost.acceptedAt.milliseconds)
      producers.forgetID(of: Int(lost.producer))
    }
  }

  package func hasHoles(in range: Range<Position>) -> Bool { holes.holdsBack(range) }

  /// `range` of the journal was looked through; this is all that is damaged there.
  package mutating func examined(_ range: Range<Position>, _ damages: [Damage], at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    holes.note(damages, in: range.lowerBound.value..<range.upperBound.value)
    settleHoles(into: &commit)
  }

  /// Has mended what holds nothing to miss or was accepted as lost, asks for what can be had again, and lets subscriptions look again.
  mutating func settleHoles(into commit: inout Gathering<Effect>) {
    holdMarks()
    noteHoles(into: &commit)
    for hole in holes.list.indices where isResolved(holes.list[hole].range) {
      guard let range = holes.startMending(hole) else { continue }
      commit.afterDurable(.mend(Position(range.lowerBound)..<Position(range.upperBound)))
    }
    askToHeal(noted, into: &commit)
    wakeFromDamage(into: &commit)
  }

  /// Outboxes keep what the journal lost until it stands there again, however far the mark has gone on meanwhile.
  mutating func holdMarks() {
    let first = firstLost()
    for producer in 0..<producers.count {
      let held = first[UInt32(producer)] ?? .max
      // What has not been looked through may have lost what nobody misses yet.
      producers[producer].heldFrom = isLookedThrough ? held : min(held, producers[producer].heldFrom)
    }
  }

  /// By producer, the first event that the journal lost and the outbox has.
  func firstLost() -> [UInt32: UInt64] {
    var first: [UInt32: UInt64] = [:]
    if !isLookedThrough || holes.list.contains(where: { $0.known != nil }) {
      for held in noted.held { first[held.producer] = held.sequence }
    }
    for hole in holes.list where !isResolved(hole.range) {
      for lost in hole.lost where lost.producer < UInt32(producers.count) && lost.sequence > producers[Int(lost.producer)].forgettable {
        first[lost.producer] = min(first[lost.producer] ?? .max, lost.sequence)
      }
    }
    return first
  }

  /// Asks publishers, or one who has just come, for what their outboxes still have of `places`, and the journal lost.
  func askToHeal(_ places: HoleNote, _ slots: Range<Int>? = nil, into commit: inout Gathering<Effect>) {
    if holes.isEmpty { return }
    for slot in slots ?? connections.indices where connections[slot].isOpen && !connections[slot].isSession {
      guard let producer = connections[slot].producer else { continue }
      let ranges = holes.askable(UInt32(producer), above: producers[producer].forgettable, in: places, atMost: WireLimits.rangesMax)
      if !ranges.isEmpty { commit.afterDurable(.send(connections[slot].id, .heal(ranges))) }
    }
  }

  /// A row that a publisher sends again because the journal lost it. What nobody asked for is passed over, and what is not noted yet: a
  /// start must know what was healed.
  package mutating func heal(
    _ id: ConnectionID, _ publish: Publish, frame: UnsafeRawBufferPointer, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    guard let producer = connections[slot].producer, !connections[slot].isSession,
      let (hole, at) = holes.find(UInt32(producer), publish.sequence), noted.holds(holes.list[hole].range)
    else { return }
    let lost = holes.list[hole].lost[at]
    let spelled = UnsafeRawBufferPointer(rebasing: frame[publish.routing.type])
    // A type whose own record is gone is known by its number alone: which one it was the checksum tells.
    let candidates = types.find(spelled, hash: hash(spelled)).map { [$0] } ?? types.names.indices.filter(types.isLost)
    for type in candidates {
      let head = EventHead(
        producer: UInt32(producer), type: UInt32(type), sequence: publish.sequence,
        key: hash(UnsafeRawBufferPointer(rebasing: frame[publish.routing.key])), acceptedAt: lost.acceptedAt)
      let record = checksum.record(head, UnsafeRawBufferPointer(rebasing: frame[publish.event]), at: lost.position)
      guard record.checksum == lost.checksum, lost.position.value + UInt64(record.bytes.count) <= holes.list[hole].range.upperBound else {
        continue
      }
      if types.isLost(type) {
        write(.type(UInt32(type), name: String(decoding: spelled, as: UTF8.self)), into: &commit)
        types.listen(subscriptions)
      }
      return commit.afterDurable(.heal(lost.position, record.bytes))
    }
    // Another event than the one that was accepted here: it is not written, and the hole stays.
    counts.unlike += 1
  }

  /// The event at `position` stands at its place again, durably.
  package mutating func healed(_ position: Position, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    counts.healed += 1
    let closed = holes.healed(position.value)
    readAnew(upTo: position)
    holdMarks()
    guard let range = closed else { return }
    commit.afterDurable(.mend(Position(range.lowerBound)..<Position(range.upperBound)))
  }

  /// Nothing in `range` is unreadable any more.
  package mutating func mended(_ range: Range<Position>, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    holes.close(range.lowerBound.value..<range.upperBound.value)
    readAnew(upTo: range.upperBound)
    holdMarks()
    let before = noted
    noteHoles(into: &commit)
    // There are more than one note takes: the next ones' turn has come.
    askToHeal(HoleNote(places: noted.places.filter { !before.holds($0.from..<$0.end) }), into: &commit)
    wakeFromDamage(into: &commit)
  }

  /// There is room again: what could not be noted is, and asked for.
  mutating func noteStorage(isFull: Bool, into commit: inout Gathering<Effect>) {
    isStorageFull = isFull
    guard !isFull, !holes.isEmpty else { return }
    noteHoles(into: &commit)
    askToHeal(noted, into: &commit)
  }

  /// The operator's word: what `range` has lost is lost, and subscriptions go on behind it. Recorded, and told to them.
  package mutating func acceptLoss(
    _ range: Range<Position>, by who: String, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    for hole in holes.list where covers(range, hole.range) && !isResolved(hole.range) {
      write(
        .loss(
          AcceptedLoss(
            from: hole.range.lowerBound, end: hole.range.upperBound, events: hole.events, at: now.wall.milliseconds, by: who)),
        into: &commit)
      for number in subscriptions.indices where subscriptions[number].isOpen && subscriptions[number].progress.floor < hole.range.upperBound
      {
        let progress = subscriptions[number].progress
        // Types are gone with the events: all that it had not settled may have been for it.
        let missed = hole.lost.count { !progress.contains($0.position.value) }
        guard missed > 0 || !hole.isNamed else { continue }
        write(
          .passed(UInt32(number), through: 0, messages: UInt64(missed), why: .loss, at: now.wall.milliseconds), into: &commit)
        counts.passedOver += UInt64(missed)
      }
    }
    settleHoles(into: &commit)
  }

  private func covers(_ range: Range<Position>, _ hole: Range<UInt64>) -> Bool {
    range.lowerBound.value <= hole.lowerBound && hole.upperBound <= range.upperBound.value
  }

  /// Whether every byte of `range` is known to hold nothing to miss, or is accepted as lost.
  func isResolved(_ range: Range<UInt64>) -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      let before = at
      for hole in holes.list where hole.isResolved && hole.range.contains(at) { at = hole.range.upperBound }
      for loss in losses where loss.from <= at && at < loss.end { at = loss.end }
      if at == before { return false }
    }
    return true
  }

  /// What the reader found damaged, as the subscription is to see it: passed over where nobody misses anything.
  mutating func judge(_ from: UInt64, _ through: UInt64, into commit: inout Gathering<Effect>) -> Fetched {
    let range = from..<max(from, through) + 1
    if isResolved(range) { return .events([], next: Position(range.upperBound)) }
    let segment = from - from % segmentBytes
    if !holes.isRead(range), holes.mayExamine(segment, at: now.uptime) {
      commit.afterDurable(.examine(Position(segment)))
    }
    return .damaged(from: Position(from), through: Position(range.upperBound - 1))
  }

  /// What was asked of the disk before something was written there may come back as damage that is none any more: it is asked once more.
  private mutating func readAnew(upTo position: Position) {
    for number in subscriptions.indices where (subscriptions[number].reading.fetch?.from ?? .max) <= position.value {
      subscriptions[number].reading.fetch?.isStale = true
    }
  }

  private mutating func wakeFromDamage(into commit: inout Gathering<Effect>) {
    for number in subscriptions.indices where subscriptions[number].isOpen && subscriptions[number].reading.damage != nil {
      subscriptions[number].reading.damage = nil
      pump(number, into: &commit)
    }
  }
}

extension BrokerMachine {
  /// The holes for people and programs: where, who lost what, and what can be done.
  package var holeRows: [JSON] {
    holes.list.prefix(limits.answerRows).map { hole in
      let rows = hole.lost.prefix(limits.answerRows).map { lost -> JSON in
        let producer = lost.producer < UInt32(producers.count) ? producers[Int(lost.producer)] : nil
        return .object([
          .init("position", .integer(Int64(clamping: lost.position.value))), .init("producer", .string(producer?.name ?? "?")),
          .init("sequence", .integer(Int64(clamping: lost.sequence))),
          .init("healable", .bool(producer.map { !$0.isSession && lost.sequence > $0.forgettable } ?? false)),
        ])
      }
      return .object([
        .init("from", .integer(Int64(clamping: hole.range.lowerBound))),
        .init("through", .integer(Int64(clamping: hole.range.upperBound - 1))),
        .init("named", .bool(hole.isNamed)), .init("lost", .integer(Int64(clamping: hole.events))), .init("events", .array(rows)),
        .init("accepted", .bool(losses.contains { $0.from <= hole.range.lowerBound && hole.range.upperBound <= $0.end })),
      ])
    }
  }

  /// What status tells of the disk.
  var diskStatus: JSON {
    .object([
      .init("kept_from", .integer(Int64(clamping: kept))), .init("carried", .integer(Int64(carried.count))),
      .init("holes", .array(holeRows)), .init("healed", .integer(Int64(clamping: counts.healed))),
      .init("forgotten_segments", .integer(Int64(clamping: counts.forgotten))),
      .init(
        "oldest_kept_for", pin.map { .array($0.holders.map { .string($0) }) } ?? .array([])),
      .init(
        "losses_accepted",
        .array(
          losses.suffix(limits.answerRows).map { loss in
            .object([
              .init("from", .integer(Int64(clamping: loss.from))), .init("through", .integer(Int64(clamping: loss.end - 1))),
              .init("events", .integer(Int64(clamping: loss.events))), .init("at", .integer(loss.at)), .init("by", .string(loss.by)),
            ])
          })),
    ])
  }
}
