package import Contracts
package import Terms

/// The numbers that care goes by, as the ledger publishes them. Those of the first version stand in where nothing was heard yet.
package struct CarePolicies: Sendable, Equatable {
  private var documents: [String: JSON] = [:]
  private var versions: [String: Int64] = [:]

  package init() {}

  package init(_ rows: [(name: String, version: Int64, document: JSON)]) {
    for row in rows {
      documents[row.name] = row.document
      versions[row.name] = row.version
    }
  }

  /// `policy/holds/1`, for the envelope of what it decided; nil where none was heard.
  package func name(of policy: String) -> String? { versions[policy].map { "policy/\(policy)/\($0)" } }

  private func duration(_ policy: String, _ member: String, else first: Duration) -> Duration {
    documents[policy]?[member]?.string.flatMap { try? Duration(iso8601: $0) } ?? first
  }

  package var holds: HoldRules {
    HoldRules(
      expire: duration("holds", "expire", else: .seconds(30 * 86_400)), coolOff: duration("cool-off", "usual", else: .seconds(7 * 86_400)),
      coolOffSevere: duration("cool-off", "severe", else: .seconds(30 * 86_400)),
      badReview: documents["reviews"]?["hold_up_to"]?.integer ?? 2
    )
  }

  /// How long a letter may lie before marketing rests for whoever wrote it.
  package var letterAnsweredWithin: Duration { duration("letters", "answer_within", else: .seconds(7 * 86_400)) }
  /// How long a granted remedy can be taken back by who granted it.
  package var undo: Duration { duration("desk", "undo", else: .seconds(10)) }
  /// How long somebody above has for what lies over a limit.
  package var approvalWithin: Duration { duration("desk", "approve_within", else: .seconds(2 * 3_600)) }
  /// How long marketing has, in opening hours, for an offer that nobody knows.
  package var unknownOfferWithin: Duration { duration("desk", "unknown_offer_within", else: .seconds(1_800)) }

  /// What nobody decided by its deadline: what the agent may give alone, or nothing.
  package enum Default: String, Sendable { case limit, refuse }
  package var approvalDefault: Default { documents["desk"]?["at_deadline"]?.string.flatMap { Default(rawValue: $0) } ?? .limit }

  /// What each role may grant.
  package var limits: GrantLimits { documents["limits"].flatMap { GrantLimits($0) } ?? .usual }

  package var opening: OpeningHours.Clock {
    let hours = documents["opening-hours"]
    return OpeningHours.Clock(opens: hours?["from"]?.string ?? "08:00", closes: hours?["to"]?.string ?? "20:00")
      ?? OpeningHours.Clock.usual
  }

  /// The store's zone, where the policy names it.
  package var zone: String? { documents["opening-hours"]?["zone"]?.string }

  package var forecast: ContactForecast.Rules {
    documents["capacity"].flatMap { ContactForecast.Rules($0) }
      ?? .usual
  }
}
