import Contracts
package import Journal
import Wire

/// The broker as a pure value: inputs and a moment in, records and effects out. No clock, no randomness, no files, no payloads.
///
/// ```
///  input ──▶ decide ──▶ record into the commit ──▶ fold into memory     the same fold as `replay`
///                └────▶ effect behind the commit                        leaves when the commit is durable
/// ```
/// Not thread-safe; one loop owns it. After a failed commit it is ahead of the disk and must be thrown away.
/// No input writes more than the journal takes for one (`JournalLimits.inputBytesMax`).
package struct BrokerMachine: Sendable {
  package let limits: BrokerLimits
  let hash: KeyHash
  /// The journal's id in hex, as clients know it.
  let journal: String

  // Durable, but for what `Subscription` and `Producer` mark as of this run.
  var producers = Producers()
  var types = Types()
  var contracts = ContractBook()
  var subscriptions: [Subscription] = []
  /// Of subscriptions that are gone: what operators did to them.
  var retired: [Intervention] = []
  /// Position of the newest event.
  var newest: UInt64 = 0
  /// The latest instant of acceptance; milliseconds since 1970.
  var lastAccepted: Int64 = 0
  /// The journal begins here: what stood before was let go of, and what of it is needed was carried on. 0: nothing ever was.
  package internal(set) var kept: UInt64 = 0
  var carried = Carried()
  var losses: [AcceptedLoss] = []
  /// Damage from here on may have taken a subscription's record with it; 0: none.
  var lostFrom: UInt64 = 0
  /// What is damaged and open, as far as it is written down.
  var noted = HoleNote()

  // Of this run.
  var segmentBytes: UInt64 = 1
  var clock = SteadyClock()
  var now = Moment(wall: Timestamp(milliseconds: 0), uptime: 0)
  var connections: [Connection] = []
  var outlets: [Outlet] = []
  var slots = HashIndex()
  var accounts: [Account] = []
  var holds: [Hold] = []
  var hellos: UInt64 = 0
  var tail: TailIndex
  var requests = Requests()
  var refusals = Refusals()
  var markDue = Int64.max
  var isStorageFull = false
  var isDraining = false
  var sweep: Sweep?
  package internal(set) var pin: Pin?
  var holes = Holes()
  var starts = SegmentStarts()
  /// Every kept segment has been looked through in this run: no damage is there that nobody knows of.
  var isLookedThrough = true
  /// Damage was met while the journal was told: records may speak of what is gone.
  var isWounded = false
  let checksum: Checksum
  /// An operator asked for the end of the program, and why.
  package internal(set) var drainAsked: String?
  /// How many followers of dead events this input may still move.
  var burials = 0
  package internal(set) var counts = Counts()
  private var pen = ByteWriter()

  /// What the machine counts in this run.
  package struct Counts: Sendable, Equatable {
    package var accepted: UInt64 = 0
    package var duplicates: UInt64 = 0
    package var refused: UInt64 = 0
    package var resumed: UInt64 = 0
    /// Events copied forward, segments let go of, events healed, rows that came for healing and were others, and messages that
    /// subscriptions were moved over.
    package var carried: UInt64 = 0
    package var forgotten: UInt64 = 0
    package var healed: UInt64 = 0
    package var unlike: UInt64 = 0
    package var passedOver: UInt64 = 0
  }

  /// Empty memory for the journal with this id of 16 bytes.
  package init(journalID: [UInt8], limits: BrokerLimits = BrokerLimits()) {
    self.limits = limits
    hash = KeyHash(journalID: journalID)
    journal = Self.hex(journalID)
    checksum = Checksum(journal: journalID)
    tail = TailIndex(eventsMax: limits.tailEvents, bytesMax: limits.tailBytes)
  }

  // MARK: Memory

  /// Folds one record of the journal, event or the broker's own, in journal order, behind `restore`.
  package mutating func replay(_ record: Record) throws {
    if let (head, json) = record.event {
      let producer = Int(head.producer)
      if isWounded { bridge(head, json) }
      guard producer < producers.count else { throw MemoryFault.unknown("producer", head.producer) }
      guard head.type < UInt32(types.count) else { throw MemoryFault.unknown("type", head.type) }
      try IndexedEvent(head, at: record.position, bytes: json.count).judge()
      remember(producer, head.sequence, at: record.position.value, head.acceptedAt.milliseconds)
      producers.replayed(json, of: producer)
    } else if let (event, _) = CarriedRecord.read(record) {
      try event.judge()
      carried.put(Carried.Entry(event: event, place: record.position.value))
    } else {
      let decision = try BrokerRecord(record.kind, record.payload)
      if isWounded, !bridge(decision) { return }
      try fold(decision, at: record.position.value)
    }
  }

  /// The journal, whose segments have so many bytes, has told everything. From here on inputs may come.
  ///
  /// `isLookedThrough`: there is nothing beside it to look through. Otherwise no publisher is told to forget more than before until
  /// `lookedThrough` says that all of it has been; so it is in any case where damage was known.
  package mutating func recovered(segmentBytes: Int = JournalLimits.segmentBytes, isLookedThrough: Bool = true) {
    self.segmentBytes = UInt64(segmentBytes)
    self.isLookedThrough = isLookedThrough && noted.isEmpty
    producers.nameLost { json in (try? EventScan(json, from: 0))?.routing.source }
    producers.readIDs { json in
      // What was checked when it was accepted scans again; an id that does not is merely not told in a welcome.
      (try? EventScan(json, from: 0))?.routing.id
    }
    types.listen(subscriptions)
    tail.restart(behind: newest)
    takeUpNote()
    holdMarks()
    for number in subscriptions.indices {
      subscriptions[number].segmentBytes = self.segmentBytes
      subscriptions[number].dropWindow()
    }
  }

  /// Writes a decision of the machine's own, and folds it as a replay will.
  mutating func write(_ record: BrokerRecord, into commit: inout Gathering<Effect>) {
    pen.clear()
    record.encode(into: &pen)
    let position = pen.bytes.withUnsafeBytes { commit.record(record.kind, urgent: record.isUrgent, $0) }
    do { try fold(record, at: position.value) } catch { preconditionFailure("the machine wrote a record that it cannot read: \(error)") }
  }

  private mutating func fold(_ record: BrokerRecord, at position: UInt64) throws(MemoryFault) {
    switch record {
    case .producer(let number, let epoch, let credential, let lineage):
      guard number <= UInt32(producers.count) else { throw .unknown("producer", number) }
      if number == UInt32(producers.count) {
        producers.add(Producers.Producer(credential: credential, lineage: lineage, epoch: epoch))
      }
      if producers[Int(number)].isLost, credential != Producers.lost { producers.rename(Int(number), credential, lineage) }
      producers[Int(number)].epoch = epoch
    case .type(let number, let name):
      guard number == UInt32(types.count) else {
        if number < UInt32(types.count), types.isLost(Int(number)) { return rename(type: Int(number), name) }
        throw .unknown("type", number)
      }
      addType(name)
    case .refused(let producer, let sequence, _):
      guard producer < UInt32(producers.count) else { throw .unknown("producer", producer) }
      producers[Int(producer)].take(sequence, at: position, distance: limits.healBytes)
      producers.forgetID(of: Int(producer))
    case .subscription(let number, let row):
      guard number <= UInt32(subscriptions.count) else { throw .unknown("subscription", number) }
      if number < UInt32(subscriptions.count), subscriptions[Int(number)].isOpen {
        subscriptions[Int(number)].change(row)
      } else {
        let floor = row.floor == SubscriptionRow.here ? position : row.floor
        var fresh = Subscription(number, row, floor: floor, limits: limits, hash: hash)
        fresh.segmentBytes = segmentBytes
        fresh.reading.kept = kept
        fresh.dropWindow()
        if number == UInt32(subscriptions.count) { subscriptions.append(fresh) } else { subscriptions[Int(number)] = fresh }
      }
      subscriptions[Int(number)].types = wantedTypes(row)
    case .forgotten(let number):
      guard number < UInt32(subscriptions.count) else { throw .unknown("subscription", number) }
      retire(subscriptions[Int(number)].interventions)
      subscriptions[Int(number)] = .vacant(number, limits: limits, hash: hash)
    case .settled(let number, _, _), .troubled(let number, _), .dead(let number, _), .recalled(let number, _, _),
      .replayed(let number, _, _, _), .returned(let number, _), .dropped(let number, _, _), .paused(let number, _),
      .passed(let number, _, _, _, _):
      guard number < UInt32(subscriptions.count), subscriptions[Int(number)].isOpen else {
        throw .unknown("subscription", number)
      }
      subscriptions[Int(number)].fold(record)
    case .intervention(let it): try fold(it, at: position)
    case .contract(let type, let text): try foldContract(type, text)
    case .manifest(let credential, let reads): contracts.note(reads, of: credential)
    case .kept(let before, let marks): foldKept(before: before, marks)
    case .loss(let loss): losses.append(loss)
    case .holes(let note): noted = note
    }
  }

  /// What an event's record means to memory. HOT.
  @inline(__always)
  mutating func remember(_ producer: Int, _ sequence: UInt64, at position: UInt64, _ acceptedAt: Int64) {
    producers[producer].take(sequence, at: position, distance: limits.healBytes)
    producers[producer].lastPosition = position
    newest = position
    if acceptedAt > lastAccepted { lastAccepted = acceptedAt }
    clock.remember(acceptedAt)
  }

  mutating func addType(_ name: String) {
    let number = types.count
    types.add(name, hash: hash(name))
    contracts.addType()
    for i in subscriptions.indices where subscriptions[i].isOpen && subscriptions[i].row.wants(name) {
      subscriptions[i].types.insert(number)
    }
  }

  func wantedTypes(_ row: SubscriptionRow) -> TypeSet {
    var set = TypeSet()
    for (number, name) in types.names.enumerated() where row.wants(name) { set.insert(number) }
    return set
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  // MARK: What the shell asks

  /// Events from this position on are delivered without a fetch: keep the commits' bytes from here on, as of the turn before.
  package var tailStart: Position { Position(tail.before + 1) }

  /// `credential/lineage` of a producer, as deliveries name it; ask once per producer and keep the answer.
  package func producerName(_ producer: UInt32) -> String {
    producer < UInt32(producers.count) ? producers[Int(producer)].name : Producers.lost
  }
}
