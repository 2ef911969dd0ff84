import Contracts
import MarketingDomain
import Store

/// Takes in marketing's own facts about offers, as they are told and again when the store is rebuilt: the rows are their fold.
extension Offers {
  /// What a fact says beside its data.
  struct Meta {
    let message: Identifier<Message>
    /// When it was true.
    let at: Timestamp
    let by: String
  }

  /// A version of an offer was told.
  static func fold(_ fact: OfferVersioned, _ meta: Meta, in transaction: borrowing Transaction) throws {
    guard try note("versioned", fact.offerID, fact.version, meta, sentence: nil, in: transaction) else { return }
    try transaction.run(
      """
      INSERT INTO offer_version (offer_id, version, state, significance, terms_hash, document) VALUES (?1, ?2, 'draft', ?3, ?4, ?5)
      ON CONFLICT DO NOTHING
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.significance.rawValue), .text(fact.termsHash),
      .blob(fact.document.bytes))
    try transaction.run(
      """
      INSERT INTO offer (offer_id, campaign_id, latest, revision, changed_at) VALUES (?1, ?2, ?3, 1, ?4)
      ON CONFLICT DO UPDATE SET latest = max(latest, ?3)
      """, .text(fact.offerID.text), .text(fact.campaignID.text), .integer(Int64(fact.version)), .timestamp(meta.at))
  }

  /// A version has its instants and asked for its reserve. Its start waits as a row that falls due.
  static func fold(_ fact: OfferScheduled, _ meta: Meta, in transaction: borrowing Transaction) throws {
    guard try note("scheduled", fact.offerID, fact.version, meta, sentence: nil, in: transaction) else { return }
    guard let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
    try move(offer, .schedule, in: transaction)
    try GateTurns.fold(
      GateTurned(offerID: fact.offerID, version: fact.version, rows: fact.gate, at: meta.at), meta.message, in: transaction)
    try transaction.run(
      """
      UPDATE offer_version SET starts_at = ?3, ends_at = ?4, look_back_from = ?5, reserve_minor = ?6, currency = ?7, scheduled_at = ?8
      WHERE offer_id = ?1 AND version = ?2
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .timestamp(fact.startsAt),
      fact.endsAt.map(SQLValue.timestamp) ?? .null, .timestamp(fact.lookBackFrom), .integer(fact.reserve.minor),
      .text(fact.reserve.currency.code), .timestamp(meta.at))
    // A start that has passed is a person's order to launch, which waits for the gate instead.
    if fact.startsAt > meta.at {
      try Due.set(at: fact.startsAt, kind: DueKinds.start, subject: offer.description, in: transaction)
    }
    try Gatekeeping.lookBeside(fact.offerID, at: meta.at, in: transaction)
  }

  /// The life of a version took a turn.
  static func fold(_ fact: OfferTurned, _ meta: Meta, in transaction: borrowing Transaction) throws {
    guard try note(fact.turn.rawValue, fact.offerID, fact.version, meta, sentence: fact.sentence, in: transaction) else { return }
    guard let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
    switch fact.turn {
    case .launched: try launched(offer, fact, in: transaction)
    case .blocked:
      try move(offer, .block, in: transaction)
      for kind in [DueKinds.start, DueKinds.order] { try Due.remove(kind: kind, subject: offer.description, in: transaction) }
    case .paused: try move(offer, .pause, in: transaction)
    case .resumed: try move(offer, .resume, in: transaction)
    case .stopped: try move(offer, .stop, in: transaction)
    case .ended:
      try move(offer, .end, in: transaction)
      try Due.remove(kind: DueKinds.look, subject: offer.description, in: transaction)
      try Due.remove(kind: DueKinds.end, subject: offer.offer.text, in: transaction)
    case .cancelled:
      try move(offer, .cancel, in: transaction)
      for kind in [DueKinds.start, DueKinds.order, DueKinds.look] {
        try Due.remove(kind: kind, subject: offer.description, in: transaction)
      }
    }
    // Its window ends by the clock, also where this program was down then and says so later.
    let end = fact.turn == .ended ? try version(offer, in: transaction)?.schedule?.endsAt : nil
    try Gatekeeping.lookBeside(fact.offerID, at: min(end ?? fact.at, fact.at), in: transaction)
  }

