import Contracts
import Store

/// What must hold between segments and lists, and those who belong to them.
enum MembershipChecks {
  static let all = [
    Check("segments and lists") { snapshot in
      try snapshot.all(
        """
        SELECT kind, group_id, people, count(DISTINCT person_id), g.revision, ifnull(max(m.revision), 0)
        FROM customer_group g LEFT JOIN membership m ON group_number = number
        GROUP BY number HAVING people <> count(DISTINCT person_id) OR ifnull(max(m.revision), 0) > g.revision LIMIT 20
        """
      ) { row throws(StoreFault) in
        Finding(
          "segments and lists",
          "\(try row.text(0)) \(try row.text(1)) is said to have had \(try row.integer(2)) people, \(try row.integer(3)) are there; "
            + "its last revision is \(try row.integer(4)), a member's is \(try row.integer(5))")
      }
    }
  ]
}
