import BrokerCore
import Contracts
import Journal
import MeshMachines
import Wire

// One thread, one seed: programs with their stores and machines, lines between them and the broker, the broker's machine over its journal
// over a disk that loses things, clocks that jump; and a shadow that watches.
//
//   program: LinkMachine, RelayMachine, ConsumerMachine ── Line ── SessionMachine ── BrokerMachine ── Journal ── SimDisk
//      └ ProgramStore: outbox, inbox, effects                           └─ Shadow: what it must remember ─┘      └─ cut, examined
//
// `step` does one thing by chance. Before every operation on the disk that changes something, copies of the disk are made as power cuts
// would leave it, recovered and compared (World+Power.swift); now and then a cut is real.

/// A whole mesh in memory.
package final class World {
  /// How a world is run.
  package struct Options: Sendable {
    /// Steps of the safety phase.
    package var steps = 700
    /// Power cuts examined at one operation of the disk, at most.
    package var variants = 4
    /// Try every cut instead of some.
    package var isExhaustive = false
    /// Keep the last steps for a tale.
    package var isTold = false

    package init() {}
  }

  package let seed: UInt64
  let options: Options
  var chance: Chance
  /// Of the cuts alone: how many are examined changes nothing of what happens.
  var cuts: Chance
  package internal(set) var coverage = Coverage()

  // The broker's process; nil while it is down.
  var limits = BrokerLimits()
  var journalOptions: JournalOptions
  var disk = SimDisk()
  var machine: BrokerMachine
  var journal: Journal<SimDisk>?
  var commit: Gathering<Effect>?
  /// When the oldest riding record was gathered.
  var ridingSince: Int64?
  var lastCommit: Int64 = 0
  /// Where the last commit began: before it everything is proven.
  var lastCommitStart: UInt64 = 0
  var fetches: [Fetching] = []
  /// By subscription: what its last two fetches hold.
  var fetched: [[Range<UInt64>]] = []
  var tailStart: UInt64 = 0
  var droppedBefore: UInt64 = 0
  var isStorageFull = false
  var isRollFull = false
  /// What was taken in this turn may take deliveries back: it is finished before the next settlement.
  var isDirty = false
  var brokerDue: Int64?
  /// What marketing may send in a second; nil in most worlds: whether an event over it is taken, the machine's own count says.
  var rate: Int?
  /// A disk on which much is damaged.
  var isWorn = false

  // Clocks.
  var uptime: Int64 = 10_000
  var wall: Int64 = 1_700_000_000_000
  var bootedAt: Int64 = 0
  /// As the machine makes it: never backwards.
  var steadyWall: Int64 = 0
  var steadyUptime: Int64?

  // Everybody else.
  var programs: [Program] = []
  var lines: [Line] = []
  var connections: UInt32 = 0
  var facts: [Fact] = []
  var lineages = 0
  /// Marks by publisher: what they promise.
  var markPromises: [[(through: Int64, lineage: Int, sequence: UInt64)]] = []

  // The shadow: as of all inputs, and as of the last durable commit, with the machine's memory as bytes.
  var shadow = Shadow()
  var durable = Shadow()
  var memoryBefore: [UInt8] = []
  var memoryAfter: [UInt8] = []
  /// A commit is between its write and its sync: a cut may leave it or not.
  var isCommitting = false
  /// By subscription: events in flight, and to which connection under which number. Of this run of the broker only.
  var flights: [[Int: (connection: UInt32, number: UInt64)]] = []
  var phase = Coverage.Phase.append
  /// What the commit under way is about beside events.
  var errands: Set<Coverage.Phase> = []
  /// Effects on the disk whose turn is yet to come.
  var chores: [Effect] = []
  /// Damaged segments, and what they were.
  var wounds: [UInt64: [UInt8]] = [:]
  /// Segments that were healed, as they were and must stay.
  var healed: [UInt64: [UInt8]] = [:]
  /// The sync of the next healing fails.
  var failsHealing = false
  /// Deliveries that were done, or failed for good.
  var settlements = 0
  /// Events whose loss the operator has accepted.
  var lost: Set<Int> = []
  var wounded: [UInt64: Int] = [:]
  /// Wounds that the broker knew of, durably, before the publisher was allowed to forget what was lost.
  var known: Set<UInt64> = []
  /// What publishers were allowed to forget when the broker started; nil once all segments have been looked through.
  var forgotten: [UInt64]?
  /// Looking through them takes until then, at least.
  var looksUntil: Int64 = 0
  /// What comes to heal is lost on the line.
  var losesHeals = false
  /// Wounds that the machine knows of: before, what it closes there is an older one.
  var examined: Set<UInt64> = []
  /// Events that were dead letters, or begun anew, somewhere and some time.
  var everDead: Set<Int> = []
  var wrong: Wrong?
  /// By subscription: what failed in a row, each once, and when. Of this run of the broker only.
  var failures: [[(event: Int, at: Int64)]] = []
  /// A subscription goes with the commit under way.
  var isRemoving = false
  /// Until then every handler fails, whatever it is given.
  var brokenUntil: Int64 = 0
  /// The programs find sense in everything: whoever was paused for good goes on.
  var isRepaired = false
  /// Power cuts are examined.
  var isWatching = true
  /// No more disturbances: everything must come to its end.
  var isCalm = false
  private(set) var tale: [String] = []

  package init(seed: UInt64, options: Options = Options()) {
    self.seed = seed
    self.options = options
    chance = Chance(seed: seed)
    cuts = Chance(seed: ~seed)
    let id = withUnsafeBytes(of: (chance.next(), chance.next())) { Array($0) }
    journalOptions = JournalOptions(newID: id, now: Timestamp(milliseconds: wall))
    machine = BrokerMachine(journalID: id)
    chooseLimits()
    choosePrograms()
  }

  private func chooseLimits() {
    journalOptions.segmentBytes = 64 << 10
    journalOptions.inputBytesMax = (8 + chance.below(5) * 8) << 10
    journalOptions.growthBytes = chance.percent(50) ? 16 << 10 : 64 << 10
    limits.attempts = 3
    limits.tailEvents = 4 + chance.below(30)
    limits.tailBytes = 2_000 + chance.below(20_000)
    limits.fetchBytes = 600 + chance.below(4_000)
    limits.lookAhead = 8 + chance.below(60)
    limits.settledRanges = 2 + chance.below(12)
    limits.queuedBytes = 1_500 + chance.below(8_000)
    limits.buriedPerInput = 1 + chance.below(8)
    limits.buriedPerPublish = 1 + chance.below(3)
    limits.floorNoteEvents = UInt64(5 + chance.below(40))
    limits.inFlightPerConnection = 20
    limits.window = 4 + chance.below(30)
    limits.deadLetters = 100_000
    limits.backoffMax = 8_000
    limits.floodFailures = chance.percent(40) ? 2 + chance.below(5) : 1_000_000
    limits.floodSpan = Int64(1_000 + chance.below(30_000))
    limits.probeEvery = Int64(500 + chance.below(6_000))
    limits.probeAgain = Int64(100 + chance.below(900))
    limits.healBytes = UInt64((1 + chance.below(5)) << 16)
    limits.carriedShare = 1 + chance.below(3)
    limits.settleRoom = 1_000
    limits.returnsAhead = 2 + chance.below(63)
    if chance.percent(20) { rate = 5 + chance.below(100) }
    isWorn = chance.percent(20)
    shadow.attemptsMax = limits.attempts
    durable.attemptsMax = limits.attempts
  }

  private func choosePrograms() {
    func store() -> ProgramStore {
      lineages += 1
      return ProgramStore(lineage: lineages)
    }
    func reading(_ name: String, _ filters: [String], parks: Bool, fromBeginning: Bool = true) -> Program.Reading {
      Program.Reading(
        name: name, filters: filters,
        wanted: Fact.types.map { type in
          filters.isEmpty || filters.contains { $0.hasSuffix("*") ? type.hasPrefix($0.dropLast()) : $0 == type }
        }, deadKey: parks ? .park : .pass, fromBeginning: fromBeginning)
    }
    programs = [
      Program(0, "ledger", publishes: true, readings: [reading("sent", ["marketing.*"], parks: chance.percent(50))], store: store()),
      Program(
        1, "marketing", publishes: true,
        readings: [reading("orders", ["ledger.*"], parks: chance.percent(70), fromBeginning: chance.percent(80))], store: store()),
    ]
    // Workers share one subscription and one store, as a department with several processes would.
    let shared = ProgramStore(lineage: 0)
    let all = reading("work", chance.percent(50) ? [] : ["ledger.order"], parks: chance.percent(50))
    for worker in 0..<(1 + chance.below(3)) {
      programs.append(Program(2 + worker, "worker", publishes: false, readings: [all], store: shared))
    }
    markPromises = programs.map { _ in [] }
    for program in programs { program.startDue = uptime + Int64(chance.below(300)) }
  }

  // MARK: Telling

  /// The last steps, newest last; only where the options ask for it.
  package var lastSteps: [String] { tale.suffix(tale.count) }

  func tell(_ words: @autoclosure () -> String) {
    guard options.isTold else { return }
    if tale.count > 4_000 { tale.removeFirst(2_000) }
    tale.append("\(uptime) ms: \(words())")
  }

  /// Notes the first promise that was broken.
  func fail(_ invariant: Wrong.Invariant, _ sentence: @autoclosure () -> String) {
    guard wrong == nil else { return }
    wrong = Wrong(invariant: invariant, sentence: sentence())
    tell("WRONG: \(wrong!)")
  }

  // MARK: Running

  /// Lives through the whole world. Throws the first promise that was broken.
  package func run() throws(Wrong) {
    coverage.worlds = 1
    startBroker()
    for _ in 0..<options.steps {
      if wrong != nil { break }
      step()
    }
    if wrong == nil { drain() }
    if let wrong { throw wrong }
  }

  /// One thing, by chance.
  func step() {
    coverage.steps += 1
    if coverage.steps % 64 == 0 { checkQueues() }
    guardBroker { [self] () throws in
      switch chance.below(isCalm ? 950 : 1_000) {
      case 0..<120: pass(Int64(chance.below(20)))
      case 120..<190: appendFacts()
      case 190..<540: live(chance.of(programs))
      case 540..<945: try brokerTurn()
      case 945..<955: pass(Int64(chance.below(3_000)))
      default: try disturb()
      }
    }
  }

  func pass(_ milliseconds: Int64) {
    uptime += milliseconds
    wall += milliseconds
  }

  var moment: Moment { Moment(wall: Timestamp(milliseconds: wall), uptime: uptime - bootedAt) }
  var now: Uptime { Uptime(milliseconds: uptime) }
}
