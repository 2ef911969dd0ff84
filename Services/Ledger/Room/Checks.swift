import Contracts
import LedgerDomain
import Store

/// What must hold in the ledger's store beside what holds in every store.
enum Checks {
  static let all =
    BooksChecks.all + RemedyChecks.all + MembershipChecks.all + [
      Check("orders") { snapshot in
        // A message's id is the lineage's beginning and its number, which the outbox of that lineage gave out.
        let highest = try Outbox.highest(in: snapshot)
        return try snapshot.all(
          """
          SELECT order_id, message_id FROM captured_order, store_identity
          WHERE message_id LIKE substr(lineage, 1, 12) || '-%' AND CAST(substr(message_id, 14) AS INTEGER) > ?1 LIMIT 20
          """, .unsigned(highest)
        ) { row throws(StoreFault) in
          Finding("orders", "order \(try row.text(0)) was told by message \(try row.text(1)), a number that the outbox never gave out")
        }
      },
      Check("order contents") { snapshot in
        var findings: [Finding] = []
        try snapshot.rows(
          """
          SELECT order_id, person_id, placed_at, content, is_day, compact FROM captured_order LEFT JOIN order_by_time USING (placed_at, order_id)
          """
        ) { row in
          let id = try row.text(0)
          guard findings.count < 20 else { return }
          do {
            let order = try row.blob(3).withUnsafeBytes { try OrderCaptured(decoding: $0) }
            guard order.orderID.text == id, order.personID?.text == (try row.optionalText(1)), order.placedAt == (try row.timestamp(2))
            else {
              findings.append(Finding("order contents", "the row of order \(id) disagrees with the fact that it holds"))
              return
            }
            let compact = try row.optionalBlob(5).map { try CompactOrder.unpack($0, order: order.orderID) }
            guard try row.optionalInteger(4) == (order.placedPrecision == .day ? 1 : 0), compact == nil || compact == order else {
              findings.append(Finding("order contents", "order \(id) stands otherwise by its time than in the fact that it holds"))
              return
            }
          } catch { findings.append(Finding("order contents", "the fact of order \(id) cannot be read: \(error)")) }
        }
        let times = try snapshot.integer("SELECT count(*) FROM order_by_time") ?? 0
        let orders = try snapshot.integer("SELECT count(*) FROM captured_order") ?? 0
        if times != orders {
          findings.append(Finding("order contents", "\(orders) orders were captured, and \(times) stand by their time"))
        }
        return findings
      },
    ]
}
