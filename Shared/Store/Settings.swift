import CSQLite

/// How a connection is set up: every pragma of the store, each with its reason (sqlite.org/pragma.html).
///
/// SQLite's defensive mode guards against SQL that others wrote; here every statement is a literal of the program, by its type.
enum Settings {
  /// What every connection needs before its first question.
  static func apply(
    to database: Database, cacheKibibytes: Int, busyMilliseconds: Int32 = StoreLimits.busyMilliseconds
  ) throws(StoreFault) {
    // Somebody else's write is waited for, not reported at once.
    unsafe sqlite3_busy_timeout(try database.handle, busyMilliseconds)
    try database.script(
      """
      -- A file that was tampered with must not run functions with side effects from its triggers and views.
      PRAGMA trusted_schema = OFF;
      -- Negative: kibibytes. Grows only with use.
      PRAGMA cache_size = -\(cacheKibibytes);
      -- None: a failing disk under a mapped file is a SIGBUS that kills the program; a read() that fails is a fault that it can tell.
      PRAGMA mmap_size = 0;
      -- Sorting leaves no files outside the data folder.
      PRAGMA temp_store = MEMORY;
      """)
  }

  /// What only connections that write need.
  static func applyForWriting(to database: Database) throws(StoreFault) {
    try database.script(
      """
      -- The unit of the disk and of the log's frames; only an empty file takes it.
      PRAGMA page_size = 4096;
      -- Readers never wait for the writer nor the writer for readers, and a commit is one append and one sync.
      PRAGMA journal_mode = WAL;
      -- The log is synced at each commit: NORMAL would lose the last ones in a power cut, after they were answered.
      PRAGMA synchronous = FULL;
      -- What is taken away is overwritten: of people who were erased nothing stays in the file. The outbox does without; see there.
      PRAGMA secure_delete = ON;
      -- The checkpointer copies beside the writer: inside commits it costs them their even pace (p99 11 ms against 2 ms).
      PRAGMA wal_autocheckpoint = 0;
      -- A log that is written over syncs faster than one that grows, so its file keeps its length until the store is idle;
      -- only what a burst made longer than callers should let it grow is cut off at the next reset.
      PRAGMA journal_size_limit = \(StoreLimits.walBytesMax);
      """)
  }

  /// Foreign keys are off while a migration rebuilds tables and on for all else; SQLite's default is off.
  static func enforceForeignKeys(_ isOn: Bool, on database: Database) throws(StoreFault) {
    try database.script(isOn ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF")
  }
}
