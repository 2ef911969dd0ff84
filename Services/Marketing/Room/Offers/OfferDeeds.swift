import Contracts
import Host
import MarketingDomain
import Store
import Synchronization
import Terms

/// What people do with offers: each deed looks at the life, the clock and the gate, and tells what follows.
struct OfferDeeds {
  let telling: Telling

  var now: Timestamp { telling.now }

  /// Why nothing was done, for the answer.
  struct Refused: Error {
    let status: Int
    let code: String
    let sentence: String

    init(_ status: Int, _ code: String, _ sentence: String) {
      self.status = status
      self.code = code
      self.sentence = sentence
    }
  }

  // MARK: Documents

  /// Saves a document as the next version, or finds it among those that are known. `blocking` are the findings that stand against it.
  func save(
    _ document: JSON, context: OfferContext, refusing: (OfferFinding) -> Bool, in transaction: borrowing Transaction
  ) throws -> OfferVersion {
    let findings = OfferCheck.check(document, in: context).filter(refusing)
    guard findings.isEmpty else {
      throw Refused(422, "offer_refused", findings.map(\.description).joined(separator: "\n"))
    }
    let offer: OfferDocument
    do { offer = try OfferDocument(document) } catch { throw Refused(422, "offer_refused", error.description) }
    let version = offer.offerVersion
    let known = try Offers.find(version.offer, in: transaction)
    let same = try Offers.version(version, in: transaction).map { try OfferDocument(JSON(parsing: $0.document)) }
    let versions = try Offers.versions(of: version.offer, in: transaction)
    switch try OfferVersions.place(version, among: versions, changed: same.map { offer.changes(from: $0) } ?? []) {
    case .known: return version
    case .new: break
    }
    if let known, known.campaign != offer.campaignID {
      throw Refused(
        409, "offer_campaign",
        "\(version.offer) belongs to the campaign \(known.campaign) for life; make a new offer for \(offer.campaignID)")
    }
    try telling.tell(
      .offerVersioned(
        OfferVersioned(
          offerID: version.offer, version: version.version, campaignID: offer.campaignID, document: document, termsHash: offer.termsHash,
          changed: context.previous.map { offer.changes(from: $0) } ?? [],
          significance: offer.significance == .material ? .material : .minor)), in: transaction)
    return version
  }

  // MARK: Scheduling and launching

  /// Gives a version its instants and asks for its money. The next version of a running offer takes effect as soon as its gate is open.
  func schedule(_ offer: OfferVersion, waiving: Waiving? = nil, in transaction: borrowing Transaction) throws {
    let version = try known(offer, in: transaction)
    let running = try isRunning(offer.offer, besides: offer, in: transaction)
    _ = try OfferLife.after(.schedule, in: version.state, of: offer)
    let terms = try terms(of: version)
    try LaunchTime.confirmSchedule(offer, startsAt: terms.startsAt, isRunning: running, at: now)
    try ask(offer, terms, in: transaction)
    if let waiving { try waive(waiving, of: offer, in: transaction) }
    guard running, terms.startsAt <= now else { return }
    try Gatekeeping.order(offer, historical: false, succeeds: true, telling, in: transaction)
  }

  /// Lets a version go live whose start has passed: now, or as soon as the ledger has set its money aside.
  func launch(_ offer: OfferVersion, historical: Bool, waiving: Waiving? = nil, in transaction: borrowing Transaction) throws {
    let version = try known(offer, in: transaction)
    // What is scheduled is launched as it is; anything else is scheduled first, and refused where that cannot be.
    if version.state != .scheduled { _ = try allowed(.schedule, version, saying: .launch) }
    let terms = try terms(of: version)
    try LaunchTime.confirmLaunch(
      offer, startsAt: terms.startsAt, endsAt: terms.endsAt, historical: historical,
      isRunning: try isRunning(offer.offer, besides: offer, in: transaction), at: now)
    if version.state != .scheduled { try ask(offer, terms, in: transaction) }
    if let waiving { try waive(waiving, of: offer, in: transaction) }
    try Gatekeeping.order(offer, historical: historical, telling, in: transaction)
  }

  private func allowed(_ deed: OfferDeed, _ version: Offers.Version, saying said: OfferDeed) throws(OfferRefusal) -> OfferState {
    guard let next = OfferLife.transitions[version.state]?[deed] else { throw .cannot(said, version.state, version.offer) }
    return next
  }

