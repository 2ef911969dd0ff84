import Dispatch
import Synchronization

/// The read-only connections of a store: as many reads at once as there are connections, others wait their turn.
///
/// Safe from any thread. A connection is with one thread from `take` to `give`.
final class Readers: Sendable {
  private let free: Mutex<[Database]>
  private let places: DispatchSemaphore
  private let count: Int
  private let reads = Atomic<Int>(0)
  private let overlong = Atomic<Int>(0)
  private let millisecondsMax: Int64

  init(_ options: StoreOptions) throws(StoreFault) {
    precondition(options.readers > 0, "a store needs at least one reader")
    var opened: [Database] = []
    for _ in 0..<options.readers {
      let database = try Database(options.path, as: .reader)
      try Settings.apply(to: database, cacheKibibytes: options.readerCacheKibibytes)
      try database.watchTime(Deadline())
      opened.append(database)
    }
    free = Mutex(opened)
    places = DispatchSemaphore(value: 0)
    for _ in opened { places.signal() }
    count = opened.count
    millisecondsMax = options.readMillisecondsMax
  }

  /// Lends a snapshot. Throws `busy` where no connection came free within the busy timeout, which also ends reads nested in reads.
  func read<T>(_ body: (borrowing Snapshot) throws -> T) throws -> T {
    guard places.wait(timeout: .now() + .milliseconds(Int(StoreLimits.busyMilliseconds))) == .success else {
      throw StoreFault.busy
    }
    defer { places.signal() }
    guard let database = free.withLock({ $0.popLast() }) else { throw StoreFault.closed }
    defer { free.withLock { $0.append(database) } }
    let began = ContinuousClock.now
    database.deadline?.set(began + .milliseconds(millisecondsMax))
    try database.beginReading()
    defer {
      database.deadline?.set(nil)
      database.rollback()
      reads.add(1, ordering: .relaxed)
      if ContinuousClock.now - began > .milliseconds(StoreLimits.readMilliseconds) { overlong.add(1, ordering: .relaxed) }
    }
    return try body(Snapshot(database))
  }

  /// Waits for the reads under way, each of which is bounded, and closes their connections. Later reads throw `closed`.
  func close() {
    for _ in 0..<count { places.wait() }
    let closing = free.withLock { databases in
      defer { databases = [] }
      return databases
    }
    for database in closing { database.close() }
    for _ in 0..<count { places.signal() }
  }

  /// Whether the next read begins at once, unless somebody else takes the last connection meanwhile.
  var isAnyFree: Bool { free.withLock { !$0.isEmpty } }

  var readCount: Int { reads.load(ordering: .relaxed) }
  var overlongCount: Int { overlong.load(ordering: .relaxed) }
}
