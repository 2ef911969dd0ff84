package import Contracts

/// One line of a customer's timeline: what happened, when it was true, and the message that told of it.
package struct TimelineEntry: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case ordered
  }
  package let person: Identifier<Person>
  package let kind: Kind
  package let order: Identifier<Order>
  package let time: Timestamp
  package let channel: String
  package let lines: Int64
  /// What the lines and charges came to; nil for an order without an amount.
  package let paid: Money?

  package init(
    person: Identifier<Person>, kind: Kind, order: Identifier<Order>, time: Timestamp, channel: String, lines: Int64, paid: Money?
  ) {
    self.person = person
    self.kind = kind
    self.order = order
    self.time = time
    self.channel = channel
    self.lines = lines
    self.paid = paid
  }

  /// As an agent reads it.
  package var sentence: String {
    switch kind {
    case .ordered:
      "ordered \(order) (\(channel)): \(lines) \(lines == 1 ? "line" : "lines")\(paid.map { ", \($0)" } ?? "")"
    }
  }
}
