package import Contracts

/// A person who has bought, as marketing counts them.
package struct Buyer: Sendable, Equatable {
  package let person: Identifier<Person>
  package var orders: Int64
  package var firstPlacedAt: Timestamp
  package var lastPlacedAt: Timestamp

  package init(person: Identifier<Person>, orders: Int64, firstPlacedAt: Timestamp, lastPlacedAt: Timestamp) {
    self.person = person
    self.orders = orders
    self.firstPlacedAt = firstPlacedAt
    self.lastPlacedAt = lastPlacedAt
  }
}
