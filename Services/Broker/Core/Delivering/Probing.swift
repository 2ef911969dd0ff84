import Contracts
import Journal

// What the flood breaker does to a subscription: `FloodBreaker` tells when. Cold.
extension Subscription {
  /// An event has failed, and that counted.
  mutating func noteFailure(_ position: UInt64, _ reason: String, at now: Moment, into commit: inout Gathering<Effect>) {
    guard breaker.pause == nil, breaker.failed(position, at: now.uptime, limits) else { return }
    breaker.calm()
    breaker.probeDue = now.uptime + limits.probeEvery
    let pause = FloodBreaker.Pause(since: now.wall.milliseconds, failures: UInt32(limits.floodFailures), reason: reason)
    counts.pauses += 1
    write(.paused(number, pause), into: &commit)
  }

  /// One was done: whatever failed before it was no flood, or is none any more.
  mutating func noteDone(into commit: inout Gathering<Effect>) {
    breaker.calm()
    if breaker.pause != nil { write(.paused(number, nil), into: &commit) }
  }

  /// Room for one event to be read, where a probe is due and none waits that was not one before.
  mutating func openForProbe(_ now: Moment) {
    room = now.uptime >= breaker.probeDue && candidate(isFresh: true) == nil ? min(window.count + 1, windowMax) : 0
  }

  /// One delivery is a probe; the next one is due later. `delivered`: deliveries before this input.
  mutating func closeBehindProbe(
    _ delivered: UInt64, _ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>
  ) {
    room = 0
    // What was read for it may have to wait for something else, were it no probe; and where nothing is to be read, an old one serves.
    if counts.delivered == delivered, reading.fetch == nil { probe(now, &outlets, into: &commit) }
    if counts.delivered > delivered {
      breaker.probeDue = now.uptime + limits.probeEvery
    } else if now.uptime >= breaker.probeDue, reading.fetch == nil {
      breaker.probeDue = now.uptime + limits.probeAgain
    }
  }

  /// Sends out one of those that wait, whatever it waits for.
  mutating func probe(_ now: Moment, _ outlets: inout [Outlet], into commit: inout Gathering<Effect>) {
    guard now.uptime >= breaker.probeDue, room == 0, let node = candidate(isFresh: true) ?? candidate(isFresh: false) else { return }
    let position = window[window.ordinal(keys[node].head)].position
    let list = Int(keys[node].list)
    let holder = list >= KeyLeases.List.firstConsumer ? list - KeyLeases.List.firstConsumer : nil
    guard let taker = holder ?? pick(outlets), hasCredit(taker, outlets) else { return }
    let before = counts.delivered
    handOut(node, taker, now, &outlets, into: &commit)
    guard counts.delivered > before else { return }
    breaker.probeDue = now.uptime + limits.probeEvery
    breaker.probed.insert(position)
  }

  /// A key whose first waiting event can be a probe; one whose bytes are at hand, if there is any.
  private func candidate(isFresh: Bool) -> Int? {
    var first: Int?
    for list in [KeyLeases.List.anyone, KeyLeases.List.delayed, KeyLeases.List.suspect] + consumerLists {
      var node = keys.first(list)
      while let at = node {
        let position = window[window.ordinal(keys[at].head)].position
        node = keys.following(at)
        if isFresh, breaker.probed.contains(position) { continue }
        if reading.isAtHand(position) { return at }
        first = first ?? at
      }
    }
    return first
  }

  private var consumerLists: [Int] { consumers.indices.map { KeyLeases.List.firstConsumer + $0 } }

  /// When something that an operator began, or a probe, is due by itself; uptime.
  var errandDue: Int64 {
    guard hasErrands else { return .max }
    guard breaker.pause != nil else { return returns.due }
    // Up with the newest and nothing waiting: whatever comes next is the probe.
    return reading.fetch != nil || reading.isLive && candidate(isFresh: false) == nil ? .max : breaker.probeDue
  }
}
