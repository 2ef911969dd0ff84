import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What each order was owed by each offer, decided once more and held against what it has: from the terms, never from the look-back's totals.
///
/// ```
/// offer ─▸ its orders by their time ─▸ has a remedy: when, asked for, after a message?
///                                   └▸ has none: what do the terms give? nothing: fine; something: it was missed
/// ```
enum OwedStage {
  static func take(
    _ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction
  ) throws -> Bool {
    let until = round.now.adding(.zero - Contradiction.day)
    while true {
      if round.cursor.key.isEmpty, try !next(&round, until: until, transaction) { return true }
      let id = Identifier<Offer>(restoring: round.cursor.key)
      guard let offer = try round.offer(id, in: transaction), !offer.life.isHistorical else {
        guard try next(&round, until: until, transaction) else { return true }
        continue
      }
      guard try orders(of: offer, until: until, &round, &pace, transaction) else { return false }
      guard try next(&round, until: until, transaction) else { return true }
    }
  }

  /// Enters the next offer that reached orders within the audit's time; false where there is none.
  private static func next(_ round: inout AuditRound, until: Timestamp, _ reading: borrowing Transaction) throws -> Bool {
    let row = try reading.first(
      """
      SELECT offer_id, reaches_from FROM offer WHERE offer_id > ?1 AND reaches_from IS NOT NULL AND reaches_from < ?3 AND reaches_to > ?2
      ORDER BY offer_id LIMIT 1
      """, .text(round.cursor.key), .timestamp(round.since), .timestamp(until)
    ) { row in (offer: try row.text(0), from: try row.timestamp(1)) }
    guard let row else { return false }
    round.cursor.enter(row.offer, at: max(row.from, round.since))
    return true
  }

  /// True where the offer's orders are gone through.
  private static func orders(
    of offer: OfferInForce, until: Timestamp, _ round: inout AuditRound, _ pace: inout ChunkPace, _ reading: borrowing Transaction
  ) throws -> Bool {
    let scan = try OrderScan(LookBack.Span(offer), in: reading)
    let id = offer.version.offer
    let told = try reading.first("SELECT message_id FROM look_back WHERE offer_id = ?1 LIMIT 1", .text(id.text)) { row in try row.text(0) }
    let stem = "\(DisconnectRecorded.Kind.lookBack.rawValue)/\(id)/"
    let hasSlipped = try reading.integer(
      "SELECT 1 FROM disconnect WHERE offer_id = ?1 AND kind = 'look_back' AND outcome IN ('slipped', 'unknown') LIMIT 1", .text(id.text))
    while true {
      let page = try scan.page(after: LookBack.Cursor(at: round.cursor.at, order: round.cursor.id), in: reading)
      guard let first = page.first, first.at <= until else { return true }
      for row in page {
        guard row.at <= until else { return true }
        guard pace.admitsRow() else { return false }
        (round.cursor.at, round.cursor.id) = (row.at, row.order)
        guard let order = try scan.order(of: row, in: reading) else { continue }
        let given = try Given.find(order, offer, in: reading)
        if let given {
          // Of what was found missing a night before it is said that it came.
          let isKnown = try hasSlipped != nil && Register.isOpen(stem + order.orderID.text, in: reading)
          try judge(given, of: order, offer, wasMissed: isKnown, told, &round, reading)
        } else {
          try judge(missing: order, offer, &round, reading)
        }
      }
    }
  }

  // MARK: What it has

  /// The first remedy under an order's key.
  private struct Given {
    let person: String?
    /// Who gave it and when, where somebody did.
    let agent: String?
    let at: Timestamp?
    let answer: String?

    static func find(_ order: OrderCaptured, _ offer: OfferInForce, in reading: borrowing some Reading & ~Copyable) throws -> Given? {
      let id = offer.version.offer
      let key =
        if let subscription = order.subscriptionID, let period = order.period {
          RemedyKey(offer: id, subscription: subscription, period: period)
        } else { RemedyKey(offer: id, order: order.orderID) }
      return try reading.first(
        """
        SELECT r.person_id, h.agent_id, h.at, a.message_id FROM remedy r
        LEFT JOIN remedy_by_hand h ON h.remedy_key = r.remedy_key AND h.ordinal = r.ordinal
        LEFT JOIN remedy_answer a ON a.remedy_key = r.remedy_key AND a.ordinal = r.ordinal AND a.change <> 'declined'
        WHERE r.remedy_key = ?1 ORDER BY r.ordinal LIMIT 1
        """, .text(key.text)
      ) { row in
        Given(
          person: try row.optionalText(0), agent: try row.optionalText(1),
          at: try row.optionalInteger(2).map { Timestamp(milliseconds: $0) }, answer: try row.optionalText(3))
      }
    }
  }

