import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Gathers what the rows of an offer's gate are made of: its document, and what others have said.
enum GateFacts {
  /// What is known about a version that has, or is about to have, its time.
  static func of(
    _ offer: OfferVersion, _ terms: Terms, askedAt: Timestamp, at now: Timestamp, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> GateKnowledge {
    let document = terms.document
    let floor = try floor(of: offer, document, in: reading)
    var known = GateKnowledge(
      offer: offer, now: now, askedAt: askedAt, startsAt: terms.startsAt, endsAt: terms.endsAt, floor: floor)
    try promises(&known, terms, in: reading)
    for one in try Colleagues.all(in: reading) {
      let isHeld = try one.active || Colleagues.holder(of: one.colleagueID, in: reading) != nil
      known.colleagues[one.colleagueID] = .init(active: one.active, isHeld: isHeld, locales: one.locales, changedAt: one.at)
    }
    known.channels = .init(before: document.eligibility.channels ?? [], counterparts: try ServiceWords.counterparts(in: reading))
    if !document.sheetsRequired.isEmpty {
      known.sheets = .init(
        required: document.sheetsRequired.map { .init(locale: $0.locale, voice: $0.voice) },
        known: try ServiceWords.sheets(of: offer.offer, in: reading))
    }
    known.parity = try parity(offer, terms, in: reading)
    known.briefing = try briefing(offer, terms, floor: floor, in: reading)
    return known
  }

  /// The oldest version whose sheets, briefings and approvals count for `offer`: the last that was material. Version 1 always is.
  private static func floor(
    of offer: OfferVersion, _ document: OfferDocument, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Int {
    guard document.significance == .minor else { return offer.version }
    return Int(
      try reading.integer(
        "SELECT max(version) FROM offer_version WHERE offer_id = ?1 AND version < ?2 AND significance = 'material'",
        .text(offer.offer.text), .integer(Int64(offer.version))) ?? 1)
  }

  // MARK: Promises

  private static func promises(
    _ known: inout GateKnowledge, _ terms: Terms, in reading: borrowing some StoreReading & ~Copyable
  ) throws {
    let promises = terms.document.promises
    guard !promises.isEmpty else { return }
    let floors = try floors(of: known.offer, terms.document, in: reading)
    known.demands = promises.map { demand($0, terms, floor: floors[$0.promiseID] ?? known.offer.version) }
    known.answers = try ServiceWords.answers(of: known.offer, in: reading)
    let from = known.demands.map { $0.from ?? terms.startsAt }.min() ?? terms.startsAt
    let to = known.demands.map { $0.to ?? terms.endsAt ?? .last }.max() ?? .last
    known.slots = try ServiceWords.slots(from: from, to: to, in: reading)
  }

  static func demand(_ promise: OfferDocument.Promise, _ terms: Terms, floor: Int) -> GateKnowledge.Demand {
    GateKnowledge.Demand(
      id: promise.promiseID, kind: PromiseKind(rawValue: promise.kind.rawValue) ?? .contactsPerHour, sku: promise.sku,
      quantity: promise.quantity, duration: promise.duration, from: promise.from.map { terms.instant(of: $0) },
      to: promise.to.map { terms.instant(of: $0, isEnd: true) }, answerBy: terms.instant(of: promise.answerBy),
      onDrop: PromiseDeclared.OnDrop(rawValue: promise.onDrop) ?? .alarm, floor: floor)
  }

  /// Since which version each promise stands as it does: the answer to it then is an answer now.
  static func floors(
    of offer: OfferVersion, _ document: OfferDocument, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> [String: Int] {
    var floors: [String: Int] = [:]
    var open = document.promises
    for promise in open { floors[promise.promiseID] = offer.version }
    var number = offer.version - 1
    while number > 0, !open.isEmpty, let before = OfferVersion(offer: offer.offer, version: number),
      let version = try Offers.version(before, in: reading)
    {
      let old = try OfferDocument(try JSON(parsing: version.document)).promises
      open = open.filter { old.contains($0) }
      for promise in open { floors[promise.promiseID] = number }
      number -= 1
    }
    return floors
  }

  // MARK: Parity

  private static func parity(
    _ offer: OfferVersion, _ terms: Terms, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> GateKnowledge.Parity {
    guard case .new = terms.document.eligibility.customers else { return .init() }
    let gaps = try ParityPages.gaps(of: terms.document, from: terms.startsAt, to: terms.endsAt, in: reading)
    let exception = terms.document.parityException.map {
      GateKnowledge.Parity.Exception(
        reason: $0.reason.rawValue, approver: Identifier(restoring: $0.approvedBy.text), endsAt: terms.instant(of: $0.endsAt, isEnd: true))
    }
    return .init(
      gaps: gaps.map(\.sentence), exception: exception, approval: try ServiceWords.approval(of: offer, in: reading))
  }

  // MARK: Briefings

  private static func briefing(
    _ offer: OfferVersion, _ terms: Terms, floor: Int, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> GateKnowledge.Briefing? {
    guard let asked = terms.document.briefing else { return nil }
    let until = min(terms.startsAt.adding(.seconds(asked.firstHours * 3_600)), terms.endsAt ?? .last)
    let opening = try Policies.document("opening-hours", in: reading)
    let opens = opening?["from"]?.string.flatMap(OpeningHours.hour) ?? 0
    let closes = opening?["to"]?.string.flatMap(OpeningHours.hour) ?? 0
    let span = terms.startsAt..<max(terms.startsAt, until)
    return GateKnowledge.Briefing(
      until: until, locales: terms.document.targeting?.locales ?? [],
      quorumPercent: try Policies.document("briefing", in: reading)?["quorum_percent"]?.integer ?? 100,
      openHours: OpeningHours.hours(in: span, opens: opens, closes: closes, zone: terms.zone),
      shifts: try ServiceWords.shifts(from: terms.startsAt, to: until, in: reading),
      acknowledged: try ServiceWords.acknowledged(offer.offer, versions: floor...offer.version, in: reading))
  }
}
