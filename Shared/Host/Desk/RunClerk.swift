import Contracts
import Dispatch
package import Store
import Synchronization
package import Telemetry

/// Does long work: each run that was begun, chunk by chunk in turn, until it is finished; at the start where it was.
///
/// ```
/// start, a run began, ──▸ runs under way: A ─▸ chunk of A ─▸ commit ─▸ onWork ─┐
/// clock was advanced             ▲        B ─▸ chunk of B ─▸ commit ─▸ onWork ─┤
///                                └─────────────────────────────────────────────┘ until none is left
///        a rule throws, or nobody knows the kind: this run is put off, the others go on
/// ```
/// A chunk's rows, the facts about them, the cursor and the counters are one transaction: a run that was killed anywhere goes on with the
/// chunk that was not committed. Works on a queue of its own.
package final class RunClerk: Sendable {
  /// A run in trouble is tried again after this, and when the program starts: its trouble takes a person or a new version.
  private static let putOff = Duration.seconds(60)
  /// The disk's trouble goes by.
  private static let retry = DispatchTimeInterval.seconds(1)
  /// Who advances a clock waits for the runs that this began, but not longer than the clock's own answer may take.
  private static let advanceMax = Duration.seconds(4)
  /// More are not looked at in one round.
  private static let runsPerRound = 100

  private let store: Store
  private let clock: Clock
  private let log: Log
  private let rules: [String: RunRule]
  private let onWork: @Sendable (UInt64) -> Void
  private let queue = DispatchQueue(label: "accord.runs")
  private let state = Mutex(State())

  private struct State {
    var isStopped = false
    var isWoken = false
    var isRetrySet = false
    /// Until when a run rests after its rule has thrown or said that it waits, in milliseconds of the machine's clock.
    var resting: [Int64: Int64] = [:]
  }

  /// `rules` by kind of run; `onWork` is called after each chunk, on the clerk's queue, with the outbox's highest number.
  package init(
    store: Store, clock: Clock, log: Log, rules: [String: RunRule], onWork: @escaping @Sendable (UInt64) -> Void = { _ in }
  ) {
    self.store = store
    self.clock = clock
    self.log = log
    self.rules = rules
    self.onWork = onWork
  }

  /// Goes on with what is under way. Call once.
  package func start() {
    store.afterNoting { [weak self] noted in if noted.contains(.run) { self?.wake() } }
    clock.onAdvance { [weak self] in
      guard let self else { return }
      let done = Event()
      queue.async {
        // Time has passed for the run in trouble too.
        self.state.withLock { $0.resting = [:] }
        self.work()
        done.happen()
      }
      done.wait(within: Self.advanceMax)
    }
    wake()
  }

  /// Returns once no chunk is at work any more.
  package func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {}
  }

  /// Called on any thread, also the store's: it only asks for work.
  private func wake() {
    let isFirst = state.withLock { state in
      defer { state.isWoken = true }
      return !state.isWoken
    }
    if isFirst { queue.async { [weak self] in self?.work() } }
  }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  private func work() {
    state.withLock { $0.isWoken = false }
    guard !isStopped else { return }
    do {
      while try round() {}
    } catch {
      log.warning("run.work", "long work could not go on and is tried again: \(error)")
      let isFirst = state.withLock { state in
        defer { state.isRetrySet = true }
        return !state.isRetrySet
      }
      if isFirst { wakeLater(Self.retry) }
    }
  }

  /// One chunk of each run that does not rest. False where there was none.
  private func round() throws -> Bool {
    var isAnyDone = false
    for run in try store.read({ try Runs.running(limit: Self.runsPerRound, in: $0) }) {
      guard !isStopped else { return false }
      guard !isResting(run.number) else { continue }
      if try chunk(of: run) { isAnyDone = true }
    }
    return isAnyDone
  }

  private func isResting(_ run: Int64) -> Bool {
    let now = Clock.uptimeMilliseconds
    return state.withLock { state in
      guard let end = state.resting[run] else { return false }
      if end <= now { state.resting[run] = nil }
      return end > now
    }
  }

  /// True where the run got on. Only a fault of the disk is thrown.
  private func chunk(of seen: Runs.Run) throws -> Bool {
    do {
      guard let rule = rules[seen.kind] else { throw RunTrouble.nobodysKind }
      let highest = try store.writeChunk { transaction, pace in
        let now = clock.now()
        // Somebody may have stopped it meanwhile.
        guard let run = try Runs.find(seen.number, in: transaction), run.state == .running else { return UInt64?.none }
        switch try rule(run, now, &transaction, &pace) {
        case .goOn(let cursor, let counts):
          guard cursor != run.cursor || pace.rows > 0 else { throw RunTrouble.standsStill }
          guard try Runs.advance(run, to: cursor, adding: counts, at: now, in: transaction) else { throw RunTrouble.movedByRule }
        case .finished(let counts):
          guard try Runs.finish(run, adding: counts, at: now, in: transaction) != nil else { throw RunTrouble.movedByRule }
        case .waits(let time): throw RunWaits(time: time)
        }
        return try Outbox.highest(in: transaction)
      }.value
      if let highest { onWork(highest) }
      return highest != nil
    } catch let waits as RunWaits {
      rest(seen, waits.time)
      return false
    } catch let fault as StoreFault where fault.kind != .refuse {
      throw fault
    } catch {
      log.error(
        "run.put_off", "\(seen.kind) for \(seen.subject), after \(seen.chunks) chunks, is put off for a minute: \(error)",
        ["kind": .text(seen.kind), "subject": .text(seen.subject)])
      rest(seen, Self.putOff)
      return false
    }
  }

  private func rest(_ run: Runs.Run, _ time: Duration) {
    state.withLock { $0.resting[run.number] = Clock.uptimeMilliseconds + time.milliseconds }
    wakeLater(.milliseconds(Int(time.milliseconds)))
  }

  private func wakeLater(_ wait: DispatchTimeInterval) {
    queue.asyncAfter(deadline: .now() + wait) { [weak self] in
      guard let self else { return }
      state.withLock { $0.isRetrySet = false }
      work()
    }
  }
}

/// A rule said that it waits.
private struct RunWaits: Error { let time: Duration }

/// Why a run does not go on by itself.
private enum RunTrouble: Error, CustomStringConvertible {
  case nobodysKind, standsStill, movedByRule

  var description: String {
    switch self {
    case .nobodysKind: "nobody here knows how to do this kind; a newer version may have begun it; run that version"
    case .standsStill: "its rule took no row and moved no cursor, which would go on for ever; this is a mistake to report"
    case .movedByRule: "its rule moved or ended the run itself; this is a mistake to report"
    }
  }
}
