/// The limits of a store, each with its reason.
package enum StoreLimits {
  /// Read-only connections: two workers' pages, however long they are, and one for short reads, the relay's and those of brief requests.
  package static let readers = 3
  /// A waiting writer or reader gives up after this and says *busy*: well inside the 8 s that a shutdown has.
  package static let busyMilliseconds: Int32 = 2_000
  /// A read longer than this is counted: it keeps the log from being reset, so the log grows meanwhile.
  package static let readMilliseconds: Int64 = 100
  /// A read longer than this is ended: by then it is a mistake in a query, not a slow machine.
  package static let readMillisecondsMax: Int64 = 2_000
  /// Steps of SQLite's machine between two looks at the clock: about 50 us of work.
  package static let stepsBetweenLooks: Int32 = 4_096
  /// Pages that the writer keeps at most: the hot tops and ends of its trees, also of a store with a million orders. It grows with use, so
  /// an idle program that has just been started holds next to nothing of it, and none comes near the 300 MB that a program may have.
  package static let writerCacheKibibytes = 65_536
  /// Pages that each reader keeps: a page of a console and its indexes.
  package static let readerCacheKibibytes = 4_096
  /// Growth of the write-ahead log after which its pages are copied into the file, beside the writer.
  package static let checkpointBytes = 4 << 20
  /// Length of the log from which the writer waits for its reset: a busy writer never leaves a gap for one by itself.
  package static let restartBytes = 32 << 20
  /// What may be left to copy when the reset takes its turn: a fraction of a millisecond's work, its sync included.
  static let resetLeftBytes = 256 << 10
  /// A writer that is faster than the copying is not waited for longer than this.
  static let copiesBeforeReset = 4
  /// A reset waits this long for readers to leave the log, since writes wait with it; then it is tried again later.
  package static let resetMilliseconds: Int32 = 20
  /// Length of the log from which callers must take less: the disk or a reader holds it up.
  package static let walBytesMax = 64 << 20
  /// Without a commit for this long the log is emptied and cut to nothing, so that a restart has nothing to replay.
  package static let idleMilliseconds = 500
  /// Rows that one transaction of long work touches at most (a run, forgotten events, old keys): a chunk stays near 50 ms.
  package static let rowsPerChunk = 1_000
  /// The same for rows that are heavy and share pages, such as credits: the time bounds them.
  package static let heavyRowsPerChunk = 2_000
  /// The same for rows of some microseconds that are read by the page, such as verdicts: the time bounds them.
  package static let lightRowsPerChunk = 20_000
  /// Longest time that a chunk of long work holds the writer while nobody waits for it: its two syncs are a fiftieth of that.
  package static let chunkTime = Duration.milliseconds(50)
  /// Once somebody waits, a chunk ends after this much work of its own: a lone fact is handled within 2 ms, two commits included, and a
  /// run beside a busy consumer still does a few dozen rows for each of its commits.
  package static let chunkYieldTime = Duration.microseconds(500)
  /// Turns of a processor that long work takes: longer than a tick of the kernel (4 ms at 250 Hz), so that it never looks due beside who wakes.
  static let longTurnNanoseconds: UInt64 = 5_000_000
  /// Steps of niceness of long work: a tenth of the share of who answers, who is at work for a fraction of the time; more would keep a chunk
  /// from its end where one commit waits for it.
  static let longWorkNiceness: Int32 = 10
  /// Bytes of events that one read of the outbox gathers: the credit of a subscription, and a bound on memory.
  package static let outboxBytes = 4 << 20
  /// Room for the values of one statement that is kept from one execution to the next: an event and what stands beside it.
  static let roomBytesKept = 64 << 10
  /// One event: the broker's bound of a message.
  package static let eventBytesMax = 1 << 20
  /// Names of producers, kinds and subjects: a few identifiers, such as a remedy's key, with a prefix; they stand in indexes.
  package static let nameBytesMax = 512
  /// A client's idempotency key: the length of a URL-safe header value that others accept too.
  package static let idempotencyKeyBytesMax = 255
  /// A remembered response: above this the client asks again by reading.
  package static let responseBytesMax = 1 << 20
  /// What stands beside a due instant or a run's cursor: a reference, not a document.
  package static let payloadBytesMax = 64 << 10
}
