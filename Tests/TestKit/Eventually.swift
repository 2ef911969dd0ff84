import Foundation

/// What did not come true in time.
package struct NeverHappened: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// Asks `condition` until it holds, throwing after `limit`. Only for what another process does: inside one process, wait for the event itself.
package func eventually(_ what: String, within limit: Duration = .seconds(10), _ condition: () throws -> Bool) throws {
  let end = ContinuousClock.now + limit
  while true {
    if try condition() { return }
    guard ContinuousClock.now < end else { throw NeverHappened("within \(limit): \(what)") }
    poll(nil, 0, 5)
  }
}
