import Synchronization

/// What was noted from whatever thread, in order.
package final class Seen<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  package init() {}
  package func note(_ value: Value) { values.withLock { $0.append(value) } }
  package var all: [Value] { values.withLock { $0 } }
}
