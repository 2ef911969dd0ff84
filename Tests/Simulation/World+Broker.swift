import BrokerCore
import Contracts
import Journal
import Wire

// The broker's shell, as Services/Broker/App/BrokerLoop.swift has it: room before each input, one write and one sync at the end of a turn,
// then the effects; a closing mark after 100 ms of idleness; settles ride for 10 ms.
extension World {
  static let ridingMax: Int64 = 10
  static let idleBeforeMark: Int64 = 100

  /// Runs `body`; where the journal ends, so does the broker's process.
  func guardBroker(_ body: () throws -> Void) {
    do { try body() } catch { brokerDies("\(error)") }
  }

  // What the shell asks of journal and commit; nothing while the broker is down.
  var room: Int { commit?.remaining ?? 0 }
  var isUrgent: Bool { commit?.isUrgent == true }
  var hasRecords: Bool { commit?.hasRecords == true }
  var isEmpty: Bool { commit?.isEmpty ?? true }
  var wantsClosingMark: Bool { journal?.wantsClosingMark == true }
  var wantsRoll: Bool { journal?.wantsRoll == true }
  var durableThrough: Position { journal?.durableThrough ?? .zero }

  // MARK: Inputs

  /// Runs one input, after having made sure that the segment has room for it.
  func apply(_ input: Input) throws {
    try makeRoom()
    steady()
    machine.apply(input, at: moment, into: &commit!)
  }

  func makeRoom() throws {
    if room < journalOptions.inputBytesMax {
      try roll(isForced: false)
      try tellStorage()
    }
  }

  /// The machine's own clock, kept here as well: what it may not do before an instant is judged by it.
  func steady() {
    let now = moment
    if let steadyUptime { steadyWall += max(0, now.uptime - steadyUptime) }
    steadyUptime = max(steadyUptime ?? now.uptime, now.uptime)
    steadyWall = max(steadyWall, now.wall.milliseconds)
  }

  /// What the turn has gathered leaves before an input whose meaning depends on what was delivered or taken back.
  func clear() throws {
    while !isEmpty { try finish() }
    isDirty = false
  }

  // MARK: A turn

  /// Takes some frames, answers some reads, ends the turn.
  func brokerTurn() throws {
    guard journal != nil else {
      if let due = brokerDue, uptime >= due { startBroker() }
      return
    }
    for _ in 0..<(1 + chance.below(10)) {
      guard !isTight else { break }
      let speaking = lines.filter { !$0.isSilent && ($0.toBroker.first.map { $0.due <= uptime } ?? !$0.isClientThere) }
      guard !speaking.isEmpty else { break }
      let line = chance.of(speaking)
      for _ in 0..<(1 + chance.below(4)) {
        guard line.isBrokerThere, let first = line.toBroker.first, first.due <= uptime else { break }
        line.toBroker.removeFirst()
        line.session.heardBytes()
        try take(first.said, from: line)
      }
      if line.isBrokerThere, !line.isClientThere, line.toBroker.isEmpty { try lost(line) }
    }
    if let index = fetches.firstIndex(where: { $0.due <= uptime }) { try read(fetches.remove(at: index)) }
    if !chores.isEmpty || forgotten != nil, !isTight, chance.percent(50) { try keep() }
    try beatHearts()
    // By the clock, in the midst of a turn.
    if wantsClosingMark, !hasRecords, !isEmpty, chance.percent(20) { try closeMark() }
    try endTurn()
  }

  var isTight: Bool {
    guard journal != nil, isStorageFull else { return false }
    return room < journalOptions.inputBytesMax / 2
  }

  /// While nobody is heard no input looks for room.
  private func seekRoom() throws {
    try roll(isForced: false)
    guard isEmpty else { return }
    commit = nil
    commit = journal!.gather()
  }

