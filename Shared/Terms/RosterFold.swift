package import Contracts

/// Who works when. A fold of the facts about shifts: of one shift of one agent the latest word counts.
package struct RosterFold: Sendable {
  private struct Name: Hashable {
    let agent: Identifier<Colleague>
    let shift: Identifier<Shift>
  }
  private var shifts: [Name: RosterPublished] = [:]

  package init() {}
  package init(_ facts: [RosterPublished]) { for fact in facts { take(fact) } }

  /// Takes one word about a shift; an earlier one that comes later changes nothing.
  package mutating func take(_ fact: RosterPublished) {
    let name = Name(agent: fact.agentID, shift: fact.shiftID)
    if let known = shifts[name], !LastWord.counts(fact.at, after: known.at) { return }
    shifts[name] = fact
  }

  /// The shifts that lie in `period` at least in part, absent ones too, by time and agent.
  package func shifts(in period: Range<Timestamp>) -> [RosterPublished] {
    shifts.values.filter { $0.from < period.upperBound && period.lowerBound < $0.to }.sorted {
      ($0.from, $0.agentID, $0.shiftID) < ($1.from, $1.agentID, $1.shiftID)
    }
  }
}
