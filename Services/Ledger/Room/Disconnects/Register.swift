import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// The register of disconnects as the ledger told it: each once, and again where later facts make another outcome of it.
enum Register {
  /// One of them as an audit finds it.
  struct Found {
    let id: String
    let kind: DisconnectRecorded.Kind
    let outcome: DisconnectRecorded.Outcome
    var offer: Identifier<Offer>?
    var person: Identifier<Person>?
    let beganAt: Timestamp
    let cause: String
    var evidence: [String] = []
    /// Many alike, prevented, stand as one.
    var count: Int64 = 1
  }

  /// Tells what is new of `found`; returns how many that were.
  static func tell(
    _ found: [Found], _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws -> Int {
    var told = 0
    for one in found {
      let id = name(one.id)
      let known = try transaction.first("SELECT outcome, count FROM disconnect WHERE disconnect_id = ?1", .text(id.text)) { row in
        (outcome: try row.text(0), count: try row.integer(1))
      }
      guard known?.outcome != one.outcome.rawValue || known?.count != one.count else { continue }
      // What lies before the audit's time by now was prevented all the same.
      if one.outcome == .prevented, let known, known.outcome == one.outcome.rawValue, known.count > one.count { continue }
      let fact = DisconnectRecorded(
        disconnectID: id, kind: one.kind, outcome: one.outcome, offerID: one.offer, personID: one.person, beganAt: one.beganAt,
        noticedAt: occasion.now, cause: sentence(one.cause),
        evidence: one.evidence.prefix(Limits.evidenceMax).map { Identifier(restoring: $0) }, count: one.count == 1 ? nil : one.count,
        at: occasion.now)
      try Facts.tell(.disconnectRecorded(fact), true: one.beganAt, occasion, desk, books: &books, in: &transaction)
      told += 1
    }
    return told
  }

  /// The name under which one is kept. What is made of two long ids is cut, and told apart by its digest.
  static func name(_ text: String) -> Identifier<Disconnect> {
    if let id = try? Identifier<Disconnect>(text) { return id }
    let digest = Hex.encode(SHA256.hash(Array(text.utf8)).prefix(16).map { $0 })
    return Identifier(
      restoring: String(decoding: text.utf8.prefix(Limits.identifierBytesMax - digest.utf8.count - 1), as: UTF8.self) + "/" + digest)
  }

  /// No longer than a sentence may be.
  private static func sentence(_ text: String) -> String {
    guard text.utf8.count > Limits.sentenceBytesMax else { return text }
    var cut = text
    while cut.utf8.count > Limits.sentenceBytesMax - 3 { cut.removeLast() }
    return cut + "…"
  }

  /// Whether it stands as slipped, or unknown: then it is told when that has changed.
  static func isOpen(_ id: String, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer(
      "SELECT 1 FROM disconnect WHERE disconnect_id = ?1 AND outcome IN ('slipped', 'unknown')", .text(name(id).text)) != nil
  }

  static func fold(_ fact: DisconnectRecorded, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO disconnect (disconnect_id, kind, outcome, offer_id, person_id, began_at, noticed_at, count, told_at, message_id, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      ON CONFLICT DO UPDATE SET outcome = ?3, noticed_at = ?7, count = ?8, told_at = ?9, message_id = ?10, content = ?11
        WHERE told_at <= ?9
      """, .text(fact.disconnectID.text), .text(fact.kind.rawValue), .text(fact.outcome.rawValue), .optional(fact.offerID?.text),
      .optional(fact.personID?.text), .timestamp(fact.beganAt), .timestamp(fact.noticedAt), .integer(fact.count ?? 1),
      .timestamp(meta.recordedTime), .text(meta.messageID.text), .blob(fact.event.encode()))
  }

  // MARK: Asking

  /// What to look for; nil is whatever.
  struct Question {
    var since = Timestamp.first
    var kind: String?
    var outcome: String?
    var limit: Int64 = 200
  }

  static func json(_ question: Question, in reading: borrowing some Reading & ~Copyable) throws -> JSON {
    var counts: [String: [JSON.Member]] = [:]
    try reading.rows(
      "SELECT kind, outcome, sum(count) FROM disconnect WHERE began_at >= ?1 GROUP BY kind, outcome ORDER BY kind, outcome",
      .timestamp(question.since)
    ) { row in counts[try row.text(0), default: []].append(.init(try row.text(1), .integer(try row.integer(2)))) }
    let slipped = try reading.integer(
      "SELECT ifnull(sum(count), 0) FROM disconnect WHERE outcome = 'slipped' AND began_at >= ?1", .timestamp(question.since))
    let rows = try reading.all(
      """
      SELECT content, message_id FROM disconnect WHERE began_at >= ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR outcome = ?3)
      ORDER BY outcome = 'prevented', began_at DESC, disconnect_id LIMIT ?4
      """, .timestamp(question.since), .optional(question.kind), .optional(question.outcome), .integer(question.limit)
    ) { row in JSON.object((try JSON(parsing: try row.blob(0)).object ?? []) + [.init("message_id", .string(try row.text(1)))]) }
    return .object([
      .init("since", .string(question.since.description)), .init("slipped", .integer(slipped ?? 0)),
      .init("counts", .object(counts.sorted { $0.key < $1.key }.map { .init($0.key, .object($0.value)) })),
      .init("disconnects", .array(rows)),
    ])
  }
}
