import BrokerCore
import Contracts
import Journal
import MeshMachines
import Wire

// What leaves the broker, each thing judged as it leaves.
extension World {
  func perform(_ effect: Effect) {
    switch effect {
    case .accepted(let id, let through, let forget):
      guard let line = line(id) else { return }
      if let producer = line.producer {
        let durable = producer < durable.producers.count ? durable.producers[producer].last : 0
        if through > durable { fail(.durableFirst, "\(shadow.producers[producer].name) is told \(through), durable is \(durable)") }
        if forget > through { fail(.onlyAccepted, "what was not accepted may be forgotten: \(forget) beyond \(through)") }
        expectHeld(forget, by: producer)
      }
      line.accepted = (through, forget)
      touch(line)
    case .deliver(let id, let handle, let number, let position, let attempt, let producer, let sequence, let bytes):
      guard let line = line(id) else { return }
      deliver(to: line, handle, number, position, attempt, Int(producer), sequence, Int(bytes))
      touch(line)
    case .send(let id, let message):
      guard let line = line(id) else { return }
      judge(message, to: line)
      send(message, to: line)
    case .fetch(let subscription, let from, let bytesMax):
      tell("fetch \(subscription) from \(from)")
      fetches.append(Fetching(subscription: subscription, from: from, bytesMax: bytesMax, due: uptime + Int64(chance.below(30))))
    case .carry, .forget, .examine, .heal, .mend: chores.append(effect)
    case .close(let id, let refusal):
      guard let line = line(id) else { return }
      if line.isBarred {
        coverage.fenced += 1
      } else {
        fail(.fencing, "connection \(id.raw) of \(line.program.credential) is closed: \(refusal)")
      }
      send(.fault(refusal), to: line)
      line.session.closed()
      hangUp(line)
    }
  }

  func line(_ id: ConnectionID) -> Line? { lines.first { $0.id == id } }

  func touch(_ line: Line) { line.isTouched = true }

  /// What was accepted before a message leaves before it.
  func send(_ message: BrokerMessage, to line: Line) {
    if let accepted = line.accepted.take() {
      line.tell(.message(.accepted(through: accepted.through, forget: accepted.forget)), bytes: 40, due: arrival)
    }
    line.tell(.message(message), bytes: 60, due: arrival)
    touch(line)
  }

  var arrival: Int64 { uptime + Int64(chance.below(isCalm ? 5 : 40)) }

  func flushTouched() throws {
    while let line = lines.first(where: \.isTouched) {
      line.isTouched = false
      if let accepted = line.accepted.take() {
        line.tell(.message(.accepted(through: accepted.through, forget: accepted.forget)), bytes: 40, due: arrival)
      }
      if line.isLeaving { try lost(line) } else { try apply(.flushed(line.id, queuedBytes: line.queuedBytes)) }
      while isUrgent { try finish() }
    }
  }

  // MARK: Judging

  /// Before every segment has been looked through nobody knows what is damaged: no outbox forgets more than it might before the start.
  private func expectHeld(_ forget: UInt64, by producer: Int) {
    guard let start = forgotten, start.indices.contains(producer), forget > start[producer] else { return }
    let name = shadow.producers[producer].name
    fail(.nothingLost, "\(name) may forget \(forget) before all was looked through, and might \(start[producer]) before the start")
  }

