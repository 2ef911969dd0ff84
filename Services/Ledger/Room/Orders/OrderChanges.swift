import Contracts
import Host
import LedgerDomain
import Store
import Terms

/// What happens to an order after its capture, through whichever door it comes: each change is told, booked, and asks the offers again.
///
/// ```
/// return, cancel ─▸ TakingBack ─▸ the fact ─▸ claw-backs, lessened remedies ─▸ settle their funds ─┐
/// amend          ─▸ the fact ──────────────────────────────────────────────────────────────────────┼─▸ LateOrders
/// ship           ─▸ the fact                                                                        │
/// ```
struct OrderChanges {
  let judge: Judge

  /// What was told, for the answer.
  struct Done {
    let message: Identifier<Message>
    let taken: TakingBack?
  }

  private var occasion: Occasion { judge.occasion }

  // MARK: The four changes

  /// Goods leave the house; nil lines are all that is left of the order.
  func ship(
    _ order: Identifier<Order>, _ lines: [LineQuantity]?, at instant: Timestamp, books: inout Books, in transaction: inout Transaction
  ) throws -> Done {
    var file = try open(order, in: transaction)
    let standing = file.standing
    let going = try lines ?? standing.unsent()
    try standing.checkShipping(going)
    let fact = OrderShipped(orderID: order, personID: file.order.personID, lines: going, shippedAt: instant)
    return Done(message: try tell(.orderShipped(fact), true: instant, &file, books: &books, in: &transaction), taken: nil)
  }

  /// Goods come back; nil lines are all that is left of the order, and then the shipping that is named, or none.
  func takeBack(
    _ order: Identifier<Order>, _ lines: [LineQuantity]?, shipping: Money?, receiptOnly: Bool, reason: String?, at instant: Timestamp,
    books: inout Books, in transaction: inout Transaction
  ) throws -> Done {
    var file = try open(order, in: transaction)
    let standing = file.standing
    guard !standing.isGone else { throw OrderRefusal.gone(order) }
    let plan = try plan(lines ?? standing.kept(), shipping, standing, books: &books, in: transaction)
    let fact = OrderReturned(
      orderID: order, personID: file.order.personID, returnID: try Identifier("\(order.text)/r\(standing.returns + 1)"), lines: plan.lines,
      shipping: shipping, price: standing.money(plan.price), clawedBack: standing.money(plan.clawedBack), tax: plan.tax,
      shippingTax: plan.shippingTax, refund: plan.refund, withheld: plan.withheld, receiptOnly: receiptOnly, reason: reason,
      returnedAt: instant)
    return try finish(.orderReturned(fact), plan, "returned", true: instant, &file, books: &books, in: &transaction)
  }

  /// Goods are not wanted any more before they were sent; nil lines are the whole order, its shipping with it.
  func cancel(
    _ order: Identifier<Order>, _ lines: [LineQuantity]?, reason: String?, at instant: Timestamp, books: inout Books,
    in transaction: inout Transaction
  ) throws -> Done {
    var file = try open(order, in: transaction)
    let standing = file.standing
    guard !standing.isGone else { throw OrderRefusal.gone(order) }
    try standing.checkUnsent(lines, of: order)
    let isWhole = lines == nil
    let shipping = isWhole ? standing.money(standing.shippingPaid - standing.shippingBack) : nil
    let plan = try plan(lines ?? standing.kept(), shipping, standing, books: &books, in: transaction)
    let fact = OrderCancelled(
      orderID: order, personID: file.order.personID, lines: isWhole ? [] : plan.lines, shipping: shipping,
      price: standing.money(plan.price), clawedBack: standing.money(plan.clawedBack), tax: plan.tax, shippingTax: plan.shippingTax,
      refund: plan.refund, withheld: plan.withheld, reason: reason, cancelledAt: instant)
    return try finish(.orderCancelled(fact), plan, "cancelled", true: instant, &file, books: &books, in: &transaction)
  }

  /// Lines are added.
  func amend(_ amended: OrderAmended, books: inout Books, in transaction: inout Transaction) throws -> Done {
    var file = try open(amended.orderID, in: transaction)
    try file.standing.checkAddition(amended)
    let told = try tell(.orderAmended(amended), true: amended.amendedAt, &file, books: &books, in: &transaction)
    try LateOrders.judge(&file, judge, books: &books, in: &transaction)
    return Done(message: told, taken: nil)
  }

  // MARK: What they share

