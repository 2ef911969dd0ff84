import CSQLite
import Glibc

/// The write-ahead log of a program that did not end in order.
///
///     a sync fails ──▶ the kernel shows the commit as written, the disk does not have it, and no later sync says so (fsync(2))
///     the program ends, the next start reads the commit from the kernel: it must be on the disk before anybody is told of it
///
/// Bytes reach the disk again only where they are written again. Nothing in a log tells whether a sync of it has failed, so that this is done
/// wherever one was left; it is a few megabytes long, seldom more.
enum LeftLog {
  private static let pieceBytes = 1 << 20

  /// Writes the log of `database` once more where it stands, and syncs it and its name. As the writer: nobody adds to it meanwhile.
  static func settle(_ database: Database) throws(StoreFault) {
    try database.beginWriting()
    defer { database.rollback() }
    let file = unsafe open(database.path + "-wal", O_RDWR | O_CLOEXEC)
    // An ordered end takes it away.
    guard file >= 0 else { return }
    defer { Glibc.close(file) }
    guard try rewrite(file) > 0 else { return }
    guard fdatasync(file) == 0 else { throw .io(code: StoreFault.syncFailed, reason: Store.reason) }
    try Store.sync(Store.folder(of: database.path))
  }

  /// Returns how many bytes it had.
  private static func rewrite(_ file: Int32) throws(StoreFault) -> Int {
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    var at = 0
    while true {
      let count = unsafe pread(file, &piece, piece.count, at)
      if count == 0 { return at }
      let written = unsafe count > 0 ? pwrite(file, piece, count, at) : count
      if written < 0, errno != EINTR { throw .io(code: SQLITE_IOERR, reason: Store.reason) }
      at += max(0, written)
    }
  }
}
