import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What customers asked for: offers that nobody knew, and what an agent refused.
enum QuestionStage {
  private static let page: Int64 = 64

  // MARK: Unknown offers

  static func asked(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("asked", &round, &pace, transaction) { row, round, transaction in
      guard row.word == "unknown",
        case .offerAskedAbout(let fact)? = try DomainEvent.decode(type: OfferAskedAbout.type, data: row.content)
      else { return }
      if let found = try unknown(fact, row.message, at: round.now, in: transaction) { round.find(found) }
    }
  }

  private static func unknown(
    _ fact: OfferAskedAbout, _ message: String, at now: Timestamp, in reading: borrowing Transaction
  ) throws -> Register.Found? {
    let answer = try reading.first(
      "SELECT at, message_id FROM seen WHERE subject = ?1 AND type = 'question.answered' ORDER BY at LIMIT 1", .text(fact.askedID.text)
    ) { row in (at: try row.timestamp(0), message: try row.text(1)) }
    let outcome = Contradiction.unknownOffer(askedAt: fact.at, due: fact.dueAt, answeredAt: answer?.at, at: now)
    guard let outcome else { return nil }
    let due = fact.dueAt ?? fact.at.adding(Contradiction.questionMax)
    return Register.Found(
      id: "unknown_offer/\(fact.askedID)", kind: .unknownOffer, outcome: outcome, offer: fact.offerID, person: fact.personID,
      beganAt: fact.at,
      cause: "\(fact.agentID) was asked at \(fact.at) about an offer that nobody knew; the answer was due at \(due) and "
        + (answer.map { "came at \($0.at)" } ?? "has not come"),
      evidence: [message] + (answer.map { [$0.message] } ?? []))
  }

  // MARK: Refusals

  /// An agent said no to what the terms give, or to what was given after all.
  static func refused(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    struct Refusal {
      let at: Timestamp
      let request: String
      let message: String
      let content: [UInt8]
    }
    round.cursor.at = max(round.cursor.at, round.since)
    while true {
      let page = try transaction.all(
        """
        SELECT asked_at, request_id, message_id, content FROM remedy_asked WHERE turn = 'refused' AND (asked_at, request_id) > (?1, ?2)
          AND asked_at <= ?3 ORDER BY asked_at, request_id LIMIT ?4
        """, .timestamp(round.cursor.at), .text(round.cursor.id), .timestamp(round.now), .integer(page)
      ) { row in
        Refusal(at: try row.timestamp(0), request: try row.text(1), message: try row.text(2), content: try row.blob(3))
      }
      guard !page.isEmpty else { return true }
      for one in page {
        guard pace.admitsRow() else { return false }
        (round.cursor.at, round.cursor.id) = (one.at, one.request)
        guard case .remedyAsked(let fact)? = try DomainEvent.decode(type: RemedyAsked.Turn.refused.type, data: one.content) else {
          continue
        }
        if let found = try refusal(fact, one.message, &round, in: transaction) { round.find(found) }
      }
    }
  }

  private static func refusal(
    _ fact: RemedyAsked, _ message: String, _ round: inout AuditRound, in reading: borrowing Transaction
  ) throws -> Register.Found? {
    guard let order = fact.orderID, let id = fact.offerID, let file = try OrderFile.find(order, in: reading),
      let offer = try round.offer(id, in: reading)
    else { return nil }
    let given = file.events.first { event in
      if case .remedyChanged(let fact) = event.event { fact.offer?.offer == id && fact.change != .declined } else { false }
    }
    let purchase = file.purchase
    let owed = offer.terms.evaluate(purchase, try Judge.history(of: purchase, offer, in: reading), life: offer.life, at: fact.at)
    let isOwed = owed.isGranted && owed.amount > 0
    let outcome = Contradiction.refused(at: fact.at, givenAt: given?.at, isOwed: isOwed)
    guard let outcome else { return nil }
    let end = given.map { "it was given at \($0.at)" } ?? "the terms give \(owed.money), and the customer left without"
    return Register.Found(
      id: "refused/\(fact.requestID)", kind: .refusedThenGranted, outcome: outcome, offer: id, person: file.order.personID,
      beganAt: fact.at,
      cause: "\(fact.agentID) refused \(offer.name) for order \(order) at \(fact.at) as \(fact.reason?.rawValue ?? "other"); \(end)",
      evidence: [message] + (given.map { [$0.messageID.text] } ?? []))
  }
}
