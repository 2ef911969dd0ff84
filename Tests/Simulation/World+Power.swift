import BrokerCore
import Contracts
import Journal

// Power cuts: real ones, after which the world goes on, and examined ones, which happen to a copy of the disk while the world goes on.
extension World {
  /// What opening a disk gives.
  struct Opened: ~Copyable {
    let machine: BrokerMachine
    let journal: Journal<SimDisk>
    /// Damage that it tells of.
    let damage: [Damage]
  }

  /// Opens a disk as the broker does at its start; `told` hears every record that is replayed.
  func open(_ disk: SimDisk, _ told: (Record) -> Void) throws(JournalFault) -> Opened {
    var machine = BrokerMachine(journalID: journalOptions.newID, limits: limits)
    var damage: [Damage] = []
    var journal = try Journal(opening: disk, options: journalOptions) { (replayed) throws(ReplayRefusal) in
      do {
        switch replayed {
        case .checkpoint(let bytes): try machine.restore(checkpoint: bytes)
        case .record(let record):
          try machine.replay(record)
          told(record)
        case .damaged(let found):
          machine.replay(found)
          damage.append(found)
        }
      } catch { throw ReplayRefusal("\(error)") }
    }
    machine.recovered(segmentBytes: journal.segmentBytes, isLookedThrough: false)
    try journal.confirm(machine.notedHoles)
    damage += journal.recovery.damage
    return Opened(machine: machine, journal: journal, damage: damage)
  }

  // MARK: The world's own

  func startBroker() {
    if memoryBefore.isEmpty { memoryBefore = BrokerMachine(journalID: journalOptions.newID, limits: limits).checkpoint() }
    brokerDue = nil
    phase = .recovery
    disk.beforeStep = { [unowned self] _ in lookAhead() }
    expectHealed(disk)
    var places: [(producer: Int, sequence: UInt64, position: UInt64)] = []
    do throws(JournalFault) {
      let opened = try open(disk) { record in
        if let (head, _) = record.event { places.append((Int(head.producer), head.sequence, record.position.value)) }
      }
      if let first = opened.damage.first { fail(.recovery, "damage that nobody did: \(first)") }
      machine = opened.machine
      journal = consume opened.journal
    } catch {
      switch error {
      // What was made to fail, failed; the next start meets a disk that works.
      case .full, .disk, .writeFailed, .syncFailed: return brokerDies("\(error)")
      default: return fail(.recovery, "\(error)")
      }
    }
    tell("the broker is back")
    takeUp(places)
    guard wrong == nil else { return }
    phase = .growing
    commit = journal!.gather(Effect.self)
    lastCommit = uptime
    tailStart = machine.tailStart.value
    droppedBefore = tailStart
    steadyWall = shadow.lastAccepted
    steadyUptime = nil
    flights = shadow.subscriptions.map { _ in [:] }
    failures = shadow.subscriptions.map { _ in [] }
    guardBroker { [self] () throws in try startKeeping() }
  }

  /// Which of the two memories came back is what happened.
  private func takeUp(_ places: [(producer: Int, sequence: UInt64, position: UInt64)]) {
    let memory = machine.checkpoint()
    if memory == memoryBefore {
      shadow = durable
    } else if isCommitting, memory == memoryAfter {
      memoryBefore = memory
      for event in shadow.placed..<shadow.events.count {
        let (producer, sequence) = (shadow.events[event].producer, shadow.events[event].sequence)
        guard let place = places.last(where: { $0.producer == producer && $0.sequence == sequence }) else {
          return fail(.nothingLost, "\(shadow.events[event]) is in the machine's memory and not in the journal")
        }
        shadow.events[event].position = place.position
      }
      shadow.placed = shadow.events.count
      if let mismatch = shadow.mismatch(Image(memory)) { fail(.shadow, mismatch) }
      durable = shadow
    } else {
      fail(.memory, difference(Image(memory)))
    }
    isCommitting = false
  }

  /// The broker's process is gone, with the power or alone.
  func brokerDies(_ why: String) {
    tell("the broker dies: \(why)")
    journal = nil
    commit = nil
    fetches = []
    chores = []
    errands = []
    fetched = []
    ridingSince = nil
    isStorageFull = false
    isRollFull = false
    isDirty = false
    isRemoving = false
    let isDark = disk.isDark
    for line in lines {
      line.isBrokerThere = false
      line.toBroker = []
      if isDark, chance.percent(50) {
        line.isSilent = true
        line.toClient = []
      }
    }
    lines = []
    if !isCommitting { shadow = durable }
    if isDark {
      coverage.powerCuts += 1
      let sectors = disk.sectors()
      disk = disk.cut(names: chance.below(disk.unsyncedNames + 1), sectors, Cuts.fates(sectors.count, &chance))
      bootedAt = uptime - Int64(chance.below(5_000))
    } else {
      coverage.kills += 1
      disk.fault = nil
    }
    if isCalm { disk.capacity = .max } else if chance.percent(50) { disk.capacity = .max }
    brokerDue = uptime + Int64(chance.below(isCalm ? 50 : 500))
  }

  // MARK: Examined

