package import Contracts

/// Who has read which version of one offer. A fold of the acknowledgements, in any order.
///
/// An acknowledgement whose answer was wrong is none: the agent reads why and answers again.
package struct BriefingFold: Sendable {
  private var read: [Identifier<Colleague>: [Int: Timestamp]] = [:]

  package init() {}
  package init(_ facts: [BriefingAcknowledged]) { for fact in facts { take(fact) } }

  /// Takes one acknowledgement; whichever order they come in, the first one of a version counts.
  package mutating func take(_ fact: BriefingAcknowledged) {
    guard fact.answerCorrect != false else { return }
    let earlier = read[fact.agentID]?[fact.version] ?? fact.at
    read[fact.agentID, default: [:]][fact.version] = min(earlier, fact.at)
  }

  /// Since when `agent` knows what stands in these versions; nil where they do not.
  package func readAt(_ agent: Identifier<Colleague>, counting versions: ClosedRange<Int>) -> Timestamp? {
    read[agent]?.filter { versions.contains($0.key) }.values.min()
  }
}

/// Which versions of an offer are as good as a later one: what changed since the last material one is minor.
package enum MaterialVersions {
  /// From the last material version up to `version`. One that was not heard of yet counts as material.
  package static func counting(_ version: Int, _ significance: (Int) -> OfferVersioned.Significance?) -> ClosedRange<Int> {
    var first = version
    while first > 1, significance(first) == .minor { first -= 1 }
    return first...version
  }
}
