import CSQLite
import Dispatch
import Synchronization

/// Copies the write-ahead log into the file, beside the writer, on a connection and a queue of its own.
///
///     frames in the log  0 ------ 4 MiB ------------- 32 MiB ------- 64 MiB
///                          nothing  copy beside the    copy, then     callers take less
///                                   writer (PASSIVE)   reset between  (walBytes)
///                                                      two writes
///     no commit for 500 ms: copy everything and cut the log's file to nothing (TRUNCATE)
///
/// A log can only begin anew when all of it is copied and nobody reads it; a writer without pauses never leaves that gap, so past
/// 32 MiB the reset takes a turn in the writer's line. By then only the frames of the last copy's duration are left to do, and where these
/// are many they are copied once more before that.
final class Checkpointer: Sendable {
  private let database: Database
  private let gauge: LogGauge
  private let writing: DispatchQueue
  private let line: WritersLine
  private let queue = DispatchQueue(label: "accord.store.checkpointer")
  private let isScheduled = Atomic<Bool>(false)
  private let isIdleScheduled = Atomic<Bool>(false)
  private let lastCommit = Mutex(ContinuousClock.now)
  private let state = Mutex(Counts())
  /// Only touched on the queue.
  private let turns = LongTurns()

  /// What was done so far.
  struct Counts: Sendable {
    var copies = 0
    var resets = 0
    var faults = 0
    var lastFault: StoreFault?
  }

  /// `writing` is the writer's queue: a reset takes its turn there, behind those who stand in `line`.
  init(_ path: String, gauge: LogGauge, writing: DispatchQueue, line: WritersLine) throws(StoreFault) {
    database = try Database(path, as: .checkpointer)
    try Settings.apply(to: database, cacheKibibytes: 256, busyMilliseconds: StoreLimits.resetMilliseconds)
    try Settings.applyForWriting(to: database)
    self.gauge = gauge
    self.writing = writing
    self.line = line
  }

  var counts: Counts { state.withLock { $0 } }

  /// To be called after each commit, on the writer's queue; only asks, never copies.
  func committed() {
    lastCommit.withLock { $0 = .now }
    if gauge.uncopiedBytes >= StoreLimits.checkpointBytes, !isScheduled.exchange(true, ordering: .acquiringAndReleasing) {
      queue.async { [weak self] in self?.copy() }
    }
    if !isIdleScheduled.exchange(true, ordering: .acquiringAndReleasing) { wakeWhenIdle(after: StoreLimits.idleMilliseconds) }
  }

  func close() {
    queue.sync { database.close() }
  }

  private func copy() {
    isScheduled.store(false, ordering: .releasing)
    // Nobody waits for a copy.
    turns.begin()
    defer { turns.end() }
    run(SQLITE_CHECKPOINT_PASSIVE)
    guard gauge.bytes >= StoreLimits.restartBytes else { return }
    // What was written while the last copy went on is copied beside the writer too, until little is left: who stands in line waits for that.
    for _ in 0..<StoreLimits.copiesBeforeReset where gauge.uncopiedBytes > StoreLimits.resetLeftBytes { run(SQLITE_CHECKPOINT_PASSIVE) }
    writing.sync {
      // Whoever stands in line now waits for this.
      if line.isWaitedShortly { turns.end() }
      run(SQLITE_CHECKPOINT_PASSIVE)
      // The reset itself keeps readers out of the log for a moment: it gets on like everybody.
      turns.end()
      run(SQLITE_CHECKPOINT_RESTART)
    }
  }

  private func wakeWhenIdle(after milliseconds: Int) {
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in self?.woken() }
  }

  private func woken() {
    let idle = (ContinuousClock.now - lastCommit.withLock { $0 }) / .milliseconds(1)
    guard Int(idle) >= StoreLimits.idleMilliseconds else { return wakeWhenIdle(after: StoreLimits.idleMilliseconds - Int(idle) + 1) }
    isIdleScheduled.store(false, ordering: .releasing)
    if writing.sync(execute: { run(SQLITE_CHECKPOINT_TRUNCATE) }) { return }
    // A reader held the log: it gets another moment.
    if !isIdleScheduled.exchange(true, ordering: .acquiringAndReleasing) { wakeWhenIdle(after: StoreLimits.idleMilliseconds) }
  }

  /// Checkpoints and counts it. False where somebody was in the way, which is nothing to report: the next commit asks again.
  @discardableResult
  private func run(_ mode: Int32) -> Bool {
    do {
      guard let outcome = try database.checkpoint(mode) else { return false }
      let isReset = mode != SQLITE_CHECKPOINT_PASSIVE
      if isReset { gauge.reset() } else { gauge.checkpointed(copied: outcome.copied) }
      state.withLock { counts in
        if isReset { counts.resets += 1 } else { counts.copies += 1 }
        counts.lastFault = nil
      }
    } catch StoreFault.closed {
      return true
    } catch {
      // Nothing is lost: SQLite counts the frames as copied only after the file's own sync, so the next try writes them again.
      state.withLock { counts in
        counts.faults += 1
        counts.lastFault = error
      }
    }
    return true
  }
}

extension Database {
  /// Copies the log into the file. Returns the frames in the log and how many of them are in the file; nil where others were in the way.
  func checkpoint(_ mode: Int32) throws(StoreFault) -> (frames: Int, copied: Int)? {
    let open = unsafe try handle
    var (frames, copied): (Int32, Int32) = (0, 0)
    let code = unsafe sqlite3_wal_checkpoint_v2(open, nil, mode, &frames, &copied)
    if code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED { return nil }
    guard code == SQLITE_OK else { throw unsafe StoreFault(code, on: open) }
    return (Int(frames), Int(copied))
  }
}
