package import Contracts

/// Many decisions in a row, in the order in which limits are used up: by the time of the line, then by the order's id.
package struct Decisions: Sendable {
  /// What the offer has given so far over all.
  package var total: Tally
  /// What it has given to each person so far.
  package var customers: [Identifier<Person>: Tally]

  package init(total: Tally = Tally(), customers: [Identifier<Person>: Tally] = [:]) {
    self.total = total
    self.customers = customers
  }

  /// Decides on one more order, whose turn it is, and takes down what it used. The tallies of `history` are not looked at.
  package mutating func decide(_ purchase: Purchase, _ history: History, _ terms: Terms, life: Life, at now: Timestamp) -> Outcome {
    var history = history
    history.total = total
    if let personID = purchase.personID { history.customer = customers[personID] ?? Tally() }
    let outcome = terms.evaluate(purchase, history, life: life, at: now)
    guard outcome.isGranted else { return outcome }
    total.add(outcome.used)
    if let personID = purchase.personID { customers[personID, default: Tally()].add(outcome.used) }
    return outcome
  }

  /// Decides on `purchases` in their turn; the outcomes stand in the order of `purchases`.
  package mutating func decide(_ purchases: [(purchase: Purchase, history: History)], _ terms: Terms, life: Life, at now: Timestamp)
    -> [Outcome]
  {
    let turns = purchases.map { terms.turn(of: $0.purchase, life: life) }
    let order = purchases.indices.sorted {
      turns[$0] == turns[$1] ? purchases[$0].purchase.orderID < purchases[$1].purchase.orderID : turns[$0] < turns[$1]
    }
    var outcomes: [Outcome?] = purchases.map { _ in nil }
    for place in order { outcomes[place] = decide(purchases[place].purchase, purchases[place].history, terms, life: life, at: now) }
    return outcomes.compactMap(\.self)
  }
}
