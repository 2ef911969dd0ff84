package import Contracts
package import Journal
import Wire

// What the machine tells about itself: who is behind, by how much, why, and since when.
extension BrokerMachine {
  /// Everything of interest, as one JSON object; byte counts and positions as numbers, instants as milliseconds since 1970.
  package func status() -> JSON {
    let connected = connections.filter(\.isOpen)
    return .object([
      .init("journal", .string(journal)),
      .init("newest", .count(newest)),
      .init("draining", .bool(isDraining)),
      .init("storage_full", .bool(isStorageFull)),
      .init("disk", diskStatus),
      .init("accepted", .count(counts.accepted)),
      .init("duplicates", .count(counts.duplicates)),
      .init("refused", .count(counts.refused)),
      .init("resumed", .count(counts.resumed)),
      .init("requests", .integer(Int64(requests.count))),
      .init("types", .integer(Int64(types.count))),
      .init("dead", .integer(Int64(subscriptions.reduce(0) { $0 + $1.dead.count }))),
      .init("connections", .array(connected.prefix(limits.answerRows).map { .string($0.credential) })),
      .init("producers", .array(producers.list.suffix(limits.answerRows).map { $0.status })),
      .init("subscriptions", .array(subscriptionRows)),
      .init("contracts", .array(contractRows)),
    ])
  }

  /// One row for each durable subscription.
  var subscriptionRows: [JSON] { subscriptions.filter(\.isOpen).prefix(limits.answerRows).map { $0.status(newest, outlets) } }

  /// Answers an admin command with its answer, or with why not.
  package mutating func admin(
    _ id: ConnectionID, _ number: UInt64, _ command: JSON, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    func answer(_ answer: JSON) { commit.afterDurable(.send(id, .admin(id: number, answer: answer))) }
    func refuse(_ code: String, _ sentence: String) {
      answer(.object([.init("code", .string(code)), .init("sentence", .string(sentence))]))
    }
    guard connections[slot].rights.administers else {
      return refuse("not_allowed", "The credential \(connections[slot].credential) may not administer the broker; use the operator's.")
    }
    switch command["name"] {
    case .string("status"): answer(status())
    case .string("subscriptions"): answer(.object([.init("subscriptions", .array(subscriptionRows))]))
    case .string("dead"):
      guard let letters = deadLetters(command) else {
        return refuse("unknown_subscription", "There is no such subscription; name it as credential/name.")
      }
      answer(letters)
    case .string("drain"):
      answer(.object([.init("draining", .bool(true))]))
      drain(reason: "The broker is about to stop; reconnect after a moment.", into: &commit)
    case .string(let other):
      refuse("unknown_command", "This broker has no command \(other); it knows status, subscriptions, dead and drain.")
    default: refuse("unknown_command", "The command has no name; it knows status, subscriptions, dead and drain.")
    }
  }

  /// Dead letters of `subscription` (credential/name), `from` the so-many-th on.
  private func deadLetters(_ command: JSON) -> JSON? {
    guard case .string(let name) = command["subscription"],
      let subscription = subscriptions.first(where: { $0.isOpen && $0.row.fullName == name })
    else { return nil }
    var from = 0
    if case .integer(let asked) = command["from"] { from = max(0, Int(asked)) }
    let rows = subscription.dead.list.dropFirst(from).prefix(limits.answerRows)
    return .object([
      .init("count", .integer(Int64(subscription.dead.count))),
      .init("from", .integer(Int64(from))),
      .init("letters", .array(rows.map { $0.status(producerName($0.producer)) })),
    ])
  }
}

extension Subscription {
  /// Why it is not up with the newest event.
  enum Wait: String {
    case nothing, consumer, credit, damage, reading
    case deadLetters = "dead_letters"
    /// Consumers have it all, and have not settled it.
    case settle
    /// A failed event may not be tried before its time.
    case delay
    /// What is next belongs to keys whose holder has no credit, or look-ahead has come to its end behind such.
    case key
  }

  func waits(_ outlets: [Outlet]) -> Wait {
    if reading.damage != nil { return .damage }
    if dead.count >= limits.deadLetters { return .deadLetters }
    if attached == 0 { return .consumer }
    if !consumers.indices.contains(where: { hasCredit($0, outlets) }) { return .credit }
    if keys.listed > 0 { return .key }
    if nextDue != .max { return .delay }
    if reading.isLive { return .settle }
    return canReadOn ? .reading : .key
  }

  func status(_ newest: UInt64, _ outlets: [Outlet]) -> JSON {
    let floor = settledThrough(newest)
    let wait = waits(outlets)
    let behind = newest > floor ? newest - floor : 0
    let why: Wait = behind == 0 ? .nothing : wait
    let since: Int64? =
      switch why {
      case .nothing: nil
      case .consumer: counts.detachedSince
      case .credit, .reading, .damage, .deadLetters: counts.behindSince ?? counts.floorSince
      case .settle, .delay, .key: counts.floorSince
      }
    return .object([
      .init("name", .string(row.fullName)),
      .init("filters", .array(row.filters.map { .string($0.description) })),
      .init("behind", .count(behind)),
      .init("waits_for", .string(why.rawValue)),
      .init("since", since.map { .integer($0) } ?? .null),
      .init("floor", .count(floor)),
      .init("consumers", .integer(Int64(attached))),
      .init("in_flight", .integer(Int64(consumers.reduce(0) { $0 + $1.inFlight }))),
      .init("look_ahead", .integer(Int64(window.count))),
      .init("look_ahead_max", .integer(Int64(limits.lookAhead))),
      .init("troubled", .integer(Int64(troubles.list.count))),
      .init("dead", .integer(Int64(dead.count))),
      .init("dead_key", .string(row.deadKey.rawValue)),
      .init("passed_over", passedOver.status),
      .init("delivered", .count(counts.delivered)),
      .init("settled", .count(counts.settled)),
      .init("ignored", .count(counts.ignored)),
      .init("revoked", .count(counts.revoked)),
      .init("expired", .count(counts.expired)),
      .init("damage", reading.damage.map { .array([.count($0.lowerBound), .count($0.upperBound)]) } ?? .null),
    ])
  }
}

extension Producers.Producer {
  fileprivate var status: JSON {
    .object([
      .init("name", .string(name)), .init("epoch", .count(epoch)), .init("last", .count(last)), .init("forget", .count(forget)),
      .init("connected", .bool(slot != nil)),
    ])
  }
}

extension DeadLetters.Letter {
  fileprivate func status(_ producer: String) -> JSON {
    let (why, reason): (String, JSON) =
      switch cause {
      case .exhausted: ("exhausted", .null)
      case .never(let reason): ("never", .string(reason))
      case .behind(let position): ("behind", .count(position))
      }
    return .object([
      .init("position", .count(position)), .init("producer", .string(producer)), .init("sequence", .count(sequence)),
      .init("attempts", .integer(Int64(attempts))), .init("at", .integer(at)), .init("why", .string(why)), .init("reason", reason),
    ])
  }
}

extension JSON {
  fileprivate static func count(_ value: UInt64) -> JSON { .integer(Int64(clamping: value)) }
}
