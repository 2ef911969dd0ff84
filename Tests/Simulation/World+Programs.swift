import BrokerCore
import Contracts
import MeshMachines
import Wire

// The programs' shells, as Shared/Mesh has them: what the link orders, what the broker says, the pump that does what is due.
extension World {
  /// A while of one program's life.
  func live(_ program: Program) {
    guard program.isAlive else {
      if uptime >= program.startDue { start(program) }
      return
    }
    if let due = program.connectDue, uptime >= due { connect(program) }
    if let line = program.line { listen(line, program) }
    if chance.percent(70) { answerStore(program) }
    if program.isAlive { pump(program) }
  }

  func start(_ program: Program) {
    program.isAlive = true
    let store = program.store
    if program.publishes, !isCalm, chance.percent(4), program.epoch > 0 {
      // Brought back from a backup: what it had told is not its own any more.
      lineages += 1
      coverage.lineages += 1
      store.lineage = lineages
      store.rows = []
      store.trimmed = 0
      tell("\(program.credential) is restored, lineage \(lineages)")
    }
    store.epoch += 1
    program.epoch = store.epoch
    program.link = LinkMachine()
    program.relay = RelayMachine(highest: store.highest, trimmedThrough: store.trimmed)
    program.consumers = program.readings.map { reading in
      let messages = 2 + chance.below(14)
      return ConsumerMachine(
        window: .init(messages: messages, bytes: 500 + chance.below(4_000), batchMessages: 1 + chance.below(8), batchBytes: 2_000),
        deadKey: reading.deadKey)
    }
    tell("\(program.credential) \(program.number) starts, epoch \(program.epoch)")
    act(program.link.start(at: now), program)
  }

  /// The process is gone: what was not committed is gone with it.
  func kill(_ program: Program, why: String) {
    guard program.isAlive else { return }
    tell("\(program.credential) \(program.number) dies: \(why)")
    coverage.programDeaths += 1
    program.isAlive = false
    program.startDue = uptime + Int64(chance.below(isCalm ? 100 : 1_500))
    program.reads = []
    program.trims = []
    program.batches = []
    program.connectDue = nil
    drop(program)
  }

  /// The client's end of its line is closed; the broker's notices when what was said has arrived, unless the line is half open.
  private func drop(_ program: Program) {
    guard let line = program.line else { return }
    line.isClientThere = false
    if chance.percent(30) { line.toBroker.removeLast(chance.below(line.toBroker.count + 1)) }
    program.line = nil
  }

  // MARK: The link

  private func act(_ step: LinkMachine.Step, _ program: Program) {
    switch step {
    case .nothing, .finish: break
    case .connect: program.connectDue = uptime + Int64(chance.below(20))
    case .greet:
      program.line?.say(
        .message(
          .hello(
            Hello(
              version: WireLimits.version, credential: program.credential, secret: "", lineage: program.lineage, epoch: program.epoch,
              highestSequence: program.publishes ? program.store.highest : 0, manifest: program.manifest))), due: arrival)
    case .ready(let welcome): ready(welcome, program)
    case .ping(let number): program.line?.say(.message(.ping(number)), due: arrival)
    case .pong(let number): program.line?.say(.message(.pong(number)), due: arrival)
    case .disconnect: hangUp(program)
    case .leave: program.line?.say(.message(.farewell(reason: "stops")), due: arrival)
    case .end:
      hangUp(program)
      program.isAlive = false
      program.startDue = uptime + Int64(chance.below(300))
    }
  }

  private func connect(_ program: Program) {
    program.connectDue = nil
    guard journal != nil, isCalm || !chance.percent(5) else {
      return act(program.link.connectFailed("refused", at: now, jitter: chance.jitter()), program)
    }
    connections += 1
    let line = Line(ConnectionID(connections), program, now: uptime)
    lines.append(line)
    program.line = line
    act(program.link.connected(at: now), program)
  }

  private func ready(_ welcome: Welcome, _ program: Program) {
    program.nextMark = uptime
    if program.publishes { complain(program.relay.welcomed(welcome), program) }
    for (index, reading) in program.readings.enumerated() {
      let credit = program.consumers[index].opened(lease: welcome.limits.lease)
      program.line?.say(
        .message(
          .subscribe(
            Subscribe(
              handle: UInt32(index + 1), name: reading.name, filters: reading.filters, start: reading.fromBeginning ? .beginning : .new,
              deadKey: reading.deadKey, creditMessages: credit.messages, creditBytes: credit.bytes))), due: arrival)
    }
  }

  private func hangUp(_ program: Program) {
    drop(program)
    program.connectDue = nil
    program.relay.lost()
    for index in program.consumers.indices { program.consumers[index].lost() }
  }

  private func fallen(_ step: LinkMachine.Step, _ program: Program) {
    hangUp(program)
    act(step, program)
  }

  private func complain(_ fault: RelayFault?, _ program: Program) {
    guard let fault else { return }
    if case .refused(let sequence, _) = fault {
      let row = Int(sequence) - Int(program.store.trimmed) - 1
      if program.store.rows.indices.contains(row), facts[program.store.rows[row]].isForbidden { return }
      // Trimmed already: the broker took it for used up long ago.
      if row < 0 { return }
    }
    fail(.machines, "\(program.credential): \(fault)")
  }

