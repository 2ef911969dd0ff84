import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Customers who are there already, where somebody new gets something for less: matched within what the exception allows, paid by the better
/// offer's campaign. At the desk when an agent presses; of a plan at its next renewal, without anybody.
///
/// ```
/// renewal charged ─▸ offer for new customers alone, with a match ─▸ not new ─▸ remedy parity_match ─▸ the plan carries the offer from now on
/// ```
enum ParityMatches {
  // MARK: Folding

  static func fold(_ fact: RemedyChanged, in transaction: borrowing Transaction) throws {
    guard fact.kind == .parityMatch, fact.of == nil, fact.change == .granted || fact.change == .posted, let offer = fact.offer else {
      return
    }
    try transaction.run(
      "INSERT INTO parity_match (remedy_key, ordinal, offer_id, person_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
      .text(fact.remedyKey.text), .integer(Int64(fact.remedyID.ordinal)), .text(offer.offer.text), .optional(fact.personID?.text))
  }

  /// What was matched of an offer: over all, and for `person`. What was voided or expired is left out. A use is one order, for plans one
  /// subscription whatever its periods; that of `subscription` itself is not counted against it.
  static func given(
    _ offer: Identifier<Offer>, for person: Identifier<Person>?, besides subscription: Identifier<Subscription>? = nil,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> ParityMatch.Given {
    try reading.first(
      """
      SELECT ifnull(sum(r.amount), 0), ifnull(sum(r.amount) FILTER (WHERE m.person_id = ?2), 0),
        count(DISTINCT ifnull(r.use_key, r.order_id)) FILTER (WHERE m.person_id = ?2 AND r.use_key IS NOT ?3)
      FROM parity_match m JOIN remedy r ON r.remedy_key = m.remedy_key AND r.ordinal = m.ordinal
      WHERE m.offer_id = ?1 AND r.state IN ('pending', 'posted')
      """, .text(offer.text), .optional(person?.text), .optional(subscription?.text)
    ) { row in
      ParityMatch.Given(total: try row.integer(0), amount: try row.integer(1), uses: try row.integer(2))
    } ?? ParityMatch.Given()
  }

  // MARK: Plans

  /// Corrects the charge of a plan whose customer is there already. Nothing is given where the offer promises no match, or it is used up.
  static func correct(
    _ file: inout OrderFile, _ offer: OfferInForce, _ judge: Judge, books: inout Books, in transaction: inout Transaction
  ) throws {
    let order = file.order
    guard let subscription = order.subscriptionID, let person = order.personID, offer.state == .live,
      order.placedAt >= offer.life.effectiveFrom, let match = ParityMatch(offer.terms)
    else { return }
    let purchase = file.purchase
    let carried = try Plans.carried(subscription, offer.version.offer, in: transaction)
    guard
      var amount = match.amount(
        purchase, try Judge.history(of: purchase, offer, in: transaction), life: offer.life,
        given: try given(offer.version.offer, for: person, besides: subscription, in: transaction), at: judge.occasion.now)
    else { return }
    if let carried {
      // It was corrected before: on for as long as the offer says, and for as long as its campaign pays.
      let base = order.lines.reduce(0) { $0 + $1.paid.minor }
      guard case .funded(let most) = carried.next(of: base, quantity: order.lines.first?.quantity ?? 1), most > 0 else { return }
      amount = Money(minor: min(amount.minor, most), amount.currency)
    }
    let shares = Honour.spread(amount.minor, over: file.standing)
    guard !shares.isEmpty else { return }
    let way = Grant.Way(
      basis: .parity, isConfirmedAtOnce: judge.policies.confirmsAtOnce(order), now: judge.occasion.now,
      claimableFor: judge.policies.claimableFor)
    var fact = offer.grant.fact(
      shares, reason: Reason.granted.rawValue, cut: false, dayPrecision: false, inputs: ["renewal": true], to: file.standing, way)
    fact.kind = .parityMatch
    try judge.give(fact, to: &file, group: offer.terms.document.group, books: &books, in: &transaction)
    guard carried == nil else { return }
    // The plan costs less from this period on: whoever looks at it sees what it carries.
    let plan = order.lines.first?.sku
    try Facts.tell(
      .subscriptionChanged(
        SubscriptionChanged(
          subscriptionID: subscription, personID: person, change: .renewed, toPlan: plan, from: order.placedAt, channel: order.channel,
          carries: offer.version, changedAt: judge.occasion.now)), true: judge.occasion.now, judge.occasion, judge.desk, books: &books,
      in: &transaction)
  }
}
