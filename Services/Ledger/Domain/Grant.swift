package import Contracts
package import Terms

/// What the ledger gives to an order: the decision of the terms, made into the fact that tells of it.
package struct Grant: Sendable {
  package let offer: OfferVersion
  package let campaignID: Identifier<Campaign>
  package let terms: Terms

  package init(offer: OfferVersion, campaignID: Identifier<Campaign>, terms: Terms) {
    self.offer = offer
    self.campaignID = campaignID
    self.terms = terms
  }

  /// How a grant comes about.
  package struct Way: Sendable, Equatable {
    package var basis: RemedyChanged.Basis
    /// Whether a tender's refund counts as confirmed at once, by the policy for the order's feed.
    package var isConfirmedAtOnce: Bool
    /// Destinations that said no before.
    package var refused: Set<RemedyChanged.Destination.Kind>
    package var now: Timestamp
    /// How long one on a receipt can be claimed where the offer does not say.
    package var claimableFor: Duration?

    package init(
      basis: RemedyChanged.Basis, isConfirmedAtOnce: Bool, refused: Set<RemedyChanged.Destination.Kind> = [], now: Timestamp,
      claimableFor: Duration?
    ) {
      self.basis = basis
      self.isConfirmedAtOnce = isConfirmedAtOnce
      self.refused = refused
      self.now = now
      self.claimableFor = claimableFor
    }
  }

  /// Under what it is given, once and for ever.
  package func key(of order: OrderCaptured) -> RemedyKey {
    guard let subscription = order.subscriptionID, let period = order.period else {
      return RemedyKey(offer: offer.offer, order: order.orderID)
    }
    return RemedyKey(offer: offer.offer, subscription: subscription, period: period)
  }

  /// What the decision `outcome` gives to `standing`. Its entry's number is not known yet.
  package func fact(_ outcome: Outcome, to standing: OrderStanding, _ way: Way) -> RemedyChanged {
    var inputs: [JSON.Member] = []
    inputs.reserveCapacity(4)
    if let interval = outcome.interval { inputs.append(.init("interval", .string(interval.rawValue))) }
    inputs.append(.init("placed_at", .string(standing.order.placedAt.description)))
    inputs.append(.init("uncut", .integer(outcome.uncut)))
    inputs.append(.init("used", .object([.init("units", .integer(outcome.used.units))])))
    return fact(
      outcome.shares, reason: outcome.reason.rawValue, cut: outcome.isCut, dayPrecision: outcome.dayPrecision, inputs: .object(inputs),
      to: standing, way)
  }

  /// The like for shares that were decided before: what is left of a remedy goes another way.
  package func fact(
    _ shares: [Outcome.Share], reason: String, cut: Bool, dayPrecision: Bool, inputs: JSON?, to standing: OrderStanding, _ way: Way
  ) -> RemedyChanged {
    let key = key(of: standing.order)
    let before = standing.remedies.filter { $0.id.key == key }
    let wanted = terms.document.remedy.destinations.compactMap { RemedyChanged.Destination.Kind(rawValue: $0.rawValue) }
    let destination = Destination.choose(shares, for: standing, wanted: wanted.filter { !way.refused.contains($0) })
    let arrives = destination.kind == .customerCredit || (destination.kind == .originalTender && way.isConfirmedAtOnce)
    let currency = standing.currency
    return RemedyChanged(
      change: arrives ? .posted : .granted, remedyID: RemedyID(key: key, ordinal: (before.last?.id.ordinal ?? 0) + 1), offer: offer,
      campaignID: campaignID, orderID: standing.order.orderID, subscriptionID: standing.order.subscriptionID, period: standing.order.period,
      personID: standing.order.personID, kind: kind, basis: way.basis, amount: Money(minor: destination.whole, currency),
      lines: shares.map { RemedyChanged.Share(lineID: $0.lineID, amount: Money(minor: $0.amount, currency)) }, tax: destination.tax,
      destination: RemedyChanged.Destination(destination.kind, tenders: destination.tenders), state: arrives ? .posted : .pending,
      expiresAt: destination.kind == .receipt ? expiry(way) : nil, reason: reason, cut: cut, dayPrecision: dayPrecision, inputs: inputs)
  }

  private var kind: RemedyChanged.Kind {
    switch terms.document.benefit {
    case .freeShipping: .shippingRefund
    case .percentOff, .amountOff, .fixedPrice, .described: .priceAdjustment
    }
  }

  private func expiry(_ way: Way) -> Timestamp? {
    (terms.document.remedy.claimableFor ?? way.claimableFor).map { way.now.adding($0) }
  }
}

extension RemedyStanding {
  /// The fact that resolves this remedy, which waits: posted, voided or expired.
  package func resolved(_ change: RemedyChanged.Change, order: OrderCaptured, reason: String) -> RemedyChanged {
    let state: RemedyChanged.State =
      switch change {
      case .posted: .posted
      case .expired: .expired
      case .granted, .voided, .clawedBack, .declined: .voided
      }
    return fact(
      change, state, whole, shares.map { Outcome.Share(lineID: $0.lineID, amount: $0.amount) }, tax, destination, order, reason)
  }

  /// The fact that takes something of this remedy back.
  package func clawedBack(_ claw: TakingBack.Claw, order: OrderCaptured, reason: String) -> RemedyChanged {
    fact(
      .clawedBack, .clawedBack, claw.whole, claw.shares, claw.tax, RemedyChanged.Destination(destination.kind, tenders: claw.from), order,
      reason)
  }

  private func fact(
    _ change: RemedyChanged.Change, _ state: RemedyChanged.State, _ amount: Int64, _ shares: [Outcome.Share], _ tax: [OrderCaptured.Tax],
    _ destination: RemedyChanged.Destination, _ order: OrderCaptured, _ reason: String
  ) -> RemedyChanged {
    RemedyChanged(
      change: change, remedyID: id, offer: offer, campaignID: campaignID, orderID: order.orderID, subscriptionID: order.subscriptionID,
      period: order.period, personID: personID, kind: kind, basis: basis, amount: Money(minor: amount, order.currency),
      lines: shares.map { RemedyChanged.Share(lineID: $0.lineID, amount: Money(minor: $0.amount, order.currency)) }, tax: tax,
      destination: destination, state: state, of: entry, reason: reason, cut: isCut)
  }
}
