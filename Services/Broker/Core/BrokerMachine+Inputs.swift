import Contracts
package import Journal
import Wire

// What comes in from clients, the disk and the clock.
extension BrokerMachine {
  /// A new input at `moment`.
  @inline(__always)
  mutating func enter(_ moment: Moment) {
    now = clock.steady(moment)
    burials = limits.buriedPerInput
  }

  /// Applies one input. Not `publish` in a hurry: call that one directly.
  package mutating func apply(_ input: Input, at moment: Moment, into commit: inout Gathering<Effect>) {
    switch input {
    case .hello(let id, let hello, let rights): self.hello(id, hello, rights, at: moment, into: &commit)
    case .publish(let id, let publish, let frame): self.publish(id, publish, frame: frame, at: moment, into: &commit)
    case .refuse(let id, let sequence, let refusal): refuse(id, sequence: sequence, refusal, at: moment, into: &commit)
    case .subscribe(let id, let subscribe): self.subscribe(id, subscribe, at: moment, into: &commit)
    case .unsubscribe(let id, let handle, let forget): unsubscribe(id, handle: handle, forget: forget, at: moment, into: &commit)
    case .credit(let id, let handle, let messages, let bytes):
      credit(id, handle: handle, messages: messages, bytes: bytes, at: moment, into: &commit)
    case .working(let id, let handle, let ranges): working(id, handle: handle, ranges)
    case .settle(let id, let handle, let settlement): settle(id, handle: handle, settlement, at: moment, into: &commit)
    case .extend(let id, let handle, let ranges): extend(id, handle: handle, ranges, at: moment)
    case .request(let id, let request): self.request(id, request, at: moment, into: &commit)
    case .reply(let id, let reply): self.reply(id, reply, into: &commit)
    case .mark(let id, let through): mark(id, through: through, at: moment, into: &commit)
    case .admin(let id, let number, let command): admin(id, number, command, at: moment, into: &commit)
    case .farewell(let id): farewell(id)
    case .disconnected(let id): disconnected(id, at: moment, into: &commit)
    case .flushed(let id, let queuedBytes): flushed(id, queuedBytes: queuedBytes, at: moment, into: &commit)
    case .fetched(let subscription, let from, let answer): fetched(subscription, from: from, answer, at: moment, into: &commit)
    case .storage(let isFull): noteStorage(isFull: isFull, into: &commit)
    case .surveyed(let survey, let how): surveyed(survey, how, at: moment, into: &commit)
    case .carried(let slice): carried(slice, at: moment, into: &commit)
    case .examined(let range, let damages): examined(range, damages, at: moment, into: &commit)
    case .lookedThrough: lookedThrough(at: moment, into: &commit)
    case .heal(let id, let publish, let frame): heal(id, publish, frame: frame, at: moment, into: &commit)
    case .healed(let position): healed(position, at: moment, into: &commit)
    case .mended(let range): mended(range, at: moment, into: &commit)
    case .acceptLoss(let range, let who): acceptLoss(range, by: who, at: moment, into: &commit)
    case .drain(let reason): drain(reason: reason, into: &commit)
    case .tick: tick(at: moment, into: &commit)
    }
  }

  /// Leases that ended, waits that are over, marks, questions without an answer, followers of dead events.
  package mutating func tick(at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    let marksAreDue = markDue <= now.uptime
    if marksAreDue { markDue = .max }
    for number in subscriptions.indices where subscriptions[number].isAttached {
      subscriptions[number].expire(at: now, &outlets, into: &commit)
      subscriptions[number].wake(at: now)
      subscriptions[number].pump(tail, newest, &burials, at: now, &outlets, into: &commit)
      subscriptions[number].passMarks(newest, thorough: marksAreDue, into: &commit)
      if !subscriptions[number].marks.isEmpty { markDue = min(markDue, now.uptime + limits.markPause) }
    }
    endOverdueRequests(now, into: &commit)
  }

  /// Uptime at which `tick` is due, at the latest; nil while nothing waits for time.
  package var nextDeadline: Int64? {
    var due = min(markDue, requests.nextDue)
    for subscription in subscriptions where subscription.isAttached {
      if subscription.hasBurials { return now.uptime }
      due = min(due, subscription.nextDue)
      if !subscription.isOrdinary { due = min(due, subscription.errandDue) }
      for consumer in subscription.consumers where consumer.isOpen { due = min(due, consumer.leaseCheck) }
    }
    return due == .max ? nil : due
  }

  /// The disk's answer to the effect `fetch`.
  package mutating func fetched(
    _ subscription: UInt32, from: Position, _ answer: Fetched, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    let number = Int(subscription)
    guard number < subscriptions.count, subscriptions[number].reading.fetch?.from == from.value else { return }
    // Of one that is gone: its number is free now.
    guard subscriptions[number].isOpen else { return subscriptions[number].reading.fetch = nil }
    // Says nothing about what stands there now.
    if subscriptions[number].reading.fetch?.isStale == true {
      subscriptions[number].endStaleFetch()
      return pump(number, into: &commit)
    }
    var answer = answer
    var isWhole = true
    switch answer {
    case .events(_, let next): isWhole = !losses.contains { $0.from < next.value && from.value < $0.end }
    case .forgotten(let oldest):
      // Segments that went by decision left what is needed of them behind; others are damage.
      let known = max(kept, segmentBytes)
      isWhole = false
      answer =
        from.value >= known && oldest.value > known
        ? judge(from.value, oldest.value - 1, into: &commit)
        : .events(carried.events(from: from.value, before: known), next: Position(max(known, from.value + 1)))
    case .damaged(let first, let last):
      answer = judge(first.value, last.value, into: &commit)
      isWhole = false
    }
    if !isWhole, case .events(let events, let next) = answer, next > from {
      subscriptions[number].noteMissing(in: from.value..<next.value, but: events)
    }
    subscriptions[number].fetched(from: from, answer, at: now)
    pump(number, into: &commit)
  }

  /// Serves a subscription after something changed for it.
  mutating func pump(_ number: Int, into commit: inout Gathering<Effect>) {
    subscriptions[number].pump(tail, newest, &burials, at: now, &outlets, into: &commit)
    if !subscriptions[number].marks.isEmpty { subscriptions[number].passMarks(newest, thorough: false, into: &commit) }
  }
}
