import Journal
import Wire

// What the broker writes into the journal beside events: all that it decides and must remember. Little-endian; texts are
// u32 length and UTF-8, lists u32 count and elements. `replay` folds them in order; so does the live machine.
//
//  17 producer      u32 producer, u64 epoch, text credential, text lineage      new, or its epoch raised
//  18 type          u32 type, text name
//  19 refused       u32 producer, u64 sequence, text code                       the sequence is used up
//  20 subscription  u32 subscription, its row (below)                           new, or its filters changed
//  21 forgotten     u32 subscription
//  22 settled       u32 subscription, u64 floor, list of (u64 from, u64 through)
//  23 troubled      u32 subscription, list of (u64 position, i64 not before, u32 attempts, u8 suspect)
//  24 dead          u32 subscription, a letter (below)
//  25 contract      u32 type, text schema                                       the newest of its type from here on
//  26 manifest      text credential, list of reads                              replaces what it said before
//  30 holes         list of (u64 from, u64 end, u64 events), list of (u32 producer, u64 sequence)
//                   what is damaged and open now, and from where on outboxes have what was lost; replaces the one before (HoleNote.swift)
//  34 carried       u64 position, an event record's payload                     copied forward; see Carried.swift
//  35 kept          u64 before, list of (u32 producer, u64 forget through)      the journal begins here from now on
//  36 passed        u32 subscription, u64 through, u64 messages, u8 why, i64 at moved over what cannot be had
//  37 loss          u64 from, u64 end, u64 events, i64 at, text by              the operator accepts what damage took
//  40 intervention  an operator's decision (Intervention.swift)                 its number is its position; a reset happens by it
//  41 recalled      u32 subscription, u64 intervention, list of u64 positions   no longer dead: to be delivered again
//  42 replayed      u32 subscription, u64 intervention, u64 cursor, list of (u64 position, u64 key, u64 sequence, u32 producer)
//  43 returned      u32 subscription, list of u64 positions                     settled once more
//  44 dropped       u32 subscription, u64 intervention, list of u64 positions   no longer dead: gone
//  45 paused        u32 subscription, u8 whether, and where it is: i64 since, u32 failures, text reason
//
//  row              text credential, text name, list of text filters, u8 dead key (0 park, 1 pass), u64 floor or all ones for the
//                   record's own position, i64 accepted from
//  read             text type or pattern, list of text fields (JSON pointers; none: all of it)
//  letter           u64 position, u64 key, u64 sequence, u32 producer, u32 attempts, i64 at,
//                   u8 cause (0 exhausted, 1 never + text reason, 2 behind + u64 position), and in newer ones u32 type

/// One decision of the broker, as the journal keeps it.
enum BrokerRecord: Sendable {
  case producer(UInt32, epoch: UInt64, credential: String, lineage: String)
  case type(UInt32, name: String)
  case refused(UInt32, sequence: UInt64, code: String)
  case subscription(UInt32, SubscriptionRow)
  case forgotten(UInt32)
  case settled(UInt32, floor: UInt64, [Progress.Island])
  case troubled(UInt32, [Troubles.Trouble])
  case dead(UInt32, DeadLetters.Letter)
  case contract(UInt32, schema: String)
  case manifest(credential: String, [Manifest.Read])
  case kept(before: UInt64, [ForgetMark])
  case passed(UInt32, through: UInt64, messages: UInt64, why: PassedOver.Why, at: Int64)
  case loss(AcceptedLoss)
  case holes(HoleNote)
  case intervention(Intervention)
  case recalled(UInt32, by: UInt64, [UInt64])
  case replayed(UInt32, by: UInt64, cursor: UInt64, [Returns.Event])
  case returned(UInt32, [UInt64])
  case dropped(UInt32, by: UInt64, [UInt64])
  case paused(UInt32, FloodBreaker.Pause?)

