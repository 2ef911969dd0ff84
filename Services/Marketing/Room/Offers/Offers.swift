import Contracts
import MarketingDomain
import Store
import Terms

/// Offers and their versions as rows: a fold of marketing's own facts.
enum Offers {
  /// An offer as a whole.
  struct Known: Equatable {
    let id: Identifier<Offer>
    let campaign: Identifier<Campaign>
    let latest: Int
    /// The version that customers know.
    let running: Int?
    /// From when on the checkout applies it, whatever the version.
    let effectiveFrom: Timestamp?
    let revision: Int64
    let changedAt: Timestamp
  }

  /// One version of an offer.
  struct Version: Equatable {
    let offer: OfferVersion
    let state: OfferState
    let significance: OfferVersioned.Significance
    let document: [UInt8]
    let schedule: Schedule?
    let historical: Bool
  }

  /// What was resolved once, at scheduling.
  struct Schedule: Equatable {
    let startsAt: Timestamp
    let endsAt: Timestamp?
    let lookBackFrom: Timestamp
    let reserve: Money
    let at: Timestamp
  }

  static func find(_ id: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Known? {
    try reading.first(
      "SELECT offer_id, campaign_id, latest, running, effective_from, revision, changed_at FROM offer WHERE offer_id = ?1", .text(id.text)
    ) { row throws(StoreFault) in try known(row) }
  }

  /// All of them, the one that changed last first.
  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [Known] {
    try reading.all(
      """
      SELECT offer_id, campaign_id, latest, running, effective_from, revision, changed_at FROM offer
      ORDER BY changed_at DESC, offer_id LIMIT 1000
      """
    ) { row throws(StoreFault) in try known(row) }
  }

  private static func known(_ row: borrowing Row) throws(StoreFault) -> Known {
    Known(
      id: Identifier(restoring: try row.text(0)), campaign: Identifier(restoring: try row.text(1)), latest: Int(try row.integer(2)),
      running: try row.optionalInteger(3).map { Int($0) }, effectiveFrom: try row.optionalTimestamp(4), revision: try row.integer(5),
      changedAt: try row.timestamp(6))
  }

  static func version(_ offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Version? {
    try reading.first(
      """
      SELECT state, significance, document, starts_at, ends_at, look_back_from, reserve_minor, currency, scheduled_at, historical
      FROM offer_version WHERE offer_id = ?1 AND version = ?2
      """, .text(offer.offer.text), .integer(Int64(offer.version))
    ) { row throws(StoreFault) in try version(row, offer) }
  }

  /// The states of all versions, from the first on.
  static func versions(of id: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [OfferVersions.Known] {
    try reading.all("SELECT version, state FROM offer_version WHERE offer_id = ?1 ORDER BY version", .text(id.text)) {
      row throws(StoreFault) in
      OfferVersions.Known(version: Int(try row.integer(0)), state: try state(row, 1))
    }
  }

  private static func version(_ row: borrowing Row, _ offer: OfferVersion) throws(StoreFault) -> Version {
    var schedule: Schedule?
    if let starts = try row.optionalTimestamp(3), let from = try row.optionalTimestamp(5), let minor = try row.optionalInteger(6),
      let currency = try row.optionalText(7).flatMap({ Currency($0) }), let at = try row.optionalTimestamp(8)
    {
      schedule = Schedule(
        startsAt: starts, endsAt: try row.optionalTimestamp(4), lookBackFrom: from, reserve: Money(minor: minor, currency), at: at)
    }
    guard let significance = OfferVersioned.Significance(rawValue: try row.text(1)) else {
      throw .unreadable(column: "significance", wanted: "material or minor", found: "other text")
    }
    return Version(
      offer: offer, state: try state(row, 0), significance: significance, document: try row.blob(2), schedule: schedule,
      historical: try row.bool(9))
  }

  private static func state(_ row: borrowing Row, _ column: Int) throws(StoreFault) -> OfferState {
    guard let state = OfferState(rawValue: try row.text(column)) else {
      throw .unreadable(column: "state", wanted: "a state of an offer", found: "other text")
    }
    return state
  }

  /// The version that a person means who names the offer alone: the newest that is not over, else the running one, else the newest.
  static func meant(_ known: Known, in reading: borrowing some Reading & ~Copyable) throws -> Version? {
    let versions = try versions(of: known.id, in: reading)
    let number = versions.last { !$0.state.isOver }?.version ?? known.running ?? known.latest
    guard let offer = OfferVersion(offer: known.id, version: number) else { return nil }
    return try version(offer, in: reading)
  }

  /// The version that a person means by what is done to `known`: what is live is paused, stopped and ended, whatever waits to take its place;
  /// what waits is given up, whatever is live. Nil where there is none of these: then it is the one that `meant` says.
  static func meant(_ known: Known, by deed: OfferDeed, in reading: borrowing some Reading & ~Copyable) throws -> OfferVersion? {
    let versions = try versions(of: known.id, in: reading)
    let number: Int?
    switch deed {
    case .pause, .resume, .stop, .end: number = versions.last { $0.state.isRunning }?.version
    case .cancel: number = versions.last { !$0.state.isRunning && !$0.state.isOver }?.version
    case .schedule, .launch, .block, .supersede: number = nil
    }
    return number.flatMap { OfferVersion(offer: known.id, version: $0) }
  }

  /// What happened to an offer, in its order.
  struct Turn: Equatable {
    let version: Int
    let turn: String
    let at: Timestamp
    let by: String
    let sentence: String?
    let messageID: String
  }

  static func turns(of id: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [Turn] {
    try reading.all(
      "SELECT version, turn, at, by_whom, sentence, message_id FROM offer_turn WHERE offer_id = ?1 ORDER BY number", .text(id.text)
    ) { row throws(StoreFault) in
      Turn(
        version: Int(try row.integer(0)), turn: try row.text(1), at: try row.timestamp(2), by: try row.text(3),
        sentence: try row.optionalText(4), messageID: try row.text(5))
    }
  }

  /// When a version went live; nil where it never did.
  static func launched(_ offer: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.first(
      "SELECT at FROM offer_turn WHERE offer_id = ?1 AND version = ?2 AND turn = 'launched' ORDER BY number LIMIT 1",
      .text(offer.offer.text),
      .integer(Int64(offer.version))
    ) { row throws(StoreFault) in try row.timestamp(0) }
  }

  /// What became of the offer since it went live, as far as it bears on intervals. Nil where it never did.
  static func life(of known: Known, in reading: borrowing some Reading & ~Copyable) throws -> Life? {
    var fold = LifeFold()
    for turn in try turns(of: known.id, in: reading) {
      guard let word = OfferTurned.Turn(rawValue: turn.turn) else { continue }
      // Later versions take the beginning over from the first, and only a first one may be historical.
      let launched = word == .launched ? OfferVersion(offer: known.id, version: turn.version) : nil
      fold.take(
        OfferTurned(
          turn: word, offerID: known.id, version: turn.version, effectiveFrom: launched == nil ? nil : known.effectiveFrom,
          historical: try launched.flatMap { try version($0, in: reading)?.historical } ?? false, sentence: turn.sentence,
          by: Identifier(restoring: turn.by), at: turn.at))
    }
    return fold.life
  }
}
