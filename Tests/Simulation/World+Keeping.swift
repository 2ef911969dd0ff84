import BrokerCore
import Contracts
import Journal
import Wire

// The shell's part in keeping the disk, as Services/Broker/App/BrokerLoop+Keeping.swift has it: old segments go, damage is repaired.
extension World {
  private var reader: JournalReader<SimDisk> {
    JournalReader(disk, journalID: journalOptions.newID, segmentBytes: journalOptions.segmentBytes)
  }

  /// Where a segment begins and the next one does.
  func range(of segment: UInt64) -> Range<Position> {
    let base = Position(segment * UInt64(journalOptions.segmentBytes))
    return base..<base.advanced(by: journalOptions.segmentBytes)
  }

  /// After the start: where segments begin, and what was to be let go of.
  func startKeeping() throws {
    for start in journal?.starts ?? [] { machine.begins(segment: start.base, at: start.begun) }
    if let oldest = journal?.oldestKept, machine.kept > oldest.value { chores.append(.forget(before: Position(machine.kept))) }
    // The other segments have nothing to tell.
    for segment in wounds.keys.sorted() { chores.append(.examine(range(of: segment).lowerBound)) }
    forgotten = Image(memoryBefore).producers.map(\.forget)
    looksUntil = isCalm ? 0 : uptime + Int64(chance.below(Self.lookingMax))
  }

  /// As for a journal of some fifty segments.
  private static let lookingMax = 1_000

  /// Everything has been looked through since the start.
  private func endLooking() throws {
    guard forgotten != nil, isCalm || uptime >= looksUntil else { return }
    guard !chores.contains(where: { if case .examine = $0 { true } else { false } }) else { return }
    forgotten = nil
    try apply(.lookedThrough)
  }

  // MARK: What the machine wants

  /// Does the first of the disk's chores; what comes of it is an input.
  func keep() throws {
    try endLooking()
    guard !chores.isEmpty else { return }
    switch chores.removeFirst() {
    case .carry(let places):
      var reader = self.reader
      for place in places {
        let reading = try reader.read(from: place, bytesMax: 1, before: durableThrough)
        guard case .slice(let slice) = reading, slice.base == place, !slice.bytes.isEmpty else {
          try apply(.carried(nil))
          continue
        }
        errands.insert(.copyForward)
        coverage.carried += 1
        try apply(.carried(slice))
      }
      errands.insert(.copyForward)
      try clear()
    case .forget(let before):
      phase = .retention
      do throws(JournalFault) {
        try journal!.forget(before: before)
        coverage.forgotten += 1
        tell("the journal begins at \(before)")
        // What was damaged when its going was decided already is gone with the rest.
        for segment in wounds.keys.sorted() where range(of: segment).upperBound <= before { wounds[segment] = nil }
      } catch { tell("could not forget: \(error)") }
      prepareReserve()
    case .examine(let position): try examine(position.value / UInt64(journalOptions.segmentBytes))
    case .heal(let position, let record):
      phase = .heal
      if failsHealing || isWorn && !isCalm && chance.percent(10) {
        // Behind the write.
        disk.fault = (disk.steps + 2, DiskFault.inputOutput)
        failsHealing = false
        coverage.diskFaults += 1
      }
      do throws(JournalFault) { try journal!.heal(record, at: position) } catch { return try refused(error) }
      coverage.healed += 1
      tell("healed \(position)")
      try apply(.healed(position))
    case .mend(let range):
      phase = .heal
      do throws(JournalFault) { try journal!.mend(range) } catch { return try refused(error) }
      try apply(.mended(range))
      checkWound(range.lowerBound.value / UInt64(journalOptions.segmentBytes))
    case .accepted, .deliver, .send, .fetch, .close: break
    }
  }

  private func refused(_ fault: JournalFault) throws {
    tell("not repaired: \(fault)")
    if fault.isFatal { throw fault }
  }

