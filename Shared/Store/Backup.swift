import CSQLite
import Glibc

/// Making a copy of a store that can be opened as a store.
///
///     VACUUM INTO target.partial  ->  mark as copy  ->  sync  ->  link to target  ->  unlink partial  ->  sync folder
///
/// The target appears whole or not at all. The mark makes the first opening of the copy begin a new lineage (StoreIdentity).
extension Store {
  /// Writes a copy of the last commit to `target`, which must not exist, on a filesystem that has hard links. Takes as long as
  /// reading the whole file; writes go on meanwhile. Durable when it returns.
  package func backup(to target: String) throws(StoreFault) {
    guard unsafe access(target, F_OK) != 0 else { throw .targetExists(path: target) }
    let partial = target + ".partial"
    // What an interrupted backup left is worth nothing.
    let remove = { for leftover in [partial, partial + "-journal"] { _ = unsafe unlink(leftover) } }
    remove()
    defer { remove() }

    let source = try Database(path, as: .reader)
    defer { source.close() }
    try Settings.apply(to: source, cacheKibibytes: StoreLimits.readerCacheKibibytes)
    Database.makePrivate(partial)
    _ = try source.run("VACUUM INTO ?1", [.text(partial)])

    let copy = try Database(partial, as: .writer)
    defer { copy.close() }
    _ = try copy.run("UPDATE store_identity SET is_copy = 1")
    copy.close()

    try Self.sync(partial)
    guard unsafe link(partial, target) == 0 else {
      throw errno == EEXIST ? .targetExists(path: target) : .cannotOpen(path: target, reason: Self.reason)
    }
    try Self.sync(Self.folder(of: target))
  }

  /// Makes a file's content, or a folder's names, durable.
  static func sync(_ path: String) throws(StoreFault) {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: reason) }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .io(code: SQLITE_IOERR, reason: reason) }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static var reason: String { unsafe String(cString: strerror(errno)) }
}