  /// Before an operation of the disk: what would a power cut here leave?
  func lookAhead() {
    guard wrong == nil, isWatching else { return }
    let names = disk.unsyncedNames
    let sectors = disk.sectors()
    guard names > 0 || !sectors.isEmpty else { return }
    if options.isExhaustive {
      for kept in 0...names { for fates in Cuts.all(sectors) { examine(kept, names, sectors, fates) } }
      return
    }
    if !isCommitting, phase != .recovery, cuts.percent(3) { flipBit() }
    var tried: Set<UInt64> = []
    // What is rare is tried in more ways.
    let isRare = phase == .heal || phase == .retention || isCommitting && !errands.isEmpty
    let variants =
      isRare ? options.variants * 6 : phase == .growing || phase == .reserve || isCalm ? min(2, options.variants) : options.variants
    for _ in 0..<variants {
      let kept = cuts.below(names + 1)
      let fates = Cuts.fates(sectors.count, &cuts)
      guard tried.insert(Cuts.print(kept, fates)).inserted else { continue }
      examine(kept, names, sectors, fates)
    }
  }

  /// One cut.
  private func examine(_ kept: Int, _ names: Int, _ sectors: [SimDisk.Sector], _ fates: [SimDisk.Fate]) {
    guard wrong == nil else { return }
    examine(disk.cut(names: kept, sectors, fates))
    guard wrong == nil else { return tell("the cut: \(kept) of \(names) names, \(Cuts.words(sectors, fates))") }
    guard kept < names || disk.isLying || fates.contains(where: { $0 != .kept }) else { return coverage.whole += 1 }
    count(sectors, kept < names, fates)
  }

  /// Recovers a copy of the disk and wants one of the memories that may have come out.
  private func examine(_ copy: SimDisk) {
    // Now and then the recovery is cut short as well, before each of its own operations.
    if cuts.percent(4) {
      copy.beforeStep = { [unowned self, unowned copy] _ in
        let sectors = copy.sectors()
        guard wrong == nil, !sectors.isEmpty || copy.unsyncedNames > 0 else { return }
        let kept = cuts.below(copy.unsyncedNames + 1)
        let fates = Cuts.fates(sectors.count, &cuts)
        judge(copy.cut(names: kept, sectors, fates))
        guard kept < copy.unsyncedNames || fates.contains(where: { $0 != .kept }) else { return }
        coverage.crashPoints += 1
        coverage.count(.recovery)
      }
    }
    judge(copy)
  }

  private func judge(_ copy: SimDisk) {
    // A start on a full disk may want room for bytes in doubt; a person makes it.
    copy.capacity = .max
    do throws(JournalFault) {
      let opened = try open(copy) { _ in }
      if let first = opened.damage.first { return fail(.recovery, "damage that nobody did: \(first)") }
      expectHealed(copy)
      let memory = opened.machine.checkpoint()
      guard memory != memoryBefore, !isCommitting || memory != memoryAfter else { return }
      fail(.memory, difference(Image(memory)))
    } catch { fail(.recovery, "\(error)") }
  }

  /// One bit of a copy changes behind everyone's back: what was proven is missed by name, never in silence.
  private func flipBit() {
    let copy = disk.cut(names: disk.unsyncedNames, [], [])
    copy.capacity = .max
    let names = copy.segments
    guard !names.isEmpty else { return }
    let name = cuts.of(names)
    let used = (copy.contents(name)?.lastIndex { $0 != 0 } ?? 0) + 1
    let place = cuts.below(used)
    let bit = UInt8(1) << UInt8(cuts.below(8))
    copy.damage(name) { $0[place] ^= bit }
    coverage.flippedBits += 1
    do throws(JournalFault) {
      let opened = try open(copy) { _ in }
      guard opened.damage.isEmpty, opened.machine.checkpoint() != memoryBefore else { return }
      if opened.journal.recovery.undecided.map({ $0.range.lowerBound.value >= lastCommitStart }) ?? false { return }
      fail(
        .recovery,
        "bit \(bit) of byte \(place) of \(name) was changed, and what went with it is missed by nobody: \(difference(Image(opened.machine.checkpoint())))"
      )
    } catch {
      // Said in plain words: nothing starts on a folder whose only header is gone.
      switch error {
      case .noHeader, .noCheckpoint, .notTaken: return
      default: fail(.recovery, "bit \(bit) of byte \(place) of \(name): \(error)")
      }
    }
  }

  private func count(_ sectors: [SimDisk.Sector], _ losesNames: Bool, _ fates: [SimDisk.Fate]) {
    coverage.crashPoints += 1
    coverage.count(phase)
    if losesNames { coverage.lostNames += 1 }
    if fates.contains(where: { if case .torn = $0 { true } else { false } }) { coverage.tornSectors += 1 }
    if phase == .roll, !sectors.isEmpty { coverage.count(.checkpoint) }
    if flights.contains(where: { !$0.isEmpty }) { coverage.count(.inFlight) }
    if isStorageFull { coverage.count(.fullDisk) }
    if isCommitting { for errand in errands.sorted(by: { $0.rawValue < $1.rawValue }) { coverage.count(errand) } }
    if isCommitting, shadow.deadCount > durable.deadCount { coverage.count(.deadLetter) }
  }

  /// What a memory has that it should not have, against the shadow as of the last durable commit.
  private func difference(_ image: Image) -> String {
    let before = durable.difference(image) ?? "in what the shadow does not know"
    guard isCommitting else { return before }
    return "\(before); with the commit under way: \(shadow.difference(image) ?? "in what the shadow does not know")"
  }
}

extension Shadow {
  var deadCount: Int { subscriptions.reduce(0) { $0 + $1.dead.count } }

  func difference(_ image: Image) -> String? {
    var copy = self
    return copy.mismatch(image)
  }
}
