import Contracts
import Host
import Store
import Telemetry

/// What customers asked about and nobody at customer service knew, as rows. Their words stay with the case there. Until it is answered, the
/// end of the time for it waits as a row that falls due.
enum Questions {
  static func fold(_ fact: OfferAskedAbout, _ message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    guard !fact.known else { return }
    let changed = try transaction.run(
      """
      INSERT INTO asked (asked_id, case_id, offer_id, agent_id, due_at, at, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT DO NOTHING
      """, .text(fact.askedID.text), .text(fact.caseID.text), .optional(fact.offerID?.text), .text(fact.agentID.text),
      fact.dueAt.map(SQLValue.timestamp) ?? .null, .timestamp(fact.at), .text(message.text))
    guard changed == 1, let due = fact.dueAt else { return }
    try Due.set(at: due, kind: DueKinds.question, subject: fact.askedID.text, in: transaction)
  }

  /// Who has what nobody knows: the first marketer at work here; nil where nobody is known.
  static func owner(in reading: borrowing some Reading & ~Copyable) throws -> Identifier<Colleague>? {
    try Colleagues.all(in: reading).filter { $0.active && $0.roles.contains(.marketer) }.map(\.colleagueID).min()
  }

  /// The time to answer is over.
  static func overdue(_ row: Due.Entry, _ log: Log, in transaction: borrowing Transaction) throws {
    guard let known = try find(Identifier(restoring: row.subject), in: transaction), known.answer == nil else { return }
    let owner = try owner(in: transaction)?.text ?? "marketing"
    log.warning(
      "question.overdue",
      "nobody said by \(row.at) what \(row.subject) is (case \(known.caseID)); it lies with \(owner): accord question answer \(row.subject)"
    )
  }

  /// An answer stands: a second one changes nothing.
  static func fold(_ fact: QuestionAnswered, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      UPDATE asked SET answer = ?2, answer_offer_id = ?3, sentence = ?4, answered_by = ?5, answered_at = ?6
      WHERE asked_id = ?1 AND answer IS NULL
      """, .text(fact.askedID.text), .text(fact.answer.rawValue), .optional(fact.offerID?.text), .text(fact.sentence),
      .text(fact.by.text), .timestamp(fact.at))
    try Due.remove(kind: DueKinds.question, subject: fact.askedID.text, in: transaction)
  }

  struct Known: Equatable {
    let asked: Identifier<Asked>
    let caseID: Identifier<Case>
    let offer: String?
    let agent: String
    let dueAt: Timestamp?
    let at: Timestamp
    let answer: String?
    let answerOffer: String?
    let sentence: String?
    let answeredBy: String?
    let answeredAt: Timestamp?
  }

  private static func known(_ row: borrowing Row) throws(StoreFault) -> Known {
    Known(
      asked: Identifier(restoring: try row.text(0)), caseID: Identifier(restoring: try row.text(1)), offer: try row.optionalText(2),
      agent: try row.text(3), dueAt: try row.optionalTimestamp(4), at: try row.timestamp(5), answer: try row.optionalText(6),
      answerOffer: try row.optionalText(7), sentence: try row.optionalText(8), answeredBy: try row.optionalText(9),
      answeredAt: try row.optionalTimestamp(10))
  }

  static func find(_ id: Identifier<Asked>, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      """
      SELECT asked_id, case_id, offer_id, agent_id, due_at, at, answer, answer_offer_id, sentence, answered_by, answered_at FROM asked
      WHERE asked_id = ?1
      """, .text(id.text)
    ) { row throws(StoreFault) in try known(row) }
  }

  /// Those without an answer, the most urgent first; or the last that were answered.
  static func list(answered: Bool, in reading: borrowing some Reading & ~Copyable) throws -> [Known] {
    guard answered else {
      return try reading.all(
        """
        SELECT asked_id, case_id, offer_id, agent_id, due_at, at, answer, answer_offer_id, sentence, answered_by, answered_at FROM asked
        WHERE answer IS NULL ORDER BY ifnull(due_at, at), asked_id LIMIT 500
        """
      ) { row throws(StoreFault) in try known(row) }
    }
    return try reading.all(
      """
      SELECT asked_id, case_id, offer_id, agent_id, due_at, at, answer, answer_offer_id, sentence, answered_by, answered_at FROM asked
      WHERE answer IS NOT NULL ORDER BY answered_at DESC, asked_id LIMIT 500
      """
    ) { row throws(StoreFault) in try known(row) }
  }
}

extension Questions.Known {
  /// Whether the time for it was over before there was an answer.
  func isOverdue(at now: Timestamp) -> Bool { dueAt.map { (answeredAt ?? now) > $0 } ?? false }

  /// As doors show it at `now`.
  func json(at now: Timestamp) -> JSON {
    var members: [JSON.Member] = [
      .init("asked_id", .string(asked.text)), .init("case_id", .string(caseID.text)), .init("agent_id", .string(agent)),
      .init("at", .string(at.description)),
    ]
    if let offer { members.append(.init("offer_id", .string(offer))) }
    if let dueAt {
      members.append(.init("due_at", .string(dueAt.description)))
      members.append(.init("overdue", .bool(isOverdue(at: now))))
    }
    if let answer, let sentence, let answeredBy, let answeredAt {
      members.append(.init("answer", .string(answer)))
      if let answerOffer { members.append(.init("answer_offer_id", .string(answerOffer))) }
      members.append(.init("sentence", .string(sentence)))
      members.append(.init("answered_by", .string(answeredBy)))
      members.append(.init("answered_at", .string(answeredAt.description)))
    }
    return .object(members)
  }
}
