import Contracts
import Journal
import Wire

/// One durable, named reader: what it has settled survives, what is under way to its consumers does not.
///
/// ```
///          window: what was read and is not settled                 tail, or disk
///   floor ├───────────────────────────────────────────┤ cursor ├──────────────────────▶ newest
///         in flight at consumers │ waiting in chains of keys     read as credit allows; live: nothing left to read
/// ```
/// Without consumers only the durable part is left; the first to join reads on from the floor, past settled islands.
struct Subscription: Sendable {
  let number: UInt32

  // Durable: folded from records alone.
  var row: SubscriptionRow
  var progress: Progress
  var troubles = Troubles()
  var dead = DeadLetters()
  var passedOver = PassedOver()
  /// Called back by an operator, beside the live flow.
  var returns = Returns()
  var replay: Replay?
  var breaker = FloodBreaker()
  var interventions: [Intervention] = []
  /// False: the number is free.
  var isOpen = true

  // Derived: the numbers of the wanted types.
  var types = TypeSet()

  // Of this run.
  var reading: Reading
  var window = Window()
  var keys = KeyLeases()
  var consumers: [Consumer] = []
  var attached = 0
  /// The consumer that is kept for suspects.
  var solo: Int?
  var marks: [PendingMark] = []
  var counts = Counts()
  /// When the first delayed key is due; uptime.
  var nextDue = Int64.max
  /// Nothing dead, called back or paused: the fast way is the right one.
  private(set) var isOrdinary = true
  /// How many events the window may hold: the look-ahead, or none while the subscription pauses.
  var room = 0
  var lastPicked = 0

  // Storage used again and again.
  private var runs: [(first: UInt64, last: UInt64)] = []
  var touched: [Int] = []
  private var pen = ByteWriter()

  let limits: BrokerLimits
  let hash: KeyHash
  /// Of the journal's segments.
  var segmentBytes: UInt64 = 1

  /// What status tells beside the state itself; of this run.
  struct Counts: Sendable {
    var delivered: UInt64 = 0
    var settled: UInt64 = 0
    /// Settled, worked on or extended though not in flight: twice, revoked, or somebody else's.
    var ignored: UInt64 = 0
    var revoked: UInt64 = 0
    var expired: UInt64 = 0
    /// Times that the flood breaker opened.
    var pauses = 0
    /// Wall clock: since when it has not read up to the newest event, since when its first unsettled event is the first,
    /// and since when it has no consumer.
    var behindSince: Int64?
    var floorSince: Int64 = 0
    var detachedSince: Int64?
  }

  init(_ number: UInt32, _ row: SubscriptionRow, floor: UInt64, limits: BrokerLimits, hash: KeyHash) {
    self.number = number
    self.row = row
    self.limits = limits
    self.hash = hash
    progress = Progress(floor: floor)
    reading = Reading(cursor: 0)
    room = limits.lookAhead
  }

  /// Where to read so that nothing beyond the floor is missed. A record begins there: floors are positions of events, but
  /// for one that a client named, and a segment.
  var readingStart: UInt64 { progress.floor == row.floor ? row.floor - row.floor % segmentBytes : progress.floor }

  var isAttached: Bool { attached > 0 }

  func wants(type: Int) -> Bool { types.contains(type) }

  /// Everything at or before it is settled or was never wanted; `newest` is the position of the newest event.
  func settledThrough(_ newest: UInt64) -> UInt64 {
    if !window.isEmpty { return max(progress.floor, window[window.first].position - 1) }
    return max(progress.floor, reading.isLive ? newest : max(reading.next, 1) - 1)
  }

  /// The same as far as it is the position of an event, for the record: reading can begin there.
  private func floor(_ newest: UInt64) -> UInt64 {
    max(progress.floor, window.passed, window.isEmpty ? (reading.isLive ? newest : reading.passed) : 0)
  }

  // MARK: Durable state

  /// Writes a decision, and folds it as a replay will.
  mutating func write(_ record: BrokerRecord, into commit: inout Gathering<Effect>) {
    pen.clear()
    record.encode(into: &pen)
    _ = pen.bytes.withUnsafeBytes { commit.record(record.kind, urgent: record.isUrgent, $0) }
    fold(record)
  }

