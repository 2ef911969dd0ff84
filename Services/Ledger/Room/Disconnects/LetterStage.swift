import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What marketing sent, held against what the customer had at that time: noise during a hold, and advertisements for what they bought. And
/// what it did not send, for either reason.
enum LetterStage {
  /// A letter that went out, as it was seen.
  private struct Letter {
    let message: String
    let id: String
    let offer: Identifier<Offer>
    let version: Int?
    let person: String
    /// Purpose, verdict and channel.
    let word: [Substring]
    let at: Timestamp

    var isMarketing: Bool { word.first == "marketing" }
    var isAdvertisement: Bool { isMarketing && word.dropFirst().first == "send" }
    var isNote: Bool { word.starts(with: ["transaction", "honour"]) }
    var channel: String { String(word.last ?? "") }

    init?(_ row: SeenRow) {
      guard let offer = row.offer, let person = row.person, let word = row.word else { return nil }
      message = row.message
      id = row.subject
      self.offer = Identifier(restoring: offer)
      version = row.version
      self.person = person
      self.word = word.split(separator: "/")
      at = row.at
    }
  }

  static func sent(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("sent", &round, &pace, transaction) { row, round, transaction in
      guard let letter = Letter(row) else { throw StoreFault.corrupt(reason: "what is kept of a letter does not say what and to whom") }
      if letter.isMarketing, let found = try noise(of: letter, in: transaction) { round.find(found) }
      if letter.isAdvertisement, let found = try insult(of: letter, &round, in: transaction) { round.find(found) }
      if letter.isNote, try advertised(before: letter, in: transaction) == nil {
        round.count(.insult, letter.offer.text, at: letter.at, letter.message)
      }
    }
  }

  // MARK: Noise

  private struct Hold {
    let fact: HoldTurned
    let message: String
  }

  private static func noise(of letter: Letter, in reading: borrowing Transaction) throws -> Register.Found? {
    let holds = try reading.all(
      """
      SELECT h.content, h.message_id FROM seen h WHERE h.person_id = ?1 AND h.type = 'hold.placed' AND h.at < ?2
        AND NOT EXISTS (SELECT 1 FROM seen l WHERE l.subject = h.subject AND l.type = 'hold.lifted' AND l.at <= ?2)
      ORDER BY h.at, h.message_id
      """, .text(letter.person), .timestamp(letter.at)
    ) { row -> Hold? in
      let type = HoldTurned.Turn.placed.type
      guard case .holdTurned(let fact)? = try DomainEvent.decode(type: type, data: try row.blob(0)) else { return nil }
      return Hold(fact: fact, message: try row.text(1))
    }.compactMap(\.self)
    for hold in holds {
      // A hold goes on while its case is open, whatever its date says.
      let began = try hold.fact.caseID.flatMap { try opened($0.text, in: reading) } ?? hold.fact.at
      guard let outcome = Contradiction.noisy(sentAt: letter.at, openedAt: began), try concerns(hold.fact, letter, in: reading),
        try letter.at < hold.fact.expiresAt || isCaseOpen(hold.fact, at: letter.at, in: reading)
      else { continue }
      let seconds = (letter.at.milliseconds - began.milliseconds) / 1_000
      return Register.Found(
        id: "noisy/\(letter.id)", kind: .noisy, outcome: outcome, offer: letter.offer, person: Identifier(restoring: letter.person),
        beganAt: letter.at,
        cause: "a marketing message went out at \(letter.at), \(seconds) s after the hold \(hold.fact.holdID) of \(began)",
        evidence: [letter.message, hold.message])
    }
    return nil
  }

  private static func opened(_ matter: String, in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.integer("SELECT min(at) FROM seen WHERE subject = ?1 AND type = 'case.opened' HAVING count(*) > 0", .text(matter))
      .map { Timestamp(milliseconds: $0) }
  }

  private static func isCaseOpen(_ hold: HoldTurned, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    guard let matter = hold.caseID else { return false }
    let last = try reading.first(
      """
      SELECT type FROM seen WHERE subject = ?1 AND type IN ('case.opened', 'case.reopened', 'case.solved') AND at <= ?2
      ORDER BY at DESC LIMIT 1
      """, .text(matter.text), .timestamp(instant)
    ) { row in try row.text(0) }
    return last.map { $0 != "case.solved" } ?? false
  }

