import Contracts
import Host
import ServiceDomain
import Store
import Terms

/// What customers were told of offers, each answer with the words that it came from.
enum Answers {
  static func fold(_ fact: AnswerTurned, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws {
    switch fact.turn {
    case .given:
      try transaction.run(
        """
        INSERT INTO sheet_answer (answer_id, offer_id, version, given_at, data, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO NOTHING
        """, .text(fact.answerID.text), .text(fact.offer.offer.text), .integer(Int64(fact.offer.version)), .timestamp(fact.at),
        .blob(fact.event.encode()), .text(meta.message.text))
    case .corrected:
      try transaction.run(
        "UPDATE sheet_answer SET corrected_at = ?2, corrected_by = ?3 WHERE answer_id = ?1 AND corrected_at IS NULL",
        .text(fact.answerID.text), .timestamp(fact.at), .text(fact.agentID.text))
    // Nobody was told anything: the fact alone is kept.
    case .refused: break
    }
  }

  /// More answers than an offer gets in its life here.
  private static let answersMax: Int64 = 100_000

  /// The answers about an offer, in the order in which they were given.
  static func of(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Corrections.Given] {
    try reading.all(
      "SELECT data, corrected_at FROM sheet_answer WHERE offer_id = ?1 ORDER BY given_at, answer_id LIMIT ?2", .text(offer.text),
      .integer(answersMax)
    ) { row in try given(row) }.compactMap(\.self)
  }

  static func find(_ id: String, in reading: borrowing some Reading & ~Copyable) throws -> Corrections.Given? {
    try reading.first("SELECT data, corrected_at FROM sheet_answer WHERE answer_id = ?1", .text(id)) { row in try given(row) } ?? nil
  }

  /// Every offer that somebody was told of.
  static func offers(in reading: borrowing some Reading & ~Copyable) throws -> [Identifier<Offer>] {
    try reading.all("SELECT DISTINCT offer_id FROM sheet_answer ORDER BY offer_id") { row in Identifier(restoring: try row.text(0)) }
  }

  private static func given(_ row: borrowing Row) throws -> Corrections.Given? {
    guard let fact = try DomainEvent.decode(type: AnswerTurned.Turn.given.type, data: row.blob(0))?.answerTurned else { return nil }
    return Corrections.Given(fact, correctedAt: try row.optionalInteger(1).map(Timestamp.init(milliseconds:)))
  }

  /// The answers of an offer that came from words that turned out wrong.
  static func wrong(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Corrections.Wrong] {
    let known = try Offers.find(offer, in: reading)
    return Corrections.of(
      try of(offer, in: reading), turns: try Offers.facts(of: offer, in: reading).compactMap { $0.event?.offerTurned },
      sheets: try Sheets.facts(of: offer, in: reading), counting: known.counting)
  }

  static func json(_ given: Corrections.Given) -> [JSON.Member] {
    let fact = given.fact
    var members: [JSON.Member] = [
      .init("answer_id", .string(fact.answerID.text)), .init("case_id", .string(fact.caseID.text)),
      .init("offer", .string(fact.offer.description)), .init("locale", .string(fact.locale)), .init("voice", .string(fact.voice)),
      .init("agent_id", .string(fact.agentID.text)), .init("facts_card", .bool(fact.factsCard)), .init("fallback", .bool(fact.fallback)),
      .init("at", .string(fact.at.description)),
    ]
    if let person = fact.personID { members.append(.init("person_id", .string(person.text))) }
    if let sheet = fact.sheetID { members.append(.init("sheet_id", .string(sheet.text))) }
    if let version = fact.sheetVersion { members.append(.init("sheet_version", .integer(Int64(version)))) }
    if let corrected = given.correctedAt { members.append(.init("corrected_at", .string(corrected.description))) }
    return members
  }
}