  private func examine(_ segment: UInt64) throws {
    let damages = try reader.examine(segment: segment, before: durableThrough)
    for damage in damages { journal?.noteDamage(at: damage.range.lowerBound) }
    let records = damages.filter { $0.part == .records || $0.part == .segment }
    tell("examined segment \(segment): \(records.count) damaged")
    if records.isEmpty { closeIfWhole(segment) }
    guard !records.isEmpty || machine.hasHoles(in: range(of: segment)) else { return }
    if !records.isEmpty { examined.insert(segment) }
    try apply(.examined(range(of: segment), records))
    try clear()
    guard let event = wounded[segment].map({ shadow.events[$0] }), !records.isEmpty else { return }
    let start = forgotten.flatMap { $0.indices.contains(event.producer) ? $0[event.producer] : nil }
    let mark = start ?? Image(memoryBefore).producers[event.producer].forget
    // On a full disk nothing may be written of it.
    if event.sequence > mark, !isStorageFull, known.insert(segment).inserted { coverage.noted += 1 }
  }

  // MARK: Letting go

  /// Has the oldest segment looked at, sometimes with the operator's word that even what is unread may go.
  func letGo() throws {
    guard journal != nil, !machine.isLettingGo, let segment = journal?.oldestSegment, !isTight else { return }
    try clear()
    var survey = SegmentSurvey(segment)
    var reader = self.reader
    let end = min(segment.upperBound, durableThrough)
    var at = segment.lowerBound
    while at < end {
      switch try reader.read(from: at, bytesMax: 4_000, before: end) {
      case .slice(let slice):
        survey.take(slice)
        guard slice.next > at else {
          at = end
          continue
        }
        at = slice.next
      case .damaged(let damaged):
        survey.take(damaged: damaged)
        at = damaged.upperBound
      case .forgotten: at = end
      }
    }
    let how: LettingGo = !isCalm && chance.percent(8) ? .evenUnread : .unneeded
    errands.insert(.retention)
    tell("segment \(segment.lowerBound) is looked at, \(how)")
    let before = machine.counts.passedOver
    try apply(.surveyed(survey, how))
    if how == .evenUnread, machine.counts.passedOver > before { passOver(survey) }
    isDirty = true
    try clear()
  }

  /// What subscriptions were moved over.
  private func passOver(_ survey: SegmentSurvey) {
    for s in shadow.subscriptions.indices {
      let left = survey.standing.compactMap { shadow.event(Int($0.event.producer), $0.event.sequence) }.filter {
        shadow.subscriptions[s].states[$0] == .open && shadow.subscriptions[s].wants(shadow.events[$0], $0)
      }
      guard let last = left.max() else { continue }
      for event in 0...last where shadow.subscriptions[s].states[event] == .open {
        shadow.subscriptions[s].states[event] = .dropped
        shadow.subscriptions[s].troubles[event] = nil
        everDead.insert(event)
      }
    }
  }

  // MARK: Damage

