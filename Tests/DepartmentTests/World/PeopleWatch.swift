import Contracts

/// Who works here, as each department has heard it. Of whom nothing was said, works here.
struct PeopleWatch {
  private var known: [String: [Identifier<Colleague>: ColleagueChanged]] = [:]

  mutating func take(_ fact: ColleagueChanged, at department: String) { known[department, default: [:]][fact.colleagueID] = fact }

  func isHere(_ id: Identifier<Colleague>, at department: String) -> Bool { known[department]?[id]?.active ?? true }

  /// Who answers for what was put on `id`: themselves, or whoever took their list; nil where nobody did.
  func heir(of id: Identifier<Colleague>, at department: String) -> Identifier<Colleague>? {
    var (heir, steps) = (id, 0)
    while let fact = known[department]?[heir], !fact.active {
      guard let next = fact.handedTo, steps < 10 else { return nil }
      (heir, steps) = (next, steps + 1)
    }
    return heir
  }
}
