import Contracts
package import Journal
package import Wire

// Events coming in: is it the next, may this credential say it, then one record, and on to whoever is up with the newest. HOT.
extension BrokerMachine {
  /// The publish that `frame` is, where it looks like an earlier one of this connection: then its event is sound and keeps its contract.
  /// Nil says nothing about it: decode it.
  package mutating func moulded(_ id: ConnectionID, _ frame: UnsafeRawBufferPointer) -> Publish? {
    guard let slot = slot(id) else { return nil }
    return connections[slot].moulds.publish(frame, revision: contracts.revision)
  }

  /// One event. `publish` points into `frame`, which is only borrowed; `isMoulded`: it is what `moulded` said just now.
  package mutating func publish(
    _ id: ConnectionID, _ publish: Publish, frame: UnsafeRawBufferPointer, isMoulded: Bool = false, at moment: Moment,
    into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    guard admits(slot, publish.sequence, bytes: frame.count, into: &commit) else { return }
    let spelled = UnsafeRawBufferPointer(rebasing: frame[publish.routing.type])
    if !spells(connections[slot].typeSpelled, spelled) {
      if let refusal = learnType(slot, spelled, into: &commit) { return refuse(slot, publish, frame, refusal, into: &commit) }
    }
    guard speaks(slot, UnsafeRawBufferPointer(rebasing: frame[publish.routing.source])) else {
      return refuse(slot, publish, frame, sourceRefusal(slot, frame, publish), into: &commit)
    }
    if !isMoulded, let refusal = holdToContract(slot, publish, frame) { return refuse(slot, publish, frame, refusal, into: &commit) }
    guard let producer = connections[slot].producer ?? sessionProducer(slot, into: &commit) else {
      return refuse(
        slot, publish.sequence, Refusal(code: "limit", sentence: "The broker knows too many stores; tell its operator."),
        into: &commit)
    }

    let json = UnsafeRawBufferPointer(rebasing: frame[publish.event])
    let head = EventHead(
      producer: UInt32(truncatingIfNeeded: producer), type: connections[slot].type,
      sequence: connections[slot].isSession ? producers[producer].last + 1 : publish.sequence,
      key: hash(UnsafeRawBufferPointer(rebasing: frame[publish.routing.key])), acceptedAt: now.wall)
    let position = commit.record(event: head, json)
    remember(producer, head.sequence, at: position.value, head.acceptedAt.milliseconds)
    producers.note(id: UnsafeRawBufferPointer(rebasing: frame[publish.routing.id]), of: producer)
    connections[slot].last = publish.sequence
    counts.accepted += 1

    burials = min(burials, limits.buriedPerPublish)
    let event = IndexedEvent(head, at: position, bytes: json.count)
    tail.push(event)
    for listener in types.slices[Int(head.type)] {
      let number = Int(types.listeners[listener])
      subscriptions[number].take(event, at: now, &outlets, into: &commit)
      if subscriptions[number].hasBurials { pump(number, into: &commit) }
    }
    if tail.end % limits.floorNoteEvents == 0 { noteFloors(into: &commit) }
    accept(slot, into: &commit)
  }

  /// A publish whose event the wire refuses: its sequence is used up all the same.
  package mutating func refuse(
    _ id: ConnectionID, sequence: UInt64, _ refusal: Refusal, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    if admits(slot, sequence, bytes: 0, into: &commit) { refuse(slot, sequence, refusal, into: &commit) }
  }

