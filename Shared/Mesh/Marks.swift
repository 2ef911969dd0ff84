import Contracts
import Synchronization

/// Up to when each source has been heard on each subscription: knowledge has an age. Safe from any thread.
final class Marks: Sendable {
  private let heard = Mutex<[String: [UInt32: Timestamp]]>([:])

  func heard(_ source: String, on handle: UInt32, through: Timestamp) {
    heard.withLock { heard in
      let before = heard[source]?[handle]
      heard[source, default: [:]][handle] = before.map { max($0, through) } ?? through
    }
  }

  /// The oldest word on `source` over the subscriptions that hear it; nil where nothing was heard yet.
  func through(_ source: String) -> Timestamp? {
    heard.withLock { $0[source]?.values.min() }
  }

  func through(_ source: String, on handle: UInt32) -> Timestamp? {
    heard.withLock { $0[source]?[handle] }
  }
}
