package import Contracts

/// What marketing does about one person and one offer.
package struct Verdict: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable { case send, honour, suppress, `defer` }

  package let kind: Kind
  /// A code; where the ledger's word stands behind it, `would_annoy.REASON`.
  package let reason: String
  /// The row of the table that decided, from 1 on.
  package let row: Int
  /// Whether the note may also invite to buy more.
  package let invites: Bool

  package init(kind: Kind, reason: String, row: Int, invites: Bool = false) {
    self.kind = kind
    self.reason = reason
    self.row = row
    self.invites = invites
  }

  /// What is known about the person and the offer at the moment of the decision.
  package struct Case: Sendable, Equatable {
    /// Why nothing may reach them at all.
    package enum Barred: String, Sendable { case unreachable, minor }

    package var barred: Barred?
    /// The basis of the remedy that they were granted of this offer, where a note about it is due and was not given yet.
    package var unsaid: String?
    /// Whether a note can be written to them; where it cannot, it is left with the desk.
    package var isReachable = true
    /// They have the benefit, at the checkout or by a remedy, or were told that they have it.
    package var hasIt = false
    package var onHold = false
    package var consents = false
    /// The ledger or customer service was not heard for too long.
    package var isBlind = false
    /// They bought the same thing in an interval of the offer and got nothing: the reason.
    package var refused: String?
    package var isEligible = true
    package var isLive = true
    /// Marketing messages within the time that the policy counts, and how many it allows.
    package var messages: Int64 = 0
    package var messagesMax: Int64 = 0

    package init() {}
  }

  /// What reasons to honour begin with, and what they end with where the note is left with the desk.
  package static let honoured = "honoured_"
  package static let atDesk = ".at_desk"
  /// The two reasons to defer.
  package static let blind = "blind"
  package static let notLive = "not_live"

  private struct Rule: Sendable {
    let matches: @Sendable (Case) -> Bool
    let verdict: @Sendable (Case) -> (kind: Kind, reason: String)
  }

  /// The table, in its order: the first row that matches decides.
  private static let rules: [Rule] = [
    Rule(matches: { $0.barred != nil }) { (.suppress, $0.barred?.rawValue ?? "unreachable") },
    Rule(matches: { $0.unsaid != nil }) { (.honour, honoured + ($0.unsaid ?? "") + ($0.isReachable ? "" : atDesk)) },
    Rule(matches: { $0.hasIt }) { _ in (.suppress, "has_it") },
    Rule(matches: { $0.onHold }) { _ in (.suppress, "hold") },
    Rule(matches: { !$0.consents }) { _ in (.suppress, "no_consent") },
    Rule(matches: { $0.isBlind }) { _ in (.defer, blind) },
    Rule(matches: { $0.refused != nil }) { (.suppress, "would_annoy.\($0.refused ?? "")") },
    Rule(matches: { !$0.isEligible }) { _ in (.suppress, "not_eligible") },
    Rule(matches: { !$0.isLive }) { _ in (.defer, notLive) },
    Rule(matches: { $0.messages >= $0.messagesMax }) { _ in (.suppress, "too_often") },
    Rule(matches: { _ in true }) { _ in (.send, "eligible") },
  ]

  /// How many rows the table has.
  package static var rowCount: Int { rules.count }

  /// Decides. The invitation of a note is marketing, and cut where a hold, a missing consent or blindness would keep marketing back.
  package static func decide(_ given: Case) -> Verdict {
    for (place, rule) in rules.enumerated() where rule.matches(given) {
      let (kind, reason) = rule.verdict(given)
      return Verdict(
        kind: kind, reason: reason, row: place + 1,
        invites: kind == .send || kind == .honour && given.isReachable && !given.onHold && given.consents && !given.isBlind)
    }
    preconditionFailure("the last row of the verdicts matches everybody")
  }

  /// Whether knowledge heard up to `heard` is too old at `now`; nothing heard, or no policy known, is blind.
  package static func isBlind(heard: Timestamp?, policy: Duration?, at now: Timestamp) -> Bool {
    guard let heard, let policy else { return true }
    return now.since(heard) > policy
  }
}
