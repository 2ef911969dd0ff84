import Contracts
import Dispatch

/// Something that one thread waits for and another makes happen, once.
package final class Event: Sendable {
  private let happened = DispatchSemaphore(value: 0)

  package init() {}
  package func happen() { happened.signal() }

  /// Blocks until it has happened, or for `limit`; returns whether it has.
  @discardableResult
  package func wait(within limit: Duration = .seconds(60)) -> Bool {
    happened.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success
  }
}