  // MARK: Hearing

  private func listen(_ line: Line, _ program: Program) {
    guard !line.isSilent else { return }
    var most = 1 + chance.below(12)
    while most > 0, program.line === line, let first = line.toClient.first, first.due <= uptime {
      line.toClient.removeFirst()
      most -= 1
      hear(first.heard, line, program)
    }
    if line.toClient.isEmpty || chance.percent(30) { line.queuedBytes = line.toClient.isEmpty ? 0 : line.queuedBytes / 2 }
    if program.line === line, !line.isBrokerThere, line.toClient.isEmpty {
      fallen(program.link.closed("closed", at: now, jitter: chance.jitter()), program)
    }
  }

  private func hear(_ heard: Heard, _ line: Line, _ program: Program) {
    switch heard {
    case .delivery(let handle, let number, let position, let attempt, let event, let bytes):
      guard program.link.heard(at: now), Int(handle) <= program.consumers.count else { return }
      let parcel = Parcel(
        number: number, position: position, key: UInt64(shadow.events[event].key), attempt: attempt, bytes: bytes,
        contents: Carried(event: event, bytes: bytes))
      if program.consumers[Int(handle) - 1].delivered(parcel, at: now) == .illegal {
        fail(.machines, "delivery \(number) is illegal to \(program.credential)")
      }
    case .message(let message): hear(message, program)
    }
  }

  private func hear(_ message: BrokerMessage, _ program: Program) {
    switch message {
    case .welcome(let welcome): act(program.link.welcomed(welcome, at: now, jitter: chance.jitter()), program)
    case .ping(let number): act(program.link.pinged(number, at: now), program)
    case .farewell(let reason): fallen(program.link.farewell(reason, at: now, jitter: chance.jitter()), program)
    case .fault(let refusal): fallen(program.link.faulted(refusal, at: now, jitter: chance.jitter()), program)
    default:
      guard program.link.heard(at: now) else { return fail(.machines, "\(program.credential) hears \(message) before a welcome") }
      switch message {
      case .accepted(let through, let forget): complain(program.relay.accepted(through: through, forget: forget), program)
      case .refused(let sequence, let refusal): complain(program.relay.refused(sequence: sequence, refusal), program)
      case .resume(let from, let after, _): program.relay.resume(from: from, after: after, at: now)
      case .heal(let ranges): program.relay.healAsked(ranges)
      case .unsubscribed(_, let reason?) where reason.code == "ended": kill(program, why: "its subscription ended")
      case .revoke(let handle, let ranges): program.consumers[Int(handle) - 1].revoked(ranges)
      default: break
      }
    }
  }

  // MARK: The pump

  private func pump(_ program: Program) {
    act(program.link.tick(at: now, jitter: chance.jitter()), program)
    guard program.isAlive else { return }
    let line = program.link.isUp ? program.line : nil
    while let action = program.relay.next(at: now) {
      switch action {
      case .check(let sequence):
        let row = Int(sequence) - Int(program.store.trimmed) - 1
        let id = program.store.rows.indices.contains(row) ? facts[program.store.rows[row]].id : nil
        complain(program.relay.checked(sequence: sequence, id: id), program)
      case .read(let token, let after, let limit): program.reads.append((token, after, limit))
      case .publish(let row): line?.say(.fact(row.contents), due: arrival)
      case .find(let sequence):
        let row = Int(sequence) - Int(program.store.trimmed) - 1
        program.relay.found(sequence: sequence, contents: program.store.rows.indices.contains(row) ? program.store.rows[row] : nil)
      case .heal(let row): if !losesHeals { line?.say(.heal(row.contents), due: arrival) }
      case .trim(let through): program.trims.append(through)
      case .mark(let through): line?.say(.message(.mark(through: through)), due: arrival)
      }
    }
    guard let line else { return }
    for index in program.consumers.indices { consume(index, program, line) }
    if program.publishes, uptime >= program.nextMark {
      program.nextMark = uptime + Int64(100 + chance.below(1_500))
      let through = uptime * 10 + Int64(program.number)
      markPromises[program.number].append((through, program.store.lineage, program.store.highest))
      program.relay.proposeMark(through: Timestamp(milliseconds: through), sequence: program.store.highest)
    }
  }

  private func consume(_ index: Int, _ program: Program, _ line: Line) {
    let handle = UInt32(index + 1)
    while let action = program.consumers[index].next(at: now) {
      switch action {
      case .settle(let settlement): line.say(.message(.settle(handle: handle, settlement)), due: arrival)
      case .credit(let messages, let bytes): line.say(.message(.credit(handle: handle, messages: messages, bytes: bytes)), due: arrival)
      case .extend(let ranges): line.say(.message(.extend(handle: handle, ranges)), due: arrival)
      case .begin(let batch, let working):
        if !working.isEmpty { line.say(.message(.working(handle: handle, working)), due: arrival) }
        // Now and then a handler takes longer than its lease; those behind it are taken back.
        let slow = !isCalm && chance.percent(2)
        program.batches.append((index, batch, uptime + Int64(slow ? 20_000 + chance.below(60_000) : chance.below(40))))
      }
    }
  }
}