  private func judge(_ message: BrokerMessage, to line: Line) {
    switch message {
    case .welcome(let welcome):
      if line.isBarred { fail(.fencing, "\(line.program.credential) is let in with an old epoch or an old store") }
      guard let producer = line.producer else { return }
      let known = shadow.producers[producer]
      if welcome.lastSequence != known.last {
        fail(.nothingLost, "\(known.name) is welcomed with \(welcome.lastSequence), taken was \(known.last)")
      }
      let last = known.events.last.flatMap { $0 }.map { facts[shadow.events[$0].fact].id }
      if welcome.lastEventID != last {
        fail(.nothingLost, "\(known.name)'s last event is said to be \(welcome.lastEventID ?? "-"), not \(last ?? "-")")
      }
      if welcome.forget > welcome.lastSequence { fail(.onlyAccepted, "a welcome lets \(known.name) forget what was not accepted") }
      expectHeld(welcome.forget, by: producer)
    case .revoke(let handle, let ranges):
      tell("revoke \(ranges) on \(line.id.raw)")
      guard let s = line.handles[handle]?.subscription else { return }
      for range in ranges {
        for number in range {
          guard let event = release(line, handle, number) else {
            // Failed for good though its consumer expects it again: it hears so.
            if line.handles[handle]?.told.remove(number) != nil { continue }
            fail(.deliveredOnce, "delivery \(number) is revoked, which is not in flight")
            continue
          }
          coverage.leases += 1
          line.handles[handle]?.credit += 1
          line.handles[handle]?.creditBytes += facts[shadow.events[event].fact].json.count
          _ = s
        }
      }
    case .mark(let handle, let source, let through):
      guard let s = line.handles[handle]?.subscription else { return }
      judge(markOf: source, through.milliseconds, s)
    case .refused(let sequence, let refusal):
      guard let producer = line.producer else { return }
      if shadow.event(producer, sequence) != nil { fail(.onlyAccepted, "number \(sequence) is refused, but was accepted: \(refusal)") }
    case .unsubscribed(_, let reason?) where reason.code != "ended" && reason.code != "dead_letters":
      fail(.machines, "a subscription ends: \(reason)")
    case .heal, .accepted, .resume, .subscribed, .unsubscribed, .deliver, .request, .reply, .admin, .ping, .pong, .farewell, .fault: break
    }
  }

  private func judge(markOf source: String, _ through: Int64, _ s: Int) {
    coverage.marks += 1
    guard let program = programs.first(where: { $0.source == source }),
      let promise = markPromises[program.number].last(where: { $0.through == through })
    else { return fail(.marks, "a mark of \(source) that nobody gave") }
    let name = "\(program.credential)/L\(promise.lineage)"
    guard let producer = shadow.producers.firstIndex(where: { $0.name == name }) else { return }
    let subscription = shadow.subscriptions[s]
    for sequence in 1...max(1, promise.sequence) where promise.sequence > 0 {
      guard sequence <= shadow.producers[producer].last else {
        return fail(.marks, "a mark of \(name) passes number \(sequence), which is not here")
      }
      guard let event = shadow.event(producer, sequence), subscription.wants(shadow.events[event], event) else { continue }
      if subscription.states[event] == .open, !subscription.isParked(event, key: shadow.events[event].key) {
        return fail(.marks, "a mark of \(name) passes \(shadow.events[event]), which \(subscription.name) has not settled")
      }
    }
  }

  private func deliver(
    to line: Line, _ handle: UInt32, _ number: UInt64, _ position: Position, _ attempt: UInt32, _ producer: Int, _ sequence: UInt64,
    _ bytes: Int
  ) {
    // What was handed to others before their subscription went, in the same input, is followed by the word of its end.
    if line.handles[handle] == nil, isRemoving { return }
    guard let s = line.handles[handle]?.subscription else { return fail(.machines, "a delivery on a handle that nobody has") }
    coverage.delivered += 1
    guard let event = shadow.event(producer, sequence) else {
      return fail(.onlyAccepted, "number \(sequence) of \(producer) is delivered and was never accepted")
    }
    let what = shadow.events[event]
    if what.position != position.value { fail(.bytes, "\(what) is delivered from \(position)") }
    if line.handles[handle]?.next != number { fail(.credit, "delivery \(number) comes where \(line.handles[handle]?.next ?? 0) is next") }
    if (line.handles[handle]?.credit ?? 0) <= 0 || (line.handles[handle]?.creditBytes ?? 0) <= 0 {
      fail(.credit, "\(what) is delivered beyond credit")
    }
    // From memory alone, where its segment is gone.
    let isGone = shadow.subscriptions[s].states[event] == .gone
    judge(event, what, attempt, line, s)
    tell("deliver f\(what.fact) k\(what.key) to \(shadow.subscriptions[s].name) on \(line.id.raw) as \(number), attempt \(attempt)")
    let isRecalled = shadow.subscriptions[s].states[event] == .recalled
    let isHeld = s < fetched.count && fetched[s].contains { $0.contains(position.value) }
    if position.value < droppedBefore, position.value >= machine.kept, !isHeld, !isRecalled {
      fail(
        .bytes,
        "\(what) is delivered to \(shadow.subscriptions[s].name), and its bytes are in no memory that the machine may count on: kept from \(droppedBefore), fetched \(fetched)"
      )
    }
    if chance.percent(25), wounds.isEmpty, !isGone {
      guard let kept = stored(at: position), kept.event.sequence == sequence, kept.event.position == position.value,
        facts[what.fact].json.elementsEqual(kept.json)
      else {
        return fail(.bytes, "\(what) is delivered with bytes that are not its own")
      }
    }
    line.handles[handle]?.next = number + 1
    line.handles[handle]?.credit -= 1
    line.handles[handle]?.creditBytes -= bytes
    line.handles[handle]?.held[number] = event
    flights[s][event] = (line.id.raw, number)
    if let accepted = line.accepted.take() {
      line.tell(.message(.accepted(through: accepted.through, forget: accepted.forget)), bytes: 40, due: arrival)
    }
    line.tell(
      .delivery(handle: handle, number: number, position: position.value, attempt: attempt, event: event, bytes: bytes), bytes: bytes,
      due: arrival)
  }

