import Contracts
import MarketingDomain
import Store

/// What customer service said about what offers ask of it, as rows: the later word of the same thing counts, in whatever order they come.
enum ServiceWords {
  static func fold(_ fact: PromiseAnswered, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO promise_answer (offer_id, promise_id, version, answer, quantity, expires_at, by_whom, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT DO UPDATE SET answer = ?4, quantity = ?5, expires_at = ?6, by_whom = ?7, at = ?8 WHERE ?8 >= at
      """, .text(fact.offerID.text), .text(fact.promiseID.text), .integer(Int64(fact.version)), .text(fact.answer.rawValue),
      .optional(fact.quantity), .timestamp(fact.expiresAt), .text(fact.by.text), .timestamp(fact.at))
  }

  static func fold(_ fact: CapacityChanged, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO capacity_slot (slot_id, from_at, to_at, kind, sku, quantity, cause, by_whom, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      ON CONFLICT DO UPDATE SET from_at = ?2, to_at = ?3, kind = ?4, sku = ?5, quantity = ?6, cause = ?7, by_whom = ?8, at = ?9
      WHERE ?9 >= at
      """, .text(fact.slotID.text), .timestamp(fact.from), .timestamp(fact.to), .text(fact.kind.rawValue), .optional(fact.sku?.text),
      .integer(fact.quantity), .optional(fact.cause), .text(fact.by.text), .timestamp(fact.at))
  }

  static func fold(_ fact: RosterPublished, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO shift (shift_id, agent_id, from_at, to_at, locales, absent, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT DO UPDATE SET agent_id = ?2, from_at = ?3, to_at = ?4, locales = ?5, absent = ?6, at = ?7 WHERE ?7 >= at
      """, .text(fact.shiftID.text), .text(fact.agentID.text), .timestamp(fact.from), .timestamp(fact.to),
      .text(fact.locales.joined(separator: " ")), .integer(fact.absent ? 1 : 0), .timestamp(fact.at))
  }

  static func fold(_ fact: BriefingAcknowledged, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO acknowledgement (offer_id, version, agent_id, is_wrong, at) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET is_wrong = ?4, at = ?5 WHERE ?5 >= at
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.agentID.text),
      .integer(fact.answerCorrect == false ? 1 : 0), .timestamp(fact.at))
  }

  static func fold(_ fact: SheetTurned, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO sheet (offer_id, sheet_id, sheet_version, offer_version, locale, voice, turn, verifier, deputy, review_at, by_whom, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      ON CONFLICT DO UPDATE SET offer_version = ?4, turn = ?7, verifier = ifnull(?8, verifier), deputy = ifnull(?9, deputy),
        review_at = ifnull(?10, review_at), by_whom = ?11, at = ?12 WHERE ?12 >= at
      """, .text(fact.offerID.text), .text(fact.sheetID.text), .integer(Int64(fact.sheetVersion)), .integer(Int64(fact.offerVersion)),
      .text(fact.locale), .text(fact.voice), .text(fact.turn.rawValue), .optional(fact.verifier?.text), .optional(fact.deputy?.text),
      fact.reviewAt.map(SQLValue.timestamp) ?? .null, .text(fact.by.text), .timestamp(fact.at))
  }

  static func fold(_ fact: CounterpartNamed, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO counterpart (channel, counterpart, at) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET counterpart = ?2, at = ?3 WHERE ?3 >= at
      """, .text(fact.channel), .text(fact.counterpart), .timestamp(fact.at))
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

  /// The last answer to each promise that a version which demanded it was given.
  static func answers(
    of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable
  ) throws -> [String: GateKnowledge.Answer] {
    var answers: [String: GateKnowledge.Answer] = [:]
    try reading.rows(
      """
      SELECT promise_id, version, answer, quantity, expires_at, by_whom, at FROM promise_answer
      WHERE offer_id = ?1 AND version <= ?2 ORDER BY version
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row in
      guard let answer = PromiseAnswered.Answer(rawValue: try row.text(2)) else { return }
      answers[try row.text(0)] = GateKnowledge.Answer(
        version: Int(try row.integer(1)), answer: answer, quantity: try row.optionalInteger(3), expiresAt: try row.timestamp(4),
        by: Identifier(restoring: try row.text(5)), at: try row.timestamp(6))
    }
    return answers
  }

  /// What can be done from `from` to `to`, of any kind.
  static func slots(from: Timestamp, to: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [GateKnowledge.Slot] {
    var slots: [GateKnowledge.Slot] = []
    for kind in PromiseKind.allCases {
      try reading.rows(
        """
        SELECT from_at, to_at, sku, quantity, cause, by_whom, at FROM capacity_slot
        WHERE kind = ?1 AND to_at > ?2 AND from_at < ?3 ORDER BY from_at, slot_id LIMIT 5000
        """, .text(kind.rawValue), .timestamp(from), .timestamp(to)
      ) { row in
        slots.append(
          GateKnowledge.Slot(
            from: try row.timestamp(0), to: try row.timestamp(1), kind: kind, sku: try row.optionalText(2), quantity: try row.integer(3),
            cause: try row.optionalText(4), by: Identifier(restoring: try row.text(5)), at: try row.timestamp(6)))
      }
    }
    return slots
  }

  /// Shifts that touch the time from `from` to `to`.
  static func shifts(
    from: Timestamp, to: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [GateKnowledge.Briefing.Shift] {
    try reading.all(
      "SELECT agent_id, from_at, to_at, locales, absent, at FROM shift WHERE to_at > ?1 AND from_at < ?2 ORDER BY from_at LIMIT 50000",
      .timestamp(from), .timestamp(to)
    ) { row throws(StoreFault) in
      GateKnowledge.Briefing.Shift(
        agent: Identifier(restoring: try row.text(0)), from: try row.timestamp(1), to: try row.timestamp(2),
        locales: try row.text(3).split(separator: " ").map(String.init), absent: try row.bool(4), at: try row.timestamp(5))
    }
  }

  static func acknowledged(
    _ offer: Identifier<Offer>, versions: ClosedRange<Int>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Set<Identifier<Colleague>> {
    Set(
      try reading.all(
        "SELECT agent_id FROM acknowledgement WHERE offer_id = ?1 AND version BETWEEN ?2 AND ?3 AND NOT is_wrong", .text(offer.text),
        .integer(Int64(versions.lowerBound)), .integer(Int64(versions.upperBound))
      ) { row throws(StoreFault) in Identifier<Colleague>(restoring: try row.text(0)) })
  }

  static func sheets(
    of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> [GateKnowledge.Sheets.Sheet] {
    try reading.all(
      "SELECT offer_version, locale, voice, turn, verifier, deputy, review_at, by_whom, at FROM sheet WHERE offer_id = ?1 LIMIT 5000",
      .text(offer.text)
    ) { row throws(StoreFault) in
      GateKnowledge.Sheets.Sheet(
        offerVersion: Int(try row.integer(0)), need: .init(locale: try row.text(1), voice: try row.text(2)),
        turn: SheetTurned.Turn(rawValue: try row.text(3)) ?? .staled, verifier: try row.optionalText(4).map(Identifier.init(restoring:)),
        deputy: try row.optionalText(5).map(Identifier.init(restoring:)), reviewAt: try row.optionalTimestamp(6),
        by: Identifier(restoring: try row.text(7)), at: try row.timestamp(8))
    }
  }

  static func counterparts(in reading: borrowing some Reading & ~Copyable) throws -> [String: String] {
    var found: [String: String] = [:]
    try reading.rows("SELECT channel, counterpart FROM counterpart") { row in found[try row.text(0)] = try row.text(1) }
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