  /// Tells the schedule: the ledger hears in it what to set aside.
  func ask(_ offer: OfferVersion, _ terms: Terms, in transaction: borrowing Transaction) throws {
    let document = terms.document
    let reserve = try document.deskAllowance.map { try document.reserve.adding($0) } ?? document.reserve
    let words = try BudgetWords.reserves(of: offer.offer, in: transaction)
    let promises = document.promises.map { GateFacts.declared($0, terms, at: now) }
    let known = try GateFacts.of(offer, terms, askedAt: now, at: now, asked: promises, in: transaction)
    let gate = Gate.rows(
      terms: Gate.terms(refusals: [], at: now), budget: Gate.budget(needed: reserve, asked: now, words), known,
      waivers: try GateTurns.waivers(of: offer, in: transaction))
    try telling.tell(
      .offerScheduled(
        OfferScheduled(
          offerID: offer.offer, version: offer.version, campaignID: document.campaignID, startsAt: terms.startsAt, endsAt: terms.endsAt,
          lookBackFrom: terms.lookBackFrom, reserve: reserve, gate: gate)), in: transaction)
    try declare(promises, of: offer, in: transaction)
    if let next = Gate.nextLook(known) {
      try Due.set(at: next, kind: DueKinds.look, subject: offer.description, in: transaction)
    }
  }

  /// Tells what this version demands of others, once. What it demands as an earlier one did was answered then.
  private func declare(_ promises: [PromiseDeclared], of offer: OfferVersion, in transaction: borrowing Transaction) throws {
    for promise in promises {
      guard try !GateTurns.isDeclared(promise.promiseID, of: offer, in: transaction) else { continue }
      try telling.tell(.promiseDeclared(promise), in: transaction)
    }
  }

  // MARK: The rest of the life

  /// Does `deed` to the version that customers know; cancelling is for one that they do not know yet.
  func turn(
    _ deed: OfferDeed, _ offer: OfferVersion, cause: String?, sentence: String?, in transaction: borrowing Transaction
  ) throws {
    let version = try known(offer, in: transaction)
    _ = try OfferLife.after(deed, in: version.state, of: offer)
    switch deed {
    case .end: try Gatekeeping.finish(offer, cause: cause, telling, in: transaction)
    case .pause, .resume, .stop, .cancel:
      if deed == .resume { try Gatekeeping.confirmResume(version, telling, in: transaction) }
      let turn: OfferTurned.Turn =
        switch deed {
        case .pause: .paused
        case .resume: .resumed
        case .stop: .stopped
        default: .cancelled
        }
      try telling.tell(
        .offerTurned(
          OfferTurned(
            turn: turn, offerID: offer.offer, version: offer.version, cause: cause, sentence: sentence, by: telling.by, at: now)),
        in: transaction)
      if deed == .resume { try Preparations.goOn(offer, at: now, in: transaction) }
    case .schedule, .launch, .block, .supersede: preconditionFailure("\(deed) is not done to an offer by this door")
    }
  }

  // MARK: Finding

  func known(_ offer: OfferVersion, in transaction: borrowing Transaction) throws -> Offers.Version {
    guard let version = try Offers.version(offer, in: transaction) else {
      throw Refused(404, "no_offer", "there is no \(offer); `accord offer list` shows those that there are")
    }
    return version
  }

  func isRunning(
    _ id: Identifier<Offer>, besides offer: OfferVersion, in transaction: borrowing Transaction
  ) throws -> Bool {
    try Offers.versions(of: id, in: transaction).contains { $0.version != offer.version && $0.state.isRunning }
  }

  func terms(of version: Offers.Version) throws -> Terms { try KnownTerms.of(version) }
}

/// Terms that were read before: reading a document and its zone costs more than judging a hundred people by them. Safe from any thread.
enum KnownTerms {
  private struct Read {
    let offer: OfferVersion
    let document: [UInt8]
    let terms: Terms
  }

  /// More offers than this are hardly judged at the same time.
  private static let keptMax = 16
  private static let read = Mutex<[Read]>([])

  /// A version's terms with its local times resolved.
  static func of(_ version: Offers.Version) throws -> Terms {
    let known = read.withLock { $0.first { $0.offer == version.offer && $0.document == version.document } }
    if let known { return known.terms }
    let document = try OfferDocument(try JSON(parsing: version.document))
    guard let zone = Surroundings.zone(document.window.zone) else {
      throw OfferDeeds.Refused(
        422, "zone_unknown", "the zone \(document.window.zone) of \(version.offer) cannot be read here; see `accord zone` for what is wrong"
      )
    }
    let terms = try Terms(document, zone: zone)
    read.withLock { read in
      if read.count == keptMax { read.removeFirst() }
      read.append(Read(offer: version.offer, document: version.document, terms: terms))
    }
    return terms
  }
}
