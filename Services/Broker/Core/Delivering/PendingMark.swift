import Contracts
import Journal
import Wire

/// A publisher's word "all up to `through` is published", on its way to a subscription's consumers.
struct PendingMark: Sendable {
  let source: String
  /// Whose events must be settled first; nil where it never published.
  let producer: UInt32?
  /// Where the last of them stands.
  let after: UInt64
  let through: Timestamp
}

// A mark waits until every earlier event of its publisher is settled on the subscription; never journaled. Of one publisher
// at most two wait: the oldest, so that a steady stream of marks cannot hold itself up, and the newest.
extension Subscription {
  mutating func offer(_ mark: PendingMark, _ newest: UInt64, into commit: inout Gathering<Effect>) {
    let waiting = marks.indices.filter { marks[$0].source == mark.source }
    if waiting.isEmpty, isSettled(mark, newest, thorough: false) { return pass(mark, into: &commit) }
    if waiting.count < 2 { marks.append(mark) } else { marks[waiting[1]] = mark }
  }

  /// Passes on what waited long enough. `thorough`: looks through the window, past what others published.
  mutating func passMarks(_ newest: UInt64, thorough: Bool, into commit: inout Gathering<Effect>) {
    if marks.isEmpty { return }
    var kept: [PendingMark] = []
    for mark in marks {
      if isSettled(mark, newest, thorough: thorough) { pass(mark, into: &commit) } else { kept.append(mark) }
    }
    marks = kept
  }

  private func isSettled(_ mark: PendingMark, _ newest: UInt64, thorough: Bool) -> Bool {
    if settledThrough(newest) >= mark.after { return true }
    guard thorough, reading.isLive || reading.next > mark.after else { return false }
    var ordinal = window.first
    while ordinal < window.end, window[ordinal].position <= mark.after {
      if window[ordinal].state != .settled, !window[ordinal].isReturn, window[ordinal].producer == mark.producer { return false }
      ordinal += 1
    }
    return true
  }

  private func pass(_ mark: PendingMark, into commit: inout Gathering<Effect>) {
    for consumer in consumers where consumer.isOpen && !consumer.isLeaving {
      commit.afterDurable(
        .send(consumer.connection, .mark(handle: consumer.handle, source: mark.source, through: mark.through)))
    }
  }
}

extension BrokerMachine {
  mutating func mark(_ slot: Int, through: Timestamp, _ now: Moment, into commit: inout Gathering<Effect>) {
    guard let source = connections[slot].rights.source else { return }
    let producer = connections[slot].producer
    let mark = PendingMark(
      source: source, producer: producer.map { UInt32($0) }, after: producer.map { producers[$0].lastPosition } ?? 0,
      // A publisher whose clock runs ahead cannot know what has not happened yet.
      through: min(through, now.wall))
    for number in subscriptions.indices
    where subscriptions[number].isAttached && subscriptions[number].row.hears(connections[slot].rights) {
      subscriptions[number].offer(mark, newest, into: &commit)
      if !subscriptions[number].marks.isEmpty { markDue = min(markDue, now.uptime + limits.markPause) }
    }
  }
}
