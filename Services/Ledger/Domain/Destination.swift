package import Contracts
package import Terms

/// Where a remedy goes: the first of an offer's destinations that is possible for the order, and the receipt where none is.
///
/// | destination | possible where | then |
/// |---|---|---|
/// | original_tender | tenders that take money without the customer being there paid at least as much | waits until the refund is confirmed |
/// | customer_credit | the order has a person | posts at once |
/// | receipt | always | waits, claimable, until it expires |
package struct Destination: Sendable, Equatable {
  package let kind: RemedyChanged.Destination.Kind
  package let tenders: [TenderAmount]
  /// The part of each tax that goes along; none where no tax moves.
  package let tax: [OrderCaptured.Tax]

  /// What arrives there, taxes on top of the price included.
  package var whole: Int64 { tenders.reduce(0) { $0 + $1.amount.minor } }

  /// For what falls on `shares` of `standing`. `wanted` is the offer's list; one that was refused for this remedy before is left out of it.
  package static func choose(
    _ shares: [Outcome.Share], for standing: OrderStanding, wanted: [RemedyChanged.Destination.Kind]
  ) -> Destination {
    let amount = shares.reduce(0) { $0 + $1.amount }
    let tax = taxes(on: shares, of: standing)
    let whole = amount + tax.filter { !$0.inclusive }.reduce(0) { $0 + $1.amount.minor }
    for kind in wanted {
      switch kind {
      case .originalTender:
        let absent = standing.tenders.filter { $0.refundableAbsent && $0.kind != .customerCredit }
        guard let tenders = split(whole, over: absent, standing.currency) else { continue }
        return Destination(kind: .originalTender, tenders: tenders, tax: tax)
      case .customerCredit:
        guard standing.order.personID != nil else { continue }
        return credit(amount, standing.currency)
      case .receipt: break
      }
    }
    let paid = standing.tenders.filter { $0.kind != .customerCredit }
    if let tenders = split(whole, over: paid, standing.currency) { return Destination(kind: .receipt, tenders: tenders, tax: tax) }
    // Paid with credit: that takes it back, whatever the list says.
    if standing.order.personID != nil { return credit(amount, standing.currency) }
    let kind = paid.first?.kind ?? .unknown
    return Destination(kind: .receipt, tenders: [TenderAmount(kind: kind, amount: Money(minor: whole, standing.currency))], tax: tax)
  }

  private static func credit(_ amount: Int64, _ currency: Currency) -> Destination {
    Destination(
      kind: .customerCredit, tenders: [TenderAmount(kind: .customerCredit, amount: Money(minor: amount, currency))], tax: [])
  }

  /// `amount` over tenders, cash last, none beyond what it paid less what went back to it; nil where they do not hold it.
  static func split(_ amount: Int64, over tenders: [OrderStanding.Paid], _ currency: Currency) -> [TenderAmount]? {
    var rest = amount
    var parts: [TenderAmount] = []
    for tender in tenders.filter({ $0.kind != .cash }) + tenders.filter({ $0.kind == .cash }) where rest > 0 {
      let taken = min(rest, max(0, tender.paid - tender.refunded - tender.remedied))
      guard taken > 0 else { continue }
      add(TenderAmount(kind: tender.kind, amount: Money(minor: taken, currency)), to: &parts)
      rest -= taken
    }
    return rest == 0 ? parts : nil
  }

  /// One part a kind: that is how it stands in the books.
  static func add(_ one: TenderAmount, to parts: inout [TenderAmount]) {
    guard one.amount.minor > 0 else { return }
    guard let at = parts.firstIndex(where: { $0.kind == one.kind }) else { return parts.append(one) }
    parts[at].amount = Money(minor: parts[at].amount.minor + one.amount.minor, one.amount.currency)
  }

  /// What of each jurisdiction's tax belongs to the shares: half-even for each line.
  static func taxes(on shares: [Outcome.Share], of standing: OrderStanding) -> [OrderCaptured.Tax] {
    var sums: [OrderCaptured.Tax] = []
    for share in shares {
      if let id = share.lineID {
        guard let line = standing.lines.first(where: { $0.line.lineID == id })?.line else { continue }
        add(line.tax, share.amount, of: line.paid.minor, to: &sums)
      } else if let at = share.charge, standing.order.charges.indices.contains(at) {
        let charge = standing.order.charges[at]
        add(charge.tax, share.amount, of: charge.paid.minor, to: &sums)
      }
    }
    return sums.filter { $0.amount.minor > 0 }
  }

  static func add(_ taxes: [OrderCaptured.Tax], _ part: Int64, of whole: Int64, to sums: inout [OrderCaptured.Tax]) {
    guard whole > 0 else { return }
    for tax in taxes {
      guard let minor = Rounding.share(of: tax.amount.minor, min(part, whole), by: whole) else { continue }
      let at = sums.firstIndex { $0.jurisdiction == tax.jurisdiction && $0.inclusive == tax.inclusive }
      if let at {
        sums[at].amount = Money(minor: sums[at].amount.minor + minor, tax.amount.currency)
      } else {
        sums.append(
          OrderCaptured.Tax(amount: Money(minor: minor, tax.amount.currency), jurisdiction: tax.jurisdiction, inclusive: tax.inclusive))
      }
    }
  }
}
