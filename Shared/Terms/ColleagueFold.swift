package import Contracts

/// Who works here, who has left, and who took over what hung on them. A fold of the facts about colleagues, in any order.
package struct ColleagueFold: Sendable {
  package private(set) var colleagues: [Identifier<Colleague>: ColleagueChanged] = [:]

  package init() {}
  package init(_ facts: [ColleagueChanged]) { for fact in facts { take(fact) } }

  /// The latest word about somebody counts.
  package mutating func take(_ fact: ColleagueChanged) {
    if let known = colleagues[fact.colleagueID], !LastWord.counts(fact.at, after: known.at) { return }
    colleagues[fact.colleagueID] = fact
  }

  /// Whether somebody is here: nobody has said that they left.
  package func isHere(_ id: Identifier<Colleague>) -> Bool { colleagues[id]?.active ?? true }

  /// Who answers for what hangs on `id` now: themselves while they are here, then whoever took it over; nil where nobody did.
  package func heir(of id: Identifier<Colleague>) -> Identifier<Colleague>? {
    var id = id
    // As many steps as there are people: a chain that comes back to where it was ends as well.
    for _ in 0...colleagues.count {
      guard let known = colleagues[id], !known.active else { return id }
      guard let next = known.handedTo else { return nil }
      id = next
    }
    return nil
  }
}
