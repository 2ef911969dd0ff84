import Contracts
package import Journal

// How a segment goes. Oldest first, one at a time, and only what was decided durably before:
//
//   shell reads the segment ──▶ surveyed ──▶ who still needs what of it?
//                                  │ too much: it stays, and status says for whom
//                                  ▼
//                               carry (effect) ──▶ shell reads each ──▶ carried: a record of kind 34 at the journal's end
//                                  │ nothing is left to carry
//                                  ▼
//                               kept (record 35): where the journal begins from now on, and what outboxes may forget
//                                  │ durable
//                                  ▼
//                               forget (effect) ──▶ the file becomes a spare, which the next reserve recycles
//
// A power cut anywhere leaves either the segment, or everything of it that somebody needs at another place.

/// What a segment holds, as read once, away from the loop.
package struct SegmentSurvey: Sendable {
  package struct Standing: Sendable, Equatable {
    /// Under the position at which it was accepted.
    package let event: IndexedEvent
    package let place: Position
  }

  /// From where the segment begins to where the next one does.
  package let range: Range<Position>
  package private(set) var standing: [Standing] = []
  /// Stretches that do not verify.
  package private(set) var damaged: [Range<Position>] = []

  package init(_ range: Range<Position>) { self.range = range }

  /// Takes up records of the segment; call in order.
  package mutating func take(_ slice: JournalSlice) {
    slice.bytes.withUnsafeBytes { bytes in
      var cursor = RecordCursor(bytes, base: slice.base)
      while let record = cursor.next() {
        if let (head, json) = record.event {
          standing.append(Standing(event: IndexedEvent(head, at: record.position, bytes: json.count), place: record.position))
        } else if let (event, _) = CarriedRecord.read(record) {
          standing.append(Standing(event: event, place: record.position))
        }
      }
    }
  }

  package mutating func take(damaged range: Range<Position>) { damaged.append(range) }
}

/// How far letting go may go.
package enum LettingGo: Sendable, Equatable {
  /// What a subscription has yet to read stays.
  case unneeded
  /// The operator has said so: subscriptions are moved over what they have not read, and told. Dead letters are carried on all the same.
  case evenUnread
}

/// A segment on its way out. Of this run.
struct Sweep: Sendable {
  let survey: SegmentSurvey
  /// Places that were asked for and have not come.
  var awaited = 0
}

/// Why the oldest segment stays.
package struct Pin: Sendable, Equatable {
  package let segment: Position
  /// For people: who needs how many events of it.
  package let holders: [String]
}

extension BrokerMachine {
  /// A segment is on its way out; nothing else may be surveyed.
  package var isLettingGo: Bool { sweep != nil }

  /// Where the bytes of the event accepted at `position` stand; the position itself unless it was copied forward.
  package func place(of position: Position) -> Position {
    guard position.value < kept, let entry = carried.find(position.value) else { return position }
    return Position(entry.place)
  }

  /// The oldest segment has been read: lets it go where nobody needs much of it.
  package mutating func surveyed(_ survey: SegmentSurvey, _ how: LettingGo, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    guard sweep == nil, survey.range.lowerBound.value >= kept || kept <= survey.range.upperBound.value else { return }
    if holes.holdsBack(survey.range) || survey.damaged.contains(where: { !isResolved($0.lowerBound.value..<$0.upperBound.value) }) {
      pin = Pin(segment: survey.range.lowerBound, holders: ["damage that is neither healed nor accepted"])
      return
    }
    if how == .evenUnread { passOver(survey, into: &commit) }
    sweep = Sweep(survey: survey)
    carryOn(into: &commit)
  }

  /// Whether so much may be copied on: not more than it frees, nor than there is room and memory for.
  private func mayCarry(_ events: [SegmentSurvey.Standing], _ room: Int) -> Bool {
    let bytes = events.reduce(0) { $0 + Int($1.event.bytes) + 128 }
    let most = isStorageFull ? max(0, room / 2 - limits.settleRoom) : Int(segmentBytes)
    let carriedMax = min(limits.carried, Int(segmentBytes) / 4 / Carried.entryBytes)
    return bytes <= min(Int(segmentBytes) / limits.carriedShare, most) && carried.count + events.count <= carriedMax
  }

