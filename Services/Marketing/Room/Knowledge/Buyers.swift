import Contracts
import MarketingDomain
import Store

/// Who bought, as rows.
enum Buyers {
  struct Totals: Equatable {
    var buyers: Int64 = 0
    var orders: Int64 = 0
  }

  /// What was counted because of a message.
  struct Counted {
    let order: String
    let person: String?
    let position: UInt64
  }

  static func find(_ person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> Buyer? {
    try reading.first("SELECT orders, first_placed_at, last_placed_at FROM buyer WHERE person_id = ?1", .text(person.text)) {
      row throws(StoreFault) in
      Buyer(person: person, orders: try row.integer(0), firstPlacedAt: try row.timestamp(1), lastPlacedAt: try row.timestamp(2))
    }
  }

  static func isCounted(_ order: Identifier<Order>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer("SELECT 1 FROM counted_order WHERE order_id = ?1", .text(order.text)) != nil
  }

  /// Remembers the order and whose it was, and keeps the totals.
  static func count(
    _ order: Identifier<Order>, buyer: Buyer?, message: Identifier<Message>, position: UInt64, at now: Timestamp,
    in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "INSERT INTO counted_order (order_id, person_id, message_id, position, counted_at) VALUES (?1, ?2, ?3, ?4, ?5)", .text(order.text),
      buyer.map { .text($0.person.text) } ?? .null, .text(message.text), .unsigned(position), .timestamp(now))
    if let buyer {
      try transaction.run(
        """
        INSERT INTO buyer (person_id, orders, first_placed_at, last_placed_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET orders = ?2, first_placed_at = ?3, last_placed_at = ?4
        """, .text(buyer.person.text), .integer(buyer.orders), .timestamp(buyer.firstPlacedAt), .timestamp(buyer.lastPlacedAt))
    }
    try transaction.run(
      "UPDATE buyer_count SET orders = orders + 1, buyers = buyers + ?1", .integer(buyer?.orders == 1 ? 1 : 0))
  }

  static func totals(in reading: borrowing some Reading & ~Copyable) throws -> Totals {
    try reading.first("SELECT buyers, orders FROM buyer_count") { row throws(StoreFault) in
      Totals(buyers: try row.integer(0), orders: try row.integer(1))
    } ?? Totals()
  }

  /// What was counted because of a message.
  static func counted(
    by message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Counted? {
    try reading.first(
      "SELECT order_id, person_id, position FROM counted_order WHERE message_id = ?1", .text(message.text)
    ) { row throws(StoreFault) in Counted(order: try row.text(0), person: try row.optionalText(1), position: try row.unsigned(2)) }
  }
}
