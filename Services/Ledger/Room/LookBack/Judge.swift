import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Decides on orders and tells what is given: the one place where an offer's terms become money.
///
/// ```
/// order file + offer + history ─▸ Terms.evaluate ─▸ nothing
///                                               └─▸ Grant ─▸ Funds.cover (top-up, advance) ─▸ remedy granted or posted
/// ```
struct Judge {
  let desk: DepartmentDesk
  let occasion: Occasion
  let policies: Policies

  init(_ desk: DepartmentDesk, _ occasion: Occasion, in reading: borrowing some Reading & ~Copyable) throws {
    self.desk = desk
    policies = try Policies.current(desk, in: reading)
    self.occasion = occasion.under(policies.name(of: "look-back"))
  }

  /// What came of one decision.
  struct Decided {
    let outcome: Outcome
    /// What was told; nil where nothing was given.
    let given: RemedyChanged?
  }

  /// Decides on `file` under `offer`, and gives what there is to give. HOT.
  ///
  /// `isLast`: nobody asks the file after this decision, so what is told is not added to it.
  func judge(
    _ file: inout OrderFile, _ offer: OfferInForce, basis: RemedyChanged.Basis?, isLast: Bool = false, books: inout Books,
    in transaction: inout Transaction
  ) throws -> Decided {
    let purchase = file.purchase
    let history = try Self.history(of: purchase, offer, in: transaction)
    let outcome = offer.terms.evaluate(purchase, history, life: offer.life, at: occasion.now)
    guard outcome.isGranted, outcome.isAutomatic, outcome.amount > 0, !Self.isHeldBack(outcome, offer) else {
      return Decided(outcome: outcome, given: nil)
    }
    let way = Grant.Way(
      basis: basis ?? Self.basis(outcome), isConfirmedAtOnce: policies.confirmsAtOnce(file.order), now: occasion.now,
      claimableFor: policies.claimableFor)
    let fact = offer.grant.fact(outcome, to: file.standing, way)
    return Decided(
      outcome: outcome,
      given: try give(fact, to: &file, group: isLast ? nil : offer.terms.document.group, isLast: isLast, books: &books, in: &transaction))
  }

  /// While an offer rests nobody knows yet how long its gap will be: such orders wait for its end.
  static func isHeldBack(_ outcome: Outcome, _ offer: OfferInForce) -> Bool {
    (offer.state == .paused || offer.state == .stopped) && outcome.interval == .gap
      && offer.life.pauses.last?.upperBound == .last
  }

  private static func basis(_ outcome: Outcome) -> RemedyChanged.Basis {
    switch outcome.interval {
    case .gap: .gap
    case .inside: .inWindow
    case .before, nil: .lookBack
    }
  }

  /// Tells a remedy, with whatever its fund lacks in front of it.
  @discardableResult
  func give(
    _ remedy: RemedyChanged, to file: inout OrderFile, group: String? = nil, isLast: Bool = false, books: inout Books,
    in transaction: inout Transaction
  ) throws -> RemedyChanged {
    if let offer = remedy.offer?.offer, let campaign = remedy.campaignID {
      let paid = remedy.amount.minor - remedy.tax.reduce(0) { $0 + $1.amount.minor }
      try Funds.cover(
        paid, for: offer, of: campaign, remedy.amount.currency, occasion, desk, books: &books, in: &transaction)
    }
    return try tell(remedy, of: &file, group: group, isLast: isLast, books: &books, in: &transaction)
  }

  /// Tells a remedy's fact with the number of its entry, and adds it to the order's file.
  @discardableResult
  func tell(
    _ remedy: RemedyChanged, of file: inout OrderFile, group: String? = nil, isLast: Bool = false, books: inout Books,
    in transaction: inout Transaction
  ) throws -> RemedyChanged {
    var remedy = remedy
    remedy.entry = books.nextEntry
    let told = try Facts.tell(.remedyChanged(remedy), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    if !isLast { try file.add(.remedyChanged(remedy), at: occasion.now, told.id, group: group, in: transaction) }
    return remedy
  }

  // MARK: What a decision looks at beside the order

  static func history(
    of purchase: Purchase, _ offer: OfferInForce, in reading: borrowing some Reading & ~Copyable
  ) throws -> History {
    var history = History()
    let id = offer.version.offer
    if let person = purchase.personID {
      switch offer.terms.document.eligibility.customers {
      case .new, .existing: history.earlierOrderAt = try Orders.latest(of: person, before: purchase, in: reading)
      case .segment, .list:
        if let group = offer.terms.document.eligibility.group { history.membership = try Memberships.of(person, in: group, reading) }
      case .everyone: break
      }
      if offer.terms.document.limits.perCustomer != nil { history.customer = try Remedies.used(of: id, by: person, in: reading) }
    }
    if offer.terms.document.limits.total != nil { history.total = try Remedies.used(of: id, in: reading) }
    if let subscription = purchase.subscriptionID {
      history.subscriptionChange = try Plans.change(of: subscription, at: purchase.placedAt, in: reading)
      history.subscriptionUses = try Remedies.uses(subscription, of: id, but: purchase.period, in: reading)
    }
    return history
  }
}

extension Orders {
  /// When the latest order that `person` placed before this one was placed; nil where this is the first.
  static func latest(
    of person: Identifier<Person>, before purchase: Purchase, in reading: borrowing some Reading & ~Copyable
  ) throws -> Timestamp? {
    try reading.first(
      """
      SELECT placed_at FROM captured_order WHERE person_id = ?1 AND placed_at < ?2 ORDER BY placed_at DESC LIMIT 1
      """, .text(person.text), .timestamp(purchase.placedAt)
    ) { row throws(StoreFault) in try row.timestamp(0) }
  }
}
