import BrokerCore
import Contracts
import Journal
import Wire

// What clients say, as Services/Broker/App/BrokerLoop+Frames.swift takes it, and what it means to the shadow.
extension World {
  func take(_ said: Said, from line: Line) throws {
    switch said {
    case .fact(let number):
      guard case .take = line.session.received(.publish(facts[number].publish)) else { return }
      try publish(facts[number], from: line)
      // A foreign client may say everything twice; the answer to the second leaves no earlier than the first is durable.
      if line.isBrokerThere, chance.percent(3) { try publish(facts[number], from: line) }
    case .heal(let number):
      let fact = facts[number]
      guard case .take = line.session.received(.heal(fact.publish)) else { return }
      try makeRoom()
      steady()
      fact.frame.withUnsafeBytes { machine.heal(line.id, fact.publish, frame: $0, at: moment, into: &commit!) }
    case .message(let message):
      switch line.session.received(message) {
      case .take: try take(message, from: line)
      case .answer(let id): send(.pong(id), to: line)
      case .drop: break
      case .finish:
        try apply(.farewell(line.id))
        line.isLeaving = true
        touch(line)
      case .fault(let fault): fail(.machines, "the session finds \(fault)")
      }
    }
  }

  private func take(_ message: ClientMessage, from line: Line) throws {
    switch message {
    case .hello(let hello): try greet(line, hello)
    case .subscribe(let subscribe): try join(line, subscribe)
    case .unsubscribe(let handle, let forget): try leave(line, handle, forget: forget)
    case .credit(let handle, let messages, let bytes):
      try apply(.credit(line.id, handle: handle, messages: messages, bytes: bytes))
      if line.isGreeted { grant(line, handle, messages, bytes) }
    case .working(let handle, let ranges):
      try apply(.working(line.id, handle: handle, ranges))
      guard line.isGreeted, let held = line.handles[handle]?.held else { return }
      for range in ranges { for number in range where held[number] != nil { line.handles[handle]?.working.insert(number) } }
    case .settle(let handle, let settlement): try settle(line, handle, settlement)
    case .extend(let handle, let ranges): try apply(.extend(line.id, handle: handle, ranges))
    case .mark(let through): try apply(.mark(line.id, through: through))
    default: break
    }
  }

  // MARK: Publishing

  private func publish(_ fact: Fact, from line: Line) throws {
    try makeRoom()
    steady()
    let start = (commit?.start.value ?? 0)
    let taken = machine.counts.accepted + machine.counts.refused
    fact.frame.withUnsafeBytes { machine.publish(line.id, fact.publish, frame: $0, at: moment, into: &commit!) }
    guard line.isGreeted, let producer = line.producer else { return }
    if line.windowStart != start { (line.windowStart, line.windowUsed) = (start, 0) }
    guard fact.sequence == shadow.producers[producer].last + 1, !isStorageFull, line.windowUsed < limits.window else {
      coverage.duplicates += 1
      return
    }
    if rate != nil, line.program.number == 1, machine.counts.accepted + machine.counts.refused == taken {
      coverage.putOff += 1
      return
    }
    line.windowUsed += 1
    if fact.isForbidden { return shadow.refuse(fact.sequence, of: producer) }
    shadow.accept(fact, of: producer, at: steadyWall)
    coverage.published += 1
  }

  // MARK: Coming and going

