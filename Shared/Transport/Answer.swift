import Dispatch
import Synchronization

/// Where a value waits for the thread that asked for it.
final class Answer<T: Sendable>: Sendable {
  private let value = Mutex<T?>(nil)
  private let given = DispatchSemaphore(value: 0)

  func give(_ answer: T) {
    value.withLock { $0 = answer }
    given.signal()
  }

  func wait() -> T? {
    given.wait()
    return value.withLock { $0 }
  }
}
