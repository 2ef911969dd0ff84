import Contracts
package import Journal
import Wire

// Access given and taken while the broker runs: what a credential may no longer do ends at once, with a sentence.
extension BrokerMachine {
  /// The credential `name` may from now on do what `rights` say; nil: it was taken away, and its connections end.
  package mutating func change(_ name: String, _ rights: Rights?, at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    let slots = connections.indices.filter { connections[$0].isOpen && connections[$0].credential == name }
    guard let rights else {
      for slot in slots {
        turnAway(slot, "revoked", "The credential \(name) was taken away; ask the operator for another.", into: &commit)
      }
      return
    }
    if !slots.isEmpty { _ = account(of: name, rights) }
    for slot in slots { adopt(rights, on: slot, into: &commit) }
    // More than it may have now: who came last goes first.
    let surplus = slots.sorted { connections[$0].order < connections[$1].order }
      .dropFirst(limits.allowance.with(rights.quota).connections)
    for slot in surplus { turnAway(slot, "limit", "The credential \(name) may have fewer connections from now on.", into: &commit) }
  }

  private mutating func turnAway(_ slot: Int, _ code: String, _ sentence: String, into commit: inout Gathering<Effect>) {
    commit.afterDurable(.close(connections[slot].id, Refusal(code: code, sentence: sentence)))
    // It is not the consumer's fault: nothing it worked on counts an attempt.
    lose(slot, counting: false, into: &commit)
  }

  private mutating func adopt(_ rights: Rights, on slot: Int, into commit: inout Gathering<Effect>) {
    connections[slot].rights = rights
    connections[slot].source = Array((rights.source ?? "").utf8)
    connections[slot].typeSpelled = []
    outlets[slot].inFlightMax = limits.inFlightMax(rights.quota)
    for joined in connections[slot].handles {
      let filters = subscriptions[joined.subscription].row.filters
      guard let forbidden = (filters.isEmpty ? [.all] : filters).first(where: { !rights.mayRead($0) }) else { continue }
      connections[slot].handles.removeAll { $0.handle == joined.handle }
      leave(joined, counting: false, into: &commit)
      let reason = Refusal(
        code: "filter_not_allowed",
        sentence: "The credential \(connections[slot].credential) may no longer read \(forbidden); ask for the right or drop the filter.")
      commit.afterDurable(.send(connections[slot].id, .unsubscribed(handle: joined.handle, reason: reason)))
    }
    // With a larger quota it may take more than before.
    for joined in connections[slot].handles where !subscriptions[joined.subscription].isIdle { pump(joined.subscription, into: &commit) }
  }

  /// Forgets what a program that is gone has said it reads, so that contracts may be loosened again. It holds once more as soon as the
  /// program says it again.
  mutating func withdraw(_ command: JSON, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    guard let credential = command["credential"]?.string else {
      throw AdminRefusal("missing", "The command names no credential; add the one whose reads are to be withdrawn.")
    }
    guard let reads = contracts.reads(of: credential), !reads.isEmpty else {
      throw AdminRefusal("nothing_read", "\(credential) has said in no manifest that it reads anything; there is nothing to withdraw.")
    }
    guard !connections.contains(where: { $0.isOpen && $0.credential == credential }) else {
      throw AdminRefusal(
        "still_here", "\(credential) is connected, so what it reads is read; stop it, or revoke its credential, then withdraw.")
    }
    write(.manifest(credential: credential, []), into: &commit)
    return .object([.init("withdrawn", .array(reads.map { .string($0.type) }))])
  }
}
