import Contracts
import Store
import Terms

/// The segments and lists that customers belong to, as the ledger tells it.
enum Memberships {
  /// Takes in a fact. Of one span the highest revision counts, so that any order of the facts gives the same rows.
  static func fold(_ fact: MembershipChanged, in transaction: borrowing Transaction) throws {
    let (kind, id) = (SQLValue.text(fact.group.kind.rawValue), SQLValue.text(fact.group.id.text))
    try transaction.run("INSERT INTO customer_group (kind, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", kind, id)
    guard let number = try transaction.integer("SELECT number FROM customer_group WHERE kind = ?1 AND group_id = ?2", kind, id) else {
      return
    }
    for member in fact.members {
      try transaction.run(
        """
        INSERT INTO membership (person_id, group_number, from_at, until_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET until_at = excluded.until_at, revision = excluded.revision WHERE excluded.revision > revision
        """, .text(member.personID.text), .integer(number), .timestamp(member.from ?? .first), .timestamp(member.until ?? .last),
        .integer(fact.revision))
    }
  }

  /// All that `person` ever belonged to.
  static func of(
    _ person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable
  ) throws -> [CustomerGroup: Membership] {
    var found: [CustomerGroup: Membership] = [:]
    try reading.rows(
      """
      SELECT kind, group_id, from_at, until_at FROM membership JOIN customer_group ON number = group_number
      WHERE person_id = ?1 ORDER BY group_number, from_at
      """, .text(person.text)
    ) { row in
      let group = CustomerGroup(CustomerGroup.Kind(rawValue: try row.text(0)) ?? .list, Identifier(restoring: try row.text(1)))
      found[group, default: Membership()].spans.append(Membership.Span(from: try row.timestamp(2), until: try row.timestamp(3)))
    }
    return found
  }
}
