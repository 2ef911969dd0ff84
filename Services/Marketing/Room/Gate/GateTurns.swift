import Contracts
import MarketingDomain
import Store

/// How gates stood, and what was waived, as rows: a fold of marketing's own facts.
enum GateTurns {
  /// The rows of a version as they were told last; empty where none were.
  static func rows(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> [Gate.Row] {
    let bytes = try reading.first(
      "SELECT rows FROM gate_turn WHERE offer_id = ?1 AND version = ?2 ORDER BY number DESC LIMIT 1", .text(offer.offer.text),
      .integer(Int64(offer.version))
    ) { row throws(StoreFault) in try row.blob(0) }
    guard let bytes,
      case .gateTurned(let fact) = try DomainEvent.decode(type: GateTurned.type, data: bytes)
    else { return [] }
    return fact.rows
  }

  /// A launch that was ordered with it waits as a row that falls due; the same fact again orders nothing anew.
  static func fold(_ fact: GateTurned, _ message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    let isNew = try transaction.run(
      "INSERT INTO gate_turn (offer_id, version, rows, at, message_id) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
      .text(fact.offerID.text), .integer(Int64(fact.version)), .blob(DomainEvent.gateTurned(fact).encode()), .timestamp(fact.at),
      .text(message.text))
    guard isNew == 1, let order = fact.order, let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
    let payload: JSON = ["by": .string(order.by.text), "historical": .bool(order.historical)]
    try Due.set(at: order.standsUntil, kind: DueKinds.order, subject: offer.description, payload: payload.bytes, in: transaction)
  }

  static func fold(_ fact: GateWaived, _ message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO gate_waiver (offer_id, version, check_name, reason, by_whom, awaits, at, message_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.check.rawValue), .text(fact.reason), .text(fact.by.text),
      .optional(fact.awaits?.text), .timestamp(fact.at), .text(message.text))
  }

  static func fold(_ fact: PromiseDeclared, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "INSERT INTO promise_declared (offer_id, promise_id, version, content) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
      .text(fact.offerID.text), .text(fact.promiseID.text), .integer(Int64(fact.version)), .blob(fact.event.encode()))
  }

  /// Whether service was asked this by `offer`.
  static func isDeclared(
    _ promise: Identifier<OfferPromise>, of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    try reading.integer(
      "SELECT 1 FROM promise_declared WHERE offer_id = ?1 AND promise_id = ?2 AND version = ?3", .text(offer.offer.text),
      .text(promise.text), .integer(Int64(offer.version))) != nil
  }

  // MARK: Waivers

  /// What was waived for a version and counts.
  static func waivers(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> [Gate.Waiver] {
    try all(of: offer, in: reading).compactMap { waiver in
      guard waiver.awaits == nil, let check = Gate.Check(rawValue: waiver.check) else { return nil }
      return Gate.Waiver(check: check, reason: waiver.reason, by: waiver.by, at: waiver.at)
    }
  }

  /// A waiver as it was told.
  struct Told: Equatable {
    let check: String
    let reason: String
    let by: Identifier<Colleague>
    let awaits: Identifier<Colleague>?
    let at: Timestamp
  }

  static func all(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> [Told] {
    try reading.all(
      "SELECT check_name, reason, by_whom, awaits, at FROM gate_waiver WHERE offer_id = ?1 AND version = ?2 ORDER BY number",
      .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row throws(StoreFault) in
      Told(
        check: try row.text(0), reason: try row.text(1), by: Identifier(restoring: try row.text(2)),
        awaits: try row.optionalText(3).map(Identifier.init(restoring:)), at: try row.timestamp(4))
    }
  }

  /// What a second person is asked to confirm, the last question alone; empty where there is none or it was asked too long ago.
  static func awaiting(
    _ offer: OfferVersion, since: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Told] {
    let open = try all(of: offer, in: reading).filter { $0.awaits != nil && $0.at >= since }
    guard let last = open.last else { return [] }
    return open.filter { $0.at == last.at && $0.by == last.by }
  }

  /// When somebody let messages of a version leave although the others were not heard; nil where nobody did.
  static func releasedAt(_ offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.first(
      "SELECT max(at) FROM gate_waiver WHERE offer_id = ?1 AND version = ?2 AND check_name = 'blind'", .text(offer.offer.text),
      .integer(Int64(offer.version))
    ) { row throws(StoreFault) in try row.optionalTimestamp(0) }.flatMap { $0 }
  }
}
