import Contracts
import LedgerDomain
import Store
import Terms

/// Everything that the ledger knows of one order: as it was captured, and what happened to it since.
struct OrderFile {
  /// One own fact about the order.
  struct Event {
    let event: DomainEvent
    let at: Timestamp
    let messageID: Identifier<Message>
  }

  let order: OrderCaptured
  private(set) var events: [Event]
  /// The stacking groups of the offers among `events`.
  private var groups: [OfferVersion: String] = [:]

  /// Nil where no such order was captured.
  static func find(_ id: Identifier<Order>, in reading: borrowing some Reading & ~Copyable) throws -> OrderFile? {
    guard let known = try Orders.find(id, in: reading) else { return nil }
    return try OrderFile(known.order, in: reading)
  }

  /// With `order` already at hand. HOT where nothing happened to it yet.
  init(_ order: OrderCaptured, in reading: borrowing some Reading & ~Copyable) throws {
    self.order = order
    events = try Self.events(of: order.orderID.text, in: reading)
    for one in events { try noteGroup(one.event, in: reading) }
  }

  /// What was just told of it; `group` is the stacking group of a remedy's offer, where it is at hand.
  mutating func add(
    _ event: DomainEvent, at instant: Timestamp, _ message: Identifier<Message>, group: String? = nil,
    in reading: borrowing some Reading & ~Copyable
  ) throws {
    events.append(Event(event: event, at: instant, messageID: message))
    guard case .remedyChanged(let fact) = event, let offer = fact.offer, groups[offer] == nil else { return }
    if let group { groups[offer] = group } else { try noteGroup(event, in: reading) }
  }

  private mutating func noteGroup(_ event: DomainEvent, in reading: borrowing some Reading & ~Copyable) throws {
    guard case .remedyChanged(let fact) = event, let offer = fact.offer, groups[offer] == nil else { return }
    groups[offer] = try OfferInForce.terms(of: offer.offer, offer.version, in: reading)?.document.group
  }

  static func events(of key: String, in reading: borrowing some Reading & ~Copyable) throws -> [Event] {
    try reading.all(
      "SELECT type, content, recorded_at, message_id FROM order_event WHERE order_id = ?1 ORDER BY number", .text(key)
    ) { row -> Event? in
      guard let event = try DomainEvent.decode(type: try row.text(0), data: try row.blob(1)) else { return nil }
      return Event(event: event, at: try row.timestamp(2), messageID: Identifier(restoring: try row.text(3)))
    }.compactMap(\.self)
  }

  /// The order as the evaluator sees it.
  var purchase: Purchase { purchase(asOf: .last) }

  /// The same as it was known at `instant`.
  func purchase(asOf instant: Timestamp) -> Purchase {
    var purchase = Purchase(order)
    for one in events where one.at <= instant {
      switch one.event {
      case .orderShipped(let fact): purchase.apply(fact)
      case .orderAmended(let fact): purchase.apply(fact)
      case .orderReturned(let fact): purchase.apply(fact)
      case .orderCancelled(let fact):
        purchase.apply(fact)
        if let shipping = fact.shipping { purchase.refundedShipping(shipping.minor) }
      case .remedyChanged(let fact): purchase.apply(fact, group: fact.offer.flatMap { groups[$0] }, at: one.at, by: "ledger")
      default: break
      }
    }
    return purchase
  }

  /// The order as its money stands.
  var standing: OrderStanding {
    var standing = OrderStanding(order)
    for one in events { standing.apply(one.event) }
    return standing
  }

  /// The times by which offers reach it.
  var times: OrderTimes {
    var times = OrderTimes(order)
    for one in events {
      guard case .orderAmended(let fact) = one.event else { continue }
      for line in fact.lines { times.take(line.addedAt ?? fact.amendedAt) }
    }
    return times
  }

  /// Whether the fact of this message stands in some order's file.
  static func holds(_ message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer("SELECT 1 FROM order_event WHERE message_id = ?1", .text(message.text)) != nil
  }

  // MARK: Folding

  /// Keeps the next fact about an order, byte for byte.
  static func append(
    _ fact: DomainEvent, data: [UInt8], _ meta: FactMeta, in transaction: borrowing Transaction
  ) throws {
    // Goodwill goes by its person on the way, and belongs to its order here.
    let key = if case .remedyChanged(let remedy) = fact, let order = remedy.orderID { order.text } else { fact.key }
    try transaction.run(
      """
      INSERT INTO order_event (order_id, number, type, recorded_at, message_id, content)
      VALUES (?1, (SELECT 1 + ifnull(max(number), 0) FROM order_event WHERE order_id = ?1), ?2, ?3, ?4, ?5)
      """, .text(key), .text(fact.type), .timestamp(meta.recordedTime), .text(meta.messageID.text), .blob(data))
  }

  /// Notes lines whose time is not their order's, so that a look-back finds them.
  static func noteLate(
    _ lines: [OrderCaptured.Line], of order: Identifier<Order>, at instant: Timestamp?, in transaction: borrowing Transaction
  )
    throws
  {
    for line in lines {
      guard let at = line.addedAt ?? instant else { continue }
      try transaction.run("INSERT INTO late_line (at, order_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", .timestamp(at), .text(order.text))
    }
  }
}
