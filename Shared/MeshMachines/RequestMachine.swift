import Contracts

/// Questions to other programs that wait for their answer; at most one answer each, none after the deadline.
package struct RequestMachine<Asker: Sendable>: Sendable {
  private struct Waiting: Sendable {
    let asker: Asker
    let until: Uptime
  }

  private var waiting: [UInt64: Waiting] = [:]
  private var ids: UInt64 = 0

  package init() {}

  package var count: Int { waiting.count }

  /// A new question's id; nil where too many wait already.
  package mutating func ask(_ asker: Asker, deadline: Duration, at now: Uptime) -> UInt64? {
    guard waiting.count < MeshLimits.requestsMax else { return nil }
    ids += 1
    waiting[ids] = Waiting(asker: asker, until: now.adding(min(deadline, MeshLimits.requestDeadlineMax)))
    return ids
  }

  /// Who asked; nil where nobody waits any more.
  package mutating func answered(_ id: UInt64) -> Asker? { waiting.removeValue(forKey: id)?.asker }

  /// The connection is gone, and with it every answer.
  package mutating func lost() -> [Asker] {
    defer { waiting.removeAll() }
    return waiting.sorted { $0.key < $1.key }.map(\.value.asker)
  }

  /// Those whose deadline has passed.
  package mutating func tick(at now: Uptime) -> [Asker] {
    guard !waiting.isEmpty else { return [] }
    let late = waiting.filter { $0.value.until <= now }.sorted { $0.key < $1.key }
    for (id, _) in late { waiting[id] = nil }
    return late.map(\.value.asker)
  }

  package var wake: Uptime? { waiting.isEmpty ? nil : waiting.values.map(\.until).min() }
}
