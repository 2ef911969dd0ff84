import Synchronization

/// Lets the N-th write call of a store fail, so that tests can show that each one may. Absent in production.
///
/// A write call is a `run`, the opening or end of a savepoint, or a commit. Safe from any thread.
package final class FaultPlan: Sendable {
  private let next = Mutex<(remaining: Int, fault: StoreFault)?>(nil)

  package init() {}

  /// The `write`-th write call from now on, counted from 1, throws `fault` instead of being done; those after it work again.
  package func fail(write: Int, with fault: StoreFault = .full) { next.withLock { $0 = (write, fault) } }

  /// Whether a fault still waits for its call.
  package var isPending: Bool { next.withLock { $0 != nil } }

  /// Counts a write call and answers its fault.
  func strike() -> StoreFault? {
    next.withLock { next in
      guard let (remaining, fault) = next else { return nil }
      next = remaining > 1 ? (remaining - 1, fault) : nil
      return remaining > 1 ? nil : fault
    }
  }
}
