import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

/// A publisher with its outbox, a working subscription of two consumers, a subscription that takes nothing until the end, and the broker's
/// machine over the real journal: small enough to be struck at each of its steps.
///
/// Twelve events on three keys; the fourth is poison: every consumer of `orders` that works on it dies.
final class World {
  static let events: UInt64 = 12
  static let poison: UInt64 = 4
  static let key = ["c", "a", "b"]
  /// What `orders` applies in the end: all but the poison and what parks behind it.
  static let applied: Set<UInt64> = Set(1...events).subtracting([4, 7, 10])

  static let limits: BrokerLimits = {
    var limits = BrokerLimits()
    limits.attempts = 3
    limits.backoffFirst = 10
    limits.backoffMax = 20
    limits.tailEvents = 3
    limits.fetchBytes = 600
    return limits
  }()
  static let options: JournalOptions = {
    var options = JournalOptions(newID: Array(1...16), now: Timestamp(milliseconds: 1_700_000_000_000))
    options.segmentBytes = 64 << 10
    options.growthBytes = 8 << 10
    options.inputBytesMax = 4 << 10
    return options
  }()

  struct Consumer {
    let subscription: Int
    var id: ConnectionID
    /// Delivered and not yet worked on, in their order.
    var held: [(number: UInt64, sequence: UInt64, position: UInt64)] = []
  }

  /// A subscription's own store, which no strike touches.
  struct Book {
    var applied: [UInt64] = []
    /// Settled, and the settle was durable: its turn had ended.
    var settled: Set<UInt64> = []
    var unsure: [UInt64] = []
    /// The highest attempt that each event came with.
    var attempts: [UInt64: UInt32] = [:]
  }

  var random: SeededRandom
  var disk = MemoryDisk()
  var machine: BrokerMachine
  var journal: Journal<MemoryDisk>?
  var commit: Gathering<Effect>?
  var now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), uptime: 1_000)
  private var connections: UInt32 = 0

  var publisher = ConnectionID(0)
  var epoch: UInt64 = 0
  var sent: UInt64 = 0
  var accepted: UInt64 = 0
  var consumers: [Consumer] = []
  var books = [Book(), Book()]
  var fetches: [(subscription: UInt32, from: Position, bytes: Int)] = []
  /// Connections that nobody reads any more.
  var deaf: Set<ConnectionID> = []
  var slowHasCredit = false
  /// Consumers that died at work on something that was not poison.
  var deaths = 0
  private(set) var restarts = 0
  /// Where each event stands, as its delivery said.
  var places: [UInt64: UInt64] = [:]
  /// What the last opening found: ranges whose records are gone.
  var holes: [Range<Position>] = []
  /// Events that were written again at their old places.
  var healed = 0
  /// What was acknowledged may be gone: the disk lost what nothing later proves.
  var mayForget = false
  private(set) var wrong: [String] = []

  init(_ random: SeededRandom) throws {
    self.random = random
    machine = BrokerMachine(journalID: Self.options.newID, limits: Self.limits)
    consumers = [0, 0, 1].map { Consumer(subscription: $0, id: ConnectionID(0)) }
    try start(on: disk)
    try connectAll()
  }

  /// For the message of a failed test.
  var standing: String {
    "\(fetches.count) readings asked for, \(healed) healed, holes \(holes), end \(journal?.end.value ?? 0), held \(consumers.map(\.held.count)), \(machine.status()["journal"]?.text ?? "")"
  }
  func note(_ wrong: String) { self.wrong.append(wrong) }
  func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &random) }

  // MARK: The broker

  /// Starts the broker on `disk`; whoever was connected is not any more.
  func start(on disk: MemoryDisk) throws {
    commit = nil
    journal = nil
    self.disk = disk
    var fresh = BrokerMachine(journalID: Self.options.newID, limits: Self.limits)
    holes = []
    journal = try Journal(opening: disk, options: Self.options) { (told) throws(ReplayRefusal) in
      do {
        switch told {
        case .checkpoint(let bytes): try fresh.restore(checkpoint: bytes)
        case .record(let record): try fresh.replay(record)
        case .damaged(let damage): holes.append(damage.range)
        }
      } catch { throw ReplayRefusal("\(error)") }
    }
    fresh.recovered(segmentBytes: Self.options.segmentBytes)
    machine = fresh
    commit = journal!.gather(Effect.self)
    fetches = []
    deaf = []
  }

  /// As `start`, with everybody coming again.
  func restart(on disk: MemoryDisk) throws {
    restarts += 1
    try start(on: disk)
    for index in books.indices { books[index].unsure = [] }
    try connectAll()
  }

  func apply(_ input: Input) throws {
    try makeRoom()
    machine.apply(input, at: now, into: &commit!)
  }

  private func makeRoom() throws {
    if commit?.remaining ?? 0 >= Self.options.inputBytesMax { return }
    try finish()
    try rollIfWanted()
  }

  /// As the shell does: a roll that finds no room leaves the old segment in use.
  private func rollIfWanted() throws {
    if journal?.wantsRoll == true { try begin() }
  }

  /// A roll that finds no room leaves the old segment in use.
  private func begin() throws {
    commit = nil
    do throws(JournalFault) { try journal!.roll(checkpoint: machine.checkpoint(), at: now.wall) } catch {
      guard case .full = error else { throw error }
    }
    commit = journal!.gather(Effect.self)
  }

  /// Turns until nothing waits: what leaves may have caused more.
  private func finish() throws {
    try turn()
    while commit?.isEmpty == false { try turn() }
  }

  /// The next segment begins.
  func roll() throws {
    try finish()
    try begin()
  }

  /// A turn's end: written, synced, and what may leave, leaves. Throws where the disk fails: then the process would end.
  func turn() throws {
    let writing = try journal!.begin(commit.take()!)
    let effects = try journal!.finish(writing).release().effects
    commit = journal!.gather(Effect.self)
    for index in books.indices {
      books[index].settled.formUnion(books[index].unsure)
      books[index].unsure = []
    }
    for effect in effects {
      try take(effect)
      try repair(effect)
    }
  }

  // MARK: Who is connected

  func connect() -> ConnectionID {
    connections += 1
    return ConnectionID(connections)
  }

  func connectAll() throws {
    try connectPublisher()
    for index in consumers.indices { try connectConsumer(index) }
    try turn()
  }

  func connectPublisher() throws {
    publisher = connect()
    epoch += 1
    try apply(
      .hello(
        publisher,
        Hello(version: 1, credential: "ledger", secret: "", lineage: "L", epoch: epoch, highestSequence: Self.events, manifest: Manifest()),
        Rights(publish: ["l.*"], subscribe: [], source: "/ledger")))
  }

  func connectConsumer(_ index: Int) throws {
    let id = connect()
    consumers[index].id = id
    consumers[index].held = []
    let isSlow = consumers[index].subscription == 1
    try apply(
      .hello(
        id, Hello(version: 1, credential: "reader", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil)))
    try apply(
      .subscribe(
        id,
        Subscribe(
          handle: 1, name: isSlow ? "slow" : "orders", filters: ["l.*"], start: .beginning, deadKey: isSlow ? .pass : .park,
          creditMessages: isSlow && !slowHasCredit ? 0 : 4, creditBytes: 9_000)))
  }
}
