import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What offers promised in others' names, held against what came: contacts by the hour, units, returns and lead times by their orders.
///
/// ```
/// promise ─▸ answered? ─▸ capacity that fell and came back in time
///                      └▸ contacts: the hours of its window, a day at a time
///                         units, returns, lead time: the orders of its window, summed in the cursor
/// ```
enum PromiseStage {
  static func take(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    while true {
      if round.cursor.key.isEmpty, try !next(&round, transaction) { return true }
      guard let matter = try PromiseMatter.find(round.cursor.key, &round, in: transaction) else {
        guard try next(&round, transaction) else { return true }
        continue
      }
      // The first look at it.
      if round.cursor.at == .first {
        guard pace.admitsRow() else { return false }
        for found in matter.standing(at: round.now) { round.find(found) }
        round.cursor.at = matter.window.lowerBound
      }
      let isOver =
        matter.isOfContacts
        ? try contacts(of: matter, &round, &pace, transaction) : try orders(of: matter, &round, &pace, transaction)
      guard isOver else { return false }
      guard try next(&round, transaction) else { return true }
    }
  }

  /// Enters the next promise; false where there is none.
  private static func next(_ round: inout AuditRound, _ reading: borrowing Transaction) throws -> Bool {
    let key = try reading.first(
      """
      SELECT DISTINCT offer_id || '/' || subject AS name FROM seen WHERE type = 'promise.declared' AND offer_id || '/' || subject > ?1
      ORDER BY name LIMIT 1
      """, .text(round.cursor.key)
    ) { row in try row.text(0) }
    guard let key else { return false }
    round.cursor.enter(key, at: .first)
    return true
  }

  // MARK: Contacts

  private static func contacts(
    of matter: PromiseMatter, _ round: inout AuditRound, _ pace: inout ChunkPace, _ reading: borrowing Transaction
  ) throws -> Bool {
    guard let promised = matter.promised else { return true }
    let day: Int64 = 86_400_000
    while round.cursor.at < matter.window.upperBound {
      guard pace.admitsRow() else { return false }
      let from = round.cursor.at
      let to = min(matter.window.upperBound, Timestamp(milliseconds: (from.milliseconds / day + 1) * day))
      let hours = try reading.all(
        """
        SELECT at / 3600000, count(*), min(message_id) FROM seen WHERE type = 'case.opened' AND offer_id = ?1 AND at >= ?2 AND at < ?3
        GROUP BY 1 ORDER BY 1
        """, .text(matter.declared.offerID.text), .timestamp(from), .timestamp(to)
      ) { row in
        Came(at: Timestamp(milliseconds: try row.integer(0) * 3_600_000), count: try row.integer(1), message: try row.text(2))
      }
      for hour in hours {
        guard let outcome = Contradiction.promise(.came(hour.count, promised: promised)) else { continue }
        round.find(
          matter.found(
            "\(hour.at)", outcome, beganAt: hour.at, evidence: hour.message,
            "\(hour.count) people asked about \(matter.declared.offerID) in the hour from \(hour.at), and \(promised) had been promised"))
      }
      round.cursor.at = to
    }
    return true
  }

  private struct Came {
    let at: Timestamp
    let count: Int64
    let message: String
  }

  // MARK: Orders

  private static func orders(
    of matter: PromiseMatter, _ round: inout AuditRound, _ pace: inout ChunkPace, _ reading: borrowing Transaction
  ) throws -> Bool {
    guard let promised = matter.promised else { return true }
    while true {
      let page = try reading.all(
        """
        SELECT placed_at, order_id FROM order_by_time WHERE (placed_at, order_id) > (?1, ?2) AND placed_at < ?3
        ORDER BY placed_at, order_id LIMIT ?4
        """, .timestamp(matter.scanFrom(round.cursor)), .text(round.cursor.id), .timestamp(matter.window.upperBound),
        .integer(LookBackLimits.rowsPerPage)
      ) { row in (at: try row.timestamp(0), order: try row.text(1)) }
      guard !page.isEmpty else { break }
      for row in page {
        guard pace.admitsRow() else { return false }
        (round.cursor.at, round.cursor.id) = (row.at, row.order)
        guard let order = try compact(row.order, at: row.at, in: reading), matter.mayConcern(order) else { continue }
        let came = matter.counts(try OrderFile(order, in: reading), at: round.now)
        guard came > 0 else { continue }
        round.cursor.count += came
        guard round.cursor.passedAt == nil, Contradiction.promise(.came(round.cursor.count, promised: promised)) != nil else { continue }
        round.cursor.passedAt = row.at
        round.cursor.passedBy = try Orders.find(order.orderID, in: reading)?.messageID.text
      }
    }
    if let outcome = Contradiction.promise(.came(round.cursor.count, promised: promised)) {
      round.find(
        matter.found(
          "actual", outcome, beganAt: round.cursor.passedAt ?? matter.window.lowerBound, evidence: round.cursor.passedBy,
          matter.words(of: round.cursor.count, promised: promised)))
    }
    return true
  }

  private static func compact(
    _ id: String, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> OrderCaptured? {
    let packed = try reading.first(
      "SELECT compact FROM order_by_time WHERE placed_at = ?1 AND order_id = ?2 AND compact IS NOT NULL", .timestamp(instant), .text(id)
    ) { row in try row.blob(0) }
    if let packed { return try CompactOrder.unpack(packed, order: Identifier(restoring: id)) }
    return try Orders.find(Identifier(restoring: id), in: reading)?.order
  }
}
