import Contracts
import Host
import MarketingDomain
import Store
import Telemetry
import Terms

/// Looks at an offer's gate, and lets it through or not.
enum Gatekeeping {
  /// A person's order to launch waits this long for the gate: the ledger answers within moments, or it is away and somebody must look.
  private static let orderStands = Duration.seconds(900)

  /// The gate's rows as they stand; empty for a version that was never scheduled.
  static func rows(of version: Offers.Version, in reading: borrowing some StoreReading & ~Copyable) throws -> [Gate.Row] {
    guard let schedule = version.schedule else { return [] }
    let terms = Gate.Row(
      check: .terms, state: version.termsSentence == nil ? .passed : .failed, since: version.termsAt ?? schedule.at,
      sentence: version.termsSentence)
    let words = try BudgetWords.reserves(of: version.offer.offer, in: reading)
    // What went live stood the gate's question then; what its money became since is the ledger's business.
    if let launched = try Offers.launched(version.offer, in: reading) {
      return [terms, Gate.budget(needed: schedule.reserve, asked: schedule.at, words.filter { $0.at <= launched && $0.word == .reserved })]
    }
    return [terms, Gate.budget(needed: schedule.reserve, asked: schedule.at, words)]
  }

  /// The row of the terms as it is now. What lay in the future when the offer was scheduled may lie in the past by now, so the check is
  /// made as of then, with today's campaign, people and catalogue.
  private static func lookAgain(
    at version: Offers.Version, _ schedule: Offers.Schedule, now: Timestamp, in transaction: borrowing Transaction
  ) throws {
    let document = try JSON(parsing: version.document)
    let context = try Surroundings.of(
      document, at: schedule.at, isHistorical: version.historical || schedule.startsAt <= schedule.at, in: transaction)
    let refusals = OfferCheck.check(document, in: context).filter { $0.severity != .warning }
    let row = Gate.terms(refusals: refusals.map(\.description), at: now)
    try Offers.keep(terms: row.sentence, of: version.offer, at: now, in: transaction)
  }

  /// The start of a version has come: it goes live or is blocked, and never goes live by itself later.
  static func start(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let version = try Offers.version(offer, in: transaction), version.state == .scheduled, let schedule = version.schedule else {
      return
    }
    try lookAgain(at: version, schedule, now: telling.now, in: transaction)
    guard let looked = try Offers.version(offer, in: transaction) else { return }
    let rows = try rows(of: looked, in: transaction)
    guard Gate.isOpen(rows) else { return try block(offer, Gate.reasons(rows), telling, in: transaction) }
    try goLive(looked, schedule, historical: false, by: telling.by, telling, in: transaction)
  }

  /// A named person orders the launch of a scheduled version: now where the gate is open, else as soon as the ledger has answered.
  static func order(
    _ offer: OfferVersion, historical: Bool, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    let payload: JSON = ["by": .string(telling.by.text), "historical": .bool(historical)]
    try Due.set(
      at: telling.now.adding(orderStands), kind: DueKinds.order, subject: offer.description, payload: payload.bytes, in: transaction)
    try settle(offer, telling, in: transaction)
  }

  /// Launches a version whose launch is ordered, where its gate is open by now; blocks it where a row has failed.
  static func settle(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let order = try Due.waiting(kind: DueKinds.order, subject: offer.description, in: transaction).first,
      let version = try Offers.version(offer, in: transaction), version.state == .scheduled, let schedule = version.schedule
    else { return }
    let rows = try rows(of: version, in: transaction)
    if Gate.isOpen(rows) {
      let said = try JSON(parsing: order.payload)
      try goLive(
        version, schedule, historical: said["historical"]?.bool ?? false,
        by: said["by"]?.string.map(Identifier.init(restoring:)) ?? telling.by, telling, in: transaction)
    } else if rows.contains(where: { $0.state == .failed }) {
      try block(offer, Gate.reasons(rows), telling, in: transaction)
    }
  }

  /// A launch was ordered and the gate never opened: the order stands no longer.
  static func lapse(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let version = try Offers.version(offer, in: transaction), version.state == .scheduled else { return }
    try block(offer, Gate.reasons(try rows(of: version, in: transaction)), telling, in: transaction)
  }

  private static func goLive(
    _ version: Offers.Version, _ schedule: Offers.Schedule, historical: Bool, by: Identifier<Colleague>, _ telling: Telling,
    in transaction: borrowing Transaction
  ) throws {
    let known = try Offers.find(version.offer.offer, in: transaction)
    let effective = LaunchTime.effective(
      startsAt: schedule.startsAt, historical: historical, predecessor: known?.effectiveFrom, at: telling.now)
    try telling.tell(
      .offerTurned(
        OfferTurned(
          turn: .launched, offerID: version.offer.offer, version: version.offer.version, effectiveFrom: effective, historical: historical,
          by: by, at: telling.now)), in: transaction)
  }

  private static func block(
    _ offer: OfferVersion, _ reasons: [String], _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    let sentence = "\(offer) did not go live: \(reasons.joined(separator: "; ")); mend that, then `accord offer launch \(offer.offer)`"
    try telling.tell(
      .offerTurned(
        OfferTurned(
          turn: .blocked, offerID: offer.offer, version: offer.version, cause: "gate", sentence: sentence, by: telling.by, at: telling.now)),
      in: transaction)
    telling.desk.log.warning("offer.blocked", sentence)
  }

  /// The end of an offer has come, by the clock.
  static func end(_ id: Identifier<Offer>, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let known = try Offers.find(id, in: transaction), let running = known.running.flatMap({ OfferVersion(offer: id, version: $0) }),
      try Offers.version(running, in: transaction)?.state.isRunning == true
    else { return }
    try finish(running, cause: "end of its window", telling, in: transaction)
  }

  /// Ends the running version, and gives up what waited to take its place.
  static func finish(
    _ running: OfferVersion, cause: String?, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    try telling.tell(
      .offerTurned(
        OfferTurned(turn: .ended, offerID: running.offer, version: running.version, cause: cause, by: telling.by, at: telling.now)),
      in: transaction)
    for later in try Offers.versions(of: running.offer, in: transaction) where later.version > running.version && !later.state.isOver {
      try telling.tell(
        .offerTurned(
          OfferTurned(
            turn: .cancelled, offerID: running.offer, version: later.version, cause: "the offer ended before this version took effect",
            by: telling.by, at: telling.now)), in: transaction)
    }
  }
}