  /// Whether this is the sequence awaited; everything else is answered here.
  private mutating func admits(_ slot: Int, _ sequence: UInt64, bytes: Int, into commit: inout Gathering<Effect>) -> Bool {
    let last = connections[slot].last
    if commit.start.value != connections[slot].windowStart {
      connections[slot].windowStart = commit.start.value
      connections[slot].windowUsed = 0
    }
    if sequence == last + 1 {
      if !accounts[connections[slot].account].spend(bytes), let wait = overdraft(slot) {
        accounts[connections[slot].account].giveBack(bytes)
        putOff(slot, wait, into: &commit)
        return false
      }
      if isStorageFull {
        resume(
          slot, after: .milliseconds(250), "disk_full",
          "The broker's disk is full up to its reserve; free space, publishing goes on by itself.", into: &commit)
        return false
      }
      // Only what is taken counts: it moves the commit's begin. What is put off would count for ever, where nobody else writes.
      guard connections[slot].windowUsed < limits.window else {
        resume(slot, after: .zero, "rate", "More than \(limits.window) publishes are unanswered; wait for answers.", into: &commit)
        return false
      }
      connections[slot].windowUsed += 1
      connections[slot].isResuming = false
      return true
    }
    if sequence <= last {
      // Perhaps of an event in this very commit: the answer leaves behind it.
      counts.duplicates += 1
      if !accounts[connections[slot].account].spend(bytes) { _ = overdraft(slot) }
      accept(slot, into: &commit)
    } else if !connections[slot].isResuming {
      resume(slot, after: .zero, "gap", "Sequence \(last + 1) is awaited, \(sequence) came; publish from there.", into: &commit)
    } else {
      // What a publisher had sent before it could hear that it must go back is at most its window; more than that counts.
      connections[slot].dropped += 1
      if connections[slot].dropped > limits.window, !accounts[connections[slot].account].spend(bytes) { _ = overdraft(slot) }
    }
    return false
  }

  /// Over the rate: this one and what follows it come again when what was taken is paid for.
  private mutating func putOff(_ slot: Int, _ wait: Int64, into commit: inout Gathering<Effect>) {
    let allowance = accounts[connections[slot].account].allowance
    resume(
      slot, after: .milliseconds(min(wait, limits.rateWaitMax)), "rate",
      "The credential \(connections[slot].credential) may send \(allowance.messagesPerSecond) frames and \(allowance.bytesPerSecond) bytes "
        + "a second; publish again from there after the wait.", into: &commit)
  }

  private mutating func resume(
    _ slot: Int, after: Duration, _ code: String, _ sentence: String, into commit: inout Gathering<Effect>
  ) {
    connections[slot].isResuming = true
    connections[slot].dropped = 0
    counts.resumed += 1
    let reason = Refusal(code: code, sentence: sentence)
    commit.afterDurable(
      .send(connections[slot].id, .resume(from: connections[slot].last + 1, after: after, reason: reason)))
  }

  @inline(__always)
  private mutating func accept(_ slot: Int, into commit: inout Gathering<Effect>) {
    let last = connections[slot].last
    var forget = last
    if !connections[slot].isSession, let producer = connections[slot].producer { forget = producers[producer].forgettable }
    commit.accepted(connections[slot].id, through: last, forget: forget)
  }

  private mutating func refuse(
    _ slot: Int, _ publish: Publish, _ frame: UnsafeRawBufferPointer, _ refusal: Refusal, into commit: inout Gathering<Effect>
  ) {
    let id = UnsafeRawBufferPointer(rebasing: frame[publish.routing.id])
    refusals.note(id, connections[slot].credential, publish.sequence, now.wall.milliseconds, refusal)
    refuse(slot, publish.sequence, refusal, into: &commit)
  }

  /// Permanent: the number is used up. That of a session ends with its connection and needs no record.
  private mutating func refuse(_ slot: Int, _ sequence: UInt64, _ refusal: Refusal, into commit: inout Gathering<Effect>) {
    if !connections[slot].isSession, let producer = connections[slot].producer {
      write(.refused(UInt32(producer), sequence: sequence, code: refusal.code), into: &commit)
    }
    connections[slot].last = sequence
    counts.refused += 1
    commit.afterDurable(.send(connections[slot].id, .refused(sequence: sequence, refusal)))
    accept(slot, into: &commit)
  }

  /// Why the event does not keep its contract; nil where it does. What does is remembered as a mould.
  @inline(__always)
  private mutating func holdToContract(_ slot: Int, _ publish: Publish, _ frame: UnsafeRawBufferPointer) -> Refusal? {
    let type = Int(connections[slot].type)
    // An older one may keep an older contract alone: it is no model for others.
    let isOlder = publish.sequence <= connections[slot].writtenBefore
    if let mismatch = contracts.mismatch(type, frame, data: publish.routing.data, isOlder: isOlder) {
      return EventFault.mismatch(type: types.names[type], mismatch).refusal
    }
    if !isOlder { connections[slot].moulds.learn(frame, publish, contracts.newest[type], revision: contracts.revision) }
    return nil
  }