  private func open(_ order: Identifier<Order>, in reading: borrowing Transaction) throws -> OrderFile {
    guard let file = try OrderFile.find(order, in: reading) else { throw OrderRefusal.noOrder(order.text) }
    return file
  }

  private func plan(
    _ lines: [LineQuantity], _ shipping: Money?, _ standing: OrderStanding, books: inout Books, in reading: borrowing Transaction
  ) throws -> TakingBack {
    if let shipping, shipping.currency != standing.currency { throw OrderRefusal.otherCurrency(standing.currency, shipping.currency) }
    var rules: [OfferVersion: TakingBack.Rule] = [:]
    for remedy in standing.remedies {
      guard let offer = remedy.offer, rules[offer] == nil,
        let terms = try OfferInForce.terms(of: offer.offer, offer.version, in: reading)
      else { continue }
      let document = terms.document.remedy
      rules[offer] = TakingBack.Rule(onReturn: document.clawsBack, waiveBelow: document.waiveBelow ?? 0)
    }
    let credit = try standing.order.personID.map { try books.available(.credit(of: $0, standing.currency), in: reading) } ?? 0
    return try TakingBack.plan(lines, shipping: shipping?.minor ?? 0, from: standing, credit: credit, rules: rules)
  }

  private func tell(
    _ fact: DomainEvent, true instant: Timestamp, _ file: inout OrderFile, books: inout Books, in transaction: inout Transaction
  ) throws -> Identifier<Message> {
    let told = try Facts.tell(fact, true: instant, occasion, judge.desk, books: &books, in: &transaction)
    try file.add(fact, at: occasion.now, told.id, in: transaction)
    return told.id
  }

  private func finish(
    _ fact: DomainEvent, _ plan: TakingBack, _ reason: String, true instant: Timestamp, _ file: inout OrderFile, books: inout Books,
    in transaction: inout Transaction
  ) throws -> Done {
    let message = try tell(fact, true: instant, &file, books: &books, in: &transaction)
    let currency = file.order.currency
    for claw in plan.claws {
      let fact = claw.remedy.clawedBack(claw, order: file.order, reason: reason)
      try judge.tell(fact, of: &file, books: &books, in: &transaction)
      let back = fact.amount.minor - fact.tax.reduce(0) { $0 + $1.amount.minor }
      try Closing.settle(claw.remedy, amount: back, currency: currency, judge, books: &books, in: &transaction)
    }
    for lessened in plan.lessened { try lessen(lessened, reason, &file, books: &books, in: &transaction) }
    try LateOrders.judge(&file, judge, books: &books, in: &transaction)
    return Done(message: message, taken: plan)
  }

  /// What waited for more than is left to give: void, and the rest anew.
  private func lessen(
    _ lessened: TakingBack.Lessened, _ reason: String, _ file: inout OrderFile, books: inout Books, in transaction: inout Transaction
  ) throws {
    let remedy = lessened.remedy
    try judge.tell(remedy.resolved(.voided, order: file.order, reason: reason), of: &file, books: &books, in: &transaction)
    if !lessened.rest.isEmpty {
      try Regrant(judge: judge).give(lessened.rest, instead: remedy, refused: [], &file, books: &books, in: &transaction)
    }
    try Closing.settle(remedy, currency: file.order.currency, judge, books: &books, in: &transaction)
  }
}

/// A remedy that could not go its way goes another: the same shares under the next ordinal.
struct Regrant {
  let judge: Judge

  func give(
    _ shares: [Outcome.Share], instead remedy: RemedyStanding, refused: Set<RemedyChanged.Destination.Kind>, _ file: inout OrderFile,
    books: inout Books, in transaction: inout Transaction
  ) throws {
    guard let version = remedy.offer, let campaign = remedy.campaignID,
      let terms = try OfferInForce.terms(of: version.offer, version.version, in: transaction)
    else { return }
    let way = Grant.Way(
      basis: remedy.basis, isConfirmedAtOnce: judge.policies.confirmsAtOnce(file.order), refused: refused, now: judge.occasion.now,
      claimableFor: judge.policies.claimableFor)
    let fact = Grant(offer: version, campaignID: campaign, terms: terms).fact(
      shares, reason: remedy.reason, cut: remedy.isCut, dayPrecision: file.order.placedPrecision == .day, inputs: nil, to: file.standing,
      way)
    try judge.give(fact, to: &file, books: &books, in: &transaction)
  }
}
