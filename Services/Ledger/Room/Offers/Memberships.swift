import Contracts
import Store
import Terms
import protocol Store.Reading

/// Segments and lists as rows: who belongs to them, from when until when.
enum Memberships {
  /// A group as it stands.
  struct Known {
    let number: Int64
    let group: CustomerGroup
    let revision: Int64
    let changedAt: Timestamp
    /// Whoever was ever told to be a member.
    let people: Int64
  }

  // MARK: Folding

  /// The fold of `ledger.membership.changed`: of one span the highest revision counts, so that any order gives the same rows.
  static func fold(_ fact: MembershipChanged, at instant: Timestamp, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO customer_group (kind, group_id, revision, changed_at) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (kind, group_id) DO UPDATE SET revision = ?3, changed_at = ?4 WHERE ?3 > revision
      """, .text(fact.group.kind.rawValue), .text(fact.group.id.text), .integer(fact.revision), .timestamp(instant))
    guard let known = try find(fact.group, in: transaction) else { return }
    var people: Int64 = 0
    for member in fact.members {
      let isKnown =
        try transaction.integer(
          "SELECT 1 FROM membership WHERE group_number = ?1 AND person_id = ?2 LIMIT 1", .integer(known.number),
          .text(member.personID.text)) != nil
      if !isKnown { people += 1 }
      try transaction.run(
        """
        INSERT INTO membership (group_number, person_id, from_at, until_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET until_at = excluded.until_at, revision = excluded.revision WHERE excluded.revision > revision
        """, .integer(known.number), .text(member.personID.text), .timestamp(member.from ?? .first), .timestamp(member.until ?? .last),
        .integer(fact.revision))
    }
    guard people > 0 else { return }
    try transaction.run("UPDATE customer_group SET people = people + ?2 WHERE number = ?1", .integer(known.number), .integer(people))
  }

  // MARK: Asking

  static func find(_ group: CustomerGroup, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      "SELECT number, revision, changed_at, people FROM customer_group WHERE kind = ?1 AND group_id = ?2", .text(group.kind.rawValue),
      .text(group.id.text)
    ) { row throws(StoreFault) in
      Known(
        number: try row.integer(0), group: group, revision: try row.integer(1), changedAt: try row.timestamp(2),
        people: try row.integer(3))
    }
  }

  /// When `person` belongs to `group`. HOT where an offer is for a group: one look into one tree.
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

  /// Groups behind `group` by their names, of one kind or of both.
  static func all(
    _ kind: CustomerGroup.Kind?, after group: String, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Known] {
    try reading.all(
      """
      SELECT number, kind, group_id, revision, changed_at, people FROM customer_group
      WHERE (?1 IS NULL OR kind = ?1) AND kind || '/' || group_id > ?2 ORDER BY kind || '/' || group_id LIMIT ?3
      """, .optional(kind?.rawValue), .text(group), .integer(Int64(limit))
    ) { row throws(StoreFault) in
      Known(
        number: try row.integer(0),
        group: CustomerGroup(CustomerGroup.Kind(rawValue: try row.text(1)) ?? .list, Identifier(restoring: try row.text(2))),
        revision: try row.integer(3), changedAt: try row.timestamp(4), people: try row.integer(5))
    }
  }

  /// How many belong to a group at `instant`.
  static func count(_ known: Known, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer(
      "SELECT count(DISTINCT person_id) FROM membership WHERE group_number = ?1 AND from_at <= ?2 AND until_at > ?2",
      .integer(known.number), .timestamp(instant)) ?? 0
  }

  /// A span of somebody.
  struct Row {
    let person: Identifier<Person>
    let span: Membership.Span

    /// What names it to somebody who asks for the rows behind it.
    var place: String { "\(span.from.milliseconds)/\(person)" }

    init(person: Identifier<Person>, span: Membership.Span) { (self.person, self.span) = (person, span) }

    init?(place: String) {
      let parts = place.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let from = Int64(parts[0]) else { return nil }
      self.init(person: Identifier(restoring: String(parts[1])), span: Membership.Span(from: Timestamp(milliseconds: from)))
    }
  }

  /// The spans of a group behind `last`, by person and beginning; of one person alone where `only` names one.
  static func rows(
    of known: Known, after last: Row?, only: String?, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Row] {
    try reading.all(
      """
      SELECT person_id, from_at, until_at FROM membership
      WHERE group_number = ?1 AND (person_id, from_at) > (?2, ?3) AND (?4 IS NULL OR person_id = ?4) ORDER BY person_id, from_at LIMIT ?5
      """, .integer(known.number), .text(last?.person.text ?? ""), .timestamp(last?.span.from ?? .first), .optional(only),
      .integer(Int64(limit))
    ) { row throws(StoreFault) in
      Row(
        person: Identifier(restoring: try row.text(0)),
        span: Membership.Span(from: try row.timestamp(1), until: try row.timestamp(2)))
    }
  }
}