  private func endTurn() throws {
    if machine.nextDeadline.map({ $0 <= moment.uptime }) ?? false || chance.percent(3) {
      try clear()
      try apply(.tick)
      isDirty = true
    }
    try tellStorage()
    while isUrgent { try finish() }
    try flushTouched()
    if hasRecords {
      if ridingSince == nil { ridingSince = uptime }
      if uptime - (ridingSince ?? uptime) >= Self.ridingMax { try finish() }
    }
    try flushTouched()
    if isTight { try seekRoom() }
    if uptime - lastCommit >= Self.idleBeforeMark, wantsClosingMark, !hasRecords { try closeMark() }
    checkBounds()
  }

  /// Writes and syncs the commit; its effects leave.
  func finish() throws {
    guard let gathering = commit.take() else { return }
    let hasRecords = gathering.hasRecords
    if hasRecords {
      memoryAfter = machine.checkpoint()
      isCommitting = true
    }
    phase = .append
    let released = try journal!.finish(journal!.begin(gathering)).release()
    if hasRecords { settled(released) }
    if hasRecords { compare() }
    if released.effects.count > 0, disk.hasUnsynced(suffix: disk.segments.last ?? ".segment") {
      fail(.durableFirst, "\(released.effects.count) effects leave while a write is not synced")
    }
    for effect in released.effects { perform(effect) }
    phase = .growing
    commit = journal!.gather(reusing: released)
  }

  private func settled(_ released: Released<Effect>) {
    isCommitting = false
    errands = []
    ridingSince = nil
    lastCommit = uptime
    lastCommitStart = released.start.value
    droppedBefore = tailStart
    tailStart = machine.tailStart.value
    released.bytes.withUnsafeBytes { bytes in
      var cursor = RecordCursor(UnsafeRawBufferPointer(rebasing: bytes[..<released.byteCount]), base: released.start)
      while let record = cursor.next() { place(record) }
    }
    if shadow.placed < shadow.events.count { fail(.nothingLost, "\(shadow.events.count - shadow.placed) events are in no commit") }
  }

  /// Learns where an event stands.
  func place(_ record: Record) {
    guard let (head, json) = record.event, shadow.placed < shadow.events.count else { return }
    let event = shadow.events[shadow.placed]
    guard event.producer == Int(head.producer), event.sequence == head.sequence else {
      return fail(.nothingLost, "number \(head.sequence) of \(head.producer) stands where \(event) belongs")
    }
    if !facts[event.fact].json.elementsEqual(json) { fail(.bytes, "\(event) stands in the journal with other bytes") }
    shadow.events[shadow.placed].position = record.position.value
    shadow.placed += 1
  }

  /// Memory as it is now durable, against the shadow.
  func compare() {
    memoryBefore = memoryAfter
    for s in shadow.subscriptions where s.dead.count > 0 { for letter in s.dead { everDead.insert(letter.event) } }
    if let mismatch = shadow.mismatch(Image(memoryBefore)) { fail(.shadow, mismatch) }
    durable = shadow
  }

  // MARK: The journal's own

  func roll(isForced: Bool) throws {
    try clear()
    guard isForced || wantsRoll else { return }
    commit = nil
    phase = .roll
    do throws(JournalFault) {
      try journal!.roll(checkpoint: machine.checkpoint(), at: max(moment.wall, machine.latestAcceptance))
      let begun = journal?.starts.last
      if let begun { machine.begins(segment: begun.base, at: begun.begun) }
      isRollFull = false
      coverage.rolls += 1
      tell("rolled")
    } catch {
      guard !error.isFatal else { throw error }
      // One that nobody needs yet is not missed.
      isRollFull = wantsRoll
      tell("no roll: \(error)")
    }
    phase = .growing
    commit = journal!.gather()
  }

  /// What waits without a record goes on waiting behind the mark.
  func closeMark() throws {
    guard let waiting = commit.take() else { return }
    if !waiting.isEmpty { coverage.waitedOverMark += 1 }
    phase = .closing
    commit = try journal!.closeMark(before: waiting)
  }

