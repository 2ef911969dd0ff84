import BrokerCore
import Contracts
import Journal
import MeshMachines

// The liveness phase: nothing is disturbed any more, and everything must come to its end.
extension World {
  func drain() {
    tell("from now on all goes well")
    isCalm = true
    brokenUntil = 0
    disk.fault = nil
    disk.capacity = .max
    if !disk.isDark { disk.powerGoesAt = .max }
    var (seen, quiet) = (progress, 0)
    for round in 0..<60_000 {
      step()
      if wrong != nil { return }
      if round % 32 == 31 {
        if isDrained { return close() }
        if progress > seen { (seen, quiet) = (progress, 0) } else { quiet += 32 }
        if quiet > Self.patience { break }
      }
      if round % 500 == 499, journal != nil {
        repairPaused()
        guardBroker { [self] () throws in try letGo() }
        if round > 8_000, !wounds.isEmpty { guardBroker { [self] () throws in try acceptLosses() } }
        if chores.isEmpty { for segment in wounds.keys.sorted() { chores.append(.examine(range(of: segment).lowerBound)) } }
      }
      // A wall clock that was set back by an hour may make a wait as long.
      if round % (quiet < 1_000 ? 200 : 25) == 24 { pass(20_000) }
    }
    let broker = journal == nil ? "the broker is down" : "room \(room), full \(isStorageFull), \(lines.count) lines"
    if case .array(let rows)? = machine.status()["subscriptions"] {
      for row in rows { if case .object(let members) = row { tell(members.map { "\($0.name) \($0.value)" }.joined(separator: ", ")) } }
    }
    fail(.liveness, "it did not drain: \(unfinished.joined(separator: "; ")); \(broker)")
  }

  /// Where nothing is left but what the consumer will never do, no probe succeeds: people mend the program, and it does what it did not.
  private func repairPaused() {
    guard !isRepaired, shadow.subscriptions.contains(where: \.isPaused) else { return }
    tell("the programs are mended")
    isRepaired = true
    // What they did not, they do now, behind what followed it.
    for event in shadow.events.indices { everDead.insert(event) }
  }

  /// Rounds without anything coming to its end, by which something must have: two hours pass meanwhile.
  private static let patience = 12_000

  /// Grows with whatever comes to its end for good; what only goes round and round leaves it as it is.
  private var progress: Int { shadow.events.count + settlements + coverage.healed + lost.count }

  private var isDrained: Bool { journal != nil && unfinished.isEmpty }

  private var unfinished: [String] {
    var owing: [String] = []
    for s in shadow.subscriptions.indices {
      let owed = shadow.owed(s)
      if let first = owed.first { owing.append("\(shadow.subscriptions[s].name) owes \(owed.count), the first is \(shadow.events[first])") }
    }
    if !wounds.isEmpty { owing.append("\(wounds.count) segments are damaged still") }
    for program in programs {
      if !program.link.isUp { owing.append("\(program.credential) \(program.number) is not connected, \(program.link.state)") }
      guard program.publishes else { continue }
      let name = "\(program.credential)/L\(program.store.lineage)"
      let last = shadow.producers.first { $0.name == name }?.last ?? 0
      if last != program.store.highest || !program.relay.isDrained {
        owing.append("\(name) has told \(last) of \(program.store.highest), \(program.relay.state)")
      }
    }
    return owing
  }

  /// What must be true when all is over.
  private func close() {
    guardBroker { [self] () throws in
      try clear()
      if wantsClosingMark { try closeMark() }
    }
    guard wrong == nil, journal != nil else { return }
    for (s, subscription) in shadow.subscriptions.enumerated() {
      let credential = subscription.name.prefix { $0 != "/" }
      guard let store = programs.first(where: { $0.credential == credential })?.store else { continue }
      for (number, event) in shadow.events.enumerated() where subscription.wants(event, number) && subscription.states[number] == .settled {
        if !store.inbox.contains(number) { fail(.effects, "\(event) is settled on \(subscription.name) and had no effect") }
      }
      coverage.deadLetters += shadow.subscriptions[s].dead.count
    }
    let verified = JournalVerify(disk)
    if lost.isEmpty, let finding = verified.findings.first(where: \.isLoss) { fail(.recovery, "verify finds: \(finding)") }
    checkReadable()
    phase = .recovery
    do throws(JournalFault) {
      let opened = try open(disk) { _ in }
      if opened.machine.checkpoint() != machine.checkpoint() { fail(.memory, "the last start remembers something else") }
    } catch { fail(.recovery, "\(error)") }
  }

  /// What the journal keeps, and what somebody keeps of what it has let go of, can be read.
  private func checkReadable() {
    for (number, event) in shadow.events.enumerated() {
      let isDead = shadow.subscriptions.contains { $0.states[number] == .dead }
      guard isDead || event.position >= machine.kept, !lost.contains(number) else { continue }
      guard let kept = stored(at: Position(event.position)), facts[event.fact].json.elementsEqual(kept.json) else {
        return fail(.nothingLost, "\(event) cannot be read any more\(isDead ? ", and is a dead letter" : "")")
      }
    }
  }
}
