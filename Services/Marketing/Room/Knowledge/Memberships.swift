import Contracts
import Store
import Terms

/// Who belongs to segments and lists, as the ledger tells it: who may have an offer, not who is told of it.
enum Memberships {
  /// Takes in a fact. Of one span the highest revision counts, so that any order of the facts gives the same rows.
  static func fold(_ fact: MembershipChanged, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "INSERT INTO customer_group (kind, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", .text(fact.group.kind.rawValue),
      .text(fact.group.id.text))
    guard let number = try number(of: fact.group, in: transaction) else { return }
    for member in fact.members {
      try transaction.run(
        """
        INSERT INTO membership (group_number, person_id, from_at, until_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET until_at = excluded.until_at, revision = excluded.revision WHERE excluded.revision > revision
        """, .integer(number), .text(member.personID.text), .timestamp(member.from ?? .first), .timestamp(member.until ?? .last),
        .integer(fact.revision))
    }
  }

  private static func number(of group: CustomerGroup, in reading: borrowing some Reading & ~Copyable) throws -> Int64? {
    try reading.integer(
      "SELECT number FROM customer_group WHERE kind = ?1 AND group_id = ?2", .text(group.kind.rawValue), .text(group.id.text))
  }

  /// When `person` belongs to `group`.
  static func of(
    _ person: Identifier<Person>, in group: CustomerGroup, _ reading: borrowing some Reading & ~Copyable
  ) throws -> Membership {
    Membership(
      try reading.all(
        """
        SELECT from_at, until_at FROM membership
        WHERE group_number = (SELECT number FROM customer_group WHERE kind = ?1 AND group_id = ?2) AND person_id = ?3 ORDER BY from_at
        """, .text(group.kind.rawValue), .text(group.id.text), .text(person.text)
      ) { row throws(StoreFault) in Membership.Span(from: try row.timestamp(0), until: try row.timestamp(1)) })
  }

  /// The spans of `group` from one person to another, by person and by their beginnings. HOT in a preparation: a walk through one tree.
  static func rows(
    of group: CustomerGroup, from first: Identifier<Person>, to last: Identifier<Person>, limit: Int64,
    in reading: borrowing some Reading & ~Copyable, each: (String, Membership.Span) throws -> Void
  ) throws {
    try reading.rows(
      """
      SELECT person_id, from_at, until_at FROM membership
      WHERE group_number = (SELECT number FROM customer_group WHERE kind = ?1 AND group_id = ?2) AND person_id BETWEEN ?3 AND ?4
      ORDER BY person_id, from_at LIMIT ?5
      """, .text(group.kind.rawValue), .text(group.id.text), .text(first.text), .text(last.text), .integer(limit)
    ) { row in try each(try row.text(0), Membership.Span(from: try row.timestamp(1), until: try row.timestamp(2))) }
  }

  /// The groups that were ever told of.
  static func groups(in reading: borrowing some Reading & ~Copyable) throws -> Set<CustomerGroup> {
    Set(
      try reading.all("SELECT kind, group_id FROM customer_group ORDER BY number LIMIT 100000") { row throws(StoreFault) in
        CustomerGroup(CustomerGroup.Kind(rawValue: try row.text(0)) ?? .list, Identifier(restoring: try row.text(1)))
      })
  }
}
