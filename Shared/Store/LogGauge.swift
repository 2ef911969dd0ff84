import CSQLite
import Synchronization

/// The length of the write-ahead log, told by the writer's commits and the checkpointer. Safe from any thread.
final class LogGauge: Sendable {
  private let frames = Atomic<Int>(0)
  private let copied = Atomic<Int>(0)

  func committed(frames now: Int) {
    frames.store(now, ordering: .relaxed)
    // A shorter log than was copied is a new one.
    if now < copied.load(ordering: .relaxed) { copied.store(0, ordering: .relaxed) }
  }

  func checkpointed(copied done: Int) {
    copied.store(done, ordering: .relaxed)
  }

  /// The next commit begins the log anew.
  func reset() {
    copied.store(0, ordering: .relaxed)
    frames.store(0, ordering: .relaxed)
  }

  /// The length of the log, copied or not.
  var bytes: Int { frames.load(ordering: .relaxed) * Self.frameBytes }
  var uncopiedBytes: Int { max(0, frames.load(ordering: .relaxed) - copied.load(ordering: .relaxed)) * Self.frameBytes }

  /// A page and the frame header before it (sqlite.org/fileformat2.html 4.1).
  private static let frameBytes = 4_096 + 24
}

extension Database {
  /// Tells `gauge` the length of the log after each commit of this connection (sqlite.org/c3ref/wal_hook.html).
  func watchLog(_ gauge: LogGauge) throws(StoreFault) {
    self.gauge = gauge
    let open = unsafe try handle
    _ = unsafe sqlite3_wal_hook(
      open,
      { context, _, _, frames in
        guard let context = unsafe context else { return SQLITE_OK }
        unsafe Unmanaged<LogGauge>.fromOpaque(context).takeUnretainedValue().committed(frames: Int(frames))
        return SQLITE_OK
      }, Unmanaged.passUnretained(gauge).toOpaque())
  }
}