  var kind: RecordKind {
    switch self {
    case .producer: RecordKind(rawValue: 17)
    case .type: RecordKind(rawValue: 18)
    case .refused: RecordKind(rawValue: 19)
    case .subscription: RecordKind(rawValue: 20)
    case .forgotten: RecordKind(rawValue: 21)
    case .settled: RecordKind(rawValue: 22)
    case .troubled: RecordKind(rawValue: 23)
    case .dead: RecordKind(rawValue: 24)
    case .contract: RecordKind(rawValue: 25)
    case .manifest: RecordKind(rawValue: 26)
    case .holes: RecordKind(rawValue: 30)
    case .kept: RecordKind(rawValue: 35)
    case .passed: RecordKind(rawValue: 36)
    case .loss: RecordKind(rawValue: 37)
    case .intervention: RecordKind(rawValue: 40)
    case .recalled: RecordKind(rawValue: 41)
    case .replayed: RecordKind(rawValue: 42)
    case .returned: RecordKind(rawValue: 43)
    case .dropped: RecordKind(rawValue: 44)
    case .paused: RecordKind(rawValue: 45)
    }
  }

  /// Somebody waits for the answer; settles and what follows from them ride along.
  var isUrgent: Bool {
    switch self {
    case .producer, .type, .refused, .subscription, .forgotten, .contract, .manifest, .kept, .loss, .holes, .intervention: true
    case .settled, .troubled, .dead, .passed, .recalled, .replayed, .returned, .dropped, .paused: false
    }
  }

  func encode(into out: inout ByteWriter) {
    switch self {
    case .producer(let number, let epoch, let credential, let lineage):
      out.put(number)
      out.put(epoch)
      out.put(credential)
      out.put(lineage)
    case .type(let number, let name):
      out.put(number)
      out.put(name)
    case .refused(let producer, let sequence, let code):
      out.put(producer)
      out.put(sequence)
      out.put(code)
    case .subscription(let number, let row):
      out.put(number)
      row.encode(into: &out)
    case .forgotten(let number): out.put(number)
    case .settled(let number, let floor, let islands):
      out.put(number)
      out.put(floor)
      out.put(islands) { $0.put($1) }
    case .troubled(let number, let troubles):
      out.put(number)
      out.put(troubles) { $0.put($1) }
    case .dead(let number, let letter):
      out.put(number)
      out.put(letter)
      if letter.type != DeadLetters.Letter.unknownType { out.put(letter.type) }
    case .contract(let number, let schema):
      out.put(number)
      out.put(schema)
    case .manifest(let credential, let reads):
      out.put(credential)
      out.put(reads) { $0.put($1) }
    case .kept(let before, let marks):
      out.put(before)
      out.put(marks) { $0.put($1) }
    case .passed(let number, let through, let messages, let why, let at):
      out.put(number)
      out.put(through)
      out.put(messages)
      out.put(why.rawValue)
      out.put(at)
    case .loss(let loss): out.put(loss)
    case .holes(let note): out.put(note)
    case .intervention(let it): it.encode(into: &out)
    case .recalled(let number, let by, let positions), .dropped(let number, let by, let positions):
      out.put(number)
      out.put(by)
      out.put(positions) { $0.put($1) }
    case .replayed(let number, let by, let cursor, let events):
      out.put(number)
      out.put(by)
      out.put(cursor)
      out.put(events) { out, event in
        out.put(event.position)
        out.put(event.key)
        out.put(event.sequence)
        out.put(event.producer)
      }
    case .returned(let number, let positions):
      out.put(number)
      out.put(positions) { $0.put($1) }
    case .paused(let number, let pause):
      out.put(number)
      out.put(pause)
    }
  }

