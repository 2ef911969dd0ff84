import Contracts
import Host
import MarketingDomain
import Store
import Telemetry
import Terms

/// Looks whether a live offer may go on as it is. Of its gate only what can break under it is asked again: the capacity behind its promises,
/// and why new customers pay less.
extension Gatekeeping {
  /// What broke is told, with who can lift it; a drop of the capacity pauses an offer whose promise says so. Looks again when time alone may
  /// break it. `instant` is when another offer took the turn that this look is for.
  static func watch(
    _ offer: OfferVersion, since instant: Timestamp? = nil, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    guard let version = try Offers.version(offer, in: transaction), let schedule = version.schedule, !version.historical else { return }
    let terms = try KnownTerms.of(version)
    try lookAtEndOfException(of: version, after: telling.now, in: transaction)
    guard !terms.document.promises.isEmpty || GateFacts.isForNewAlone(terms) else { return }
    let before = try GateTurns.rows(of: offer, in: transaction)
    var known = try GateFacts.of(offer, terms, askedAt: schedule.at, at: telling.now, in: transaction)
    known.parity.openedAt = instant
    let now = watched(known, before)
    let turned = now.filter { row in
      before.first { $0.check == row.check }.map { $0.state != row.state || $0.sentence != row.sentence } ?? false
    }
    if !turned.isEmpty {
      let rows = before.map { old in turned.first { $0.check == old.check } ?? old }
      try turn(offer, Gate.keepingSince(rows, before, at: min(instant ?? telling.now, telling.now)), telling, in: transaction)
    }
    for row in turned where !Gate.holds(row) {
      telling.desk.log.warning("offer.\(row.check)", lack(of: offer, row))
    }
    // News or not: somebody may have let the offer go on while it was well, before anybody looked, and it is as before by now.
    guard let capacity = now.first(where: { $0.check == .capacity && $0.state == .failed }), Gate.pauses(known), version.state == .live
    else { return }
    try telling.tell(
      .offerTurned(
        OfferTurned(
          turn: .paused, offerID: offer.offer, version: offer.version, cause: "capacity", sentence: lack(of: offer, capacity),
          by: telling.own, at: telling.now)), in: transaction)
  }

  /// The rows that can break under a live offer, as they are now. What somebody let pass stays so.
  private static func watched(_ known: GateKnowledge, _ before: [Gate.Row]) -> [Gate.Row] {
    var rows: [Gate.Row] = []
    if !known.terms.document.promises.isEmpty {
      rows.append(Gate.capacity(known, beside: before.first { $0.check == .promises }))
    }
    if GateFacts.isForNewAlone(known.terms) { rows.append(Gate.parity(known)) }
    return rows.filter { row in before.contains { $0.check == row.check && $0.state != .waived } }
  }

  private static func lack(of offer: OfferVersion, _ row: Gate.Row) -> String {
    let sentence = row.sentence ?? "the check of \(row.check) of \(offer) holds no more"
    guard row.check == .parity, let lift = row.liftedBy else { return sentence }
    return "\(offer) goes on: \(sentence); it can be lifted by \(lift)"
  }

  /// When the exception of a live offer ends, somebody has to know of it, whatever else happens: a row that falls due, also after a restart.
  static func lookAtEndOfException(
    of version: Offers.Version, after instant: Timestamp, in transaction: borrowing Transaction
  ) throws {
    guard let end = GateFacts.endOfException(try KnownTerms.of(version)), end > instant else { return }
    try Due.set(at: end, kind: DueKinds.look, subject: version.offer.description, in: transaction)
  }

  /// What becomes of one offer bears on what new customers pay less under the others: each that is for new ones alone is looked at as of
  /// `instant`, by a row that falls due, also where this program ends before.
  static func lookBeside(_ id: Identifier<Offer>, at instant: Timestamp, in transaction: borrowing Transaction) throws {
    let offers = try transaction.all(
      """
      SELECT offer_id, version FROM offer_version
      WHERE offer_id != ?1 AND state IN ('scheduled', 'blocked', 'live', 'paused') AND NOT historical
        AND instr(document, CAST('"new"' AS BLOB)) > 0
      """, .text(id.text)
    ) { row throws(StoreFault) in OfferVersion(offer: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1))) }
    for offer in offers.compactMap(\.self) {
      try Due.set(at: instant, kind: DueKinds.beside, subject: offer.description, in: transaction)
    }
  }

  // MARK: Going on

  /// What rests because a promise cannot be kept goes on when it can, and nothing goes on that treats customers worse than new ones while
  /// nobody stands for it: refused while that is so, unless the row was waived.
  static func confirmResume(_ version: Offers.Version, _ telling: Telling, in transaction: borrowing Transaction) throws {
    let terms = try KnownTerms.of(version)
    guard let schedule = version.schedule, !terms.document.promises.isEmpty || GateFacts.isForNewAlone(terms) else { return }
    let known = try GateFacts.of(version.offer, terms, askedAt: schedule.at, at: telling.now, in: transaction)
    for row in watched(known, try GateTurns.rows(of: version.offer, in: transaction)) {
      guard !Gate.holds(row), let sentence = row.sentence else { continue }
      if row.check == .parity {
        throw OfferDeeds.Refused(
          409, "parity", "\(version.offer) cannot go on: \(sentence); it can be lifted by \(row.liftedBy ?? "marketing, by a new version")")
      }
      guard Gate.pauses(known) else { continue }
      throw OfferDeeds.Refused(
        409, "capacity",
        "\(version.offer) rests for what was promised and is not there: \(sentence); it can go on with more capacity (`accord capacity set`) or "
          + "another answer (`accord promise answer`), both customer service's, or with a new version that asks for less")
    }
  }
}
