import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

/// A broker without sockets, small enough to be made for every input: sessions, machine and journal as the shell joins them.
struct FuzzBroker: ~Copyable {
  static let journalID = [UInt8](1...16)
  static let segmentBytes = 256 << 10
  static let inputBytesMax = 24 << 10

  let disk: MemoryDisk
  private(set) var machine: BrokerMachine
  private(set) var journal: Journal<MemoryDisk>
  private var commit: Gathering<Effect>?
  private var sessions: [UInt32: SessionMachine] = [:]
  private var fetches: [(subscription: UInt32, from: Position, bytes: Int)] = []
  /// Places whose records are to be carried on, and the last sequence that a welcome told.
  var carries: [Position] = []
  var welcomed: UInt64 = 0
  private(set) var now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), uptime: 1_000)
  private(set) var deliveries = 0

  static let limits: BrokerLimits = {
    var limits = BrokerLimits()
    limits.attempts = 2
    limits.tailEvents = 4
    limits.fetchBytes = 400
    limits.lookAhead = 8
    limits.settledRanges = 4
    limits.buriedPerInput = 2
    limits.floorNoteEvents = 4
    limits.inFlightPerConnection = 6
    limits.producers = 8
    limits.types = 8
    limits.subscriptions = 4
    limits.handles = 3
    limits.requests = 4
    return limits
  }()

  init(_ disk: MemoryDisk = MemoryDisk()) throws {
    self.disk = disk
    var options = JournalOptions(newID: Self.journalID, now: now.wall)
    options.segmentBytes = Self.segmentBytes
    options.inputBytesMax = Self.inputBytesMax
    options.growthBytes = 64 << 10
    var machine = BrokerMachine(journalID: Self.journalID, limits: Self.limits)
    journal = try Journal(opening: disk, options: options) { (told) throws(ReplayRefusal) in
      do {
        switch told {
        case .checkpoint(let bytes): try machine.restore(checkpoint: bytes)
        case .record(let record): try machine.replay(record)
        case .damaged(let damage): throw ReplayRefusal("damaged: \(damage)")
        }
      } catch { throw ReplayRefusal("\(error)") }
    }
    machine.recovered(segmentBytes: Self.segmentBytes)
    self.machine = machine
    commit = journal.gather(Effect.self)
  }

  /// A frame's payload on connection `number`.
  mutating func hear(_ payload: UnsafeRawBufferPointer, on number: UInt32) throws {
    var session = sessions[number] ?? SessionMachine()
    defer { sessions[number] = session }
    let id = ConnectionID(number)
    let moulded = machine.moulded(id, payload)
    let message: ClientMessage
    do throws(WireFault) {
      if let moulded { message = .publish(moulded) } else { message = try ClientMessageDecoder.decode(payload) }
    } catch {
      guard case .event(let sequence, let reason) = error, case .take = session.receivedRefusedEvent() else {
        return try lose(number, &session)
      }
      return try apply(.refuse(id, sequence: sequence, reason.refusal))
    }
    switch session.received(message) {
    case .take: break
    case .answer, .drop: return
    case .finish: return try apply(.farewell(id))
    case .fault: return try lose(number, &session)
    }
    switch message {
    case .publish(let publish):
      try makeRoom()
      machine.publish(id, publish, frame: payload, isMoulded: moulded != nil, at: now, into: &commit!)
    case .heal(let publish): try apply(.heal(id, publish, frame: payload))
    case .hello(let hello):
      let name = hello.credential
      try apply(.hello(id, hello, Rights(publish: ["*"], subscribe: ["*"], source: "/" + name, administers: name == "operator")))
    case .subscribe(let subscribe): try apply(.subscribe(id, subscribe))
    case .unsubscribe(let handle, let forget): try apply(.unsubscribe(id, handle: handle, forget: forget))
    case .credit(let handle, let messages, let bytes): try apply(.credit(id, handle: handle, messages: messages, bytes: bytes))
    case .working(let handle, let ranges): try apply(.working(id, handle: handle, ranges))
    case .settle(let handle, let settlement): try apply(.settle(id, handle: handle, settlement))
    case .extend(let handle, let ranges): try apply(.extend(id, handle: handle, ranges))
    case .request(let request): try apply(.request(id, request))
    case .reply(let reply): try apply(.reply(id, reply))
    case .mark(let through): try apply(.mark(id, through: through))
    case .admin(let number, let command): try apply(.admin(id, id: number, command: command))
    case .ping, .pong, .farewell: break
    }
  }

  /// The connection breaks.
  mutating func lose(_ number: UInt32) throws {
    guard var session = sessions[number] else { return }
    try lose(number, &session)
    sessions[number] = nil
  }

  private mutating func lose(_ number: UInt32, _ session: inout SessionMachine) throws {
    session.closed()
    try apply(.disconnected(ConnectionID(number)))
  }

  /// Time passes.
  mutating func pass(_ milliseconds: Int64) throws {
    now.uptime += milliseconds
    now.wall = now.wall.adding(.milliseconds(milliseconds))
    try apply(.tick)
  }

  mutating func storage(isFull: Bool) throws { try apply(.storage(isFull: isFull)) }

  /// What was asked of the disk is answered, one reading.
  mutating func read() throws {
    guard !fetches.isEmpty else { return }
    let fetch = fetches.removeFirst()
    var reader = JournalReader(disk, journalID: Self.journalID, segmentBytes: Self.segmentBytes)
    let reading = try reader.read(from: fetch.from, bytesMax: fetch.bytes, before: journal.durableThrough)
    try apply(.fetched(subscription: fetch.subscription, from: fetch.from, Fetched(reading)))
  }

  mutating func apply(_ input: Input) throws {
    try makeRoom()
    machine.apply(input, at: now, into: &commit!)
  }

  private mutating func makeRoom() throws {
    if commit?.remaining ?? 0 >= Self.inputBytesMax { return }
    try roll()
  }

  mutating func roll() throws {
    try turn()
    commit = nil
    try journal.roll(checkpoint: machine.checkpoint(), at: now.wall)
    commit = journal.gather(Effect.self)
  }

  /// A turn's end. Returns what is wrong with what left.
  @discardableResult
  mutating func turn() throws -> String? {
    let writing = try journal.begin(commit.take()!)
    let released = try journal.finish(writing).release()
    commit = journal.gather(Effect.self)
    for effect in released.effects {
      switch effect {
      case .deliver(_, _, let number, let position, let attempt, _, _, _):
        deliveries += 1
        if number == 0 || attempt == 0 || position >= journal.durableThrough { return "delivered before it was durable: \(effect)" }
      case .fetch(let subscription, let from, let bytesMax): fetches.append((subscription, from, bytesMax))
      case .send(_, let message):
        var frame: [UInt8] = []
        if case .welcome(let welcome) = message, welcome.deduplicated { welcomed = welcome.lastSequence }
        do throws(WireFault) { try BrokerMessageEncoder.append(message, to: &frame) } catch {
          return "cannot be sent: \(message), \(error)"
        }
      case .carry(let places): carries += places
      // What lets go of segments and heals them has tests of its own.
      case .accepted, .close, .forget, .examine, .heal, .mend: break
      }
    }
    return nil
  }

  /// What a machine would know that was started on the disk as a power cut leaves it now.
  func remembered() throws -> [UInt8] { try FuzzBroker(disk.afterPowerCut()).machine.checkpoint() }

  /// Starts anew on what the power cut left.
  func restarted() throws -> FuzzBroker { try FuzzBroker(disk.afterPowerCut()) }

  /// Lends the durable records from the beginning of the journal.
  func withReading(_ body: (UnsafeRawBufferPointer, Position) -> Void) {
    var reader = JournalReader(disk, journalID: Self.journalID, segmentBytes: Self.segmentBytes)
    guard case .slice(let slice)? = try? reader.read(from: .zero, bytesMax: 1 << 18, before: journal.durableThrough) else { return }
    slice.bytes.withUnsafeBytes { body($0, slice.base) }
  }

  /// Writes records to the journal that the machine does not hear of: the next start does.
  mutating func leave(_ records: [(kind: UInt8, payload: UnsafeRawBufferPointer)]) throws {
    for record in records { _ = commit!.record(RecordKind(rawValue: record.kind), urgent: true, record.payload) }
    _ = try journal.finish(try journal.begin(commit.take()!)).release()
    commit = journal.gather(Effect.self)
  }

  /// As a start finds it whose newest segment begins with this checkpoint.
  mutating func leave(checkpoint: UnsafeRawBufferPointer) throws {
    commit = nil
    try journal.roll(checkpoint: Array(checkpoint), at: now.wall)
    commit = journal.gather(Effect.self)
  }
}

extension Fetched {
  /// What the shell's reader makes of a reading.
  init(_ reading: JournalReading) {
    switch reading {
    case .slice(let slice):
      var events: [IndexedEvent] = []
      slice.bytes.withUnsafeBytes { bytes in
        var cursor = RecordCursor(bytes, base: slice.base)
        while let record = cursor.next() {
          if let (head, json) = record.event { events.append(IndexedEvent(head, at: record.position, bytes: json.count)) }
        }
      }
      self = .events(events, next: slice.next)
    case .damaged(let range): self = .damaged(from: range.lowerBound, through: Position(range.upperBound.value - 1))
    case .forgotten(let oldest): self = .forgotten(oldest: oldest)
    }
  }
}