  /// One event of a sealed segment becomes unreadable, whose publisher still has it in its outbox.
  func damage() {
    guard let journal = journal?.newestSegment, journal > 2 else { return }
    let image = Image(memoryBefore)
    var candidates: [Int] = []
    for (number, event) in shadow.events.enumerated() where event.position > 0 && event.position >= machine.kept {
      let segment = event.position / UInt64(journalOptions.segmentBytes)
      guard segment + 2 <= journal, wounds[segment] == nil else { continue }
      let producer = image.producers[event.producer]
      guard event.sequence > producer.forget,
        programs.contains(where: {
          $0.publishes && producer.name == "\($0.credential)/L\($0.store.lineage)" && event.sequence > $0.store.trimmed
        })
      else { continue }
      candidates.append(number)
    }
    guard !candidates.isEmpty else { return }
    let chosen = chance.of(candidates)
    let event = shadow.events[chosen]
    let segment = event.position / UInt64(journalOptions.segmentBytes)
    let name = disk.segments.first { UInt64($0.prefix { $0.isNumber }) == segment }
    guard let name, let whole = disk.contents(name), !disk.hasUnsynced(suffix: name) else { return }
    let offset = Int(event.position % UInt64(journalOptions.segmentBytes))
    let length = RecordLayout.byteCount(payload: EventHead.byteCount + facts[event.fact].json.count)
    let from = offset + chance.below(length)
    let count = 1 + chance.below(offset + length - from)
    let zeros = chance.percent(50)
    disk.damage(name) { bytes in for at in from..<from + count { bytes[at] = zeros ? 0 : ~bytes[at] } }
    guard disk.contents(name) != whole else { return }
    wounds[segment] = whole
    healed[segment] = nil
    wounded[segment] = chosen
    known.remove(segment)
    examined.remove(segment)
    shadow.isDamaged = true
    durable.isDamaged = true
    coverage.damages += 1
    tell("\(event) is damaged in \(name), \(count) bytes from \(from)")
    chores.append(.examine(range(of: segment).lowerBound))
  }

  /// What nobody can give back any more: the operator accepts its loss.
  func acceptLosses() throws {
    for segment in wounds.keys.sorted() {
      try clear()
      if let event = wounded[segment] { mournRightly(event, known.contains(segment)) }
      tell("the loss in segment \(segment) is accepted")
      try apply(.acceptLoss(range(of: segment), by: "operator"))
      wounds[segment] = nil
      if let event = wounded[segment] {
        lost.insert(event)
        for s in shadow.subscriptions.indices where shadow.subscriptions[s].states[event] == .open {
          shadow.subscriptions[s].states[event] = .gone
        }
      }
      try clear()
    }
  }

  /// An event may be given up only where nobody has it: its outbox was allowed to forget it, which no broker does that knows of the damage.
  private func mournRightly(_ event: Int, _ isKnown: Bool) {
    let it = shadow.events[event]
    let name = shadow.producers[it.producer].name
    guard let program = programs.first(where: { $0.publishes && name == "\($0.credential)/L\($0.store.lineage)" }) else { return }
    if it.sequence > program.store.trimmed {
      fail(.liveness, "\(it) stands in its outbox still, and was not healed")
    } else if isKnown {
      fail(.nothingLost, "the outbox was told to forget \(it), which the journal had lost")
    }
  }

  /// A record that was written again stays written, though its sync failed and the broker ended of it: the next start has made it durable.
  private func closeIfWhole(_ segment: UInt64) {
    guard let whole = wounds[segment], let name = disk.segments.first(where: { UInt64($0.prefix { $0.isNumber }) == segment }),
      disk.contents(name) == whole
    else { return }
    wounds[segment] = nil
    known.remove(segment)
    healed[segment] = whole
    tell("segment \(segment) is whole again")
  }

  /// No power cut takes away what healed a segment once it counts as whole.
  func expectHealed(_ disk: SimDisk) {
    if healed.isEmpty { return }
    for name in disk.segments {
      guard let whole = UInt64(name.prefix { $0.isNumber }).flatMap({ healed[$0] }), disk.contents(name) != whole else { continue }
      fail(.nothingLost, "\(name) was healed, and is damaged as before")
    }
  }

  /// A segment whose damage is closed is as it was, byte for byte.
  private func checkWound(_ segment: UInt64) {
    guard examined.contains(segment), let whole = wounds[segment], !machine.hasHoles(in: range(of: segment)) else { return }
    wounds[segment] = nil
    healed[segment] = whole
    guard let name = disk.segments.first(where: { UInt64($0.prefix { $0.isNumber }) == segment }) else { return }
    let now = disk.contents(name) ?? []
    let differing = zip(whole, now).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
    guard !differing.isEmpty || whole.count != now.count else { return }
    fail(.bytes, "\(name) is healed, and differs in \(differing.count) bytes, the first at \(differing.first ?? now.count)")
  }
}
