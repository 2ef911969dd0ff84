import MeshMachines
import Wire

// What the programs' stores do: rows are read and forgotten, batches handled in one transaction each.
extension World {
  /// New facts in some publisher's outbox.
  func appendFacts() {
    guard !isCalm else { return }
    let program = programs[chance.below(2)]
    for _ in 0..<(1 + chance.below(5)) { append(program) }
    if program.isAlive { program.relay.grew(highest: chance.percent(50) ? program.store.highest : nil) }
  }

  func append(_ program: Program) {
    let type =
      switch chance.below(40) {
      case 0: Fact.forbidden
      case let other: program.number == 0 ? other % 2 : 2
      }
    let fact = Fact(
      number: facts.count, sequence: program.store.highest + 1, key: chance.below(Fact.keys), type: type, source: program.source,
      padding: chance.percent(10) ? chance.below(1_500) : chance.below(120))
    facts.append(fact)
    program.store.rows.append(fact.number)
  }

  func answerStore(_ program: Program) {
    let store = program.store
    if !program.reads.isEmpty {
      let read = program.reads.removeFirst()
      if !isCalm, chance.percent(4) {
        program.relay.readFailed(token: read.token, at: now, jitter: chance.jitter())
      } else {
        let from = Int(max(read.after, store.trimmed) - store.trimmed)
        let rows = store.rows.dropFirst(from).prefix(min(read.limit, 1 + chance.below(12)))
        let found = rows.map { RelayMachine<Int>.Row(sequence: facts[$0].sequence, contents: $0) }
        if let fault = program.relay.rows(found, highest: store.highest, token: read.token) {
          fail(.machines, "\(program.credential): \(fault)")
        }
      }
    }
    if !program.trims.isEmpty {
      let through = program.trims.removeFirst()
      let count = Int(min(through, store.highest) - min(through, store.trimmed))
      store.rows.removeFirst(count)
      store.trimmed += UInt64(count)
      program.relay.trimmed(through: through, at: now)
    }
    if let index = program.batches.firstIndex(where: { $0.due <= uptime }) {
      let due = program.batches.remove(at: index)
      handle(due.batch, due.consumer, program)
    }
  }

  /// One transaction: whole and durable, or nothing.
  private func handle(_ batch: Batch<Carried>, _ consumer: Int, _ program: Program) {
    if !isCalm, chance.percent(5) {
      return program.consumers[consumer].rolledBack(token: batch.token, at: now, jitter: chance.jitter())
    }
    let most = chance.percent(20) ? chance.below(batch.parcels.count + 1) : batch.parcels.count
    var walk = BatchWalk(batch)
    var handled = 0
    var effects: [Int] = []
    while handled < most, let parcel = walk.next() {
      handled += 1
      let event = parcel.contents.event
      let fact = shadow.events[event].fact
      if program.store.inbox.contains(event) || effects.contains(event) {
        walk.record(.done)
      } else if uptime < brokenUntil {
        walk.record(.later(after: chance.percent(70) ? nil : .milliseconds(Int64(chance.below(500)))))
      } else if !isCalm, fact % 31 == 7, chance.percent(60) {
        return kill(program, why: "handling f\(fact)")
      } else if !isCalm, chance.percent(14) {
        walk.record(.later(after: chance.percent(50) ? nil : .milliseconds(Int64(chance.below(3_000)))))
      } else if fact % 23 == 11, !isRepaired {
        // What makes no sense makes none at the second try either: otherwise a lost settlement would turn the order around.
        walk.record(.never(reason: "f\(fact) makes no sense"))
      } else {
        effects.append(event)
        walk.record(.done)
      }
    }
    if !isCalm, chance.percent(2) { return kill(program, why: "before its commit") }
    commit(effects, program)
    if !isCalm, program.publishes, chance.percent(20) {
      append(program)
      program.relay.grew(highest: program.store.highest)
    }
    if !isCalm, chance.percent(2) { return kill(program, why: "between its commit and its settlement") }
    program.consumers[consumer].committed(Committed(verdicts: walk.verdicts), at: now)
  }

  private func commit(_ effects: [Int], _ program: Program) {
    if !effects.isEmpty { tell("effects at \(program.credential) \(program.number): \(effects.map { "f\(shadow.events[$0].fact)" })") }
    for event in effects {
      if !program.store.inbox.insert(event).inserted { fail(.effects, "\(shadow.events[event]) has its effect twice") }
      let key = shadow.events[event].key
      // Whoever was given up on may come back, or be finished late by the one who was slow.
      if !everDead.contains(event), program.store.lastEffect[key] > event {
        fail(.order, "\(shadow.events[event]) has its effect behind \(shadow.events[program.store.lastEffect[key]])")
      }
      program.store.lastEffect[key] = max(program.store.lastEffect[key], event)
    }
  }
}
