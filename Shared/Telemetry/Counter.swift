import Synchronization

/// A figure that only rises: one relaxed atomic addition, from any thread.
package final class Counter: Sendable {
  private let count = Atomic<Int64>(0)

  /// Adds `amount`, which is not negative, in the metric's recorded measure (nanoseconds for seconds).
  package func increment(by amount: Int64 = 1) {
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  package var value: Int64 { count.load(ordering: .relaxed) }
}

/// A figure that rises and falls, set or moved from any thread.
package final class Gauge: Sendable {
  private let level = Atomic<Int64>(0)

  /// Sets the value, in the metric's recorded measure.
  package func set(_ value: Int64) { level.store(value, ordering: .relaxed) }

  /// Moves the value up, or down where `amount` is negative.
  package func add(_ amount: Int64) { level.wrappingAdd(amount, ordering: .relaxed) }

  package var value: Int64 { level.load(ordering: .relaxed) }
}
