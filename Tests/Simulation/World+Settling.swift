import BrokerCore
import Contracts
import Wire

// How deliveries end, and what comes of it that too many fail.
extension World {
  // MARK: Settling

  /// Not before one of these instants may an event be tried again that failed just now.
  func wait(_ event: Int, _ after: Duration?, _ s: Int) -> ClosedRange<Int64> {
    let attempts = (shadow.subscriptions[s].trouble(event)?.attempts ?? 0) + 1
    if let after {
      let wait = min(max(0, after.milliseconds), limits.laterMax)
      return steadyWall + wait...steadyWall + wait
    }
    return steadyWall...steadyWall + min(limits.backoffMax, limits.backoffFirst << Int64(attempts - 1))
  }

  func settle(_ line: Line, _ handle: UInt32, _ settlement: Settlement) throws {
    let isPaused = line.handles[handle].map { shadow.subscriptions[$0.subscription].isPaused } ?? false
    if isDirty || isPaused || !settlement.exceptions.isEmpty { try clear() }
    tell("settle on \(line.id.raw): \(settlement.done) \(settlement.exceptions)")
    try apply(.settle(line.id, handle: handle, settlement))
    guard line.isGreeted, let s = line.handles[handle]?.subscription else { return }
    var isDone = false
    for range in settlement.done {
      for number in range {
        guard let event = release(line, handle, number) else { continue }
        if !line.program.store.inbox.contains(event) { fail(.effects, "\(shadow.events[event]) is settled without its effect") }
        shadow.settle(event, of: s)
        settlements += 1
        isDone = true
      }
    }
    if isDone { (shadow.subscriptions[s].isPaused, failures[s]) = (false, []) }
    for exception in settlement.exceptions {
      guard let event = release(line, handle, exception.delivery) else { continue }
      isDirty = true
      // Nothing is counted and nobody dies of it while deliveries pause.
      if shadow.subscriptions[s].isPaused { continue }
      defer { noteFailure(event, s) }
      switch exception.verdict {
      case .later(let after):
        shadow.fail(event, isSuspect: false, notBefore: wait(event, after, s), of: s)
        if shadow.subscriptions[s].states[event] == .dead, !shadow.subscriptions[s].parks {
          line.handles[handle]?.told.insert(exception.delivery)
        }
      case .never:
        shadow.never(event, of: s)
        settlements += 1
      }
    }
    if isPaused || !settlement.exceptions.isEmpty { try clear() }
  }

  /// A delivery is over; its event.
  func release(_ line: Line, _ handle: UInt32, _ number: UInt64) -> Int? {
    guard let event = line.handles[handle]?.held.removeValue(forKey: number), let s = line.handles[handle]?.subscription else { return nil }
    line.handles[handle]?.working.remove(number)
    flights[s][event] = nil
    return event
  }

  /// One has failed, and that counted: too many in a row stop the deliveries, but for probes.
  func noteFailure(_ event: Int, _ s: Int) {
    guard !shadow.subscriptions[s].isPaused else { return }
    let at = steadyUptime ?? 0
    failures[s].removeAll { $0.event == event || at - $0.at > limits.floodSpan }
    failures[s].append((event, at))
    guard failures[s].count >= limits.floodFailures else { return }
    tell("\(shadow.subscriptions[s].name) pauses")
    failures[s] = []
    shadow.subscriptions[s].isPaused = true
    coverage.pauses += 1
  }

  // MARK: Leaving

  /// A client leaves a subscription; with `forget` it is gone for all, unless dead letters keep it.
  func leave(_ line: Line, _ handle: UInt32, forget: Bool) throws {
    try clear()
    try apply(.unsubscribe(line.id, handle: handle, forget: forget))
    guard line.isGreeted, let held = line.handles.removeValue(forKey: handle) else { return try clear() }
    for event in held.held.values { flights[held.subscription][event] = nil }
    if forget, shadow.deadInAll(held.subscription) == 0 { forgetSubscription(held.subscription) }
    try clear()
    isRemoving = false
  }

  /// A subscription is gone: nobody holds anything of it.
  func forgetSubscription(_ s: Int) {
    tell("\(shadow.subscriptions[s].name) is gone")
    isRemoving = true
    coverage.removals += 1
    shadow.remove(s)
    (flights[s], failures[s]) = ([:], [])
    for line in lines { line.handles = line.handles.filter { $0.value.subscription != s } }
    // Whoever subscribes anew may get what lies before what he has had.
    for event in shadow.events.indices { everDead.insert(event) }
  }
}
