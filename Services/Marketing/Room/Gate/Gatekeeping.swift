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
  /// An offer without an end: its next version waits this long for its words and those who say them.
  private static let successorStands = Duration.seconds(90 * 86_400)

  // MARK: Looking

  /// Looks at the gate of a version that has its time and is not live, tells what turned, and returns the rows as they are now.
  /// `again` holds the terms against today's campaign, people and catalogue too.
  @discardableResult
  static func look(
    _ offer: OfferVersion, again: Bool = false, confirmed: [GateTurns.Told] = [], _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> [Gate.Row] {
    guard let version = try Offers.version(offer, in: transaction), let schedule = version.schedule else { return [] }
    let before = try GateTurns.rows(of: offer, in: transaction)
    // What went live stood the gate's questions then; a store that is rebuilt takes them as they were told.
    guard [.scheduled, .blocked].contains(version.state), !telling.desk.isRebuilding else { return before }
    let waivers = confirmed.compactMap { told in
      Gate.Check(rawValue: told.check).map { Gate.Waiver(check: $0, reason: told.reason, by: told.by, at: told.at) }
    }
    let found = try found(version, schedule, before, again: again, adding: waivers, telling, in: transaction)
    if found.rows != before { try turn(offer, found.rows, telling, in: transaction) }
    if let next = found.nextLook {
      try Due.set(at: next, kind: DueKinds.look, subject: offer.description, in: transaction)
    }
    return found.rows
  }

  private struct Found {
    let rows: [Gate.Row]
    let nextLook: Timestamp?
  }

  /// The rows as they are now, with more waived than was; nothing is told.
  private static func found(
    _ version: Offers.Version, _ schedule: Offers.Schedule, _ before: [Gate.Row], again: Bool, adding: [Gate.Waiver], _ telling: Telling,
    in transaction: borrowing Transaction
  ) throws -> Found {
    let told = before.first { $0.check == .terms } ?? Gate.terms(refusals: [], at: schedule.at)
    let terms = again ? try self.terms(of: version, schedule, at: telling.now, in: transaction) : told
    let known = try GateFacts.of(version.offer, try KnownTerms.of(version), askedAt: schedule.at, at: telling.now, in: transaction)
    let words = try BudgetWords.reserves(of: version.offer.offer, in: transaction)
    let rows = Gate.rows(
      terms: terms, budget: Gate.budget(needed: schedule.reserve, asked: schedule.at, words), known,
      waivers: try GateTurns.waivers(of: version.offer, in: transaction) + adding)
    return Found(rows: Gate.keepingSince(rows, before, at: telling.now), nextLook: Gate.nextLook(known))
  }

  /// What a version lacks as it is now, those rows too that only show when the others are let pass.
  static func lacks(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws -> [Gate.Row] {
    var lacks = try look(offer, again: true, telling, in: transaction).filter { !Gate.holds($0) }
    guard let version = try Offers.version(offer, in: transaction), let schedule = version.schedule else { return lacks }
    while !lacks.isEmpty {
      let before = try GateTurns.rows(of: offer, in: transaction)
      let waivers = lacks.map { Gate.Waiver(check: $0.check, reason: "", by: telling.by, at: telling.now) }
      let rows = try found(version, schedule, before, again: false, adding: waivers, telling, in: transaction).rows
      let more = rows.filter { row in !Gate.holds(row) && !lacks.contains { $0.check == row.check } }
      guard !more.isEmpty else { break }
      lacks += more
    }
    return lacks
  }

  static func turn(
    _ offer: OfferVersion, _ rows: [Gate.Row], _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    try telling.tell(
      .gateTurned(GateTurned(offerID: offer.offer, version: offer.version, rows: rows, at: telling.now)), in: transaction)
  }

  /// The row of the terms as it is now. What lay in the future when the offer was scheduled may lie in the past by now, so the check is
  /// made as of then, with today's campaign, people and catalogue.
  private static func terms(
    of version: Offers.Version, _ schedule: Offers.Schedule, at now: Timestamp, in transaction: borrowing Transaction
  ) throws -> Gate.Row {
    let document = try JSON(parsing: version.document)
    let context = try Surroundings.of(
      document, at: schedule.at, isHistorical: version.historical || schedule.startsAt <= schedule.at, in: transaction)
    let refusals = OfferCheck.check(document, in: context).filter { $0.severity != .warning }
    return Gate.terms(refusals: refusals.map(\.description), at: now)
  }

  /// Something was said that bears on one offer: its gate is looked at, and an ordered launch goes on.
  /// `ofMoney`: then what is live is left alone, for money comes in a word for each remedy.
  static func heard(
    about id: Identifier<Offer>, ofMoney: Bool = false, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    guard !telling.desk.isRebuilding else { return }
    for known in try Offers.versions(of: id, in: transaction) {
      guard let offer = OfferVersion(offer: id, version: known.version) else { continue }
      switch known.state {
      case .scheduled, .blocked: try settle(offer, telling, in: transaction)
      case .live, .paused: if !ofMoney { try watch(offer, telling, in: transaction) }
      case .draft, .stopped, .ended, .cancelled, .superseded: continue
      }
    }
  }

  /// Something was said that bears on many offers: each gate is looked at soon, once for however much was said.
  static func heardOfAll(_ telling: Telling, in transaction: borrowing Transaction) throws {
    guard !telling.desk.isRebuilding else { return }
    try wake(live: true, at: telling.now, in: transaction)
  }

  /// Somebody came or left: the terms of each offer that waits are held against that, too.
  static func heardOfPeople(_ telling: Telling, in transaction: borrowing Transaction) throws {
    guard !telling.desk.isRebuilding else { return }
    try wake(live: false, kind: DueKinds.terms, at: telling.now, in: transaction)
  }

  /// Has the gate of each offer looked at that waits before it, and of those that are `live` too.
  static func wake(live: Bool, kind: String = DueKinds.look, at now: Timestamp, in transaction: borrowing Transaction) throws {
    let offers = try transaction.all(
      """
      SELECT offer_id, version FROM offer_version
      WHERE (state IN ('scheduled', 'blocked') OR ?1 AND state IN ('live', 'paused')) AND NOT historical
      """, .integer(live ? 1 : 0)
    ) { row throws(StoreFault) in OfferVersion(offer: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1))) }
    for offer in offers.compactMap(\.self) {
      try Due.set(at: now, kind: kind, subject: offer.description, in: transaction)
    }
  }

  /// The time has come at which a row may have changed. `instant` is when another offer took the turn that this look is for, maybe a while
  /// ago: this program may have been down.
  static func lookAgain(
    _ offer: OfferVersion, terms: Bool = false, since instant: Timestamp? = nil, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    guard let version = try Offers.version(offer, in: transaction) else { return }
    switch version.state {
    case .scheduled, .blocked:
      if terms { try look(offer, again: true, telling, in: transaction) }
      try settle(offer, telling, in: transaction)
    case .live, .paused: try watch(offer, since: instant, telling, in: transaction)
    case .draft, .stopped, .ended, .cancelled, .superseded: break
    }
  }

  // MARK: Going live

  /// The start of a version has come: it goes live or is blocked, and never goes live by itself later.
  static func start(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let version = try Offers.version(offer, in: transaction), version.state == .scheduled, let schedule = version.schedule else {
      return
    }
    let rows = try look(offer, again: true, telling, in: transaction)
    guard Gate.isOpen(rows) else { return try block(offer, Gate.reasons(rows), telling, in: transaction) }
    try goLive(version, schedule, historical: false, by: telling.by, telling, in: transaction)
  }

  /// A named person orders the launch of a scheduled version: now where the gate is open, else as soon as what it waits for is said. The
  /// next version of an offer that customers know waits until its own words are ready; the one before serves meanwhile.
  static func order(
    _ offer: OfferVersion, historical: Bool, succeeds: Bool = false, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    let rows = try look(offer, telling, in: transaction)
    if try pass(offer, rows, historical: historical, by: telling.by, telling, in: transaction) { return }
    let end = try Offers.version(offer, in: transaction)?.schedule?.endsAt
    let until = succeeds ? end ?? telling.now.adding(successorStands) : telling.now.adding(orderStands)
    try telling.tell(
      .gateTurned(
        GateTurned(
          offerID: offer.offer, version: offer.version, rows: try GateTurns.rows(of: offer, in: transaction),
          order: .init(by: telling.by, historical: historical, standsUntil: until), at: telling.now)), in: transaction)
  }

  /// Looks at the gate, and launches a version whose launch is ordered where the gate is open by now; blocks it where a row has failed.
  static func settle(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    let rows = try look(offer, telling, in: transaction)
    guard let order = try Due.waiting(kind: DueKinds.order, subject: offer.description, in: transaction).first else { return }
    let said = try JSON(parsing: order.payload)
    _ = try pass(
      offer, rows, historical: said["historical"]?.bool ?? false,
      by: said["by"]?.string.map(Identifier.init(restoring:)) ?? telling.by, telling, in: transaction)
  }

  /// Lets an ordered launch through where the gate is open, blocks it where a row has failed; false where it still waits.
  private static func pass(
    _ offer: OfferVersion, _ seen: [Gate.Row], historical: Bool, by: Identifier<Colleague>, _ telling: Telling,
    in transaction: borrowing Transaction
  ) throws -> Bool {
    guard let version = try Offers.version(offer, in: transaction), version.state == .scheduled, let schedule = version.schedule else {
      return true
    }
    // Somebody may have left since the terms were looked at last, and that look is not made yet.
    let rows = Gate.isOpen(seen) ? try look(offer, again: true, telling, in: transaction) : seen
    if Gate.isOpen(rows) {
      try goLive(version, schedule, historical: historical, by: by, telling, in: transaction)
      return true
    }
    guard rows.contains(where: { $0.state == .failed }) else { return false }
    try block(offer, Gate.reasons(rows), telling, in: transaction)
    return true
  }

  /// A launch was ordered and the gate never opened: the order stands no longer.
  static func lapse(_ offer: OfferVersion, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard try Offers.version(offer, in: transaction)?.state == .scheduled else { return }
    try block(offer, Gate.reasons(try look(offer, telling, in: transaction)), telling, in: transaction)
  }

  /// Says that it is live. `emergency` where two people decided so although `lacking` checks of the gate do not hold.
  static func goLive(
    _ version: Offers.Version, _ schedule: Offers.Schedule, historical: Bool, emergency: OfferTurned.Emergency? = nil,
    lacking: [String] = [], by: Identifier<Colleague>, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    let known = try Offers.find(version.offer.offer, in: transaction)
    let effective = LaunchTime.effective(
      startsAt: schedule.startsAt, historical: historical, predecessor: known?.effectiveFrom, at: telling.now)
    try telling.tell(
      .offerTurned(
        OfferTurned(
          turn: .launched, offerID: version.offer.offer, version: version.offer.version, effectiveFrom: effective, historical: historical,
          emergency: emergency, sentence: lacking.isEmpty ? nil : "although its \(lacking.joined(separator: ", ")) did not hold", by: by,
          at: telling.now)), in: transaction)
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
}
