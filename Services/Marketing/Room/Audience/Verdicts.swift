import Contracts
import MarketingDomain
import Store

/// What was decided about people, as rows: written when everybody is judged, moved on by what was told of their messages.
enum Verdicts {
  /// Where somebody stands for whom something may still leave.
  enum Line: Int64 { case notes = 1, messages = 2 }

  /// What was decided about one person.
  struct Standing: Equatable {
    let person: Identifier<Person>
    let kind: String
    let reason: String
    let revision: Int64

    /// The revision that a judgement has which says `verdict`: another word is another one.
    func revision(of verdict: Verdict) -> Int64 { revision + (kind != verdict.kind.rawValue || reason != verdict.reason ? 1 : 0) }
  }

  static func find(
    _ person: Identifier<Person>, in known: Preparations.Known, _ reading: borrowing some Reading & ~Copyable
  ) throws -> Standing? {
    try reading.first(
      "SELECT person_id, kind, reason, revision FROM verdict WHERE preparation = ?1 AND person_id = ?2", .integer(known.number),
      .text(person.text)
    ) { row throws(StoreFault) in try Self.row(row) }
  }

  /// The next for whom something may leave, notes first.
  static func open(
    _ known: Preparations.Known, notesOnly: Bool, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Standing] {
    try reading.all(
      """
      SELECT person_id, kind, reason, revision FROM verdict WHERE preparation = ?1 AND open IS NOT NULL AND open <= ?2
      ORDER BY open, person_id LIMIT ?3
      """, .integer(known.number), .integer((notesOnly ? Line.notes : .messages).rawValue), .integer(Int64(limit))
    ) { row throws(StoreFault) in try Self.row(row) }
  }

  /// Those who stand in the line before `person`'s place: whoever is handed over after them has passed them.
  static func before(
    _ person: Identifier<Person>, in line: Line, of known: Preparations.Known, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Standing] {
    try reading.all(
      """
      SELECT person_id, kind, reason, revision FROM verdict WHERE preparation = ?1 AND open IS NOT NULL AND (open, person_id) < (?2, ?3)
      """, .integer(known.number), .integer(line.rawValue), .text(person.text)
    ) { row throws(StoreFault) in try Self.row(row) }
  }

  private static func row(_ row: borrowing Row) throws(StoreFault) -> Standing {
    Standing(
      person: Identifier(restoring: try row.text(0)), kind: try row.text(1), reason: try row.text(2), revision: try row.integer(3))
  }

  // MARK: Writing

  /// The first judgement of somebody. False where there was one before, as of those who were given something.
  static func keep(
    _ verdict: Verdict, of person: Identifier<Person>, _ known: Preparations.Known, in transaction: borrowing Transaction
  ) throws -> Bool {
    let line: Line? =
      switch verdict.kind {
      case .honour: .notes
      case .send, .defer: .messages
      case .suppress: nil
      }
    return try transaction.run(
      """
      INSERT INTO verdict (preparation, person_id, kind, reason, revision, open) VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT DO NOTHING
      """, .integer(known.number), .text(person.text), .text(verdict.kind.rawValue), .text(verdict.reason), .optional(line?.rawValue)) == 1
  }

  /// A later judgement of somebody to whom nothing was told.
  static func write(
    _ verdict: Verdict, _ row: Standing, open line: Line?, _ known: Preparations.Known, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "UPDATE verdict SET open = ?6, revision = ?5, kind = ?3, reason = ?4 WHERE preparation = ?1 AND person_id = ?2",
      .integer(known.number), .text(row.person.text), .text(verdict.kind.rawValue), .text(verdict.reason),
      .integer(row.revision(of: verdict)), .optional(line?.rawValue))
  }

  /// Nothing leaves for somebody, whatever was decided.
  static func close(_ row: Standing, _ known: Preparations.Known, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "UPDATE verdict SET open = NULL WHERE preparation = ?1 AND person_id = ?2", .integer(known.number), .text(row.person.text))
  }

  /// What was told of a person's message is what was decided about them, now and when the store is rebuilt.
  static func fold(_ fact: MessageTurned, in transaction: borrowing Transaction) throws {
    guard let known = try Preparations.find(fact.offer, in: transaction) else { return }
    // A campaign message that turned into a note: that is to leave instead.
    let becomesNote = fact.turn == .suppressed && fact.purpose == .marketing && fact.reason.hasPrefix(Verdict.honoured)
    let kind = becomesNote ? Verdict.Kind.honour.rawValue : fact.verdict.rawValue
    try transaction.run(
      """
      INSERT INTO verdict (preparation, person_id, kind, reason, revision, open) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET kind = ?3, reason = ?4, revision = ?5, open = ?6 WHERE revision <= ?5
      """, .integer(known.number), .text(fact.personID.text), .text(kind), .text(fact.reason), .integer(fact.revision),
      .optional(becomesNote ? Line.notes.rawValue : nil))
  }

  // MARK: Again

  /// Something came up that may make another of a verdict which left `person` out for one of `reasons`: they stand in the line again, of
  /// every offer that is not over and has not told them yet.
  static func reopen(
    _ person: Identifier<Person>, leftOutFor reasons: Set<String>, at now: Timestamp, in transaction: borrowing Transaction
  ) throws {
    let preparations = try transaction.all(
      """
      SELECT p.offer_id, p.version FROM preparation p JOIN offer_version v USING (offer_id, version)
      WHERE p.prepared_at IS NOT NULL AND v.state IN ('live', 'paused') AND NOT v.historical ORDER BY p.number
      """
    ) { row throws(StoreFault) in OfferVersion(offer: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1))) }
    for offer in preparations.compactMap(\.self) {
      guard let known = try Preparations.find(offer, in: transaction), let row = try find(person, in: known, transaction),
        row.kind == Verdict.Kind.suppress.rawValue, reasons.contains(row.reason),
        try Messages.state(Messages.campaignID(offer.offer, person), in: transaction) != "sent"
      else { continue }
      try transaction.run(
        "UPDATE verdict SET open = ?3 WHERE preparation = ?1 AND person_id = ?2", .integer(known.number), .text(person.text),
        .integer(Line.messages.rawValue))
      try Preparations.goOn(offer, at: now, in: transaction)
    }
  }
}
