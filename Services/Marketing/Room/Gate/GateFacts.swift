import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Gathers what the rows of an offer's gate are made of: its document, and what others have said.
enum GateFacts {
  /// What is known about a version that has, or is about to have, its time. `asked` are its promises where they are not told yet.
  static func of(
    _ offer: OfferVersion, _ terms: Terms, askedAt: Timestamp, at now: Timestamp, asked: [PromiseDeclared] = [],
    in reading: borrowing some StoreReading & ~Copyable
  ) throws -> GateKnowledge {
    var known = GateKnowledge(
      terms: terms, now: now, askedAt: askedAt, versions: try versions(of: offer, terms.document, in: reading))
    known.colleagues = ColleagueFold(try Colleagues.all(in: reading))
    known.counterparts = try ServiceWords.counterparts(in: reading)
    for name in Set(known.counterparts.values.map(\.timeZone)) { known.zones[name] = Surroundings.zone(name) }
    if terms.document.eligibility.channels == nil { known.soldBy = try ShopChannels.all(in: reading) }
    if !terms.document.promises.isEmpty {
      known.book = try ServiceWords.book(at: now, in: reading)
      known.book.take(
        .offerScheduled(
          OfferScheduled(
            offerID: offer.offer, version: offer.version, campaignID: terms.document.campaignID, startsAt: terms.startsAt,
            endsAt: terms.endsAt, lookBackFrom: terms.lookBackFrom, reserve: terms.document.reserve)))
      for promise in asked { known.book.take(.promiseDeclared(promise)) }
      known.contacts = try Contacts.rules(in: reading)
    }
    if !terms.document.sheetsRequired.isEmpty { known.sheets = try ServiceWords.sheets(of: offer.offer, in: reading) }
    known.parity = try parity(offer, terms, in: reading)
    let from = min(terms.startsAt, now)
    known.roster = try ServiceWords.roster(in: from..<max(terms.startsAt, now).adding(TermsLimits.briefingMax), reading)
    if terms.document.briefing != nil {
      known.read = try ServiceWords.read(offer.offer, in: reading)
      known.rule = GateBriefings.Rule(
        briefing: try Policies.document("briefing", in: reading), hours: try Policies.document("opening-hours", in: reading))
    }
    return known
  }

  /// The versions whose sheets, briefings and approvals count for `offer`: from the last that was material on. Version 1 always is.
  static func versions(
    of offer: OfferVersion, _ document: OfferDocument, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> ClosedRange<Int> {
    var found: [Int: OfferVersioned.Significance] = [:]
    try reading.rows(
      "SELECT version, significance FROM offer_version WHERE offer_id = ?1 AND version < ?2", .text(offer.offer.text),
      .integer(Int64(offer.version))
    ) { row in found[Int(try row.integer(0))] = OfferVersioned.Significance(rawValue: try row.text(1)) }
    found[offer.version] = document.significance == .minor ? .minor : .material
    return MaterialVersions.counting(offer.version) { found[$0] }
  }

  /// A promise as it is told.
  static func declared(_ promise: OfferDocument.Promise, _ terms: Terms, at now: Timestamp) -> PromiseDeclared {
    PromiseDeclared(
      offerID: terms.document.offerID, version: terms.document.version, promiseID: Identifier(restoring: promise.promiseID),
      kind: PromiseKind(rawValue: promise.kind.rawValue) ?? .contactsPerHour, sku: promise.sku.map(Identifier.init(restoring:)),
      quantity: promise.quantity, duration: promise.duration, from: promise.from.map { terms.instant(of: $0) },
      to: promise.to.map { terms.instant(of: $0, isEnd: true) }, answerBy: terms.instant(of: promise.answerBy),
      onDrop: PromiseDeclared.OnDrop(rawValue: promise.onDrop) ?? .alarm, at: now)
  }

  /// Whether customers who are there already cannot have it.
  static func isForNewAlone(_ terms: Terms) -> Bool {
    if case .new = terms.document.eligibility.customers { true } else { false }
  }

  /// Until when an offer says why new customers pay less; nil where it says nothing of it.
  static func endOfException(_ terms: Terms) -> Timestamp? {
    guard isForNewAlone(terms) else { return nil }
    return terms.document.parityException.map { terms.instant(of: $0.endsAt, isEnd: true) }
  }

  private static func parity(
    _ offer: OfferVersion, _ terms: Terms, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> GateKnowledge.Parity {
    guard isForNewAlone(terms) else { return .init() }
    let gaps = try ParityPages.gaps(of: terms.document, from: terms.startsAt, to: terms.endsAt, in: reading)
    let exception = terms.document.parityException.map {
      GateKnowledge.Parity.Exception(
        reason: $0.reason.rawValue, approver: Identifier(restoring: $0.approvedBy.text), endsAt: terms.instant(of: $0.endsAt, isEnd: true))
    }
    return .init(
      gaps: gaps.map(\.sentence), exception: exception, approval: try ServiceWords.approval(of: offer, in: reading))
  }
}