  private static func launched(_ offer: OfferVersion, _ fact: OfferTurned, in transaction: borrowing Transaction) throws {
    try move(offer, .launch, in: transaction)
    for kind in [DueKinds.start, DueKinds.order, DueKinds.look] { try Due.remove(kind: kind, subject: offer.description, in: transaction) }
    if let before = try find(offer.offer, in: transaction)?.running, before != offer.version,
      let running = OfferVersion(offer: offer.offer, version: before), try version(running, in: transaction)?.state.isRunning == true
    {
      try move(running, .supersede, in: transaction)
      try Due.remove(kind: DueKinds.look, subject: running.description, in: transaction)
    }
    try transaction.run(
      "UPDATE offer SET running = ?2, effective_from = ?3 WHERE offer_id = ?1", .text(offer.offer.text), .integer(Int64(offer.version)),
      .timestamp(fact.effectiveFrom ?? fact.at))
    try transaction.run(
      "UPDATE offer_version SET historical = ?3 WHERE offer_id = ?1 AND version = ?2", .text(offer.offer.text),
      .integer(Int64(offer.version)), .integer(fact.historical ? 1 : 0))
    if !fact.historical, let live = try version(offer, in: transaction) {
      try Gatekeeping.lookAtEndOfException(of: live, after: fact.at, in: transaction)
    }
    // A historical one ends when its people are judged, not by the clock.
    if !fact.historical, let end = try version(offer, in: transaction)?.schedule?.endsAt {
      try Due.set(at: end, kind: DueKinds.end, subject: offer.offer.text, in: transaction)
    }
  }

  /// Writes the turn down. False where it was before: the same fact again changes nothing.
  private static func note(
    _ turn: String, _ offer: Identifier<Offer>, _ version: Int, _ meta: Meta, sentence: String?, in transaction: borrowing Transaction
  ) throws -> Bool {
    let isNew = try transaction.run(
      """
      INSERT INTO offer_turn (offer_id, version, turn, at, by_whom, sentence, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT (message_id) DO NOTHING
      """, .text(offer.text), .integer(Int64(version)), .text(turn), .timestamp(meta.at), .text(meta.by), .optional(sentence),
      .text(meta.message.text))
    guard isNew == 1 else { return false }
    try transaction.run(
      "UPDATE offer SET revision = revision + 1, changed_at = ?2 WHERE offer_id = ?1", .text(offer.text), .timestamp(meta.at))
    return true
  }

  /// Moves a version on as the life allows: what was told was allowed, so anything else is a bug or a foreign journal.
  private static func move(_ offer: OfferVersion, _ deed: OfferDeed, in transaction: borrowing Transaction) throws {
    guard let known = try version(offer, in: transaction) else { throw Unheard(offer: offer) }
    let next = try OfferLife.after(deed, in: known.state, of: offer)
    try transaction.run(
      "UPDATE offer_version SET state = ?3 WHERE offer_id = ?1 AND version = ?2", .text(offer.offer.text), .integer(Int64(offer.version)),
      .text(next.rawValue))
  }

  struct Unheard: Error, CustomStringConvertible {
    let offer: OfferVersion
    var description: String { "\(offer) took a turn before it was told of; the journal lacks its first fact" }
  }
}

/// What falls due in marketing.
enum DueKinds {
  /// An offer's version begins.
  static let start = "offer_start"
  /// A person ordered a launch that waits for the gate: after this it waits no longer.
  static let order = "launch_order"
  /// A row of a version's gate may have changed.
  static let look = "gate_look"
  /// The same, for what became of another offer.
  static let beside = "gate_beside"
  /// The same, and its terms too: who works here, what there is to sell.
  static let terms = "gate_terms"
  /// Somebody is held back no longer.
  static let holdOver = "hold_over"
  /// Nobody said in time what an offer is that customers ask about.
  static let question = "question_due"
  /// An offer ends.
  static let end = "offer_end"
}
