import Contracts
import Dispatch
package import Telemetry

/// One step of an ordered end, such as "no new requests", "drain the relay", "close the store".
package struct Stop: Sendable {
  package let name: String
  let limit: Duration
  let body: @Sendable () -> Void

  /// `body` blocks until the step is done, on a thread of its own; after `limit` the next step no longer waits for it.
  package init(_ name: String, within limit: Duration = .seconds(2), _ body: @escaping @Sendable () -> Void) {
    self.name = name
    self.limit = limit
    self.body = body
  }

  /// Runs `stops` in order, each within its own limit and all `within` theirs; returns the names of those that did not come to an end.
  package static func run(_ stops: [Stop], within limit: Duration, log: Log) -> [String] {
    let end = Clock.uptimeMilliseconds + limit.milliseconds
    var slow: [String] = []
    for stop in stops {
      let rest = max(0, min(stop.limit.milliseconds, end - Clock.uptimeMilliseconds))
      let done = DispatchSemaphore(value: 0)
      OwnThread.start("stop") {
        stop.body()
        done.signal()
      }
      guard done.wait(timeout: .now() + .milliseconds(Int(rest))) == .timedOut else { continue }
      slow.append(stop.name)
      log.warning("program.stop_slow", "\"\(stop.name)\" did not end within \(rest) ms; going on without it")
    }
    return slow
  }
}
