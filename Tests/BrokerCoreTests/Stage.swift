import BrokerCore
import Contracts
import Journal
import Testing
import TestKit
import Wire

/// A broker without sockets: the machine over the real journal on a disk in memory, as the shell drives it.
final class Stage {
  static let journalID = [UInt8](1...16)
  /// Small, so that thousands of starts take no time; no input of these tests is larger.
  static let segmentBytes = 512 << 10
  let segmentBytes: Int
  private let inputBytesMax: Int

  var disk = MemoryDisk()
  private(set) var machine: BrokerMachine
  var journal: Journal<MemoryDisk>?
  var durableThrough: Position { journal?.durableThrough ?? .zero }
  private var commit: Gathering<Effect>?
  /// As the real shell: after a start all segments are looked through, and somebody says when.
  var looksThrough = false
  var now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), uptime: 1_000)
  /// Effects that left, in order.
  private(set) var released: [Effect] = []
  /// Told when a turn is durable: also of one that ended because the next input wanted room.
  var whenDurable: () -> Void = {}
  /// Effects that waited when the machine crashed.
  private(set) var crashes = 0
  let limits: BrokerLimits

  /// `inputBytesMax`: the most that an input of this test writes.
  init(limits: BrokerLimits = BrokerLimits(), inputBytesMax: Int = 96 << 10, segmentBytes: Int? = nil) throws {
    self.segmentBytes = segmentBytes ?? (inputBytesMax > 96 << 10 ? 16 << 20 : Self.segmentBytes)
    self.inputBytesMax = inputBytesMax
    self.limits = limits
    machine = BrokerMachine(journalID: Self.journalID, limits: limits)
    try start()
  }

  private func start() throws {
    var options = JournalOptions(newID: Self.journalID, now: now.wall)
    options.segmentBytes = segmentBytes
    options.inputBytesMax = inputBytesMax
    options.growthBytes = segmentBytes
    var machine = BrokerMachine(journalID: Self.journalID, limits: limits)
    journal = try Journal(opening: disk, options: options) { (told) throws(ReplayRefusal) in
      do {
        switch told {
        case .checkpoint(let bytes): try machine.restore(checkpoint: bytes)
        case .record(let record): try machine.replay(record)
        case .damaged(let damage): machine.replay(damage)
        }
      } catch { throw ReplayRefusal("\(error)") }
    }
    machine.recovered(segmentBytes: segmentBytes, isLookedThrough: !looksThrough)
    try journal?.confirm(machine.notedHoles)
    let starts = journal?.starts ?? []
    for start in starts { machine.begins(segment: start.base, at: start.begun) }
    try journal?.forget(before: Position(machine.kept))
    self.machine = machine
    commit = journal?.gather(Effect.self)
  }

  /// Gives the machine one input at `now`, and the shell's room for it.
  func apply(_ input: Input) throws {
    try makeRoom()
    machine.apply(input, at: now, into: &commit!)
  }

  func change(_ name: String, _ rights: Rights?) throws {
    try makeRoom()
    machine.change(name, rights, at: now, into: &commit!)
  }

  func takeHolds() -> [BrokerCore.Hold] { machine.takeHolds() }

  /// A frame other than a publish, as the shell counts it.
  func heard(_ id: ConnectionID, bytes: Int) { machine.heard(id, bytes: bytes, at: now) }

  /// Room for the largest input, as the shell makes it before each.
  private func makeRoom() throws {
    if commit?.remaining ?? 0 >= inputBytesMax { return }
    try turn()
    guard journal?.wantsRoll == true else { return }
    do { try roll() } catch JournalFault.full { return tell(isFull: true) }
    tell(isFull: false)
  }

  /// The disk has no room for the next segment, and the machine knows, as the shell tells it.
  private(set) var isFull = false

  private func tell(isFull now: Bool) {
    guard isFull != now else { return }
    isFull = now
    machine.apply(.storage(isFull: now), at: self.now, into: &commit!)
  }

  func publish(_ id: ConnectionID, _ event: TestEvent, sequence: UInt64) throws {
    let (frame, publish) = event.frame(sequence)
    try frame.withUnsafeBytes { try self.publish(id, publish, $0) }
  }

  /// As the loop does: by the connection's moulds first.
  func publish(_ id: ConnectionID, _ publish: Publish, _ frame: UnsafeRawBufferPointer) throws {
    try makeRoom()
    let moulded = machine.moulded(id, frame)
    #expect(moulded == nil || moulded == publish)
    machine.publish(id, publish, frame: frame, isMoulded: moulded != nil, at: now, into: &commit!)
  }

  /// The journal's mark by the clock, in the midst of a turn.
  func closeMark() throws { commit = try journal!.closeMark(before: commit.take()!) }

  /// One turn's end: written, synced, and the effects leave.
  func turn() throws {
    let writing = try journal!.begin(commit.take()!)
    let effects = try journal!.finish(writing).release().effects
    released += effects
    whenDurable()
    commit = journal!.gather(Effect.self)
  }

  func takeReleased() -> [Effect] {
    defer { released = [] }
    return released
  }

  func roll() throws {
    try turn()
    try journal!.roll(checkpoint: machine.checkpoint(), at: max(now.wall, machine.latestAcceptance))
    let begun = journal?.starts.last
    if let start = begun { machine.begins(segment: start.base, at: start.begun) }
    commit = journal!.gather(Effect.self)
  }

  /// The power goes: what was gathered and not synced is lost, and so is everything of the run.
  func crash() throws {
    crashes += 1
    commit = nil
    journal = nil
    disk = disk.afterPowerCut()
    released = []
    try start()
  }

  /// Starts anew on `disk`, as a process on another machine would.
  func start(on disk: MemoryDisk, at now: Moment) throws {
    commit = nil
    journal = nil
    self.disk = disk
    self.now = now
    released = []
    try start()
  }

  /// What a machine would know that was started on the disk as it is.
  func remembered() throws -> [UInt8] {
    let other = try Stage(of: self)
    return other.machine.checkpoint()
  }

  /// Another machine on the disk as a power cut now would leave it.
  private init(of other: Stage) throws {
    limits = other.limits
    segmentBytes = other.segmentBytes
    inputBytesMax = other.inputBytesMax
    disk = other.disk.afterPowerCut()
    now = other.now
    machine = BrokerMachine(journalID: Self.journalID, limits: other.limits)
    try start()
  }

  /// How many bytes `input` adds to the commit.
  func bytes(_ input: () throws -> Void) throws -> Int {
    try turn()
    let before = commit?.byteCount ?? 0
    try input()
    return (commit?.byteCount ?? 0) - before
  }

  /// All records that the broker wrote, as they stand on disk.
  func records() throws -> [(kind: UInt8, payload: [UInt8])] {
    var reader = JournalReader(disk, journalID: Self.journalID, segmentBytes: segmentBytes)
    guard case .slice(let slice) = try reader.read(from: .zero, bytesMax: 1 << 20, before: durableThrough) else { return [] }
    var records: [(kind: UInt8, payload: [UInt8])] = []
    slice.bytes.withUnsafeBytes { bytes in
      var cursor = RecordCursor(bytes, base: slice.base)
      while let record = cursor.next() { records.append((record.kind.rawValue, Array(record.payload))) }
    }
    return records
  }

  /// Writes one record to an empty journal and replays it into an empty machine.
  func replay(alone kind: UInt8, _ payload: [UInt8]) throws {
    _ = payload.withUnsafeBytes { commit!.record(RecordKind(rawValue: kind), urgent: true, $0) }
    try turn()
    _ = try remembered()
  }

  /// Begins on a disk where exactly these records stand.
  func replay(_ records: [(kind: UInt8, payload: [UInt8])]) throws {
    for record in records {
      _ = record.payload.withUnsafeBytes { commit!.record(RecordKind(rawValue: record.kind), urgent: true, $0) }
    }
    try turn()
    try crash()
  }

  /// Reads for a fetch effect what the disk has, as the shell's reader does.
  func read(from: Position, bytesMax: Int) throws -> Fetched {
    var reader = JournalReader(disk, journalID: Self.journalID, segmentBytes: segmentBytes)
    switch try reader.read(from: from, bytesMax: bytesMax, before: durableThrough) {
    case .slice(let slice):
      var events: [IndexedEvent] = []
      slice.bytes.withUnsafeBytes { bytes in
        var cursor = RecordCursor(bytes, base: slice.base)
        while let record = cursor.next() {
          if let (head, json) = record.event { events.append(IndexedEvent(head, at: record.position, bytes: json.count)) }
        }
      }
      return .events(events, next: slice.next)
    case .damaged(let range): return .damaged(from: range.lowerBound, through: Position(range.upperBound.value - 1))
    case .forgotten(let oldest): return .forgotten(oldest: oldest)
    }
  }
}

/// An event as a publisher's frame carries it.
struct TestEvent {
  var id: String
  var type: String
  var source: String
  var key: String
  var padding = 0

  /// The frame's payload and where in it things stand.
  func frame(_ sequence: UInt64) -> ([UInt8], Publish) {
    var frame = Array(#"{"op":"publish","sequence":\#(sequence),"event":"#.utf8)
    let start = frame.count
    var routing = RoutingFields(id: 0..<0, source: 0..<0, type: 0..<0, key: 0..<0)
    func put(_ text: String) { frame += Array(text.utf8) }
    func put(value: String) -> Range<Int> {
      let from = frame.count
      put(value)
      return from..<frame.count
    }
    put(#"{"specversion":"1.0","id":""#)
    routing.id = put(value: id)
    put(#"","source":""#)
    routing.source = put(value: source)
    put(#"","type":""#)
    routing.type = put(value: type)
    put(#"","partitionkey":""#)
    routing.key = put(value: key)
    put(#"","data":"#)
    routing.data = put(value: "\"" + String(repeating: "x", count: padding) + "\"")
    put("}")
    let end = frame.count
    put("}")
    return (frame, Publish(sequence: sequence, event: start..<end, routing: routing))
  }
}
