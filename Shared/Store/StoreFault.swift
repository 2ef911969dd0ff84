import CSQLite

/// What keeps a store from doing its work, with what to do about it.
package enum StoreFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The disk, or the page limit set for it, is used up. Nothing of the transaction stayed.
  case full
  /// The disk failed; `code` is SQLite's extended result code (sqlite.org/rescode.html).
  case io(code: Int32, reason: String)
  /// The file does not hold what it should.
  case corrupt(reason: String)
  /// Another connection holds the file, or every reader is taken, for longer than the busy timeout.
  case busy
  /// Written by a later program.
  case newerVersion(found: SchemaVersion, known: SchemaVersion)
  /// The file belongs to another program or department.
  case notOurs(found: Int32, expected: Int32)
  /// The file cannot be opened or made.
  case cannotOpen(path: String, reason: String)
  /// A rule of the schema said no; the text names it as SQLite does.
  case constraint(String)
  /// A mistake in the program: SQL that does not parse, a value in the wrong place.
  case misuse(String)
  /// A column holds another kind of value than the row was read as.
  case unreadable(column: String, wanted: String, found: String)
  /// A value beyond a limit of `StoreLimits`.
  case beyondLimit(what: String, maximum: Int)
  /// A read was ended because it held its snapshot for too long.
  case readTooLong
  /// A migration that had landed was changed afterwards.
  case migrationChanged(series: String, number: Int)
  /// The broker has accepted more than this store ever wrote: it is an old copy.
  case olderThanBroker(highest: UInt64, accepted: UInt64)
  /// The target of a backup exists already.
  case targetExists(path: String)
  /// The store was closed.
  case closed

  /// What the one who asked does about a fault.
  package enum Kind: Sendable {
    /// Later: the same call may succeed; counts as nobody's attempt.
    case retry
    /// Never: this call fails each time, others go on.
    case refuse
    /// The program ends: what it believes about the file may be wrong.
    case fatal
  }

  package var kind: Kind {
    switch self {
    case .full, .busy, .closed: .retry
    // After a failed sync nobody knows which pages the disk holds: only a restart may believe it again.
    case .io(let code, _): Self.syncCodes.contains(code) ? .fatal : .retry
    case .constraint, .misuse, .unreadable, .beyondLimit, .readTooLong, .targetExists: .refuse
    case .corrupt, .newerVersion, .notOurs, .cannotOpen, .migrationChanged, .olderThanBroker: .fatal
    }
  }

  /// Whether the transaction in which it happened can no longer be committed, whatever its caller made of it.
  var dooms: Bool {
    switch self {
    case .full, .busy, .io, .corrupt, .closed: true
    case .newerVersion, .notOurs, .cannotOpen, .constraint, .misuse, .unreadable, .beyondLimit, .readTooLong, .migrationChanged,
      .olderThanBroker, .targetExists:
      false
    }
  }

  /// SQLITE_IOERR_FSYNC.
  static let syncFailed = SQLITE_IOERR | (4 << 8)

  private static let syncCodes: Set<Int32> = [
    syncFailed,
    SQLITE_IOERR | (5 << 8),  // SQLITE_IOERR_DIR_FSYNC
  ]

  package var description: String {
    switch self {
    case .full: "the disk is full and nothing was written; free some space, the work goes on by itself"
    case .io(let code, let reason): "the disk failed (\(reason), code \(code)); look at the machine's log and its disk, then start again"
    case .corrupt(let reason): "the store is damaged (\(reason)); run accord verify, then restore a backup"
    case .busy: "the store is held by someone else for too long; end other programs that have its file open and try again"
    case .newerVersion(let found, let known):
      "this store was written by a newer Accord (version \(found), this one knows \(known)): run the newer one, or restore a backup made before"
    case .notOurs(let found, let expected):
      "this file belongs to another program (application id \(found), expected \(expected)); check the data folder"
    case .cannotOpen(let path, let reason): "cannot open \(path): \(reason); check that the folder exists and may be read and written"
    case .constraint(let rule): "the store refuses the row: \(rule)"
    case .misuse(let reason): "the program used its store wrongly: \(reason); this is a mistake to report"
    case .unreadable(let column, let wanted, let found):
      "column \(column) was read as \(wanted) and holds \(found); run accord verify"
    case .beyondLimit(let what, let maximum): "\(what) goes up to \(maximum); send less"
    case .readTooLong: "a read was ended because it held its snapshot for too long; ask for fewer rows at once"
    case .migrationChanged(let series, let number):
      "migration \(number) of \(series) was changed after it had been applied here; put its text back and add a new one"
    case .olderThanBroker(let highest, let accepted):
      "this store has written \(highest) events and the broker accepted \(accepted): it is an old copy; restore it through a backup"
    case .targetExists(let path): "\(path) exists already; choose another name for the backup"
    case .closed: "the store was closed; open it again"
    }
  }
}