  private static func concerns(_ hold: HoldTurned, _ letter: Letter, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    switch hold.scope {
    case .all: true
    case .channel: hold.scopeID == letter.channel
    case .campaign: try OfferRows.campaign(of: letter.offer, in: reading)?.text == hold.scopeID
    }
  }

  // MARK: Insults

  /// What somebody had bought when the advertisement for it went out.
  private struct Earlier {
    let order: Identifier<Order>
    let message: String
    let hasIt: Bool
  }

  private static func insult(
    of letter: Letter, _ round: inout AuditRound, in reading: borrowing Transaction
  ) throws -> Register.Found? {
    guard let offer = try round.offer(letter.offer, version: letter.version, in: reading),
      let bought = try bought(before: letter, offer, in: reading)
    else { return nil }
    let note = try reading.integer(
      """
      SELECT min(at) FROM seen WHERE person_id = ?1 AND type = 'sent' AND offer_id = ?2 AND word LIKE 'transaction/honour/%' AND at >= ?3
      HAVING count(*) > 0
      """, .text(letter.person), .text(letter.offer.text), .timestamp(letter.at)
    ).map { Timestamp(milliseconds: $0) }
    let outcome = Contradiction.insult(sentAt: letter.at, noteAt: note)
    let what = bought.hasIt ? "had bought already and has it under the same offer" : "had bought the same thing already and got nothing"
    let end = note.map { "; a note followed at \($0)" } ?? ""
    return Register.Found(
      id: "insult/\(letter.id)", kind: .insult, outcome: outcome, offer: letter.offer, person: Identifier(restoring: letter.person),
      beganAt: letter.at, cause: "an advertisement went out at \(letter.at) to somebody who \(what) (order \(bought.order))\(end)",
      evidence: [letter.message, bought.message])
  }

  /// The first order that makes an advertisement an insult: captured when it went out, and within the offer's reach. Judged as marketing
  /// judges it before it sends, by what the ledger knew then.
  private static func bought(before letter: Letter, _ offer: OfferInForce, in reading: borrowing Transaction) throws -> Earlier? {
    let orders: [Identifier<Order>] = try reading.all(
      """
      SELECT order_id FROM captured_order WHERE person_id = ?1 AND placed_at < ?3 AND captured_at < ?3
        AND (placed_at >= ?2 OR captured_at >= ?2) ORDER BY placed_at, order_id
      """, .text(letter.person), .timestamp(offer.reach.from), .timestamp(letter.at)
    ) { row in Identifier(restoring: try row.text(0)) }
    for id in orders {
      guard let known = try Orders.find(id, in: reading) else { continue }
      let purchase = try OrderFile(known.order, in: reading).purchase(asOf: letter.at)
      let outcome = offer.terms.evaluate(purchase, try Judge.history(of: purchase, offer, in: reading), life: offer.life, at: letter.at)
      switch Bought.weigh(outcome.reason, isSame: Bought.isSame(purchase, as: offer.terms.document)) {
      case .hasIt: return Earlier(order: id, message: known.messageID.text, hasIt: true)
      case .annoys: return Earlier(order: id, message: known.messageID.text, hasIt: false)
      case .nothing: continue
      }
    }
    return nil
  }

  /// When an advertisement of the same offer had gone to the same person before; nil where none had.
  private static func advertised(before letter: Letter, in reading: borrowing some Reading & ~Copyable) throws -> Int64? {
    try reading.integer(
      """
      SELECT at FROM seen WHERE person_id = ?1 AND type = 'sent' AND offer_id = ?2 AND word LIKE 'marketing/send/%' AND at <= ?3 LIMIT 1
      """, .text(letter.person), .text(letter.offer.text), .timestamp(letter.at))
  }

  // MARK: What was not sent

  static func heldBack(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("suppressed", &round, &pace, transaction) { row, round, _ in
      round.count(row.word == "hold" ? .noisy : .insult, row.offer, at: row.at, row.message)
    }
  }
}
