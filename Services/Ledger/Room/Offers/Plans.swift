import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Plans and the offers that they carry.
///
/// ```
/// charge in the interval ─▸ catch-up: to credit, once ─▸ the plan carries the offer
///   next charge, discounted ─▸ funded: a leg of its own in the order's entry, told as renewal_discount ─▸ ... ─▸ net ─▸ over
///   cancelled, or another plan ─▸ left ─▸ back in time: goes on   ─▸ later: gone
/// ```
enum Plans {
  /// An offer that a plan carries.
  struct Carried {
    let version: OfferVersion
    let campaignID: Identifier<Campaign>
    let terms: Terms
    /// How many charges had the benefit.
    let charges: Int

    /// What the next charge gets of `base`.
    func next(of base: Int64, quantity: Int64) -> Renewal { terms.renewal(charges + 1, of: base, quantity: quantity) }
  }

  /// The offer that a subscription carries under this id; nil where it does not, or its plan was left.
  static func carried(
    _ subscription: Identifier<Subscription>, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Carried? {
    let row = try reading.first(
      "SELECT version, charges FROM plan_offer WHERE subscription_id = ?1 AND offer_id = ?2 AND left_at IS NULL", .text(subscription.text),
      .text(offer.text)
    ) { row in Kept(version: Int(try row.integer(0)), charges: Int(try row.integer(1))) }
    guard let row, let version = OfferVersion(offer: offer, version: row.version),
      let terms = try OfferInForce.terms(of: offer, row.version, in: reading), let campaign = try OfferRows.campaign(of: offer, in: reading)
    else { return nil }
    return Carried(version: version, campaignID: campaign, terms: terms, charges: row.charges)
  }

  private struct Kept {
    let version: Int
    let charges: Int
  }

  // MARK: Charges

  /// `order` with the campaign named at each discount that it pays: only the ledger says so. A known order keeps what it was told with.
  static func funded(
    _ order: OrderCaptured, known: OrderCaptured?, in reading: borrowing some Reading & ~Copyable
  ) throws -> OrderCaptured {
    guard order.discounts.contains(where: { $0.campaignID != nil || (order.subscriptionID != nil && $0.offerID != nil) }) else {
      return order
    }
    var discounts = order.discounts
    for at in discounts.indices {
      discounts[at].campaignID = nil
      if let known {
        if known.discounts.indices.contains(at) { discounts[at].campaignID = known.discounts[at].campaignID }
        continue
      }
      guard let subscription = order.subscriptionID, let offer = discounts[at].offerID,
        let carried = try carried(subscription, offer, in: reading)
      else { continue }
      // What is charged for the period without the offer.
      let base = order.lines.reduce(0) { $0 + $1.paid.minor } + discounts[at].amount.minor
      if case .funded(let most) = carried.next(of: base, quantity: order.lines[0].quantity), discounts[at].amount.minor <= most {
        discounts[at].campaignID = carried.campaignID
      }
    }
    return try order.with(discounts: discounts)
  }

  /// What an offer's reserve lacks for the discounts of a renewal is put there in front of it.
  static func cover(
    _ order: OrderCaptured, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    for discount in order.discounts {
      guard let campaign = discount.campaignID, let offer = discount.offerID else { continue }
      try Funds.cover(
        discount.amount.minor, for: offer, of: campaign, order.currency, occasion, desk, books: &books, in: &transaction)
    }
  }

  /// Tells of the discounts that a campaign pays: each is a remedy whose money stands in the order's own entry.
  static func renewed(
    _ order: OrderCaptured, _ entry: Int64, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    guard let subscription = order.subscriptionID, let period = order.period else { return }
    for discount in order.discounts {
      guard let campaign = discount.campaignID, let offer = discount.offerID,
        let version = try version(of: subscription, offer, in: transaction)
      else { continue }
      let key = RemedyKey(offer: offer, subscription: subscription, period: period)
      let remedy = RemedyChanged(
        change: .posted, remedyID: RemedyID(key: key, ordinal: 1), offer: version, campaignID: campaign, orderID: order.orderID,
        subscriptionID: subscription, period: period, personID: order.personID, kind: .renewalDiscount, basis: .inWindow,
        amount: discount.amount,
        lines: [RemedyChanged.Share(lineID: discount.lineID ?? order.lines[0].lineID, amount: discount.amount)],
        destination: RemedyChanged.Destination(.originalTender), state: .posted, entry: entry, reason: Reason.granted.rawValue)
      try Facts.tell(.remedyChanged(remedy), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    }
  }

  private static func version(
    of subscription: Identifier<Subscription>, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> OfferVersion? {
    try reading.integer(
      "SELECT version FROM plan_offer WHERE subscription_id = ?1 AND offer_id = ?2", .text(subscription.text), .text(offer.text)
    ).flatMap { OfferVersion(offer: offer, version: Int($0)) }
  }

  // MARK: Folding

  /// A charge that had the benefit of an offer which its plan carries.
  static func fold(_ order: OrderCaptured, in transaction: borrowing Transaction) throws {
    guard let subscription = order.subscriptionID else { return }
    for discount in order.discounts {
      guard let offer = discount.offerID else { continue }
      try transaction.run(
        "UPDATE plan_offer SET charges = charges + 1 WHERE subscription_id = ?1 AND offer_id = ?2 AND left_at IS NULL",
        .text(subscription.text), .text(offer.text))
    }
  }

  /// A remedy for a charge: from then on the plan carries the offer.
  static func fold(_ remedy: RemedyChanged, in transaction: borrowing Transaction) throws {
    guard remedy.change == .granted || remedy.change == .posted, remedy.of == nil, remedy.kind != .renewalDiscount,
      remedy.remedyID.ordinal == 1, let subscription = remedy.subscriptionID, let offer = remedy.offer
    else { return }
    let plan = try remedy.orderID.flatMap { try Orders.find($0, in: transaction)?.order.lines.first?.sku?.text }
    try transaction.run(
      """
      INSERT INTO plan_offer (subscription_id, offer_id, version, plan, charges) VALUES (?1, ?2, ?3, ?4, 1)
      ON CONFLICT DO UPDATE SET charges = charges + 1
      """, .text(subscription.text), .text(offer.offer.text), .integer(Int64(offer.version)), .optional(plan))
  }

  /// A plan was left, or somebody came back to it.
  static func fold(_ change: SubscriptionChanged, in transaction: borrowing Transaction) throws {
    let id = change.subscriptionID.text
    switch change.change {
    case .cancelled:
      try transaction.run(
        "UPDATE plan_offer SET left_at = ?2 WHERE subscription_id = ?1 AND left_at IS NULL", .text(id), .timestamp(change.changedAt))
    case .started, .upgraded, .downgraded, .renewed:
      guard let plan = change.toPlan?.text else { return }
      try transaction.run(
        "UPDATE plan_offer SET left_at = ?2 WHERE subscription_id = ?1 AND left_at IS NULL AND plan <> ?3", .text(id),
        .timestamp(change.changedAt), .text(plan))
      guard let within = try Policies(in: transaction).plansResumeWithin else { return }
      try transaction.run(
        "UPDATE plan_offer SET left_at = NULL WHERE subscription_id = ?1 AND plan = ?2 AND left_at >= ?3", .text(id), .text(plan),
        .timestamp(change.changedAt.adding(.zero - within)))
    }
  }

  // MARK: Changes of the plan

  /// What led to a charge of a subscription at `instant`: the last change before it; nil where none is known.
  static func change(
    of subscription: Identifier<Subscription>, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> SubscriptionChanged.Change? {
    var found: SubscriptionChanged.Change?
    for one in try OrderFile.events(of: subscription.text, in: reading) {
      if case .subscriptionChanged(let fact) = one.event, fact.changedAt <= instant { found = fact.change }
    }
    return found
  }

  /// Tells of a change. A downgrade takes back, of what the current period was given, the part of its unused days; from credit that was not
  /// spent, never as a bill.
  static func change(
    _ fact: SubscriptionChanged, _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws -> Identifier<Message> {
    let told = try Facts.tell(
      .subscriptionChanged(fact), true: fact.changedAt, judge.occasion, judge.desk, books: &books, in: &transaction)
    guard fact.change == .downgraded, let person = fact.personID, let end = fact.to, end > fact.from,
      let charge = try charge(fact, in: transaction)
    else { return told.id }
    let day = Duration.seconds(86_400).milliseconds
    let days = max(1, end.since(fact.from).milliseconds / day)
    let unused = min(days, max(0, end.since(fact.changedAt).milliseconds / day))
    guard var file = try OrderFile.find(charge, in: transaction) else { return told.id }
    let standing = file.standing
    for remedy in standing.remedies where remedy.isActive && remedy.state == .posted && remedy.offer != nil {
      let credit = try books.available(.credit(of: person, standing.currency), in: transaction)
      guard let claw = TakingBack.unused(unused, of: days, remedy, credit: credit, standing.currency) else { continue }
      try judge.tell(
        remedy.clawedBack(claw, order: file.order, reason: "downgraded"), of: &file, books: &books, in: &transaction)
      try Closing.settle(remedy, amount: claw.whole, currency: standing.currency, judge, books: &books, in: &transaction)
    }
    return told.id
  }

  /// The order that charged the period of a change: the subscription's latest up to the change.
  private static func charge(_ fact: SubscriptionChanged, in reading: borrowing Transaction) throws -> Identifier<Order>? {
    guard let person = fact.personID else { return nil }
    return try reading.first(
      """
      SELECT order_id FROM captured_order
      WHERE person_id = ?1 AND placed_at >= ?2 AND placed_at <= ?3 AND instr(content, ?4) > 0 ORDER BY placed_at DESC LIMIT 1
      """, .text(person.text), .timestamp(fact.from), .timestamp(fact.changedAt),
      .blob(Array(#""subscription_id":"\#(fact.subscriptionID.text)""#.utf8))
    ) { row in Identifier(restoring: try row.text(0)) }
  }
}

extension OrderCaptured {
  /// The same order with other discounts.
  func with(discounts: [Discount]) throws(ContractFault) -> OrderCaptured {
    try OrderCaptured(
      orderID: orderID, personID: personID, channel: channel, country: country, placedAt: placedAt, placedPrecision: placedPrecision,
      capturedAt: capturedAt, lines: lines, charges: charges, tenders: tenders, discounts: discounts, discountsKnown: discountsKnown,
      subscriptionID: subscriptionID, period: period, imported: imported)
  }
}
