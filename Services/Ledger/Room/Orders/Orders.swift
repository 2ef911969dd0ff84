import Contracts
import LedgerDomain
import Store

/// The captured orders as rows.
enum Orders {
  /// What is told of the message that captured an order.
  struct Told {
    let order: String
    let person: String?
    let capturedAt: Timestamp
    let actor: String
  }

  private struct Kept {
    let content: [UInt8]
    let message: String
  }

  /// What is held under `id`; nil where nothing is.
  static func find(_ id: Identifier<Order>, in reading: borrowing some Reading & ~Copyable) throws -> KnownOrder? {
    let row = try reading.first("SELECT content, message_id FROM captured_order WHERE order_id = ?1", .text(id.text)) {
      row throws(StoreFault) in
      Kept(content: try row.blob(0), message: try row.text(1))
    }
    guard let row else { return nil }
    return KnownOrder(
      order: try row.content.withUnsafeBytes { try OrderCaptured(decoding: $0) }, messageID: Identifier(restoring: row.message))
  }

  /// Keeps a new order with the message that tells of it; `content` is the order as that message has it, byte for byte.
  static func insert(
    _ order: OrderCaptured, content: [UInt8], message: Identifier<Message>, actor: String, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO captured_order (order_id, person_id, placed_at, captured_at, message_id, actor, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """, .text(order.orderID.text), order.personID.map { .text($0.text) } ?? .null, .timestamp(order.placedAt),
      .timestamp(order.capturedAt),
      .text(message.text), .text(actor), .blob(content))
    try transaction.run(
      "INSERT INTO order_by_time (placed_at, order_id, is_day, compact) VALUES (?1, ?2, ?3, ?4)", .timestamp(order.placedAt),
      .text(order.orderID.text), .integer(order.placedPrecision == .day ? 1 : 0), .blob(CompactOrder.pack(order)))
  }

  /// What is told of a message: the order that it captured.
  static func told(
    by message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Told? {
    try reading.first(
      "SELECT order_id, person_id, captured_at, actor FROM captured_order WHERE message_id = ?1", .text(message.text)
    ) { row throws(StoreFault) in
      Told(
        order: try row.text(0), person: try row.optionalText(1), capturedAt: try row.timestamp(2), actor: try row.text(3))
    }
  }
}
