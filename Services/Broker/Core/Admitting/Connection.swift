package import Contracts
package import Journal
package import Wire

/// One connection that said hello.
struct Connection: Sendable {
  struct Handle: Sendable {
    let handle: UInt32
    let subscription: Int
    let consumer: Int
  }

  let id: ConnectionID
  let credential: String
  var rights: Rights
  /// The rights' source as bytes.
  var source: [UInt8]
  /// Its credential's place among the accounts.
  let account: Int
  /// Counts hellos: the newest connection has the highest.
  let order: UInt64
  /// Whom it publishes as; without a lineage only from its first publish on.
  var producer: Int?
  /// Numbers its own events for this connection only.
  let isSession: Bool
  /// The last sequence taken from it.
  var last: UInt64
  /// Its outbox's highest number when it said its manifest: events up to here were written before.
  let writtenBefore: UInt64
  /// After a gap: only the awaited sequence is answered.
  var isResuming = false
  /// Publishes dropped unanswered since it was last told to go back.
  var dropped = 0
  /// Over its rate, and the shell has yet to hear of it.
  var isHeld = false
  /// Where the commit began that its last publish went into, and how many it has had there.
  var windowStart: UInt64 = 0
  var windowUsed = 0
  /// The last type that it published with the right to.
  var typeSpelled: [UInt8] = []
  var type: UInt32 = 0
  /// What its events look like.
  var moulds = Moulds()
  var handles: [Handle] = []
  /// Said farewell, or was told it.
  var isLeaving = false
  /// False: the slot is free.
  var isOpen = true

  func handle(_ handle: UInt32) -> Handle? { handles.first { $0.handle == handle } }
}

// MARK: Coming and going
extension BrokerMachine {
  /// The slot of a connection that said hello.
  @inline(__always)
  func slot(_ id: ConnectionID) -> Int? { slots.find(UInt64(id.raw)) }

  /// A client whose secret the shell has verified. Answers with a welcome, or closes.
  package mutating func hello(
    _ id: ConnectionID, _ hello: Hello, _ rights: Rights, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    guard slot(id) == nil else { return }
    func close(_ code: String, _ sentence: String) {
      commit.afterDurable(.close(id, Refusal(code: code, sentence: sentence)))
    }
    guard slots.count < limits.connections else {
      return close("limit", "The broker has \(limits.connections) connections, which is its limit; reconnect later.")
    }
    let account = account(of: hello.credential, rights)
    // Bound to be let go below where its store was here before: then it takes no further place.
    let replaced = hello.lineage.flatMap { producers.find(hello.credential, $0) }.flatMap { producers[$0].slot } != nil ? 1 : 0
    guard accounts[account].connections - replaced < accounts[account].allowance.connections else {
      return close(
        "limit",
        "The credential \(hello.credential) has \(accounts[account].connections) connections, which is its quota; end one or ask for more.")
    }
    // Saying hello is work too: who does nothing else is put off like anybody.
    if !accounts[account].spend(0), let wait = accounts[account].wait(at: now.uptime) {
      return close("limit", "The credential \(hello.credential) is over its rate; reconnect in \(wait) ms.")
    }
    let registration: Registration
    do { registration = try judge(hello.manifest, of: hello.credential, rights) } catch { return close(error.code, error.sentence) }
    var producer: Int?
    if let lineage = hello.lineage {
      producer = producers.find(hello.credential, lineage) ?? producers.findLost(source: rights.source)
      if let producer {
        let known = producers[producer]
        guard hello.epoch >= known.epoch else {
          return close(
            "fenced", "Epoch \(known.epoch) of this store has been here, this program is of epoch \(hello.epoch); end it.")
        }
        guard hello.highestSequence >= known.last else {
          return close(
            "store_restored",
            "The store is older than what it has published: its last sequence is \(hello.highestSequence), the broker has taken "
              + "\(known.last); give the store a new lineage and publish again what it must.")
        }
        if let older = known.slot {
          commit.afterDurable(
            .close(
              connections[older].id,
              Refusal(code: "superseded", sentence: "A newer connection of this store has taken over; end this one.")))
          lose(older, counting: true, into: &commit)
        }
      } else if producers.list.count(where: { $0.credential == hello.credential }) >= limits.producersOfOne {
        return close(
          "limit",
          "The broker knows \(limits.producersOfOne) stores of \(hello.credential), which is the limit; keep the lineage of a store.")
      } else if producers.count >= limits.producers {
        return close("limit", "The broker knows \(limits.producers) stores, which is its limit; keep the lineage of a store.")
      }
      let number = producer ?? producers.count
      if producer == nil || producers[number].isLost || hello.epoch > producers[number].epoch {
        write(.producer(UInt32(number), epoch: hello.epoch, credential: hello.credential, lineage: lineage), into: &commit)
      }
      producer = number
    }
    register(registration, of: hello.credential, into: &commit)
    hellos += 1
    let slot = connections.firstIndex { !$0.isOpen } ?? connections.count
    let connection = Connection(
      id: id, credential: hello.credential, rights: rights, source: Array((rights.source ?? "").utf8), account: account, order: hellos,
      producer: producer, isSession: producer == nil, last: producer.map { producers[$0].last } ?? 0,
      writtenBefore: producer == nil ? 0 : hello.highestSequence)
    if slot == connections.count {
      connections.append(connection)
      outlets.append(Outlet())
    } else {
      connections[slot] = connection
      outlets[slot] = Outlet()
    }
    slots.insert(UInt64(id.raw), slot)
    outlets[slot].inFlightMax = limits.inFlightMax(rights.quota)
    accounts[account].connections += 1
    if let producer { producers[producer].slot = slot }
    let welcome = Welcome(
      version: WireLimits.version, journal: journal, lastSequence: connections[slot].last,
      lastEventID: producer.flatMap { producers.lastID($0) }, forget: producer.map { producers[$0].forgettable } ?? 0,
      deduplicated: producer != nil,
      limits: SessionLimits(
        frameBytesMax: limits.frameBytes, windowMax: limits.window, heartbeat: limits.heartbeat,
        lease: .milliseconds(limits.lease)),
      now: now.wall)
    commit.afterDurable(.send(id, .welcome(welcome)))
    if !holes.isEmpty { noteHoles(into: &commit) }
    askToHeal(noted, slot..<slot + 1, into: &commit)
  }

