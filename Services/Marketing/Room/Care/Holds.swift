import Contracts
import MarketingDomain
import Store

/// Who is to be left alone, and from when on no longer. Money and notes are never held, only what is said to sell.
enum Holds {
  /// Takes in that somebody is held, or no longer.
  static func fold(_ fact: HoldTurned, in transaction: borrowing Transaction) throws {
    // As long as a case is open nothing but its solution ends a hold.
    let until: Timestamp =
      switch fact.turn {
      case .placed: fact.caseID == nil ? fact.expiresAt : .last
      case .lifted: max(fact.coolOffUntil ?? fact.at, fact.at)
      }
    try transaction.run(
      """
      INSERT INTO hold (hold_id, person_id, scope, scope_id, until_at, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET scope = ?3, scope_id = ?4, until_at = ?5, at = ?6 WHERE ?6 >= at
      """, .text(fact.holdID.text), .text(fact.personID.text), .text(fact.scope.rawValue), .optional(fact.scopeID), .timestamp(until),
      .timestamp(fact.at))
  }

  /// What somebody is held from.
  struct Scope: Equatable {
    let scope: HoldTurned.Scope
    let id: String?

    func holds(campaign: Identifier<Campaign>) -> Bool {
      switch scope {
      case .all: true
      case .campaign: id == campaign.text
      case .channel: false
      }
    }

    func holds(channel: String) -> Bool { scope == .channel && id == channel }
  }

  /// Whoever was left out because of a hold stands in the line again when the first of their holds ends.
  static func wake(_ person: Identifier<Person>, at now: Timestamp, in transaction: borrowing Transaction) throws {
    let next = try transaction.first(
      "SELECT min(until_at) FROM hold WHERE person_id = ?1 AND until_at > ?2 AND until_at < ?3", .text(person.text), .timestamp(now),
      .timestamp(.last)
    ) { row throws(StoreFault) in try row.optionalTimestamp(0) }
    guard let next = next.flatMap({ $0 }) else { return }
    try Due.set(at: next, kind: DueKinds.holdOver, subject: person.text, in: transaction)
  }
}
