import Dispatch
import Glibc
import Synchronization

/// A department's store: one SQLite file with one writer, a few readers and a checkpointer.
///
/// Synchronous and blocking: safe from any thread, but not called on a reactor's, save for brief reads on one that serves people and nothing
/// else. Writes stand in line for one queue; reads run
/// beside them on connections of their own and see the last commit before they began.
package final class Store: Sendable {
  package let identity: StoreIdentity
  /// What it lacks, since an older program heard of it and kept less; empty for a store that always had a place for everything.
  package let lacks: [Lack]
  package let path: String
  private let writer: Database
  private let writing: DispatchQueue
  private let line = WritersLine()
  /// Of whoever has the writer. Only touched on the writer's queue.
  private let turns = LongTurns()
  /// Of all long work one chunk at a time stands in the writer's line: nobody waits for more than the one under way.
  private let chunks = DispatchQueue(label: "accord.store.chunks")
  private let readers: Readers
  private let checkpointer: Checkpointer
  private let gauge: LogGauge
  /// The thread inside `write`, so that nesting is named instead of standing still for ever.
  private let writingThread = Atomic<UInt>(0)
  private let commits = Atomic<Int>(0)
  private let rollbacks = Atomic<Int>(0)
  /// The fault after which memory and disk may differ. Only touched on the writer's queue.
  private let ended = Mutex<StoreFault?>(nil)
  /// The full disk for which the last write was not done.
  private let refusal = Mutex<StoreFault?>(nil)
  private let isTrying = Atomic<Bool>(false)
  private let listeners = Mutex<[@Sendable () -> Void]>([])
  private let toldListeners = Mutex<[@Sendable ([Outbox.Waiting]) -> Void]>([])
  private let workListeners = Mutex<[@Sendable (WorkNoted) -> Void]>([])
  private let endListeners = Mutex<[@Sendable (StoreFault) -> Void]>([])

  /// Opens the file, brings its schema up to date and raises its epoch; all of that is durable when this returns.
  package static func open(_ options: StoreOptions) throws(StoreFault) -> Store { try Store(options) }

  private init(_ options: StoreOptions) throws(StoreFault) {
    let migrations = Migrations(department: options.migrations)
    writer = try Database(options.path, as: .writer, faults: options.faults)
    try Settings.apply(to: writer, cacheKibibytes: options.writerCacheKibibytes)
    try FirstLook(writer).confirm(applicationID: options.applicationID, known: migrations.known)
    try Settings.applyForWriting(to: writer)
    try LeftLog.settle(writer)
    try migrations.apply(to: writer, applicationID: options.applicationID)
    lacks = try migrations.lacks(in: writer)
    identity = try StoreIdentity.raise(in: writer)
    if let pages = options.pagesMax { try writer.script("PRAGMA max_page_count = \(pages)") }
    path = options.path
    gauge = LogGauge()
    try writer.watchLog(gauge)
    readers = try Readers(options)
    writing = DispatchQueue(label: "accord.store.writer")
    checkpointer = try Checkpointer(options.path, gauge: gauge, writing: writing, line: line)
  }

  /// Runs `body` in a transaction and returns what it made once that is durable. Any throw, of the body or of the disk, leaves
  /// nothing of it; a fault of the disk is thrown even where the body caught it. Waits for the writes before it. What takes milliseconds and
  /// nobody waits for is `asLongWork`: it takes the processors in long turns, unless somebody stands in line.
  @discardableResult
  package func write<T>(asLongWork: Bool = false, _ body: (inout Transaction) throws -> T) throws -> Committed<T> {
    confirmOutside()
    line.join(asLongWork: asLongWork)
    return try writing.sync {
      line.leave(asLongWork: asLongWork)
      return try alone(asLongWork: asLongWork, body)
    }
  }

  /// Like `write`, for one chunk of long work, which stands back for all others: `body` asks its pace before each row, moves its run's
  /// cursor and returns. Waits for the chunks before it, then for the writes before it.
  @discardableResult
  package func writeChunk<T>(
    rowsMax: Int = StoreLimits.rowsPerChunk, time: Duration = StoreLimits.chunkTime, yieldsAfter: Duration = StoreLimits.chunkYieldTime,
    _ body: (inout Transaction, inout ChunkPace) throws -> T
  ) throws -> Committed<T> {
    confirmOutside()
    return try chunks.sync {
      try writing.sync {
        try alone(asLongWork: true) { transaction in
          var pace = ChunkPace(line, turns, rowsMax: rowsMax, time: time, yieldsAfter: yieldsAfter)
          return try body(&transaction, &pace)
        }
      }
    }
  }

  private func confirmOutside() {
    let thread = UInt(pthread_self())
    precondition(writingThread.load(ordering: .relaxed) != thread, "a write inside a write: use the transaction's savepoint")
  }

  /// On the writer's queue.
  private func alone<T>(asLongWork: Bool, _ body: (inout Transaction) throws -> T) throws -> Committed<T> {
    writingThread.store(UInt(pthread_self()), ordering: .relaxed)
    defer { writingThread.store(0, ordering: .relaxed) }
    if let fault = ended.withLock({ $0 }) { throw fault }
    do {
      let (value, noted) = try transact(asLongWork: asLongWork, body)
      commits.add(1, ordering: .relaxed)
      refusal.withLock { $0 = nil }
      checkpointer.committed()
      let told = writer.told.take()
      for tell in listeners.withLock({ $0 }) { tell() }
      if !told.isEmpty { for tell in toldListeners.withLock({ $0 }) { tell(told) } }
      if !noted.isEmpty { for tell in workListeners.withLock({ $0 }) { tell(noted) } }
      return Committed(value)
    } catch {
      rollbacks.add(1, ordering: .relaxed)
      if case StoreFault.full = error { refusal.withLock { $0 = .full } }
      if let fault = error as? StoreFault, fault.kind == .fatal, fault.dooms {
        ended.withLock { $0 = fault }
        for tell in endListeners.withLock({ $0 }) { tell(fault) }
      }
      throw error
    }
  }

  private func transact<T>(asLongWork: Bool, _ body: (inout Transaction) throws -> T) throws -> (T, WorkNoted) {
    try writer.beginWriting()
    // Whoever stands in line waits for this: it gets on like everybody.
    if asLongWork, !line.isWaitedShortly { turns.begin() }
    defer { turns.end() }
    var transaction = Transaction(writer)
    let value: T
    do {
      value = try body(&transaction)
    } catch {
      // The disk's fault is the true cause, whatever the body made of it: nobody may take it for a refusal.
      let cause: any Error = writer.doom ?? error
      writer.rollback()
      throw cause
    }
    let noted = writer.noted
    if line.isWaitedShortly { turns.end() }
    try writer.commit()
    return (value, noted)
  }

  /// Calls `tell` after each durable write, in their order and before the next one begins: it only wakes somebody (the relay).
  package func afterEachWrite(_ tell: @escaping @Sendable () -> Void) { listeners.withLock { $0.append(tell) } }

  /// Calls `tell` with the rows that a durable write has put into the outbox, ascending, in the order of the writes and before the next one
  /// begins: it only wakes somebody. Of a write beyond `StoreLimits.outboxBytes` only the first rows are told; the outbox has them all.
  package func afterTelling(_ tell: @escaping @Sendable ([Outbox.Waiting]) -> Void) {
    toldListeners.withLock { $0.append(tell) }
    writing.async { self.writer.told.isWanted = true }
  }

  /// Calls `tell` with what a durable write noted for those who work later or long; it only wakes them.
  package func afterNoting(_ tell: @escaping @Sendable (WorkNoted) -> Void) { workListeners.withLock { $0.append(tell) } }

  /// Calls `tell` when a fault has ended the store: it takes no more writes, and only a new start may believe its disk again.
  package func whenEnded(_ tell: @escaping @Sendable (StoreFault) -> Void) { endListeners.withLock { $0.append(tell) } }

  /// Runs `body` on a snapshot of the last commit. Never waits for a write. Longer than 100 ms is counted, longer than the limit of
  /// the options ends it with `readTooLong`.
  package func read<T>(_ body: (borrowing Snapshot) throws -> T) throws -> T { try readers.read(body) }

  /// Whether a read would begin at once, as far as anybody can say who does not begin one.
  package var hasFreeReader: Bool { readers.isAnyFree }

  /// Why the last write was not done, where the disk had no room for it; nil since one was. Each time that somebody asks meanwhile a small
  /// write is tried beside them, so that this ends by itself also where nothing else writes. Never waits.
  package var cannotWrite: StoreFault? {
    guard let fault = refusal.withLock(\.self) else { return nil }
    if !isTrying.exchange(true, ordering: .acquiringAndReleasing) {
      DispatchQueue.global().async {
        _ = try? self.write { try StoreIdentity.writeAgain(in: &$0) }
        self.isTrying.store(false, ordering: .releasing)
      }
    }
    return fault
  }

  /// Waits for what is under way, copies the log into the file and closes it. Later calls throw `closed`; closing twice is harmless.
  package func close() {
    precondition(writingThread.load(ordering: .relaxed) != UInt(pthread_self()), "a store cannot be closed inside a write")
    readers.close()
    checkpointer.close()
    writing.sync { writer.close() }
  }

  // MARK: Telling

  /// Length of the write-ahead log. Above `StoreLimits.walBytesMax` callers take less work.
  package var walBytes: Int { gauge.bytes }

  package var statistics: StoreStatistics {
    let log = checkpointer.counts
    return StoreStatistics(
      commits: commits.load(ordering: .relaxed), rollbacks: rollbacks.load(ordering: .relaxed), reads: readers.readCount,
      overlongReads: readers.overlongCount, walBytes: walBytes, logCopies: log.copies, logResets: log.resets,
      logFaults: log.faults, lastLogFault: log.lastFault)
  }
}

/// What a store did since it was opened, for metrics.
package struct StoreStatistics: Sendable {
  package let commits: Int
  package let rollbacks: Int
  package let reads: Int
  /// Reads beyond `StoreLimits.readMilliseconds`.
  package let overlongReads: Int
  package let walBytes: Int
  package let logCopies: Int
  package let logResets: Int
  package let logFaults: Int
  /// The fault of the last try to copy the log; nil once one succeeded.
  package let lastLogFault: StoreFault?
}