  /// The client leaves as planned: it gets nothing more, and what it was working on counts no attempt when it is gone.
  package mutating func farewell(_ id: ConnectionID) {
    guard let slot = slot(id) else { return }
    connections[slot].isLeaving = true
    for handle in connections[slot].handles { subscriptions[handle.subscription].letGo(handle.consumer) }
  }

  /// The connection is gone.
  package mutating func disconnected(_ id: ConnectionID, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    guard let slot = slot(id) else { return }
    // Nor does it count against anybody that the broker stops.
    lose(slot, counting: !connections[slot].isLeaving && !isDraining, into: &commit)
  }

  mutating func lose(_ slot: Int, counting: Bool, into commit: inout Gathering<Effect>) {
    let connection = connections[slot]
    slots.remove(UInt64(connection.id.raw))
    connections[slot].isOpen = false
    connections[slot].handles = []
    accounts[connection.account].connections -= 1
    if let producer = connection.producer, producers[producer].slot == slot { producers[producer].slot = nil }
    for handle in connection.handles { leave(handle, counting: counting, into: &commit) }
    outlets[slot] = Outlet()
    endRequests(lost: connection.id, into: &commit)
  }

  /// After a flush: so many bytes are still queued for the connection. Call it at the end of the turn, before the next input.
  package mutating func flushed(
    _ id: ConnectionID, queuedBytes: Int, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    guard let slot = slot(id) else { return }
    outlets[slot].queuedBytes = queuedBytes
    for handle in connections[slot].handles where !subscriptions[handle.subscription].isIdle {
      pump(handle.subscription, into: &commit)
    }
  }

  /// The broker is about to stop: says farewell to all and delivers nothing more.
  package mutating func drain(reason: String, into commit: inout Gathering<Effect>) {
    if isDraining { return }
    isDraining = true
    for connection in connections where connection.isOpen {
      commit.afterDurable(.send(connection.id, .farewell(reason: reason)))
    }
    for number in subscriptions.indices {
      for consumer in subscriptions[number].consumers.indices { subscriptions[number].letGo(consumer) }
    }
  }
}

// MARK: Doors to what other files do
extension BrokerMachine {
  /// A question to another program.
  package mutating func request(_ id: ConnectionID, _ request: Request, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    if let slot = slot(id) { ask(slot, request, now, into: &commit) }
  }

  /// The answer of the program that was asked; its `id` is the broker's.
  package mutating func reply(_ id: ConnectionID, _ reply: Reply, into commit: inout Gathering<Effect>) {
    if let slot = slot(id) { answer(slot, reply, into: &commit) }
  }

  /// A publisher has published everything up to `through`.
  package mutating func mark(
    _ id: ConnectionID, through: Timestamp, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    if let slot = slot(id) { mark(slot, through: through, now, into: &commit) }
  }
}
