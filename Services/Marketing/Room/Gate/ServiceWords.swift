import Contracts
import MarketingDomain
import Store
import Terms

/// What customer service said about what offers ask of it, as rows: the later word of the same thing counts, and of two
/// with one time the one that was told later (`LastWord`).
enum ServiceWords {
  static func fold(_ fact: PromiseAnswered, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO promise_answer (offer_id, promise_id, version, at, content) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET at = ?4, content = ?5 WHERE ?4 >= at
      """, .text(fact.offerID.text), .text(fact.promiseID.text), .integer(Int64(fact.version)), .timestamp(fact.at),
      .blob(fact.event.encode()))
  }

  static func fold(_ fact: CapacityChanged, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO capacity_slot (slot_id, to_at, at, content) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET to_at = ?2, at = ?3, content = ?4 WHERE ?3 >= at
      """, .text(fact.slotID.text), .timestamp(fact.to), .timestamp(fact.at), .blob(fact.event.encode()))
  }

  static func fold(_ fact: RosterPublished, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO shift (agent_id, shift_id, from_at, to_at, at, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET from_at = ?3, to_at = ?4, at = ?5, content = ?6 WHERE ?5 >= at
      """, .text(fact.agentID.text), .text(fact.shiftID.text), .timestamp(fact.from), .timestamp(fact.to), .timestamp(fact.at),
      .blob(fact.event.encode()))
  }

  /// The first acknowledgement of a version counts, and one whose answer was wrong is none, as at customer service.
  static func fold(_ fact: BriefingAcknowledged, in transaction: borrowing Transaction) throws {
    guard fact.answerCorrect != false else { return }
    try transaction.run(
      """
      INSERT INTO acknowledgement (offer_id, agent_id, version, at, content) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET at = ?4, content = ?5 WHERE ?4 < at
      """, .text(fact.offerID.text), .text(fact.agentID.text), .integer(Int64(fact.version)), .timestamp(fact.at),
      .blob(fact.event.encode()))
  }

  static func fold(_ fact: SheetTurned, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO sheet (offer_id, sheet_id, sheet_version, turn, at, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET at = ?5, content = ?6 WHERE ?5 >= at
      """, .text(fact.offerID.text), .text(fact.sheetID.text), .integer(Int64(fact.sheetVersion)), .text(fact.turn.rawValue),
      .timestamp(fact.at), .blob(fact.event.encode()))
  }

  static func fold(_ fact: CounterpartNamed, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "INSERT INTO counterpart (channel, at, content) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?2, content = ?3 WHERE ?2 >= at",
      .text(fact.channel), .timestamp(fact.at), .blob(fact.event.encode()))
  }

  static func fold(_ fact: ParityApproved, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO parity_approval (offer_id, version, approved, by_whom, at) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET approved = ?3, by_whom = ?4, at = ?5 WHERE ?5 >= at
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .integer(fact.approved ? 1 : 0), .text(fact.by.text),
      .timestamp(fact.at))
  }

  // MARK: Looking

  /// What offers that are not over ask, what was answered, and what there is from `now` on.
  static func book(at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> CapacityBook {
    var book = CapacityBook()
    let scheduled = try reading.all(
      """
      SELECT o.offer_id, v.version, o.campaign_id, v.starts_at, v.ends_at FROM offer o JOIN offer_version v USING (offer_id)
      WHERE v.starts_at IS NOT NULL AND v.state NOT IN ('ended', 'cancelled')
        AND EXISTS (SELECT 1 FROM promise_declared d WHERE d.offer_id = o.offer_id)
      """
    ) { row throws(StoreFault) in
      OfferScheduled(
        offerID: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1)),
        campaignID: Identifier(restoring: try row.text(2)),
        startsAt: try row.timestamp(3), endsAt: try row.optionalTimestamp(4), lookBackFrom: try row.timestamp(3),
        reserve: Money(minor: 0, Self.anyCurrency))
    }
    guard !scheduled.isEmpty else { return book }
    for fact in scheduled { book.take(.offerScheduled(fact)) }
    let open = Set(scheduled.map { "\($0.offerID)@\($0.version)" })
    let declared = try reading.all("SELECT content FROM promise_declared") { row throws(StoreFault) in try row.blob(0) }
    for content in declared {
      guard case .promiseDeclared(let fact) = try DomainEvent.decode(type: PromiseDeclared.type, data: content),
        open.contains("\(fact.offerID)@\(fact.version)")
      else { continue }
      book.take(.promiseDeclared(fact))
    }
    let answers = try reading.all("SELECT content FROM promise_answer") { row throws(StoreFault) in try row.blob(0) }
    try take(PromiseAnswered.type, answers, &book)
    let slots = try reading.all("SELECT content FROM capacity_slot WHERE to_at > ?1 ORDER BY to_at LIMIT 20000", .timestamp(now)) {
      row throws(StoreFault) in try row.blob(0)
    }
    try take(CapacityChanged.type, slots, &book)
    return book
  }

  private static let anyCurrency: Currency = {
    guard let currency = Currency("USD") else { preconditionFailure("ISO 4217 has the dollar") }
    return currency
  }()

  private static func take(_ type: String, _ contents: [[UInt8]], _ book: inout CapacityBook) throws {
    for content in contents { if let event = try DomainEvent.decode(type: type, data: content) { book.take(event) } }
  }

  /// What can be done from `from` to `to`, of any kind.
  static func slots(from: Timestamp, to: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [CapacityChanged] {
    try reading.all("SELECT content FROM capacity_slot WHERE to_at > ?1 ORDER BY to_at LIMIT 20000", .timestamp(from)) {
      row throws(StoreFault) in try row.blob(0)
    }.compactMap { content in
      guard case .capacityChanged(let fact) = try DomainEvent.decode(type: CapacityChanged.type, data: content), fact.from < to else {
        return nil
      }
      return fact
    }
  }

  /// Shifts that touch `period`.
  static func roster(in period: Range<Timestamp>, _ reading: borrowing some Reading & ~Copyable) throws -> RosterFold {
    var fold = RosterFold()
    let contents = try reading.all(
      "SELECT content FROM shift WHERE to_at > ?1 AND from_at < ?2 ORDER BY from_at LIMIT 50000", .timestamp(period.lowerBound),
      .timestamp(period.upperBound)
    ) { row throws(StoreFault) in try row.blob(0) }
    for content in contents {
      if case .rosterPublished(let fact) = try DomainEvent.decode(type: RosterPublished.type, data: content) { fold.take(fact) }
    }
    return fold
  }

  static func read(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> BriefingFold {
    var fold = BriefingFold()
    let contents = try reading.all("SELECT content FROM acknowledgement WHERE offer_id = ?1", .text(offer.text)) {
      row throws(StoreFault) in try row.blob(0)
    }
    for content in contents {
      if case .briefingAcknowledged(let fact) = try DomainEvent.decode(type: BriefingAcknowledged.type, data: content) { fold.take(fact) }
    }
    return fold
  }

  static func sheets(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> SheetFold {
    var fold = SheetFold()
    let contents = try reading.all(
      """
      SELECT turn, content FROM sheet WHERE offer_id = ?1
      ORDER BY sheet_id, at, sheet_version, CASE turn WHEN 'drafted' THEN 1 WHEN 'verified' THEN 2 ELSE 3 END
      """, .text(offer.text)
    ) { row throws(StoreFault) in Turned(turn: try row.text(0), content: try row.blob(1)) }
    for one in contents {
      let type = SheetTurned.Turn(rawValue: one.turn)?.type ?? ""
      if case .sheetTurned(let fact) = try DomainEvent.decode(type: type, data: one.content) { fold.take(fact) }
    }
    return fold
  }

  private struct Turned {
    let turn: String
    let content: [UInt8]
  }

  static func counterparts(in reading: borrowing some Reading & ~Copyable) throws -> [String: CounterpartNamed] {
    var found: [String: CounterpartNamed] = [:]
    let contents = try reading.all("SELECT content FROM counterpart") { row throws(StoreFault) in try row.blob(0) }
    for content in contents {
      if case .counterpartNamed(let fact) = try DomainEvent.decode(type: CounterpartNamed.type, data: content) {
        found[fact.channel] = fact
      }
    }
    return found
  }

  static func approval(
    of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable
  ) throws -> GateKnowledge.Parity.Approval? {
    try reading.first(
      """
      SELECT version, approved, by_whom, at FROM parity_approval WHERE offer_id = ?1 AND version <= ?2 ORDER BY version DESC LIMIT 1
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row throws(StoreFault) in
      GateKnowledge.Parity.Approval(
        version: Int(try row.integer(0)), approved: try row.bool(1), by: Identifier(restoring: try row.text(2)), at: try row.timestamp(3))
    }
  }
}
