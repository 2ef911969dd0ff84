import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What agents said: from words that did not hold, or before they had read of the offer.
enum AnswerStage {
  private struct Answer {
    let fact: AnswerTurned
    let at: Timestamp
    let message: String
  }

  static func take(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("answer.given", &round, &pace, transaction) { row, round, transaction in
      guard case .answerTurned(let fact)? = try DomainEvent.decode(type: AnswerTurned.Turn.given.type, data: row.content) else {
        throw StoreFault.corrupt(reason: "what is kept of an answer is no fact about one")
      }
      let answer = Answer(fact: fact, at: row.at, message: row.message)
      try words(of: answer, &round, in: transaction)
      if let found = try briefing(of: answer, in: transaction) { round.find(found) }
    }
  }

  /// What agents were kept from saying.
  static func refused(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("answer.refused", &round, &pace, transaction) { row, round, _ in
      round.count(.keptWords, row.offer, at: row.at, row.message)
    }
  }

  // MARK: Words that did not hold

  private static func words(of answer: Answer, _ round: inout AuditRound, in reading: borrowing Transaction) throws {
    let fact = answer.fact
    guard let wrong = try wrong(fact, in: reading) else { return }
    let corrected = try reading.integer(
      "SELECT min(at) FROM seen WHERE subject = ?1 AND type = 'answer.corrected' HAVING count(*) > 0", .text(fact.answerID.text)
    ).map { Timestamp(milliseconds: $0) }
    let outcome = Contradiction.wrongWords(
      answeredAt: fact.at, wrongSince: wrong.at, isFactsCard: fact.factsCard, correctedAt: corrected, at: round.now)
    guard let outcome else { return }
    guard outcome != .prevented else { return round.count(.words, fact.offer.offer.text, at: fact.at, answer.message) }
    let end =
      switch (outcome, corrected) {
      case (.repaired, let corrected?): "; it was corrected at \(corrected)"
      case (_, let corrected?): ", corrected too late, at \(corrected)"
      case (_, nil): ", and not corrected"
      }
    let how = wrong.at <= fact.at ? "did not hold any more since" : "turned out wrong at"
    round.find(
      Register.Found(
        id: "wrong_words/\(fact.answerID)", kind: .wrongWords, outcome: outcome, offer: fact.offer.offer, person: fact.personID,
        beganAt: fact.at, cause: "\(fact.agentID) answered from \(fact.offer) at \(fact.at), which \(how) \(wrong.at)\(end)",
        evidence: [answer.message, wrong.message].filter { !$0.isEmpty }))
  }

  private struct Wrong {
    let at: Timestamp
    let message: String
  }

  /// Since when what the answer came from did not hold: before it was given, or later where the words themselves were wrong.
  private static func wrong(_ fact: AnswerTurned, in reading: borrowing some Reading & ~Copyable) throws -> Wrong? {
    if let sheet = fact.sheetID, let found = try staled(sheet, fact, in: reading) { return found }
    // A card stands in for a sheet that was withdrawn.
    if fact.factsCard {
      let found = try reading.first(
        "SELECT at, message_id FROM seen WHERE offer_id = ?1 AND type = 'sheet.staled' AND at <= ?2 AND version = ?3 ORDER BY at LIMIT 1",
        .text(fact.offer.offer.text), .timestamp(fact.at), .integer(Int64(fact.offer.version))
      ) { row in Wrong(at: try row.timestamp(0), message: try row.text(1)) }
      if let found { return found }
    }
    // A later version that was launched takes the place of what is said from then on; one that was stopped was wrong all along.
    return try reading.first(
      """
      SELECT min(at) FROM offer_turn WHERE offer_id = ?1
        AND (turn = 'stopped' AND version = ?2 AND (at <= ?3 OR ?4 = 0) OR turn = 'launched' AND version > ?2 AND at <= ?3)
      HAVING count(*) > 0
      """, .text(fact.offer.offer.text), .integer(Int64(fact.offer.version)), .timestamp(fact.at), .integer(fact.factsCard ? 1 : 0)
    ) { row in Wrong(at: try row.timestamp(0), message: "") }
  }

  private struct Staled {
    let wrong: Wrong
    let cause: String?
  }

