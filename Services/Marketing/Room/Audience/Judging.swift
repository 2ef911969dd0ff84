import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Judges people for one version of an offer: what is the same for all is looked up once, what is theirs in one question each.
struct Judging {
  let offer: OfferVersion
  let version: Offers.Version
  let terms: Terms
  private let life: Life
  private let now: Timestamp
  let isBlind: Bool
  let isLive: Bool
  /// Whether nothing of the campaign may leave now; notes may.
  var holdsMarketingBack: Bool { isBlind || !isLive }
  /// Why whoever is in the line for the campaign's message waits now, by the rows of the table that defer; nil where they need not.
  var deferral: String? { isBlind ? Verdict.blind : isLive ? nil : Verdict.notLive }
  private let campaign: Identifier<Campaign>
  private let messagesMax: Int64
  private let messagesSince: Timestamp

  /// Reads what is the same for all at `now`, the ledger heard up to `heard`. Nil where the version is not known or never went live.
  init?(_ offer: OfferVersion, heard: Timestamp?, at now: Timestamp, in reading: borrowing some StoreReading & ~Copyable) throws {
    guard let known = try Offers.find(offer.offer, in: reading), let version = try Offers.version(offer, in: reading),
      let life = try Offers.life(of: known, in: reading)
    else { return nil }
    self.offer = offer
    self.version = version
    terms = try KnownTerms.of(version)
    self.life = life
    self.now = now
    isLive = version.state == .live && !version.historical
    isBlind = try Self.isBlind(offer, heard: heard, at: now, in: reading)
    campaign = known.campaign
    let frequency = try Policies.frequency(in: reading)
    messagesMax = frequency?.messages ?? 0
    messagesSince = frequency.map { now.adding(.zero - $0.within) } ?? now
  }

  /// As if `terms` were live and everybody heard, for a rehearsal.
  init(rehearsing terms: Terms, _ life: Life, at now: Timestamp, in reading: borrowing some StoreReading & ~Copyable) throws {
    offer = terms.document.offerVersion
    version = Offers.Version(
      offer: offer, state: .live, significance: .material, document: [], schedule: nil, historical: false)
    self.terms = terms
    self.life = life
    self.now = now
    campaign = terms.document.campaignID
    (isLive, isBlind) = (true, false)
    let frequency = try Policies.frequency(in: reading)
    messagesMax = frequency?.messages ?? 0
    messagesSince = frequency.map { now.adding(.zero - $0.within) } ?? now
  }

  /// What is known about one person, beside the verdict itself.
  struct Judged {
    let verdict: Verdict
    /// Where a note or a campaign message would go; nil where nothing that reaches them is known. A note is left with the desk then.
    let noteChannel: String?
    let campaignChannel: String?
    let locale: String?
  }

  /// The verdict on `person` now: a page of one.
  func judge(_ person: Identifier<Person>, in reading: borrowing some StoreReading & ~Copyable) throws -> Judged {
    try judge(person, try dossiers(of: [person], in: reading).first ?? Dossier(), in: reading)
  }

  /// What bears on the verdicts of `people`, who are in the order of their ids.
  func dossiers(of people: [Identifier<Person>], in reading: borrowing some StoreReading & ~Copyable) throws -> [Dossier] {
    try Dossiers(
      offer: offer.offer, group: terms.document.eligibility.group, messagesSince: messagesSince, now: now
    ).of(people, in: reading)
  }

