import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What agents said, knew and refused: stale answers, unread briefings, offers that nobody knew, refusals that were wrong.
extension NightlyAudit {
  private static let correctionMax = Duration.seconds(48 * 3_600)
  private static let questionMax = Duration.seconds(30 * 60)
  private static let wordsMax: Int64 = 20_000

  private struct Answer {
    let fact: AnswerTurned
    let message: String
  }

  private static func answers(since: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [Answer] {
    try reading.all(
      "SELECT content, message_id FROM seen WHERE type = 'answer.given' AND at >= ?1 ORDER BY at, subject LIMIT ?2", .timestamp(since),
      .integer(wordsMax)
    ) { row -> Answer? in
      guard case .answerTurned(let fact)? = try DomainEvent.decode(type: AnswerTurned.Turn.given.type, data: try row.blob(0)) else {
        return nil
      }
      return Answer(fact: fact, message: try row.text(1))
    }.compactMap(\.self)
  }

  static func wrongWords(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    var found: [Register.Found] = []
    var prevented: [Identifier<Offer>: (count: Int64, at: Timestamp, message: String)] = [:]
    for answer in try answers(since: view.since, in: reading) {
      let (fact, id) = (answer.fact, answer.fact.answerID.text)
      guard let stale = try staled(fact, in: reading) else { continue }
      guard !fact.factsCard else {
        let known = prevented[fact.offer.offer]
        prevented[fact.offer.offer] = ((known?.count ?? 0) + 1, known?.at ?? fact.at, known?.message ?? answer.message)
        continue
      }
      let corrected = try reading.integer(
        "SELECT min(at) FROM seen WHERE subject = ?1 AND type = 'answer.corrected' HAVING count(*) > 0", .text(id)
      ).map { Timestamp(milliseconds: $0) }
      let isRepaired = corrected.map { $0 <= fact.at.adding(correctionMax) } ?? false
      let end =
        isRepaired ? "; it was corrected at \(corrected ?? fact.at)" : corrected == nil ? ", and not corrected" : ", corrected too late"
      found.append(
        Register.Found(
          id: "wrong_words/\(id)", kind: .wrongWords, outcome: isRepaired ? .repaired : .slipped, offer: fact.offer.offer,
          person: fact.personID, beganAt: fact.at,
          cause: "\(fact.agentID) answered from \(fact.offer) at \(fact.at), which did not hold any more since \(stale.at)\(end)",
          evidence: [answer.message, stale.message].filter { !$0.isEmpty }))
    }
    return found
      + prevented.map { offer, one in
        Register.Found(
          id: "wrong_words/\(offer)/prevented", kind: .wrongWords, outcome: .prevented, offer: offer, beganAt: one.at,
          cause: "\(one.count) answers came from the facts card when the sheet did not hold any more", evidence: [one.message],
          count: one.count)
      }.sorted { $0.id < $1.id }
  }

  private struct Staled {
    let at: Timestamp
    let message: String
  }

  /// Since when what the answer came from did not hold, where that was before it was given.
  private static func staled(_ fact: AnswerTurned, in reading: borrowing some Reading & ~Copyable) throws -> Staled? {
    if let sheet = fact.sheetID {
      let found = try reading.first(
        """
        SELECT at, message_id FROM seen WHERE subject = ?1 AND type = 'sheet.staled' AND at <= ?2 AND CAST(word AS INTEGER) >= ?3
        ORDER BY at LIMIT 1
        """, .text(sheet.text), .timestamp(fact.at), .integer(Int64(fact.sheetVersion ?? 1))
      ) { row in Staled(at: try row.timestamp(0), message: try row.text(1)) }
      if let found { return found }
    }
    // A card stands in for a sheet that was withdrawn.
    if fact.factsCard {
      let found = try reading.first(
        "SELECT at, message_id FROM seen WHERE offer_id = ?1 AND type = 'sheet.staled' AND at <= ?2 AND version = ?3 ORDER BY at LIMIT 1",
        .text(fact.offer.offer.text), .timestamp(fact.at), .integer(Int64(fact.offer.version))
      ) { row in Staled(at: try row.timestamp(0), message: try row.text(1)) }
      if let found { return found }
    }
    // Stopped, or overtaken by a later version that was launched.
    return try reading.first(
      """
      SELECT at FROM offer_turn WHERE offer_id = ?1 AND at <= ?3
        AND (turn = 'stopped' AND version = ?2 OR turn = 'launched' AND version > ?2) ORDER BY at LIMIT 1
      """, .text(fact.offer.offer.text), .integer(Int64(fact.offer.version)), .timestamp(fact.at)
    ) { row in Staled(at: try row.timestamp(0), message: "") }
  }

  static func unbriefed(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    var first: [String: Answer] = [:]
    for answer in try answers(since: view.since, in: reading) {
      let key = "\(answer.fact.offer)/\(answer.fact.agentID)"
      if first[key] == nil { first[key] = answer }
    }
    var found: [Register.Found] = []
    for (key, answer) in first.sorted(by: { $0.key < $1.key }) {
      let (fact, offer) = (answer.fact, answer.fact.offer)
      let acknowledged = try reading.first(
        """
        SELECT at, message_id FROM seen WHERE subject = ?1 AND type = 'briefing' AND offer_id = ?2 AND version = ?3 ORDER BY at LIMIT 1
        """, .text(fact.agentID.text), .text(offer.offer.text), .integer(Int64(offer.version))
      ) { row in (at: try row.timestamp(0), message: try row.text(1)) }
      let launched = try reading.integer(
        "SELECT min(at) FROM offer_turn WHERE offer_id = ?1 AND version = ?2 AND turn = 'launched' HAVING count(*) > 0",
        .text(offer.offer.text), .integer(Int64(offer.version))
      ).map { Timestamp(milliseconds: $0) }
      let outcome: DisconnectRecorded.Outcome
      let cause: String
      if let acknowledged, acknowledged.at <= fact.at {
        let isAtLogin = launched.map { acknowledged.at > $0 } ?? false
        outcome = isAtLogin ? .repaired : .prevented
        cause = "\(fact.agentID) read \(offer) at \(acknowledged.at)\(isAtLogin ? ", at login," : "") before the first answer at \(fact.at)"
      } else {
        outcome = .slipped
        let later = acknowledged.map { "only at \($0.at)" } ?? "never"
        cause = "\(fact.agentID) answered about \(offer) at \(fact.at) and read it \(later)"
      }
      found.append(
        Register.Found(
          id: "unbriefed/\(key)", kind: .unbriefed, outcome: outcome, offer: offer.offer, beganAt: fact.at, cause: cause,
          evidence: [answer.message] + (acknowledged.map { [$0.message] } ?? [])))
    }
    return found
  }

  static func unknownOffers(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    try reading.all(
      """
      SELECT s.subject, s.person_id, s.at, s.message_id, s.content, min(q.at), q.message_id FROM seen s
      LEFT JOIN seen q ON q.subject = s.subject AND q.type = 'question.answered'
      WHERE s.type = 'asked' AND s.word = 'unknown' AND s.at >= ?1 GROUP BY s.message_id ORDER BY s.at LIMIT ?2
      """, .timestamp(view.since), .integer(wordsMax)
    ) { row -> Register.Found? in
      guard case .offerAskedAbout(let fact)? = try DomainEvent.decode(type: OfferAskedAbout.type, data: try row.blob(4)) else { return nil }
      let answered = try row.optionalInteger(5).map { Timestamp(milliseconds: $0) }
      let due = fact.dueAt ?? fact.at.adding(questionMax)
      guard answered != nil || view.now > due else { return nil }
      let isInTime = answered.map { $0 <= due } ?? false
      return Register.Found(
        id: "unknown_offer/\(fact.askedID)", kind: .unknownOffer, outcome: isInTime ? .repaired : .slipped, offer: fact.offerID,
        person: fact.personID, beganAt: fact.at,
        cause: "\(fact.agentID) was asked at \(fact.at) about an offer that nobody knew; the answer was due at \(due) and "
          + (answered.map { "came at \($0)" } ?? "has not come"),
        evidence: [try row.text(3)] + (try row.optionalText(6).map { [$0] } ?? []))
    }.compactMap(\.self)
  }

  /// An agent said no to what the terms give, or to what was given after all.
  static func refused(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    struct Refusal {
      let fact: RemedyAsked
      let message: String
    }
    let refusals = try reading.all(
      """
      SELECT content, message_id FROM remedy_asked WHERE turn = 'refused' AND asked_at >= ?1 AND order_id IS NOT NULL
        AND offer_id IS NOT NULL ORDER BY asked_at LIMIT ?2
      """, .timestamp(view.since), .integer(wordsMax)
    ) { row -> Refusal? in
      guard case .remedyAsked(let fact)? = try DomainEvent.decode(type: RemedyAsked.Turn.refused.type, data: try row.blob(0)) else {
        return nil
      }
      return Refusal(fact: fact, message: try row.text(1))
    }.compactMap(\.self)
    var found: [Register.Found] = []
    for one in refusals {
      guard let order = one.fact.orderID, let id = one.fact.offerID, let file = try OrderFile.find(order, in: reading),
        let offer = try OfferInForce.find(id, in: reading)
      else { continue }
      let given = file.events.first { event in
        if case .remedyChanged(let fact) = event.event { fact.offer?.offer == id && fact.change != .declined } else { false }
      }
      let purchase = file.purchase
      let owed = offer.terms.evaluate(
        purchase, try Judge.history(of: purchase, offer, in: reading), life: offer.life, at: one.fact.at)
      let outcome: DisconnectRecorded.Outcome
      let end: String
      if let given, given.at > one.fact.at {
        (outcome, end) = (.repaired, "it was given at \(given.at)")
      } else if given == nil, owed.isGranted, owed.amount > 0 {
        (outcome, end) = (.slipped, "the terms give \(owed.money), and the customer left without")
      } else {
        continue
      }
      found.append(
        Register.Found(
          id: "refused/\(one.fact.requestID)", kind: .refusedThenGranted, outcome: outcome, offer: id, person: file.order.personID,
          beganAt: one.fact.at,
          cause:
            "\(one.fact.agentID) refused \(offer.name) for order \(order) at \(one.fact.at) as \(one.fact.reason?.rawValue ?? "other"); \(end)",
          evidence: [one.message] + (given.map { [$0.messageID.text] } ?? [])))
    }
    return found
  }
}
