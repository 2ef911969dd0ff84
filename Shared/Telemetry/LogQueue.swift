import Contracts
import Dispatch
import Synchronization

/// Lines on their way to a descriptor, written by a thread of their own. Bounded: what does not fit is dropped and counted.
///
/// The callers' side holds a lock for the length of one array append. The writer alone may block in write(2), for as long as it likes.
final class LogQueue: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    var isWriting = false
    var isStarted = false
    /// Dropped since the last line that told of it.
    var untold = 0
    var flushes: [DispatchSemaphore] = []
  }

  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private let drops = Atomic<Int64>(0)
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  var dropped: Int64 { drops.load(ordering: .relaxed) }

  /// Appends `line`, preceded by `report(count)` where earlier lines were dropped; drops it where the queue is full.
  func append(_ line: [UInt8], report: (Int) -> [UInt8]) {
    let (wake, start) = state.withLock { state -> (Bool, Bool) in
      let told = state.untold > 0 ? report(state.untold) : []
      guard state.waiting.count + told.count + line.count <= TelemetryLimits.logBytesQueuedMax else {
        state.untold += 1
        drops.add(1, ordering: .relaxed)
        return (false, false)
      }
      let wake = state.waiting.isEmpty
      let start = !state.isStarted
      state.untold = 0
      state.isStarted = true
      state.waiting += told
      state.waiting += line
      return (wake, start)
    }
    if start { OwnThread.start("log") { self.run() } }
    if wake { work.signal() }
  }

  func flush(within limit: Duration) -> Bool {
    let done = DispatchSemaphore(value: 0)
    let isEmpty = state.withLock { state in
      guard state.isWriting || !state.waiting.isEmpty else { return true }
      state.flushes.append(done)
      return false
    }
    return isEmpty || done.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success
  }

  /// The writer's life. One signal may find nothing where an earlier turn took its lines along.
  private func run() {
    var batch: [UInt8] = []
    while true {
      work.wait()
      state.withLock { state in
        swap(&state.waiting, &batch)
        state.isWriting = true
      }
      Output.write(batch, to: descriptor)
      batch.removeAll(keepingCapacity: true)
      let flushes = state.withLock { state -> [DispatchSemaphore] in
        state.isWriting = false
        guard state.waiting.isEmpty else { return [] }
        defer { state.flushes = [] }
        return state.flushes
      }
      for flush in flushes { flush.signal() }
    }
  }
}