  private func greet(_ line: Line, _ hello: Hello) throws {
    try clear()
    let isPublisher = hello.lineage != nil
    let rights = Rights(
      publish: isPublisher ? ["\(hello.credential).*"] : [], subscribe: ["*"], source: isPublisher ? "/\(hello.credential)" : nil,
      quota: Quota(messagesPerSecond: line.program.number == 1 ? rate : nil))
    try apply(.hello(line.id, hello, rights))
    isDirty = true
    // Saying hello is work too: whoever is over their rate is put off, and nothing has changed.
    if rate != nil, line.program.number == 1, !machine.isOpen(line.id) {
      coverage.putOff += 1
      return line.isBarred = true
    }
    let reads = hello.manifest.reads.map(\.type)
    if !reads.isEmpty { shadow.reads[hello.credential] = reads }
    guard let lineage = hello.lineage else { return line.isGreeted = true }
    let name = "\(hello.credential)/\(lineage)"
    guard let known = shadow.producers.firstIndex(where: { $0.name == name }) else {
      line.producer = shadow.producers.count
      shadow.producers.append(Shadow.Producer(name: name, epoch: hello.epoch))
      return line.isGreeted = true
    }
    guard hello.epoch >= shadow.producers[known].epoch, hello.highestSequence >= shadow.producers[known].last else {
      // What the machine must say now: see `closed`.
      line.isBarred = true
      return
    }
    if let older = lines.first(where: { $0.producer == known && $0.isGreeted && $0 !== line }) {
      older.isBarred = true
      lose(older, counting: true)
    }
    shadow.producers[known].epoch = max(shadow.producers[known].epoch, hello.epoch)
    line.producer = known
    line.isGreeted = true
  }

  private func join(_ line: Line, _ subscribe: Subscribe) throws {
    try clear()
    try apply(.subscribe(line.id, subscribe))
    guard line.isGreeted else { return }
    let name = "\(line.program.credential)/\(subscribe.name)"
    var s = shadow.subscriptions.firstIndex { $0.name == name }
    if s == nil {
      guard let reading = line.program.readings.first(where: { $0.name == subscribe.name }),
        // The machine chooses: a number that is free, or the next.
        let number = Image(machine.checkpoint()).subscriptions.firstIndex(where: { $0.name == name })
      else { return }
      s = number
      shadow.open(
        number, name, wanted: reading.wanted, parks: reading.deadKey == .park, fromBeginning: reading.fromBeginning, kept: machine.kept)
      while flights.count < shadow.subscriptions.count { flights.append([:]) }
      while failures.count < shadow.subscriptions.count { failures.append([]) }
      (flights[number], failures[number]) = ([:], [])
    }
    line.handles[subscribe.handle] = Line.Handle(subscription: s ?? 0, credit: 0, creditBytes: 0)
    grant(line, subscribe.handle, subscribe.creditMessages, subscribe.creditBytes)
  }

  private func grant(_ line: Line, _ handle: UInt32, _ messages: Int, _ bytes: Int) {
    line.handles[handle]?.credit += messages
    line.handles[handle]?.creditBytes += bytes
  }

  /// The connection is gone, and the broker's end notices.
  func lost(_ line: Line) throws {
    try clear()
    let isKnown = line.isGreeted
    line.session.closed()
    hangUp(line)
    try apply(.disconnected(line.id))
    if isKnown { lose(line, counting: !line.isLeaving) }
    isDirty = true
  }

  /// What it means that a connection's deliveries are nobody's now.
  private func lose(_ line: Line, counting: Bool) {
    for (_, handle) in line.handles.sorted(by: { $0.key < $1.key }) {
      var first: Int?
      for (number, event) in handle.held.sorted(by: { $0.key < $1.key }) {
        flights[handle.subscription][event] = nil
        guard counting, handle.working.contains(number), !shadow.subscriptions[handle.subscription].isPaused else { continue }
        first = first ?? event
        shadow.fail(event, isSuspect: true, notBefore: wait(event, nil, handle.subscription), of: handle.subscription)
      }
      if let first { noteFailure(first, handle.subscription) }
    }
    line.handles = [:]
    line.isGreeted = false
  }

  /// The broker's end of the line is closed.
  func hangUp(_ line: Line) {
    line.isBrokerThere = false
    lines.removeAll { $0 === line }
  }

  // MARK: Time

  func beatHearts() throws {
    for line in lines {
      if uptime >= line.bornAt + WireLimits.helloWithin.milliseconds, line.session.helloOverdue() != nil {
        try lost(line)
        continue
      }
      guard uptime >= line.nextBeat else { continue }
      line.nextBeat = uptime + WireLimits.heartbeat.milliseconds
      switch line.session.heartbeat() {
      case .well: break
      case .ask(let ping): send(.ping(ping), to: line)
      case .fault(let fault):
        send(.fault(fault.refusal), to: line)
        try lost(line)
      }
    }
  }
}
