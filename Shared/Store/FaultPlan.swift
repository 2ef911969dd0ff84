import Synchronization

/// Lets the N-th write call of a store fail, so that tests can show that every one may. Nil in production.
///
/// A write call is a `run`, the opening or release of a savepoint, or the commit. Safe from any thread.
package final class FaultPlan: Sendable {
  private let remaining: Atomic<Int>
  private let fault: StoreFault

  /// The `failingWrite`-th write call from now on, counted from 1, throws `fault` instead of being done; later ones work again.
  package init(failingWrite: Int, with fault: StoreFault = .full) {
    remaining = Atomic(failingWrite)
    self.fault = fault
  }

  /// Whether the planned fault has happened.
  package var hasStruck: Bool { remaining.load(ordering: .relaxed) <= 0 }

  /// Counts a write call and answers its fault.
  func strike() -> StoreFault? {
    remaining.subtract(1, ordering: .relaxed).newValue == 0 ? fault : nil
  }
}