  /// One record that `carry` asked for; nil where it could not be read.
  package mutating func carried(_ slice: JournalSlice?, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    guard sweep != nil else { return }
    guard let slice, take(slice, into: &commit) else {
      // The next survey finds out why, or finds more room.
      sweep = nil
      return
    }
    sweep?.awaited -= 1
    if sweep?.awaited == 0 { carryOn(into: &commit) }
  }

  private mutating func take(_ slice: JournalSlice, into commit: inout Gathering<Effect>) -> Bool {
    guard slice.bytes.count + 64 <= commit.remaining - (isStorageFull ? limits.settleRoom : 0) else { return false }
    return slice.bytes.withUnsafeBytes { bytes in
      guard let record = RecordCursor.record(at: slice.base, in: bytes, base: slice.base), let payload = CarriedRecord.payload(record)
      else {
        return false
      }
      let position = payload.withUnsafeBytes { commit.record(CarriedRecord.kind, urgent: false, $0) }
      let event = CarriedRecord.read(record)?.event ?? record.event.map { IndexedEvent($0.head, at: record.position, bytes: $0.json.count) }
      if let event { carried.put(Carried.Entry(event: event, place: position.value)) }
      counts.carried += 1
      return true
    }
  }

  /// Asks for what is still to be carried, or lets the segment go.
  private mutating func carryOn(into commit: inout Gathering<Effect>) {
    guard let survey = sweep?.survey else { return }
    let end = survey.range.upperBound
    let left = needed(survey).filter { standing in carried.find(standing.event.position).map { $0.place < end.value } ?? true }
    guard mayCarry(left, commit.remaining) else {
      sweep = nil
      return pin = Pin(segment: survey.range.lowerBound, holders: holders(survey))
    }
    pin = nil
    guard left.isEmpty else {
      sweep?.awaited = left.count
      commit.afterDurable(.carry(left.map(\.place)))
      return
    }
    sweep = nil
    write(.kept(before: end.value, forgettable(survey)), into: &commit)
    counts.forgotten += 1
    commit.afterDurable(.forget(before: end))
    for slot in connections.indices where connections[slot].isOpen && !connections[slot].isSession {
      guard let producer = connections[slot].producer else { continue }
      commit.afterDurable(.accepted(connections[slot].id, through: connections[slot].last, forget: producers[producer].forgettable))
    }
  }

  // MARK: Who needs what

  /// A number that changes when somebody's need of what stands before `end` does: a segment that had to stay is not read again before.
  package func interest(before end: Position, _ how: LettingGo) -> Int {
    var hasher = Hasher()
    hasher.combine(end)
    hasher.combine(how == .evenUnread)
    hasher.combine(holes.holdsBack(Position(kept)..<end))
    hasher.combine(isStorageFull)
    for subscription in subscriptions where subscription.mayNeed(before: end.value) {
      hasher.combine(subscription.number)
      hasher.combine(subscription.progress.floor)
      hasher.combine(subscription.progress.islands.count)
      hasher.combine(subscription.dead.count)
      hasher.combine(subscription.returns.count)
    }
    return hasher.finalize()
  }

  /// Whether the event must not go: a subscription has yet to settle it, or keeps it as a dead letter. Durable state alone decides.
  func isNeeded(_ event: IndexedEvent) -> Bool { subscriptions.contains { $0.needs(event) } }

  /// What of a segment is needed, in the order in which it was accepted.
  private func needed(_ survey: SegmentSurvey) -> [SegmentSurvey.Standing] {
    // Most subscriptions are far ahead of what is oldest: those are not asked event by event.
    let concerned = subscriptions.indices.filter { subscriptions[$0].mayNeed(before: survey.range.upperBound.value) }
    if concerned.isEmpty { return [] }
    return survey.standing.filter { standing in concerned.contains { subscriptions[$0].needs(standing.event) } }
      .sorted { $0.event.position < $1.event.position }
  }

  /// For people: who needs how much of a segment.
  package func holders(_ survey: SegmentSurvey) -> [String] {
    subscriptions.filter { $0.isOpen && $0.mayNeed(before: survey.range.upperBound.value) }.compactMap { subscription in
      let unread = survey.standing.count { subscription.hasYetTo($0.event) }
      let dead = survey.standing.count { subscription.holdsOn(to: $0.event.position) }
      guard unread + dead > 0 else { return nil }
      let parts = (unread > 0 ? ["\(unread) unsettled"] : []) + (dead > 0 ? ["\(dead) dead letters"] : [])
      return "\(subscription.row.fullName): \(parts.joined(separator: ", "))"
    }
  }

