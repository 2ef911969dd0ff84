package import Contracts

/// Many decisions in the order that limits are used up in: by the time of the line, then by the order's id.
package struct Batch: Sendable {
  /// What the offer has given so far over all.
  package var total: Tally
  /// What it has given to each person so far.
  package var customers: [Identifier<Person>: Tally]

  package init(total: Tally = Tally(), customers: [Identifier<Person>: Tally] = [:]) {
    self.total = total
    self.customers = customers
  }

  /// Decides on `purchases`; the tallies of their histories are not looked at, this batch's are, and they are moved on.
  ///
  /// The outcomes stand in the order of `purchases`.
  package mutating func decide(
    _ purchases: [(purchase: Purchase, history: History)], _ terms: Terms, life: Life, at now: Timestamp
  ) -> [Outcome] {
    purchases.map { terms.evaluate($0.purchase, $0.history, life: life, at: now) }
  }
}