  func tellStorage() throws {
    if let ended = journal?.ended { throw ended }
    let isFull = isRollFull || journal?.fullBecause != nil
    guard isFull != isStorageFull else { return }
    isStorageFull = isFull
    tell(isFull ? "the disk is full" : "there is room again")
    machine.apply(.storage(isFull: isFull), at: moment, into: &commit!)
  }

  /// Prepares the next segment, as another thread would.
  func prepareReserve() {
    let before = phase
    phase = .reserve
    defer { phase = before }
    do { try Reserve.prepare(on: disk, segmentBytes: journalOptions.segmentBytes) } catch { tell("no reserve: \(error)") }
  }

  // MARK: Reading

  /// A question to the reader, and what it read once it has.
  struct Fetching {
    let subscription: UInt32
    let from: Position
    let bytesMax: Int
    var due: Int64
    var reading: JournalReading?
  }

  /// The reader is a thread of its own: by the time at which its answer is heard, the disk may have other things to tell.
  private func read(_ asked: Fetching) throws {
    var fetch = asked
    let isNew = fetch.reading == nil
    if isNew {
      var reader = JournalReader(disk, journalID: journalOptions.newID, segmentBytes: journalOptions.segmentBytes)
      let reading = try reader.read(from: fetch.from, bytesMax: fetch.bytesMax, before: durableThrough)
      if case .damaged(let range) = reading, wounds.isEmpty, lost.isEmpty {
        fail(.recovery, "a reader found damage at \(range.lowerBound)")
      }
      fetch.reading = reading
    }
    guard let reading = fetch.reading, !isNew || !chance.percent(40) else {
      fetch.due = uptime + Int64(chance.below(60))
      return fetches.append(fetch)
    }
    try answer(fetch, reading)
  }

  private func answer(_ fetch: Fetching, _ reading: JournalReading) throws {
    let s = Int(fetch.subscription)
    tell("fetched \(s) from \(fetch.from)")
    while fetched.count <= s { fetched.append([]) }
    switch reading {
    case .slice(let slice):
      var events: [IndexedEvent] = []
      slice.bytes.withUnsafeBytes { bytes in
        var cursor = RecordCursor(bytes, base: slice.base)
        while let record = cursor.next() {
          if let (head, json) = record.event { events.append(IndexedEvent(head, at: record.position, bytes: json.count)) }
        }
      }
      let next = max(slice.next, fetch.from)
      // What was decided in this turn may still be on its way out of the one before.
      fetched[s] = fetched[s].suffix(1) + [fetch.from.value..<next.value]
      try apply(.fetched(subscription: fetch.subscription, from: fetch.from, .events(events, next: next)))
    case .damaged(let range):
      let last = Position(range.upperBound.value - 1)
      try apply(.fetched(subscription: fetch.subscription, from: fetch.from, .damaged(from: range.lowerBound, through: last)))
    case .forgotten(let oldest):
      try apply(.fetched(subscription: fetch.subscription, from: fetch.from, .forgotten(oldest: oldest)))
    }
  }

  /// The event accepted at a position, from wherever it stands now; nil where it cannot be read.
  func stored(at position: Position) -> (event: IndexedEvent, json: [UInt8])? {
    var reader = JournalReader(disk, journalID: journalOptions.newID, segmentBytes: journalOptions.segmentBytes)
    let place = machine.place(of: position)
    guard case .slice(let slice)? = try? reader.read(from: place, bytesMax: 1, before: durableThrough), slice.base == place else {
      return nil
    }
    return slice.bytes.withUnsafeBytes { bytes in
      guard let record = RecordCursor.record(at: place, in: bytes, base: place) else { return nil }
      if let (head, json) = record.event { return (IndexedEvent(head, at: place, bytes: json.count), Array(json)) }
      return CarriedRecord.read(record).map { ($0.event, Array($0.json)) }
    }
  }
}
