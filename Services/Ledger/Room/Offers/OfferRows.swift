import Contracts
import LedgerDomain
import Store
import Terms

/// Offers as marketing tells of them, as rows: whatever comes first, the rest completes it.
enum OfferRows {
  /// A version of an offer as it was scheduled.
  struct Scheduled {
    let version: OfferVersion
    let campaignID: Identifier<Campaign>
    let reserve: Money
  }

  // MARK: Hearing

  static func hear(_ fact: OfferVersioned, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO offer_version (offer_id, version, campaign_id, document, terms_hash) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET campaign_id = ?3, document = ?4, terms_hash = ?5
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.campaignID.text), .blob(fact.document.bytes),
      .text(fact.termsHash))
    try open(fact.offerID, fact.campaignID, in: transaction)
  }

  static func hear(_ fact: OfferScheduled, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO offer_version (offer_id, version, campaign_id, starts_at, ends_at, look_back_from, reserve, currency)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT DO UPDATE SET campaign_id = ?3, starts_at = ?4, ends_at = ?5, look_back_from = ?6, reserve = ?7, currency = ?8
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.campaignID.text), .timestamp(fact.startsAt),
      .optional(fact.endsAt?.milliseconds), .timestamp(fact.lookBackFrom), .integer(fact.reserve.minor), .text(fact.reserve.currency.code))
    try open(fact.offerID, fact.campaignID, in: transaction)
  }

  static func hear(_ fact: OfferTurned, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO offer_turn (number, offer_id, version, turn, at, type, content)
      VALUES ((SELECT 1 + ifnull(max(number), 0) FROM offer_turn), ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.turn.rawValue), .timestamp(fact.at), .text(fact.type),
      .blob(DomainEvent.offerTurned(fact).encode()))
    guard let campaign = try campaign(of: fact.offerID, in: transaction) else { return }
    try open(fact.offerID, campaign, in: transaction)
  }

  /// Sees to it that the offer has its row, and that the row says what is known by now.
  private static func open(
    _ offer: Identifier<Offer>, _ campaign: Identifier<Campaign>, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "INSERT INTO offer (offer_id, campaign_id, state) VALUES (?1, ?2, 'heard') ON CONFLICT DO NOTHING", .text(offer.text),
      .text(campaign.text))
    let life = try life(of: offer, in: transaction)
    guard let version = life.version, let offered = try OfferInForce.terms(of: offer, version, in: transaction) else {
      try transaction.run("UPDATE offer SET state = ?2 WHERE offer_id = ?1", .text(offer.text), .text(life.state.rawValue))
      return
    }
    let reach = Reach(offered, life)
    try transaction.run(
      """
      UPDATE offer SET state = ?2, version = ?3, reaches_from = ?4, reaches_to = ?5, honoured_until = ?6, by_capture = ?7,
        only_group = ?8 WHERE offer_id = ?1
      """, .text(offer.text), .text(life.state.rawValue), .integer(Int64(version)), .timestamp(reach.from), .timestamp(reach.to),
      .timestamp(reach.honouredUntil), .integer(offered.document.lookBack.basis == .capturedAt ? 1 : 0),
      .optional(offered.document.eligibility.group?.description))
  }

  /// The times of orders that an offer may reach, with a day to spare for orders that are known only to the day.
  struct Reach {
    let from: Timestamp
    let to: Timestamp
    let honouredUntil: Timestamp

    init(_ terms: Terms, _ life: LifeFold) {
      from = terms.lookBackFrom.adding(.zero - LookBackLimits.daySlack)
      let isHistorical = life.life?.isHistorical == true
      to = isHistorical ? terms.startsAt : terms.endsAt ?? .last
      // A window that was over when it was launched is not too late for its own orders.
      honouredUntil = isHistorical ? .last : terms.honourUntil
    }
  }

  // MARK: Asking

  static func campaign(
    of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Identifier<Campaign>? {
    try reading.first("SELECT campaign_id FROM offer_version WHERE offer_id = ?1 ORDER BY version DESC LIMIT 1", .text(offer.text)) {
      row in Identifier(restoring: try row.text(0))
    }
  }

  static func life(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> LifeFold {
    var life = LifeFold()
    try reading.rows("SELECT type, content FROM offer_turn WHERE offer_id = ?1 ORDER BY number", .text(offer.text)) { row in
      guard case .offerTurned(let turn)? = try DomainEvent.decode(type: try row.text(0), data: try row.blob(1)) else { return }
      life.take(turn)
    }
    return life
  }

  /// The versions of an offer that were scheduled, earliest first.
  static func scheduled(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Scheduled] {
    try reading.all(
      """
      SELECT version, campaign_id, reserve, currency FROM offer_version
      WHERE offer_id = ?1 AND reserve IS NOT NULL ORDER BY version
      """, .text(offer.text)
    ) { row -> Scheduled? in
      guard let currency = Currency(try row.text(3)), let version = OfferVersion(offer: offer, version: Int(try row.integer(0))) else {
        return nil
      }
      return Scheduled(
        version: version, campaignID: Identifier(restoring: try row.text(1)), reserve: Money(minor: try row.integer(2), currency))
    }.compactMap(\.self)
  }

  /// How the schedulings of an offer were answered so far.
  struct Answers {
    /// So many scheduled versions, the earliest first, have their reserve.
    var count = 0
    var reserved: Int64 = 0
    /// What was asked last and refused.
    var refused: Int64?
  }

  static func answers(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Answers {
    try reading.first("SELECT answers, reserved, refused FROM offer_money WHERE offer_id = ?1", .text(offer.text)) { row in
      Answers(count: Int(try row.integer(0)), reserved: try row.integer(1), refused: try row.optionalInteger(2))
    } ?? Answers()
  }

  /// Offers of a campaign that were scheduled.
  static func scheduled(of campaign: Identifier<Campaign>, in reading: borrowing some Reading & ~Copyable) throws -> [Identifier<Offer>] {
    try reading.all(
      "SELECT DISTINCT offer_id FROM offer_version WHERE campaign_id = ?1 AND reserve IS NOT NULL ORDER BY offer_id", .text(campaign.text)
    ) { row in Identifier(restoring: try row.text(0)) }
  }

  // MARK: Folding what the ledger said

  /// The ledger's answer to the next scheduling of an offer.
  static func answered(_ offer: Identifier<Offer>, _ kind: BudgetChanged.Kind, _ amount: Money, in transaction: borrowing Transaction)
    throws
  {
    guard kind == .reserved else {
      try transaction.run(
        "INSERT INTO offer_money (offer_id, refused) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET refused = ?2", .text(offer.text),
        .integer(amount.minor))
      return
    }
    try transaction.run(
      """
      INSERT INTO offer_money (offer_id, answers, reserved) VALUES (?1, 1, ?2)
      ON CONFLICT DO UPDATE SET answers = answers + 1, reserved = reserved + ?2, refused = NULL
      """, .text(offer.text), .integer(amount.minor))
  }

  static func released(_ offer: Identifier<Offer>, at instant: Timestamp, in transaction: borrowing Transaction) throws {
    try transaction.run(
      "UPDATE offer SET released_at = ifnull(released_at, ?2) WHERE offer_id = ?1", .text(offer.text), .timestamp(instant))
  }
}

/// The limits of looking back, each with its reason.
enum LookBackLimits {
  /// An order known only to the day may begin this much before the instant that the offer reaches back to: the longest day on any clock.
  static let daySlack = Duration.seconds(25 * 3_600)
  /// Orders that one look at the index brings: a chunk that must end early has not read much in vain.
  static let rowsPerPage: Int64 = 64
  /// Remedies that expire in one turn of the clerk: bounds how long others wait.
  static let expiriesPerTurn: Int64 = 200
}