  /// The verdict on `person` by their dossier of now. HOT in a preparation: only of those who bought something near is more asked.
  func judge(
    _ person: Identifier<Person>, _ row: Dossier, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Judged {
    let wanted = terms.document.targeting?.channels ?? row.channels ?? []
    // Where nobody said how somebody can be reached, nothing can be: a channel of the offer is no address of theirs.
    let usable = wanted.filter { channel in row.channels?.contains { $0 == channel } ?? false }
    let agreed = usable.filter { channel in row.consents.contains { $0 == channel } }
    let campaign = agreed.first { channel in !row.holds.contains { $0.holds(channel: channel) } }

    var given = Verdict.Case()
    given.barred = row.barred
    // Consent without any address that can be used is nobody to write to.
    if given.barred == nil, usable.isEmpty, !row.consents.isEmpty, !row.hasRemedy { given.barred = .unreachable }
    given.unsaid = terms.document.note == nil ? nil : row.untold
    given.isReachable = !usable.isEmpty
    given.hasIt = row.hasRemedy
    given.onHold = row.holds.contains { $0.holds(campaign: self.campaign) } || !agreed.isEmpty && campaign == nil
    given.consents = !agreed.isEmpty
    given.isBlind = isBlind
    given.isLive = isLive
    given.messages = row.messages
    given.messagesMax = messagesMax
    // Whoever heard of this offer is not told again by another version of it.
    if row.isTold { given.messages = max(given.messages, messagesMax) }
    if given.barred == nil, given.unsaid == nil, !given.hasIt, !given.onHold, given.consents {
      if let last = row.lastPlacedAt, last >= boughtFrom { try weigh(person, row, &given, in: reading) }
      given.isEligible = isEligible(row)
    }
    return Judged(verdict: Verdict.decide(given), noteChannel: usable.first, campaignChannel: campaign, locale: row.locale)
  }

  /// Whether knowledge is too old for `offer`: heard up to too long ago, and nobody has let it go out since in spite of that.
  private static func isBlind(
    _ offer: OfferVersion, heard: Timestamp?, at now: Timestamp, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Bool {
    guard Verdict.isBlind(heard: heard, policy: try Policies.duration("blind", "after", in: reading), at: now) else { return false }
    // A release is for the silence in which it was given: once something was heard, the next silence is another one.
    guard let released = try GateTurns.releasedAt(offer, in: reading) else { return true }
    return heard.map { $0 > released } ?? false
  }

  /// Orders before this cannot lie in an interval: a day's precision may make one a day older than it says.
  private var boughtFrom: Timestamp { terms.lookBackFrom.adding(.seconds(-86_400)) }

  /// Rows 3 and 7: looks at what the person bought while the offer reached it.
  private func weigh(
    _ person: Identifier<Person>, _ row: Dossier, _ given: inout Verdict.Case, in reading: borrowing some StoreReading & ~Copyable
  ) throws {
    let group = terms.document.group
    let purchases = try Purchases.of(person, from: boughtFrom, group: { $0.offer == offer.offer ? group : nil }, in: reading)
    for purchase in purchases {
      let history = History(
        earlierOrderAt: try Purchases.last(of: person, before: purchase.placedAt, in: reading), membership: row.membership)
      let outcome = terms.evaluate(purchase, history, life: life, at: now)
      switch Bought.weigh(outcome.reason, isSame: Bought.isSame(purchase, as: terms.document)) {
      case .hasIt: given.hasIt = true
      case .annoys: given.refused = given.refused ?? outcome.reason.rawValue
      case .nothing: break
      }
    }
  }

  /// What bears on an order beside itself: nothing where nobody knows whose it is.
  static func history(
    of purchase: Purchase, by person: Identifier<Person>?, _ terms: Terms, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> History {
    var history = History()
    guard let person else { return history }
    history.earlierOrderAt = try Purchases.last(of: person, before: purchase.placedAt, in: reading)
    history.membership = try membership(of: person, terms, in: reading)
    return history
  }

  /// Row 8: who may have it at all, as of now.
  private func isEligible(_ row: Dossier) -> Bool {
    switch terms.document.eligibility.customers {
    case .everyone: return true
    case .new(let duration):
      guard let last = row.lastPlacedAt else { return true }
      return duration.map { last < now.adding(.zero - $0) } ?? false
    case .existing(let duration):
      guard let last = row.lastPlacedAt else { return false }
      return duration.map { last >= now.adding(.zero - $0) } ?? true
    case .segment, .list: return row.membership.holds(at: now)
    }
  }

  /// When the person belongs to the segment or list that the offer is for; never where it is for none.
  private static func membership(
    of person: Identifier<Person>, _ terms: Terms, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Membership {
    guard let group = terms.document.eligibility.group else { return Membership() }
    return try Memberships.of(person, in: group, reading)
  }
}
