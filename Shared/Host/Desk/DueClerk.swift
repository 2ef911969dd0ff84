import Contracts
import Dispatch
package import Store
import Synchronization
package import Telemetry

/// Does what falls due, once and in order, also what fell due while the program was down.
///
/// ```
/// look, every second ──┐
/// a row was written  ──┼─▸ earliest row that is due ─▸ its rule, in a savepoint ─▸ the next ─▸ commit ─▸ onWork
/// clock was advanced ──┘        nobody's kind, or its rule throws: put off, and the others go on
/// ```
/// Works on a queue of its own, in chunks that stand back for commands and facts. Beside the department's rules it purges remembered answers, which every store has.
package final class DueClerk: Sendable {
  private static let purge = "purge_answers"
  /// Remembered answers live this long: a client that repeats a command after a month means it anew.
  private static let answersKept = Duration.seconds(30 * 86_400)
  private static let purgeEvery = Duration.seconds(86_400)
  /// It looks when the next row is due, and at the latest after this: a clock on the wall may be set.
  private static let lookEvery = Duration.seconds(1)
  /// A row that cannot be done now is tried again after this: its trouble takes a person or a new version.
  private static let putOff = Duration.seconds(3_600)
  /// Bounds how long one transaction keeps others from writing.
  private static let rowsPerTurn = 100
  /// Who advances a clock waits for what fell due, but not longer than the clock's own answer may take.
  private static let advanceMax = Duration.seconds(4)

  private let store: Store
  private let clock: Clock
  private let log: Log
  private let rules: [String: DueRule]
  private let onWork: @Sendable (UInt64) -> Void
  private let queue = DispatchQueue(label: "accord.due")
  private let state = Mutex(State())

  private struct State {
    var isStopped = false
    var isPurgeSet = false
    var isWoken = false
    /// How many looks were asked for: only the last one leads to another.
    var looks = 0
  }

  /// `rules` by kind of row; `onWork` is called after each transaction that did something, on the clerk's queue, with the outbox's highest
  /// number.
  package init(
    store: Store, clock: Clock, log: Log, rules: [String: DueRule] = [:], onWork: @escaping @Sendable (UInt64) -> Void = { _ in }
  ) {
    self.store = store
    self.clock = clock
    self.log = log
    self.rules = rules.merging([Self.purge: { try Self.purge($1, in: $2) }]) { _, house in house }
    self.onWork = onWork
  }

  /// Begins with what is overdue. Call once.
  package func start() {
    clock.onAdvance { [weak self] in
      guard let self else { return }
      let done = Event()
      queue.async {
        self.work()
        done.happen()
      }
      done.wait(within: Self.advanceMax)
    }
    store.afterNoting { [weak self] noted in if noted.contains(.due) { self?.wake() } }
    queue.async { [self] in look() }
  }

  /// A row was written that may be due before all others. Called on the store's queue: it only asks for a look.
  private func wake() {
    let isFirst = state.withLock { state in
      defer { state.isWoken = true }
      return !state.isWoken
    }
    guard isFirst else { return }
    queue.async { [weak self] in
      guard let self else { return }
      state.withLock { $0.isWoken = false }
      look()
    }
  }

  /// Returns once nothing is at work any more.
  package func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {}
  }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  private func look() {
    guard !isStopped else { return }
    setPurge()
    work()
    let number = state.withLock { state in
      state.looks += 1
      return state.looks
    }
    queue.asyncAfter(deadline: .now() + .milliseconds(untilNextLook())) { [weak self] in
      guard let self, state.withLock({ $0.looks == number }) else { return }
      look()
    }
  }

  /// A manual clock stands still: who advances it says so.
  private func untilNextLook() -> Int {
    let latest = Int(Self.lookEvery.milliseconds)
    guard !clock.isManual, let next = try? store.read({ try Due.next(in: $0) }) else { return latest }
    return min(max(Int(clamping: next.since(clock.now()).milliseconds), 1), latest)
  }

  /// Sees to it that the purge of old answers waits for its turn.
  private func setPurge() {
    guard !state.withLock({ $0.isPurgeSet }) else { return }
    do {
      let first = clock.now().adding(Self.purgeEvery)
      try store.write { transaction in
        guard try Due.waiting(kind: Self.purge, subject: Self.purge, in: transaction).isEmpty else { return }
        try Due.set(at: first, kind: Self.purge, subject: Self.purge, in: transaction)
      }
      state.withLock { $0.isPurgeSet = true }
    } catch { log.warning("due.start", "the purge of old answers is not set and is tried again: \(error)") }
  }

  private func work() {
    do {
      while !isStopped, let next = try store.read({ try Due.next(in: $0) }), next <= clock.now() {
        let highest = try store.writeChunk(rowsMax: Self.rowsPerTurn) { transaction, pace in
          let now = clock.now()
          while pace.admitsRow() {
            // One at a time: a rule may write a row that is due before the next of those that were there.
            guard let row = try Due.elapsed(at: now, limit: 1, in: transaction).first else { break }
            try settle(row, now, in: &transaction)
          }
          return try Outbox.highest(in: transaction)
        }.value
        onWork(highest)
      }
    } catch {
      log.warning("due.work", "what is due could not be done and is tried again: \(error)")
    }
  }

  private func settle(_ row: Due.Entry, _ now: Timestamp, in transaction: inout Transaction) throws {
    do {
      guard let rule = rules[row.kind] else { throw NobodysKind() }
      try transaction.savepoint { transaction in
        guard try Due.remove(row.number, in: transaction) else { return }
        try rule(row, now, &transaction)
      }
    } catch let fault as StoreFault where fault.kind != .refuse {
      throw fault
    } catch {
      log.error("due.put_off", "\(row.kind) for \(row.subject), due at \(row.at), is put off for an hour: \(error)")
      try Due.postpone(row.number, to: now.adding(Self.putOff), in: transaction)
    }
  }

  private static func purge(_ now: Timestamp, in transaction: borrowing Transaction) throws(StoreFault) {
    let gone = try Idempotency.purge(before: now.adding(.zero - answersKept), in: transaction)
    // A full chunk means that more is waiting: again at once.
    let next = gone == StoreLimits.rowsPerChunk ? now : now.adding(purgeEvery)
    try Due.set(at: next, kind: purge, subject: purge, in: transaction)
  }

  private struct NobodysKind: Error, CustomStringConvertible {
    var description: String { "nobody here knows what to do for this kind; a newer version may have written it; run that version" }
  }
}
