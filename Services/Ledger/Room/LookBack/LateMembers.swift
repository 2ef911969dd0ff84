import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Memberships that become known, or change, when a look-back is over: that somebody was on an offer's list when they ordered is a new fact
/// about the order. Their orders are held against the offers for that group once more; who leaves keeps what was given.
///
/// ```
/// membership_asked: a revision and a person ──▸ the next who came or left, by revision and person
///                                                    └─▸ their orders within reach ─▸ Judge, as for any late order
/// ```
enum LateMembers {
  static let kind = "membership.orders"

  /// Sees to it that those who came or left are asked about; `number` names the group.
  static func await(_ group: CustomerGroup, _ occasion: Occasion, in transaction: borrowing Transaction) throws {
    guard let known = try Memberships.find(group, in: transaction) else { return }
    try Due.set(at: occasion.now, kind: kind, subject: "\(known.number)", origin: occasion.origin, in: transaction)
  }

  /// What a due row brings: the orders of some people, a bounded number in one turn.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    guard let number = Int64(row.subject), let asked = try Asked.find(number, in: transaction) else { return }
    let offers = try OfferInForce.honoured(at: now, for: asked.group, in: transaction)
    guard !offers.isEmpty else {
      // Whatever goes live later looks back with what is known by then.
      return try asked.move(to: asked.revision + 1, "", in: transaction)
    }
    let occasion = desk.occasion(of: row, now)
    let judge = try Judge(desk, occasion, in: transaction)
    let people = try asked.next(in: transaction)
    guard let last = people.last else { return }
    var (orders, reached) = (0, last)
    try Books.keep(in: &transaction) { books, transaction in
      for person in people {
        orders += try ask(person.id, offers, judge, books: &books, in: &transaction)
        reached = person
        if orders >= MemberLimits.ordersPerTurn { break }
      }
    }
    try asked.move(to: reached.revision, reached.id.text, in: transaction)
    guard reached.id != last.id || people.count == MemberLimits.peoplePerTurn else { return }
    try Due.set(at: now, kind: kind, subject: row.subject, origin: row.origin, in: transaction)
  }

  /// Decides again on the orders of one person. Returns how many there were.
  private static func ask(
    _ person: Identifier<Person>, _ offers: [OfferInForce], _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws -> Int {
    let from = offers.map(\.reach.from).min() ?? .last
    let to = offers.map(\.reach.to).max() ?? .first
    // Lines that were added later, and offers that go by the capture, reach orders that were placed before.
    let orders = try transaction.all(
      """
      SELECT order_id FROM captured_order c WHERE person_id = ?1 AND placed_at < ?3 AND (placed_at >= ?2 OR captured_at >= ?2 OR EXISTS (
        SELECT 1 FROM order_event e WHERE e.order_id = c.order_id AND e.type = ?4 AND e.recorded_at >= ?2))
      ORDER BY placed_at, order_id
      """, .text(person.text), .timestamp(from), .timestamp(to), .text(OrderAmended.types[0])
    ) { row throws(StoreFault) in Identifier<Order>(restoring: try row.text(0)) }
    for order in orders {
      guard var file = try OrderFile.find(order, in: transaction) else { continue }
      try LateOrders.judge(&file, offers, judge, books: &books, in: &transaction)
    }
    return orders.count
  }

  /// Up to whom a group was asked about.
  private struct Asked {
    let number: Int64
    let group: CustomerGroup
    let revision: Int64
    let askedRevision: Int64
    let askedPerson: String

    struct Person {
      let id: Identifier<Contracts.Person>
      let revision: Int64
    }

    static func find(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws -> Asked? {
      try reading.first(
        """
        SELECT kind, group_id, g.revision, ifnull(a.revision, 0), ifnull(a.person_id, '') FROM customer_group g
        LEFT JOIN membership_asked a ON group_number = number WHERE number = ?1
        """, .integer(number)
      ) { row throws(StoreFault) in
        Asked(
          number: number,
          group: CustomerGroup(CustomerGroup.Kind(rawValue: try row.text(0)) ?? .list, Identifier(restoring: try row.text(1))),
          revision: try row.integer(2), askedRevision: try row.integer(3), askedPerson: try row.text(4))
      }
    }

    /// The next who came or left; a person with two spans of one revision comes twice, which changes nothing.
    func next(in reading: borrowing some Reading & ~Copyable) throws -> [Person] {
      try reading.all(
        """
        SELECT DISTINCT revision, person_id FROM membership WHERE group_number = ?1 AND (revision, person_id) > (?2, ?3)
        ORDER BY revision, person_id LIMIT ?4
        """, .integer(number), .integer(askedRevision), .text(askedPerson), .integer(Int64(MemberLimits.peoplePerTurn))
      ) { row throws(StoreFault) in Person(id: Identifier(restoring: try row.text(1)), revision: try row.integer(0)) }
    }

    func move(to revision: Int64, _ person: String, in transaction: borrowing Transaction) throws {
      try transaction.run(
        """
        INSERT INTO membership_asked (group_number, revision, person_id) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET revision = ?2, person_id = ?3
        """, .integer(number), .integer(revision), .text(person))
    }
  }
}

/// The limits of segments and lists, each with its reason.
enum MemberLimits {
  /// People whose orders are looked at in one turn of the clerk: bounds how long others wait.
  static let peoplePerTurn = 100
  /// Orders after which a turn ends with the person at hand.
  static let ordersPerTurn = 200
  /// Rows of a page.
  static let pageMax = 1_000
}