  /// Reads the payload of a record of `kind`; nil for kinds that are not the broker's own records.
  init(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer) throws(MemoryFault) {
    var bytes = ByteReader(payload)
    switch kind.rawValue {
    case 17: self = .producer(try bytes.u32(), epoch: try bytes.u64(), credential: try bytes.text(), lineage: try bytes.text())
    case 18: self = .type(try bytes.u32(), name: try bytes.text())
    case 19: self = .refused(try bytes.u32(), sequence: try bytes.sequence(), code: try bytes.text())
    case 20: self = .subscription(try bytes.u32(), try SubscriptionRow(&bytes))
    case 21: self = .forgotten(try bytes.u32())
    case 22: self = .settled(try bytes.u32(), floor: try bytes.place(), try bytes.islands())
    case 23: self = .troubled(try bytes.u32(), try bytes.troubles())
    case 24:
      let number = try bytes.u32()
      var letter = try bytes.letter()
      if !bytes.isAtEnd { letter.type = try bytes.u32() }
      self = .dead(number, letter)
    case 25: self = .contract(try bytes.u32(), schema: try bytes.text())
    case 26: self = .manifest(credential: try bytes.text(), try bytes.reads())
    case 30: self = .holes(try bytes.holeNote())
    case 35:
      self = .kept(before: try bytes.place(), try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.mark() })
    case 36:
      self = .passed(
        try bytes.u32(), through: try bytes.place(), messages: try bytes.u64(), why: try bytes.whyPassed(), at: try bytes.instant())
    case 37: self = .loss(try bytes.loss())
    case 40: self = .intervention(try Intervention(&bytes))
    case 41: self = .recalled(try bytes.u32(), by: try bytes.u64(), try bytes.positions())
    case 42:
      let (number, by, cursor) = (try bytes.u32(), try bytes.u64(), try bytes.cursor())
      self = .replayed(
        number, by: by, cursor: cursor,
        try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in
          Returns.Event(
            position: try bytes.eventPlace(), key: try bytes.u64(), sequence: try bytes.sequence(), producer: try bytes.u32(), by: by)
        })
    case 43: self = .returned(try bytes.u32(), try bytes.positions())
    case 44: self = .dropped(try bytes.u32(), by: try bytes.u64(), try bytes.positions())
    case 45: self = .paused(try bytes.u32(), try bytes.pause())
    case let other: throw .kind(other)
    }
    guard bytes.isAtEnd else { throw .long }
  }
}

extension ByteWriter {
  mutating func put(_ island: Progress.Island) {
    put(island.from)
    put(island.through)
  }

  mutating func put(_ trouble: Troubles.Trouble) {
    put(trouble.position)
    put(trouble.notBefore)
    put(trouble.attempts)
    put(trouble.isSuspect)
  }

  mutating func put(_ read: Manifest.Read) {
    put(read.type)
    put(read.fields) { $0.put($1) }
  }

  mutating func put(_ pause: FloodBreaker.Pause?) {
    put(pause != nil)
    guard let pause else { return }
    put(pause.since)
    put(pause.failures)
    put(pause.reason)
  }

  mutating func put(_ letter: DeadLetters.Letter) {
    put(letter.position)
    put(letter.key)
    put(letter.sequence)
    put(letter.producer)
    put(letter.attempts)
    put(letter.at)
    switch letter.cause {
    case .exhausted: put(UInt8(0))
    case .never(let reason):
      put(UInt8(1))
      put(reason)
    case .behind(let position):
      put(UInt8(2))
      put(position)
    }
  }
}

extension ByteReader {
  mutating func islands() throws(MemoryFault) -> [Progress.Island] {
    try list { (bytes: inout ByteReader) throws(MemoryFault) in
      let island = Progress.Island(from: try bytes.place(), through: try bytes.place())
      guard island.from <= island.through else { throw .value("that what is settled ends at", island.through) }
      return island
    }
  }

  mutating func troubles() throws(MemoryFault) -> [Troubles.Trouble] {
    try list { (bytes: inout ByteReader) throws(MemoryFault) in
      Troubles.Trouble(
        position: try bytes.eventPlace(), notBefore: try bytes.instant(), attempts: try bytes.attempts(), isSuspect: try bytes.bool())
    }
  }

  mutating func positions() throws(MemoryFault) -> [UInt64] {
    try list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.place() }
  }

  mutating func pause() throws(MemoryFault) -> FloodBreaker.Pause? {
    guard try bool() else { return nil }
    return FloodBreaker.Pause(since: try instant(), failures: try u32(), reason: try text())
  }

  mutating func reads() throws(MemoryFault) -> [Manifest.Read] {
    try list { (bytes: inout ByteReader) throws(MemoryFault) in
      Manifest.Read(
        try bytes.text(), fields: try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.text() })
    }
  }

  mutating func letter() throws(MemoryFault) -> DeadLetters.Letter {
    DeadLetters.Letter(
      position: try eventPlace(), key: try u64(), sequence: try sequence(), producer: try u32(), attempts: try u32(), at: try instant(),
      cause: try cause())
  }

  private mutating func cause() throws(MemoryFault) -> DeadLetters.Letter.Cause {
    switch try u8() {
    case 0: .exhausted
    case 1: .never(try text())
    case 2: .behind(try u64())
    case let other: throw .value("a dead letter's cause", UInt64(other))
    }
  }
}
