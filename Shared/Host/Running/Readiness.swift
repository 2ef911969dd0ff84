import Contracts
package import HTTP
import Synchronization

/// Whether a program takes work: false until its recovery is done, and again from the moment it stops. Safe from any thread.
package final class Readiness: Sendable {
  private enum State { case starting, ready, stopping }
  private let state = Mutex(State.starting)
  /// What else must hold; a sentence where it does not.
  private let alsoNeeds: @Sendable () -> String?

  package init(alsoNeeds: @escaping @Sendable () -> String? = { nil }) { self.alsoNeeds = alsoNeeds }

  package func becomesReady() { state.withLock { if $0 == .starting { $0 = .ready } } }
  package func stops() { state.withLock { $0 = .stopping } }

  /// The answer of /readyz: 200, or 503 with what is missing.
  package var response: Response {
    switch state.withLock({ $0 }) {
    case .starting:
      .problem(status: 503, code: "starting", detail: "the program is still reading what it has on disk; ask again in a moment")
    case .stopping: Self.stopping
    case .ready: alsoNeeds().map { .problem(status: 503, code: "not_ready", detail: $0) } ?? .text("ready\n")
    }
  }

  package static var stopping: Response {
    .problem(status: 503, code: "stopping", detail: "the program is stopping; ask again when it has started").with("Retry-After", "2")
  }
}
