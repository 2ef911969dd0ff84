import Contracts
import Journal
import Wire

// Consumers, and the chains of events that wait for one, key by key.
extension Subscription {
  /// The next consumer in turn that can take a delivery.
  mutating func pick(_ outlets: [Outlet]) -> Int? {
    let count = consumers.count
    for _ in 0..<count {
      lastPicked = lastPicked + 1 < count ? lastPicked + 1 : 0
      if canTake(lastPicked, outlets) { return lastPicked }
    }
    return nil
  }

  func canTake(_ consumer: Int, _ outlets: [Outlet]) -> Bool { solo != consumer && hasCredit(consumer, outlets) }

  func hasCredit(_ consumer: Int, _ outlets: [Outlet]) -> Bool {
    let it = consumers[consumer]
    return it.creditMessages > 0 && it.creditBytes > 0 && it.isOpen && !it.isLeaving && it.span < limits.numbersSpan
      && outlets[it.slot].queuedBytes < limits.queuedBytes && outlets[it.slot].inFlight < outlets[it.slot].inFlightMax
  }

  /// Puts a waiting event at the end of its key's chain.
  mutating func append(_ ordinal: UInt64, to node: Int) {
    let low = UInt32(truncatingIfNeeded: ordinal)
    window[ordinal].node = UInt32(node)
    if keys[node].waiting == 0 { keys[node].head = low } else { window[window.ordinal(keys[node].tail)].next = low }
    keys[node].tail = low
    keys[node].waiting += 1
  }

  /// Puts events that were taken back in front of their chains; `ordinals` in any order.
  mutating func prepend(_ ordinals: [UInt64]) {
    // All in flight of a key are older than all waiting: the youngest goes first.
    for ordinal in ordinals.sorted(by: { window[$0].position > window[$1].position }) {
      let node = Int(window[ordinal].node)
      let low = UInt32(truncatingIfNeeded: ordinal)
      if keys[node].waiting == 0 { keys[node].tail = low } else { window[ordinal].next = keys[node].head }
      keys[node].head = low
      keys[node].waiting += 1
    }
  }

  /// Takes the first event out of a chain.
  mutating func unchain(_ node: Int) -> UInt64 {
    let ordinal = window.ordinal(keys[node].head)
    keys[node].head = window[ordinal].next
    keys[node].waiting -= 1
    return ordinal
  }

  /// Remembers a key whose place must be found anew once all changes of this input are done.
  mutating func touch(_ node: Int) {
    if keys[node].isTouched { return }
    keys[node].isTouched = true
    touched.append(node)
  }

  mutating func relistTouched(_ now: Moment) {
    for node in touched {
      keys[node].isTouched = false
      relist(node, now)
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// Puts a key where it belongs by what it waits for, or forgets it. See `KeyLeases`.
  mutating func relist(_ node: Int, _ now: Moment) {
    let (waiting, inFlight) = (keys[node].waiting, keys[node].inFlight)
    if waiting == 0 { return inFlight == 0 ? keys.remove(node) : keys.delist(node) }
    let head = window[window.ordinal(keys[node].head)]
    if !isOrdinary, row.deadKey == .park {
      if dead.isAhead(of: head.position, key: head.key) { return keys.enlist(node, KeyLeases.List.parking) }
      // Called back and still to be read: comes first, and finds this key then. What came back itself does not wait for it, as it
      // holds the room that the other needs: one of the two is replayed, and was done before.
      if !head.isReturn, returns.isAwaited(before: head.position, key: head.key) { return keys.delist(node) }
    }
    if head.isTroubled, let trouble = trouble(of: head) {
      // Those of its key that are in flight come first.
      if inFlight > 0 { return keys.delist(node) }
      let due = SteadyClock.due(trouble.notBefore, at: now, cap: limits.laterMax)
      if due > now.uptime {
        keys[node].due = due
        nextDue = min(nextDue, due)
        return keys.enlist(node, KeyLeases.List.delayed)
      }
      if trouble.isSuspect { return keys.enlist(node, KeyLeases.List.suspect) }
    }
    keys.enlist(node, inFlight > 0 ? KeyLeases.List.firstConsumer + Int(keys[node].holder) : KeyLeases.List.anyone)
  }
}