  /// Whether this event may go to this connection now, and as which attempt.
  private func judge(_ event: Int, _ what: Shadow.Event, _ attempt: UInt32, _ line: Line, _ s: Int) {
    let subscription = shadow.subscriptions[s]
    if !subscription.wants(what, event) { fail(.onlyAccepted, "\(what) is delivered to \(subscription.name), which does not want it") }
    let state = subscription.states[event]
    if state != .open, state != .recalled, state != .gone { fail(.deliveredOnce, "\(what) is delivered again, and is \(state)") }
    if subscription.isParked(event, key: what.key) { fail(.order, "\(what) is delivered behind a dead event of its key") }
    if let flight = flights[s][event] { fail(.deliveredOnce, "\(what) is delivered twice, the first is number \(flight.number)") }
    let trouble = subscription.trouble(event)
    if attempt != (trouble?.attempts ?? 0) + 1 {
      fail(.attempts, "\(what) is attempt \(attempt), it has failed \(trouble?.attempts ?? 0) times")
    }
    // A probe goes out whatever it waits for.
    if subscription.isPaused { coverage.probes += 1 }
    if let trouble, !subscription.isPaused {
      let early = trouble.notBefore.lowerBound - steadyWall
      if early > 0 { fail(.patience, "\(what) is tried \(early) ms too early") }
      if trouble.isSuspect, flights[s].contains(where: { $0.value.connection == line.id.raw }) {
        fail(.order, "\(what) was at work when a consumer died, and does not come alone")
      }
    }
    for earlier in shadow.byKey[what.key] where subscription.wants(shadow.events[earlier], earlier) {
      if let flight = flights[s][earlier] {
        // What comes back comes behind what was under way when it was called.
        if earlier > event, state == .open { fail(.order, "\(what) comes behind \(shadow.events[earlier]), a later one of its key") }
        if flight.connection != line.id.raw { fail(.order, "\(what) goes to another consumer than \(shadow.events[earlier]) of its key") }
      } else if earlier < event, subscription.states[earlier] == .open || subscription.parks && subscription.returns[earlier]?.letter != nil
      {
        // What is replayed was done before, and where keys pass what is redriven: both may come behind what waits already.
        fail(.order, "\(what) comes before \(shadow.events[earlier]) of its key, which is \(subscription.states[earlier])")
      }
    }
  }

  /// What is said and not heard yet is bounded by windows and credit: two that answer each other for ever are found by it.
  func checkQueues() {
    for line in lines where line.toBroker.count > 4_000 || line.toClient.count > 4_000 {
      fail(.bounds, "\(line.toBroker.count) messages are on their way to the broker, \(line.toClient.count) back, on one line")
    }
  }

  /// What the machine itself says of its sizes, now and then.
  func checkBounds() {
    guard chance.percent(2), case .array(let rows)? = machine.status()["subscriptions"] else { return }
    for row in rows {
      func number(_ name: String) -> Int64 { if case .integer(let value) = row[name] { value } else { -1 } }
      if number("look_ahead") > Int64(limits.lookAhead + limits.returnsAhead) {
        fail(.bounds, "a look-ahead of \(number("look_ahead"))")
      }
      if number("in_flight") > Int64(limits.inFlightPerConnection * 8) { fail(.bounds, "\(number("in_flight")) are in flight") }
    }
    for program in programs {
      for consumer in program.consumers where !(0...consumer.window.messages * 4).contains(consumer.inHand) {
        fail(.bounds, "a consumer has \(consumer.inHand) in hand")
      }
    }
  }
}
