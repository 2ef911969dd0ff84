import CSQLite

/// The instant at which a connection's statements end themselves. Confined with its connection.
final class Deadline {
  private var instant: ContinuousClock.Instant?

  /// nil: never.
  func set(_ instant: ContinuousClock.Instant?) { self.instant = instant }
  var hasPassed: Bool { instant.map { ContinuousClock.now > $0 } ?? false }
}

extension Database {
  /// Ends statements with `readTooLong` once `deadline` has passed (sqlite.org/c3ref/progress_handler.html).
  func watchTime(_ deadline: Deadline) throws(StoreFault) {
    self.deadline = deadline
    let open = unsafe try handle
    unsafe sqlite3_progress_handler(
      open, StoreLimits.stepsBetweenLooks,
      { context in
        guard let context = unsafe context else { return 0 }
        return unsafe Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
      }, Unmanaged.passUnretained(deadline).toOpaque())
  }
}