  /// How many events of a segment somebody needs.
  package func neededCount(_ survey: SegmentSurvey) -> Int { needed(survey).count }

  /// What outboxes may forget with a segment: nothing of it can be healed when it is gone.
  private func forgettable(_ survey: SegmentSurvey) -> [ForgetMark] {
    var last: [UInt32: UInt64] = [:]
    for standing in survey.standing { last[standing.event.producer] = max(last[standing.event.producer] ?? 0, standing.event.sequence) }
    return last.sorted { $0.key < $1.key }.compactMap { producer, sequence in
      guard producer < UInt32(producers.count), !producers[Int(producer)].isSession, producers[Int(producer)].forget < sequence else {
        return nil
      }
      return ForgetMark(producer: producer, through: sequence)
    }
  }

  /// Moves subscriptions over what they have not settled of a segment, and of what was carried out of older ones.
  private mutating func passOver(_ survey: SegmentSurvey, into commit: inout Gathering<Effect>) {
    for number in subscriptions.indices where subscriptions[number].isOpen {
      let subscription = subscriptions[number]
      let left = survey.standing.filter { subscription.hasYetTo($0.event) }
      guard let through = left.map(\.event.position).max() else { continue }
      let older = carried.list.count { entry in
        entry.event.position < through && subscription.hasYetTo(entry.event) && !left.contains { $0.event.position == entry.event.position }
      }
      move(number, over: UInt64(left.count + older), through: through, why: .retention, into: &commit)
    }
  }

  /// Moves a subscription over events that it will never get, durably, and tells.
  mutating func move(_ number: Int, over messages: UInt64, through: UInt64, why: PassedOver.Why, into commit: inout Gathering<Effect>) {
    write(.passed(UInt32(number), through: through, messages: messages, why: why, at: now.wall.milliseconds), into: &commit)
    counts.passedOver += messages
    guard subscriptions[number].isAttached else { return }
    subscriptions[number].startOver(newest, at: now, &outlets, into: &commit)
    pump(number, into: &commit)
  }

  /// Where the journal begins from now on. Folded alike by the machine that lives and by the one that starts.
  mutating func foldKept(before: UInt64, _ forgettable: [ForgetMark]) {
    kept = max(kept, before)
    for mark in forgettable where mark.producer < UInt32(producers.count) { producers[Int(mark.producer)].mayForget(mark.through) }
    let (subscriptions, kept) = (self.subscriptions, self.kept)
    carried.keep { event in subscriptions.contains { $0.needs(event) } }
    tail.forget(before: kept)
    losses.removeAll { $0.end <= kept }
    holes.forget(before: kept)
    if lostFrom < kept { lostFrom = 0 }
    for number in self.subscriptions.indices { self.subscriptions[number].isKept(from: kept, carried) }
  }
}

extension Subscription {
  /// Wanted, and not settled. Durable state alone decides.
  func hasYetTo(_ event: IndexedEvent) -> Bool {
    isOpen && wants(type: Int(event.type)) && event.acceptedAt >= row.acceptedFrom && !progress.contains(event.position)
      && !holdsOn(to: event.position)
  }

  /// Must be able to read the event again.
  func needs(_ event: IndexedEvent) -> Bool {
    hasYetTo(event)
      || (isOpen && (holdsOn(to: event.position) || replay.map { $0.cursor <= event.position && event.position <= $0.through } ?? false))
  }

  /// False where nothing before `end` is of interest any more.
  func mayNeed(before end: UInt64) -> Bool {
    guard isOpen else { return false }
    return progress.floor < end || dead.list.contains { $0.position < end } || returns.list.contains { $0.position < end }
      || replay.map { $0.cursor < end } ?? false
  }
}

extension Producers.Producer {
  /// The outbox may forget up to `sequence`: what cannot be healed any more need not be kept for it.
  mutating func mayForget(_ sequence: UInt64) {
    forget = max(forget, min(sequence, last))
    nextForget = max(nextForget, forget)
  }
}

/// What a producer's outbox may forget with a segment.
struct ForgetMark: Sendable, Equatable {
  var producer: UInt32
  var through: UInt64
}