  private static func staled(
    _ sheet: Identifier<Sheet>, _ fact: AnswerTurned, in reading: borrowing some Reading & ~Copyable
  ) throws -> Wrong? {
    let all = try reading.all(
      """
      SELECT at, message_id, content FROM seen WHERE subject = ?1 AND type = 'sheet.staled' AND CAST(word AS INTEGER) >= ?2 ORDER BY at
      """, .text(sheet.text), .integer(Int64(fact.sheetVersion ?? 1))
    ) { row in
      // Sheets that were withdrawn before their causes were kept count as out of date.
      let data = try row.optionalBlob(2) ?? []
      var cause: String?
      if !data.isEmpty, case .sheetTurned(let sheet)? = try DomainEvent.decode(type: SheetTurned.Turn.staled.type, data: data) {
        cause = sheet.sheetVersion == fact.sheetVersion ?? 1 ? sheet.cause : nil
      }
      return Staled(wrong: Wrong(at: try row.timestamp(0), message: try row.text(1)), cause: cause)
    }
    return all.first { $0.wrong.at <= fact.at || $0.cause?.hasPrefix("wrong") == true }?.wrong
  }

  // MARK: Briefings

  /// The last version up to this one that changed what is promised.
  private static func firstCounting(_ offer: OfferVersion, in reading: borrowing Transaction) throws -> Int {
    var found: [Int: OfferVersioned.Significance] = [:]
    try reading.rows(
      "SELECT version, json_extract(CAST(document AS TEXT), '$.significance') FROM offer_version WHERE offer_id = ?1 AND version <= ?2",
      .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row in found[Int(try row.integer(0))] = try row.optionalText(1).flatMap { OfferVersioned.Significance(rawValue: $0) } }
    return MaterialVersions.counting(offer.version) { found[$0] }.lowerBound
  }

  /// Nil where the agent had spoken of this version before.
  private static func briefing(of answer: Answer, in reading: borrowing Transaction) throws -> Register.Found? {
    let (fact, offer) = (answer.fact, answer.fact.offer)
    let earlier = try reading.integer(
      """
      SELECT 1 FROM seen WHERE offer_id = ?1 AND type = 'answer.given' AND (at, message_id) < (?2, ?3) AND version = ?4 AND word = ?5 LIMIT 1
      """, .text(offer.offer.text), .timestamp(answer.at), .text(answer.message), .integer(Int64(offer.version)), .text(fact.agentID.text))
    guard earlier == nil else { return nil }
    // Whoever has read the last material version knows what stands in the minor ones after it.
    let first = try firstCounting(offer, in: reading)
    let acknowledged = try reading.first(
      "SELECT at, message_id FROM seen WHERE subject = ?1 AND type = 'briefing' AND offer_id = ?2 AND version BETWEEN ?3 AND ?4 ORDER BY at LIMIT 1",
      .text(fact.agentID.text), .text(offer.offer.text), .integer(Int64(first)), .integer(Int64(offer.version))
    ) { row in Wrong(at: try row.timestamp(0), message: try row.text(1)) }
    let launched = try reading.integer(
      "SELECT min(at) FROM offer_turn WHERE offer_id = ?1 AND version BETWEEN ?2 AND ?3 AND turn = 'launched' HAVING count(*) > 0",
      .text(offer.offer.text), .integer(Int64(first)), .integer(Int64(offer.version))
    ).map { Timestamp(milliseconds: $0) }
    let outcome = Contradiction.unbriefed(usedAt: fact.at, acknowledgedAt: acknowledged?.at, launchedAt: launched)
    let cause: String
    if outcome == .slipped {
      cause = "\(fact.agentID) answered about \(offer) at \(fact.at) and read it \(acknowledged.map { "only at \($0.at)" } ?? "never")"
    } else {
      let login = outcome == .repaired ? ", at login," : ""
      cause = "\(fact.agentID) read \(offer) at \(acknowledged?.at ?? fact.at)\(login) before the first answer at \(fact.at)"
    }
    return Register.Found(
      id: "unbriefed/\(offer)/\(fact.agentID)", kind: .unbriefed, outcome: outcome, offer: offer.offer, beganAt: fact.at, cause: cause,
      evidence: [answer.message] + (acknowledged.map { [$0.message] } ?? []))
  }
}
