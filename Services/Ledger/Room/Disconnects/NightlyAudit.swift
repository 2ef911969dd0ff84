import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// Looks through sixty days each night and says what contradicted what: from the times of facts alone, never from what somebody typed.
///
/// ```
/// nightly, 03:00 UTC ─▸ look-back ─▸ insult ─▸ … ─▸ channel      one due row, one transaction each
///                          └─▸ found ─▸ Register.tell: what is new, or has another outcome by now
/// ```
enum NightlyAudit {
  static let kind = "disconnect.audit"
  static let nightly = "nightly"
  private static let hour = Duration.seconds(3 * 3_600)

  /// What an audit looks at: from when on, and its own time.
  struct View {
    let since: Timestamp
    let now: Timestamp
  }

  static let steps: [(name: String, find: @Sendable (View, borrowing Transaction) throws -> [Register.Found])] = [
    ("look-back", { try NightlyAudit.lookBacks($0, in: $1) }), ("insult", { try NightlyAudit.insults($0, in: $1) }),
    ("unbriefed", { try NightlyAudit.unbriefed($0, in: $1) }), ("words", { try NightlyAudit.wrongWords($0, in: $1) }),
    ("promise", { try NightlyAudit.promises($0, in: $1) }), ("noisy", { try NightlyAudit.noisy($0, in: $1) }),
    ("parity", { try NightlyAudit.parity($0, in: $1) }), ("unknown-offer", { try NightlyAudit.unknownOffers($0, in: $1) }),
    ("refused", { try NightlyAudit.refused($0, in: $1) }), ("channel", { try NightlyAudit.channels($0, in: $1) }),
  ]

  /// The night has come, or the next step's turn.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    let occasion = desk.occasion(of: row, now)
    guard row.subject != nightly else {
      try Due.set(at: nextNight(after: now), kind: kind, subject: nightly, in: transaction)
      // The store was just born: there is nothing to look through yet.
      guard row.at > .first.adding(.seconds(1)), row.at.milliseconds > 0, let first = steps.first else { return }
      return try Due.set(at: now, kind: kind, subject: first.name, origin: occasion.origin, in: transaction)
    }
    guard let at = steps.firstIndex(where: { $0.name == row.subject }) else { return }
    try take(steps[at].find, occasion, desk, in: &transaction)
    if at + 1 < steps.count {
      try Due.set(at: now, kind: kind, subject: steps[at + 1].name, origin: occasion.origin, in: transaction)
    }
  }

  /// All of it at once, because somebody wants to know; returns how many were told.
  static func whole(_ occasion: Occasion, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Int {
    var told = 0
    for step in steps { told += try take(step.find, occasion, desk, in: &transaction) }
    return told
  }

  @discardableResult
  private static func take(
    _ find: @Sendable (View, borrowing Transaction) throws -> [Register.Found], _ occasion: Occasion, _ desk: DepartmentDesk,
    in transaction: inout Transaction
  ) throws -> Int {
    let policies = try Policies.current(desk, in: transaction)
    let back = policies.auditReachesBack ?? .seconds(60 * 86_400)
    let found = try find(View(since: occasion.now.adding(.zero - back), now: occasion.now), transaction)
    let because = occasion.under(policies.name(of: "audit"))
    return try Books.keep(in: &transaction) { books, transaction in
      try Register.tell(found, because, desk, books: &books, in: &transaction)
    }
  }

  static func nextNight(after now: Timestamp) -> Timestamp {
    let day: Int64 = 86_400_000
    let today = Timestamp(milliseconds: now.milliseconds - now.milliseconds % day).adding(hour)
    return today > now ? today : today.adding(.milliseconds(day))
  }
}