  private static func judge(
    _ given: Given, of order: OrderCaptured, _ offer: OfferInForce, wasMissed: Bool, _ told: String?, _ round: inout AuditRound,
    _ reading: borrowing Transaction
  ) throws {
    let id = offer.version.offer
    // What is given inside the window is the checkout's or the desk's business, unless it was missed before.
    let isBefore =
      order.placedAt < max(offer.terms.startsAt, offer.life.effectiveFrom) || offer.life.pauses.contains { $0.contains(order.placedAt) }
    guard isBefore || wasMissed else { return }
    let message = try given.person.flatMap { try firstMessage(to: $0, about: id, in: reading) }
    var owed = Contradiction.Owed(since: since(order, offer), givenAt: given.at, isAsked: given.agent != nil, messageAt: message?.at)
    // When it came by itself is asked for only where it could matter.
    if given.at == nil {
      let looksUp = message != nil || wasMissed
      owed.givenAt = looksUp ? try cameAt(order, id, in: reading) ?? owed.since : owed.since
    }
    let outcome = Contradiction.lookBack(owed, at: round.now)
    guard outcome != .prevented || wasMissed else {
      return round.count(.owed, id.text, at: offer.terms.startsAt, told ?? "")
    }
    let at = owed.givenAt ?? owed.since
    let how =
      given.agent.map { "from \($0) at \(at), after asking" }
      ?? message.map { $0.at < at ? "by itself at \(at), after a message about the offer at \($0.at)" : "by itself at \(at)" }
      ?? "by itself at \(at)"
    round.find(
      Register.Found(
        id: "look_back/\(id)/\(order.orderID)", kind: .lookBack, outcome: .repaired, offer: id,
        person: order.personID, beganAt: offer.terms.startsAt, cause: "order \(order.orderID) had its remedy \(how)",
        evidence: [given.answer, message?.message].compactMap(\.self)))
  }

  private struct Message {
    let at: Timestamp
    let message: String
  }

  private static func firstMessage(
    to person: String, about offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Message? {
    try reading.first(
      "SELECT at, message_id FROM seen WHERE person_id = ?1 AND type = 'sent' AND offer_id = ?2 ORDER BY at LIMIT 1", .text(person),
      .text(offer.text)
    ) { row in Message(at: try row.timestamp(0), message: try row.text(1)) }
  }

  /// When the first remedy of `offer` was told.
  private static func cameAt(
    _ order: OrderCaptured, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Timestamp? {
    try OrderFile.events(of: order.orderID.text, in: reading).first { event in
      if case .remedyChanged(let fact) = event.event { fact.offer?.offer == offer && fact.change != .declined } else { false }
    }?.at
  }

  /// From when on it was owed: the start or the launch, the end of the rest in which it was placed, or its capture.
  private static func since(_ order: OrderCaptured, _ offer: OfferInForce) -> Timestamp {
    let rest = offer.life.pauses.first { $0.contains(order.placedAt) }?.upperBound
    return max(offer.terms.startsAt, offer.life.effectiveFrom, order.capturedAt, rest ?? .first)
  }

  // MARK: What it lacks

  private static func judge(
    missing order: OrderCaptured, _ offer: OfferInForce, _ round: inout AuditRound, _ reading: borrowing Transaction
  ) throws {
    let file = try OrderFile(order, in: reading)
    let purchase = file.purchase
    var history = try Judge.history(of: purchase, offer, in: reading)
    let decidedAt = max(offer.terms.startsAt, offer.life.effectiveFrom, order.capturedAt)
    let outcome = offer.terms.evaluate(purchase, history, life: offer.life, at: decidedAt)
    guard outcome.isGranted, outcome.isAutomatic, outcome.amount > 0, !Judge.isHeldBack(outcome, offer) else { return }
    let limits = offer.terms.document.limits
    var isUnsure = false
    if limits.total != nil || limits.perCustomer != nil {
      // What was given once and came back had used the limit up while it lasted.
      history.total = try round.everUsed(offer.version.offer, in: reading)
      if limits.perCustomer != nil, let person = order.personID {
        history.customer = try everUsed(offer.version.offer, by: person, in: reading)
      }
      isUnsure = !offer.terms.evaluate(purchase, history, life: offer.life, at: decidedAt).isGranted
    }
    // Lines that came later have a day of their own.
    let added = purchase.lines.compactMap(\.addedAt).max() ?? .first
    let owed = Contradiction.Owed(since: max(since(order, offer), added), isLimitUnsure: isUnsure)
    guard let result = Contradiction.lookBack(owed, at: round.now), let known = try Orders.find(order.orderID, in: reading) else { return }
    let end = result == .unknown ? "; whether a limit was used up then is not known" : ""
    round.find(
      Register.Found(
        id: "look_back/\(offer.version.offer)/\(order.orderID)", kind: .lookBack, outcome: result, offer: offer.version.offer,
        person: order.personID, beganAt: offer.terms.startsAt,
        cause:
          "order \(order.orderID), placed at \(order.placedAt), is owed \(outcome.money) by \(offer.name) and has nothing a day after the start\(end)",
        evidence: [known.messageID.text]))
  }

  private static func everUsed(
    _ offer: Identifier<Offer>, by person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Used {
    try reading.first(
      """
      SELECT ifnull(sum(amount), 0), count(DISTINCT ifnull(use_key, order_id)), ifnull(sum(units), 0) FROM remedy
      WHERE person_id = ?1 AND offer_id = ?2
      """, .text(person.text), .text(offer.text)
    ) { row in Used(amount: try row.integer(0), uses: try row.integer(1), units: try row.integer(2)) } ?? Used()
  }
}
