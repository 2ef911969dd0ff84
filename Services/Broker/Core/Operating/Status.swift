package import Contracts
import Journal
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
      .init("returning", .integer(Int64(subscriptions.reduce(0) { $0 + $1.returns.count }))),
      .init("paused", .integer(Int64(subscriptions.count { $0.breaker.pause != nil }))),
      .init("connections", .array(connected.prefix(limits.answerRows).map { .string($0.credential) })),
      .init("producers", .array(producers.list.suffix(limits.answerRows).map { $0.status })),
      .init("subscriptions", .array(subscriptionRows)),
      .init("contracts", .array(contractRows)),
    ])
  }

  /// One row for each durable subscription.
  var subscriptionRows: [JSON] { subscriptions.filter(\.isOpen).prefix(limits.answerRows).map { status($0) } }
}

extension Producers.Producer {
  fileprivate var status: JSON {
    .object([
      .init("name", .string(name)), .init("epoch", .count(epoch)), .init("last", .count(last)), .init("forget", .count(forget)),
      .init("connected", .bool(slot != nil)),
    ])
  }
}

extension JSON {
  static func count(_ value: UInt64) -> JSON { .integer(Int64(clamping: value)) }
}