  /// Takes over one of its own records.
  mutating func fold(_ record: BrokerRecord) {
    switch record {
    case .settled(_, let floor, let islands):
      progress.settle(floor: floor, islands)
      return troubles.forget(floor: floor, islands)
    case .troubled(_, let list):
      for trouble in list where !returns.note(trouble) { troubles.set(trouble) }
    case .dead(_, let letter): bury(letter)
    case .recalled(_, let by, let positions): recall(positions, by)
    case .replayed(_, let by, let cursor, let events): replayed(events, cursor, by)
    case .returned(_, let positions): returned(positions)
    case .dropped(_, _, let positions): _ = dead.remove(Set(positions))
    case .paused(_, let pause): breaker.pause = pause
    case .intervention(let it): begin(it)
    case .passed(_, let through, let messages, let why, let at):
      progress.settle(floor: through, [])
      troubles.forget(floor: through, [])
      passedOver = PassedOver(messages: passedOver.messages.counting(messages), through: max(through, passedOver.through), why: why, at: at)
    case .producer, .type, .refused, .subscription, .forgotten, .contract, .manifest, .kept, .loss, .holes: return
    }
    settleRoom()
  }

  /// Works out anew what hot code asks at each event.
  mutating func settleRoom() {
    isOrdinary = dead.isEmpty && returns.isEmpty && replay == nil && breaker.pause == nil
    room = breaker.pause == nil && dead.count + returns.count < limits.deadLetters ? limits.lookAhead : 0
  }

  /// New filters: whatever lies beyond the floor is looked at again, so that nothing newly wanted is missed.
  mutating func change(_ newRow: SubscriptionRow) {
    row.filters = newRow.filters
    row.deadKey = newRow.deadKey
    progress = beginning(at: progress.floor)
  }

  /// As far as nothing beyond `floor` is settled but what is dead or on its way back: that is never the live flow's again.
  func beginning(at floor: UInt64) -> Progress {
    var progress = Progress(floor: floor)
    let others = (dead.list.map(\.position) + returns.list.map(\.position)).sorted()
    progress.settle(floor: floor, others.map { Progress.Island(from: $0, through: $0) })
    return progress
  }

  /// Marks an event in the window as settled; `recordProgress` makes it durable.
  mutating func noteSettled(_ ordinal: UInt64) {
    window[ordinal].state = .settled
    if let last = runs.indices.last, runs[last].last + 1 == ordinal {
      runs[last].last = ordinal
    } else {
      runs.append((ordinal, ordinal))
    }
  }

  /// Writes what was settled since the last time, if anything.
  mutating func recordProgress(_ newest: UInt64, into commit: inout Gathering<Effect>) {
    if runs.isEmpty { return }
    if returns.here > 0 { separateReturns(into: &commit) }
    window.trim()
    if runs.isEmpty { return noteFloor(newest, into: &commit) }
    var islands: [Progress.Island] = []
    for run in runs where run.last >= window.first {
      // With their settled neighbours, so that touching islands share a position and become one.
      var from = max(run.first, window.first)
      var through = run.last
      if from > window.first, window[from - 1].isSettledHere { from -= 1 }
      if through + 1 < window.end, window[through + 1].isSettledHere { through += 1 }
      islands.append(Progress.Island(from: window[from].position, through: window[through].position))
    }
    runs.removeAll(keepingCapacity: true)
    var from = 0
    repeat {
      let part = islands.count <= 1_024 ? islands : Array(islands[from..<min(from + 1_024, islands.count)])
      write(.settled(number, floor: floor(newest), part), into: &commit)
      from += 1_024
    } while from < islands.count
  }

  /// What came back to be settled once more is told apart: it lies where everything is settled already.
  private mutating func separateReturns(into commit: inout Gathering<Effect>) {
    var (kept, gone): ([(first: UInt64, last: UInt64)], [UInt64]) = ([], [])
    for run in runs {
      var first = run.first
      for ordinal in run.first...run.last where window[ordinal].isReturn {
        if first < ordinal { kept.append((first, ordinal - 1)) }
        first = ordinal + 1
        returns.here -= 1
        // Buried again, it is none any more.
        if returns.contains(window[ordinal].position) { gone.append(window[ordinal].position) }
      }
      if first <= run.last { kept.append((first, run.last)) }
    }
    runs = kept
    window.trimReturns()
    if !gone.isEmpty { write(.returned(number, gone), into: &commit) }
  }

  /// Writes the floor where it has run ahead of what is written: a reader of rare types must not begin far back.
  mutating func noteFloor(_ newest: UInt64, into commit: inout Gathering<Effect>) {
    let floor = floor(newest)
    if floor > progress.floor { write(.settled(number, floor: floor, []), into: &commit) }
  }
}
