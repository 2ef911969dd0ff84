import Contracts
import Dispatch
import Store
import Synchronization
import Telemetry

/// Does what falls due, once and in order, also what fell due while the program was down.
///
/// A department's rule takes each row in the transaction that removes it. For now the one thing that falls due everywhere is the purge of
/// remembered answers.
final class DueClerk: Sendable {
  private static let purge = "purge_answers"
  /// Remembered answers live this long: a client that repeats a command after a month means it anew.
  private static let answersKept = Duration.seconds(30 * 86_400)
  private static let purgeEvery = Duration.seconds(86_400)
  /// A clock on the wall may be set: it is looked at again this often.
  private static let lookEvery = DispatchTimeInterval.seconds(60)
  private static let rowsPerTurn = 100

  private let store: Store
  private let clock: Clock
  private let log: Log
  private let queue = DispatchQueue(label: "accord.due")
  private let stopped = Mutex(false)

  init(store: Store, clock: Clock, log: Log) {
    self.store = store
    self.clock = clock
    self.log = log
  }

  func start() {
    clock.onAdvance { [weak self] in self?.queue.sync { self?.work() } }
    queue.async { [self] in
      do {
        let first = clock.now().adding(Self.purgeEvery)
        _ = try store.write { transaction in
          guard try Due.waiting(kind: Self.purge, subject: Self.purge, in: transaction).isEmpty else { return }
          try Due.set(at: first, kind: Self.purge, subject: Self.purge, in: transaction)
        }
      } catch { log.warning("due.start", "the purge of old answers is not set: \(error)") }
      look()
    }
  }

  /// Returns once nothing is at work any more.
  func stop() {
    stopped.withLock { $0 = true }
    queue.sync {}
  }

  private func look() {
    work()
    guard !stopped.withLock({ $0 }) else { return }
    let next = (try? store.read { try Due.next(in: $0) }) ?? nil
    let wait = next.map { max(1, min(60_000, $0.since(clock.now()).milliseconds)) } ?? 60_000
    queue.asyncAfter(deadline: .now() + (clock.isManual ? Self.lookEvery : .milliseconds(Int(wait)))) { [weak self] in self?.look() }
  }

  private func work() {
    while !stopped.withLock({ $0 }) {
      do {
        let now = clock.now()
        let done = try store.write { transaction in
          let rows = try Due.elapsed(at: now, limit: Self.rowsPerTurn, in: transaction)
          for row in rows where try Due.remove(row.number, in: transaction) { try elapsed(row, now, in: transaction) }
          return rows.count
        }.value
        guard done > 0 else { return }
      } catch {
        log.warning("due.work", "what is due could not be done and is tried again: \(error)")
        return
      }
    }
  }

  private func elapsed(_ row: Due.Entry, _ now: Timestamp, in transaction: borrowing Transaction) throws(StoreFault) {
    switch row.kind {
    case Self.purge:
      let gone = try Idempotency.purge(before: now.adding(.zero - Self.answersKept), in: transaction)
      // A full chunk means that more is waiting: again at once, in a transaction of its own.
      let next = gone == StoreLimits.rowsPerChunk ? now : now.adding(Self.purgeEvery)
      try Due.set(at: next, kind: Self.purge, subject: Self.purge, in: transaction)
    default: log.error("due.unknown", "nobody knows what to do for \(row.kind) \(row.subject); it was set by a newer version")
    }
  }
}
