import Contracts
import Store

/// What must hold in the ledger's store beside what holds in every store.
enum Checks {
  static let all = [
    Check("orders") { snapshot in
      // Each order is told by a message that the outbox gave a number to.
      let highest = try Outbox.highest(in: snapshot)
      return try snapshot.all("SELECT order_id, sequence FROM captured_order WHERE sequence > ?1 LIMIT 20", .unsigned(highest)) {
        row throws(StoreFault) in
        Finding("orders", "order \(try row.text(0)) names message number \(try row.unsigned(1)), which the outbox never gave out")
      }
    },
    Check("order contents") { snapshot in
      var findings: [Finding] = []
      try snapshot.rows("SELECT order_id, person_id, placed_at, content FROM captured_order") { row in
        let id = try row.text(0)
        guard findings.count < 20 else { return }
        do {
          let order = try row.blob(3).withUnsafeBytes { try OrderCaptured(decoding: $0) }
          guard order.orderID.text == id, order.personID?.text == (try row.optionalText(1)), order.placedAt == (try row.timestamp(2)) else {
            findings.append(Finding("order contents", "the row of order \(id) disagrees with the fact that it holds"))
            return
          }
        } catch { findings.append(Finding("order contents", "the fact of order \(id) cannot be read: \(error)")) }
      }
      return findings
    },
  ]
}
