import Contracts
import MarketingDomain
import Store

/// The people of an offer, judged once the ledger has looked back: who hears of it, who gets a note, who is left alone.
enum Preparations {
  static let run = "audience"
  static let handOver = "hand_over"

  struct Known: Equatable {
    let number: Int64
    let offer: OfferVersion
    let preparedAt: Timestamp?
    let handOvers: Int64
  }

  static func find(_ offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      "SELECT number, prepared_at, hand_overs FROM preparation WHERE offer_id = ?1 AND version = ?2", .text(offer.offer.text),
      .integer(Int64(offer.version))
    ) { row throws(StoreFault) in
      Known(number: try row.integer(0), offer: offer, preparedAt: try row.optionalTimestamp(1), handOvers: try row.integer(2))
    }
  }

  /// Begins to judge, where the barrier is open: the version was launched, the ledger has completed its look-back, and every remedy of
  /// it was heard of. Called whenever one of these may have come true; the last one begins it, and never twice.
  static func beginIfReady(_ offer: OfferVersion, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard let lookBack = try LookBacks.find(offer, in: transaction), try find(offer, in: transaction) == nil,
      let version = try Offers.version(offer, in: transaction), version.state.isRunning || version.state.isOver,
      try Remedies.heard(of: offer, in: transaction) >= lookBack.granted
    else { return }
    try transaction.run(
      "INSERT INTO preparation (offer_id, version) VALUES (?1, ?2)", .text(offer.offer.text), .integer(Int64(offer.version)))
    _ = try Runs.begin(kind: run, subject: offer.description, at: now, in: transaction)
  }

  /// Whether people of an offer are or were judged, or a look-back of it was completed, by which they may come to be.
  static func isAnyNear(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM look_back WHERE offer_id = ?1) OR EXISTS (SELECT 1 FROM preparation WHERE offer_id = ?1)",
      .text(offer.text)) != nil
  }

  /// Takes in that everybody was judged: when the store is rebuilt, nobody is judged again.
  static func fold(_ fact: AudiencePrepared, _ meta: Offers.Meta, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO preparation (offer_id, version, prepared_at, content, message_id) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (offer_id, version) DO UPDATE SET prepared_at = ?3, content = ?4, message_id = ?5 WHERE message_id IS NULL
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .timestamp(meta.at), .blob(DomainEvent.audiencePrepared(fact).encode()),
      .text(meta.message.text))
  }

  /// Goes on handing over what is open, with a run of its own where none is under way.
  static func goOn(_ offer: OfferVersion, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard let known = try find(offer, in: transaction), known.preparedAt != nil,
      try Offers.version(offer, in: transaction)?.historical == false
    else { return }
    let last = try Runs.find(kind: handOver, subject: "\(offer)/\(known.handOvers)", in: transaction)
    guard last?.state != .running else { return }
    try transaction.run("UPDATE preparation SET hand_overs = ?2 WHERE number = ?1", .integer(known.number), .integer(known.handOvers + 1))
    _ = try Runs.begin(kind: handOver, subject: "\(offer)/\(known.handOvers + 1)", at: now, in: transaction)
  }

  /// A remedy was given after people were judged: its person gets a note.
  static func heardRemedy(
    _ offer: OfferVersion, of person: Identifier<Person>?, at now: Timestamp, in transaction: borrowing Transaction
  ) throws {
    // The running version speaks for the offer: a remedy of an older one may come late.
    guard let person,
      let running = try Offers.find(offer.offer, in: transaction)?.running.flatMap({ OfferVersion(offer: offer.offer, version: $0) }),
      let known = try find(running, in: transaction), known.preparedAt != nil
    else { return }
    try transaction.run(
      """
      INSERT INTO verdict (preparation, person_id, kind, reason, revision, open) VALUES (?1, ?2, 'honour', 'honoured_late', 1, 1)
      ON CONFLICT DO UPDATE SET open = 1
      """, .integer(known.number), .text(person.text))
    try goOn(running, at: now, in: transaction)
  }

  // MARK: Looking

  /// What the fact said and how many are still open; before it was said, how far judging has come.
  static func view(of offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    guard let known = try find(offer, in: reading) else {
      guard let lookBack = try LookBacks.find(offer, in: reading) else { return nil }
      let heard = try Remedies.heard(of: offer, in: reading)
      return .object([
        .init("state", "waiting"),
        .init(
          "sentence", .string("\(heard) of \(lookBack.granted) remedies of the look-back were heard of: nobody is judged before all are")),
      ])
    }
    var members: [JSON.Member] = [.init("state", known.preparedAt == nil ? "judging" : "prepared")]
    let content = try reading.first("SELECT content FROM preparation WHERE number = ?1", .integer(known.number)) {
      row throws(StoreFault) in try row.optionalBlob(0)
    }
    if let content = content.flatMap({ $0 }), let told = try JSON(parsing: content).object { members += told }
    if let waits = try HandOver.waits(offer, in: reading) { members.append(.init("waits", .string(waits))) }
    var messages: [JSON.Member] = []
    try reading.rows(
      """
      SELECT iif(channel = 'desk', 'note_at_desk', purpose || '_' || state), count(*) FROM message WHERE offer_id = ?1 AND version = ?2 GROUP BY 1 ORDER BY 1
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row in messages.append(.init(try row.text(0), .integer(try row.integer(1)))) }
    members.append(.init("messages", .object(messages)))
    return .object(members)
  }

  /// Verdicts after `person`, by person, of one kind or of all. Where marketing is held back now, whoever is in the line for the campaign's
  /// message, or has one planned, is `deferred` for that reason, whatever was decided before.
  static func verdicts(
    of known: Known, after person: String, kind: String?, deferred: String?, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    try reading.all(
      """
      SELECT person_id, iif(waits, 'defer', kind) AS shown, iif(waits, ?5, reason), revision, waits OR open IS NOT NULL
      FROM (
        SELECT *, ?5 IS NOT NULL AND (ifnull(open = ?6, 0) OR EXISTS (
          SELECT 1 FROM message m WHERE m.person_id = verdict.person_id AND m.offer_id = ?7 AND m.version = ?8 AND m.state = 'planned'
            AND m.purpose = 'marketing')) AS waits
        FROM verdict WHERE preparation = ?1 AND person_id > ?2)
      WHERE ?3 IS NULL OR shown = ?3 ORDER BY person_id LIMIT ?4
      """, .integer(known.number), .text(person), .optional(kind), .integer(Int64(limit)), .optional(deferred),
      .integer(Verdicts.Line.messages.rawValue), .text(known.offer.offer.text), .integer(Int64(known.offer.version))
    ) { row throws(StoreFault) in
      [
        "person_id": .string(try row.text(0)), "verdict": .string(try row.text(1)), "reason": .string(try row.text(2)),
        "revision": .integer(try row.integer(3)), "open": .bool(try row.bool(4)),
      ]
    }
  }
}
