import Contracts
import ServiceDomain
import Store

/// What customers asked about, known or not, and what marketing made of what nobody knew.
enum AskedOffers {
  struct Kept {
    let asked: Identifier<Asked>
    let matter: Identifier<Case>
    let person: Identifier<Person>?
    let offer: Identifier<Offer>?
    let isKnown: Bool
    let agent: String
    let dueAt: Timestamp?
    let at: Timestamp
    let answer: QuestionAnswered?
    /// The customer's words; nil in a rebuilt store.
    let words: String?

    /// Whether marketing's time for it was over before there was an answer.
    func isOverdue(at now: Timestamp) -> Bool { !isKnown && dueAt.map { (answer?.at ?? now) > $0 } == true }
  }

  /// Takes in that somebody asked. What nobody knows falls due when marketing's time for it is over.
  static func fold(_ fact: OfferAskedAbout, in transaction: borrowing Transaction) throws {
    let changed = try transaction.run(
      """
      INSERT INTO asked_offer (asked_id, case_id, person_id, offer_id, known, agent_id, due_at, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT DO UPDATE SET person_id = ?3, offer_id = ?4, known = ?5, agent_id = ?6, due_at = ?7, at = ?8 WHERE agent_id = ''
      """, .text(fact.askedID.text), .text(fact.caseID.text), .optional(fact.personID?.text), .optional(fact.offerID?.text),
      .integer(fact.known ? 1 : 0), .text(fact.agentID.text), fact.dueAt.map(SQLValue.timestamp) ?? .null, .timestamp(fact.at))
    guard changed == 1, let due = fact.dueAt,
      try transaction.integer("SELECT 1 FROM asked_offer WHERE asked_id = ?1 AND answered_at IS NULL", .text(fact.askedID.text)) != nil
    else { return }
    try Due.set(at: due, kind: CareDues.asked, subject: fact.askedID.text, in: transaction)
  }

  /// Takes in marketing's answer; the first one counts. One that is heard before its question waits for it.
  static func fold(_ fact: QuestionAnswered, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO asked_offer (asked_id, case_id, known, agent_id, at, answered_at, answer) VALUES (?1, ?2, 0, '', ?3, ?3, ?4)
      ON CONFLICT DO UPDATE SET answered_at = ?3, answer = ?4 WHERE answered_at IS NULL OR answered_at > ?3
      """, .text(fact.askedID.text), .text(fact.caseID.text), .timestamp(fact.at), .blob(fact.event.encode()))
    try Due.remove(kind: CareDues.asked, subject: fact.askedID.text, in: transaction)
  }

  static func find(_ id: Identifier<Asked>, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first(
      """
      SELECT a.asked_id, case_id, person_id, offer_id, known, agent_id, due_at, at, answer, words FROM asked_offer a
      LEFT JOIN asked_word w ON w.asked_id = a.asked_id WHERE a.asked_id = ?1
      """, .text(id.text)
    ) { row in try kept(row) }
  }

  /// What nobody knew, which is due first first; unless all are wanted only what has no answer.
  static func list(all: Bool, in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    try reading.all(
      """
      SELECT a.asked_id, case_id, person_id, offer_id, known, agent_id, due_at, at, answer, words FROM asked_offer a
      LEFT JOIN asked_word w ON w.asked_id = a.asked_id WHERE known = 0 AND agent_id <> '' AND (?1 OR answered_at IS NULL)
      ORDER BY answered_at IS NOT NULL, due_at, a.asked_id LIMIT 1000
      """, .integer(all ? 1 : 0)
    ) { row in try kept(row) }
  }

  /// What `person` asked about and nobody knows yet, or what is none of ours: the desk shows it as unknown.
  static func unknown(to person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    try reading.all(
      """
      SELECT a.asked_id, case_id, person_id, offer_id, known, agent_id, due_at, at, answer, words FROM asked_offer a
      LEFT JOIN asked_word w ON w.asked_id = a.asked_id WHERE person_id = ?1 AND known = 0 AND agent_id <> '' ORDER BY at DESC LIMIT 20
      """, .text(person.text)
    ) { row in try kept(row) }.filter { $0.answer?.offerID == nil }
  }

  static func say(_ words: String, of id: Identifier<Asked>, in transaction: borrowing Transaction) throws {
    try transaction.run("INSERT INTO asked_word (asked_id, words) VALUES (?1, ?2)", .text(id.text), .text(words))
  }

  private static func kept(_ row: borrowing Row) throws -> Kept {
    var answer: QuestionAnswered?
    if let bytes = try row.optionalBlob(8),
      case .questionAnswered(let fact)? = try DomainEvent.decode(type: QuestionAnswered.type, data: bytes)
    {
      answer = fact
    }
    return Kept(
      asked: Identifier(restoring: try row.text(0)), matter: Identifier(restoring: try row.text(1)),
      person: try row.optionalText(2).map(Identifier.init(restoring:)), offer: try row.optionalText(3).map(Identifier.init(restoring:)),
      isKnown: try row.integer(4) == 1, agent: try row.text(5), dueAt: try row.optionalInteger(6).map(Timestamp.init(milliseconds:)),
      at: try row.timestamp(7), answer: answer, words: try row.optionalText(9))
  }
}
