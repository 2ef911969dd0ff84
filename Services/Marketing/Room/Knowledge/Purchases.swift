import Contracts
import MarketingDomain
import Mesh
import Store
import Terms

/// What was bought, and what happened to it since: as much as the terms of an offer need. Orders of nobody we know are kept under an empty
/// name: nobody is asked for by it, and a rehearsal counts them.
enum Purchases {
  /// Keeps an order. HOT: every order that was ever captured comes here once.
  static func keep(_ order: OrderCaptured, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "INSERT INTO purchase (person_id, placed_at, order_id, content) VALUES (?1, ?2, ?3, ?4)", .text(order.personID?.text ?? ""),
      .timestamp(order.placedAt), .text(order.orderID.text), .blob(PackedOrder.pack(order)))
  }

  /// Keeps what happened to an order, whether the order was heard of yet or not: as it was told, or packed. The same change again is one.
  static func change(
    _ order: Identifier<Order>, name: String, _ received: Received, packed: [UInt8]? = nil, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO purchase_change (order_id, name, at, position, type, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
      """, .text(order.text), .text(name), .timestamp(received.envelope.recordedTime), .unsigned(received.position),
      .text(received.envelope.type), .blob(packed ?? received.envelope.data))
  }

  /// The orders of `person` placed from `from` on, as they stand, in order of placement. `group` tells the stacking group of an offer.
  static func of(
    _ person: Identifier<Person>, from: Timestamp, group: (OfferVersion) throws -> String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Purchase] {
    let orders = try reading.all(
      "SELECT order_id, content FROM purchase WHERE person_id = ?1 AND placed_at >= ?2 ORDER BY placed_at, order_id LIMIT 1000",
      .text(person.text), .timestamp(from)
    ) { row throws(StoreFault) in Kept(order: Identifier(restoring: try row.text(0)), content: try row.blob(1)) }
    var purchases: [Purchase] = []
    for kept in orders { purchases.append(try purchase(kept, of: person, group: group, in: reading)) }
    return purchases
  }

  /// An order as it stands.
  static func purchase(
    _ kept: Kept, of person: Identifier<Person>?, group: (OfferVersion) throws -> String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> Purchase {
    var purchase = Purchase(try PackedOrder.unpack(kept.content, order: kept.order, person: person))
    for event in try changes(of: kept.order, in: reading) { try purchase.take(event, group: group) }
    return purchase
  }

  /// Whose an order is by its row; nil for those of nobody we know.
  static func person(_ row: borrowing Row, _ column: Int) throws(StoreFault) -> Identifier<Person>? {
    let name = try row.text(column)
    return name.isEmpty ? nil : Identifier(restoring: name)
  }

  /// An order as it was captured.
  struct Kept {
    let order: Identifier<Order>
    let content: [UInt8]
  }

  private struct Change {
    let type: String
    let content: [UInt8]
  }

  private static func changes(
    of order: Identifier<Order>, in reading: borrowing some Reading & ~Copyable
  ) throws -> [DomainEvent] {
    try reading.all("SELECT type, content FROM purchase_change WHERE order_id = ?1 ORDER BY at, position", .text(order.text)) {
      row throws(StoreFault) in Change(type: try row.text(0), content: try row.blob(1))
    }.compactMap { change in
      if PackedChange.isPacked(change.content) { return .remedyChanged(try PackedChange.unpack(change.content, order: order)) }
      return try DomainEvent.decode(type: change.type, data: change.content)
    }
  }

  /// When `person` placed their last order before `instant`; nil where there is none.
  static func last(
    of person: Identifier<Person>, before instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> Timestamp? {
    try reading.first(
      "SELECT placed_at FROM purchase WHERE person_id = ?1 AND placed_at < ?2 ORDER BY placed_at DESC LIMIT 1", .text(person.text),
      .timestamp(instant)
    ) { row throws(StoreFault) in try row.timestamp(0) }
  }
}

extension Purchase {
  /// Takes in what happened to the order. `group` tells the stacking group of the offer of a remedy.
  fileprivate mutating func take(_ event: DomainEvent, group: (OfferVersion) throws -> String?) throws {
    switch event {
    case .orderCancelled(let fact): apply(fact)
    case .orderReturned(let fact): apply(fact)
    case .orderAmended(let fact): apply(fact)
    case .remedyChanged(let fact): apply(fact, group: try fact.offer.flatMap(group), at: placedAt, by: "ledger")
    default: break
    }
  }
}