  // MARK: Rights

  /// Finds or makes the type's number, where this connection may publish it.
  private mutating func learnType(
    _ slot: Int, _ spelled: UnsafeRawBufferPointer, into commit: inout Gathering<Effect>
  ) -> Refusal? {
    let hashed = hash(spelled)
    let known = types.find(spelled, hash: hashed)
    let name = known.map { types.names[$0] } ?? String(decoding: spelled, as: UTF8.self)
    guard connections[slot].rights.mayPublish(name) else {
      return Refusal(
        code: "type_not_yours",
        sentence: "The credential \(connections[slot].credential) may not publish \(name); ask for the right or correct the type.")
    }
    // A program that has said what it publishes is held to it; one that has not may still try things out.
    if !(known.map(contracts.knows) ?? false), contracts.hasManifest(connections[slot].credential) {
      return EventFault.undeclared(type: name).refusal
    }
    if known == nil {
      guard types.names.count(where: connections[slot].rights.mayPublish) < limits.typesOfOne else {
        return Refusal(
          code: "limit",
          sentence:
            "The broker knows \(limits.typesOfOne) event types that \(connections[slot].credential) may publish, which is the limit; "
            + "a type names a kind of event, not one event.")
      }
      guard types.count < limits.types else {
        return Refusal(
          code: "limit",
          sentence: "The broker knows \(limits.types) event types, which is its limit; a type names a kind of event, not one event.")
      }
      write(.type(UInt32(types.count), name: name), into: &commit)
      types.listen(subscriptions)
    }
    connections[slot].typeSpelled = Array(spelled)
    connections[slot].type = UInt32(known ?? types.count - 1)
    return nil
  }

  /// Whether `source` is the credential's own, or one below it.
  private func speaks(_ slot: Int, _ source: UnsafeRawBufferPointer) -> Bool {
    let own = connections[slot].source
    if own.isEmpty || source.count < own.count { return false }
    if source.count > own.count, source[own.count] != UInt8(ascii: "/") { return false }
    return spells(own, UnsafeRawBufferPointer(rebasing: source[..<own.count]))
  }

  private func sourceRefusal(_ slot: Int, _ frame: UnsafeRawBufferPointer, _ publish: Publish) -> Refusal {
    let source = String(decoding: frame[publish.routing.source], as: UTF8.self)
    guard let own = connections[slot].rights.source else {
      return Refusal(
        code: "source_not_yours",
        sentence: "The credential \(connections[slot].credential) has no source and may not publish; ask for the right.")
    }
    return Refusal(
      code: "source_not_yours",
      sentence: "The event says source \(source), but the credential \(connections[slot].credential) may only speak as \(own); "
        + "correct the source.")
  }

  /// The producer of all publishers of this credential that have no store: the broker numbers their events.
  private mutating func sessionProducer(_ slot: Int, into commit: inout Gathering<Effect>) -> Int? {
    let credential = connections[slot].credential
    if let known = producers.find(credential, Producers.session) {
      connections[slot].producer = known
    } else {
      guard producers.count < limits.producers else { return nil }
      let number = producers.count
      write(.producer(UInt32(number), epoch: 0, credential: credential, lineage: Producers.session), into: &commit)
      connections[slot].producer = number
    }
    return connections[slot].producer
  }

  private mutating func noteFloors(into commit: inout Gathering<Effect>) {
    for number in subscriptions.indices where subscriptions[number].isAttached {
      subscriptions[number].noteFloor(newest, into: &commit)
    }
  }

  /// Whether both are the same bytes. HOT.
  @inline(__always)
  private func spells(_ known: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
    let count = bytes.count
    guard known.count == count else { return false }
    return known.withUnsafeBytes { known in
      var at = 0
      while count - at >= 8 {
        if known.loadUnaligned(fromByteOffset: at, as: UInt64.self) != bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) {
          return false
        }
        at += 8
      }
      while at < count {
        if known[at] != bytes[at] { return false }
        at += 1
      }
      return true
    }
  }
}
