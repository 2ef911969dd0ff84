package import Contracts
package import Terms

/// What a return or a cancellation gives back to the customer, and what of earlier remedies it takes along: the customer gets back what
/// was really paid.
///
/// ```
/// lines, shipping ─▸ price (taxes included) ─▸ refund by tender
///                └─▸ each posted remedy's share of what went ─▸ from unspent credit, then withheld from the refund
///                └─▸ each remedy that waits: void, and what is left of it anew
/// ```
package struct TakingBack: Sendable, Equatable {
  /// What an offer says about taking back.
  package struct Rule: Sendable, Equatable {
    package let onReturn: Bool
    /// Less than this is forgiven, all that is due of an order's remedy taken together, however many times goods come back.
    package let waiveBelow: Int64

    package init(onReturn: Bool, waiveBelow: Int64) {
      self.onReturn = onReturn
      self.waiveBelow = waiveBelow
    }
  }

  /// What is taken back of one remedy.
  package struct Claw: Sendable, Equatable {
    package let remedy: RemedyStanding
    package let shares: [Outcome.Share]
    package let amount: Int64
    package let tax: [OrderCaptured.Tax]
    /// Credit first, then what is withheld.
    package let from: [TenderAmount]

    /// With the taxes on top.
    package var whole: Int64 { from.reduce(0) { $0 + $1.amount.minor } }
  }

  /// A remedy that waited for more than is left to give.
  package struct Lessened: Sendable, Equatable {
    package let remedy: RemedyStanding
    /// What is to be given instead; empty for nothing.
    package let rest: [Outcome.Share]
  }

  package let lines: [LineQuantity]
  package let shipping: Int64
  package let shippingTax: [OrderCaptured.Tax]
  /// What was paid for the goods, with the taxes that their prices contain.
  package let price: Int64
  package let tax: [OrderCaptured.Tax]
  /// What goes back to each tender.
  package let refund: [TenderAmount]
  /// What would go back as well and is kept against the claws.
  package let withheld: [TenderAmount]
  package let claws: [Claw]
  package let lessened: [Lessened]

  package var clawedBack: Int64 { claws.reduce(0) { $0 + $1.whole } }

  /// Takes `wanted` and `shipping` out of `standing`. `credit` is what the customer has left of credit, `rules` what the offers of its
  /// remedies say; nothing is taken back where none is known.
  package static func plan(
    _ wanted: [LineQuantity], shipping: Int64, from standing: OrderStanding, credit: Int64, rules: [OfferVersion: Rule]
  ) throws(OrderRefusal) -> TakingBack {
    try check(wanted, shipping, standing)
    var after = standing
    var price: Int64 = 0
    var tax: [OrderCaptured.Tax] = []
    for one in wanted {
      guard let at = standing.index(of: one.lineID) else { continue }
      let line = standing.lines[at]
      after.take(one.quantity, at: at)
      let (before, gone) = (line.gone, after.lines[at].gone)
      price = try sum(price, part(line.line.paid.minor, before, gone, of: line.line.quantity))
      add(line.line.tax, before, gone, of: line.line.quantity, to: &tax)
    }
    var shippingTax: [OrderCaptured.Tax] = []
    if shipping > 0 {
      let taxes = standing.order.charges.flatMap(\.tax)
      add(taxes, standing.shippingBack, standing.shippingBack + shipping, of: standing.shippingPaid, to: &shippingTax)
      after.takeShipping(shipping)
    }
    var whole = try sum(price, shipping)
    for one in tax + shippingTax where !one.inclusive { whole = try sum(whole, one.amount.minor) }
    let gross = refund(whole, standing)
    var purse = Purse(credit: credit, refund: gross)
    var claws: [Claw] = []
    var lessened: [Lessened] = []
    for owed in Owed.all(of: after, rules) {
      if owed.remedy.state == .pending {
        lessened.append(Lessened(remedy: owed.remedy, rest: rest(of: owed.remedy, less: owed.shares)))
      } else if let claw = claw(owed.remedy, owed.shares, standing.currency, &purse) {
        claws.append(claw)
      }
    }
    return TakingBack(
      lines: wanted, shipping: shipping, shippingTax: shippingTax, price: price, tax: tax,
      refund: purse.refund.filter { $0.amount.minor > 0 }, withheld: purse.withheld, claws: claws, lessened: lessened)
  }

  /// What a downgrade takes back of a charge's remedy: the part of the period's unused days, from credit that was not spent.
  package static func unused(
    _ unusedDays: Int64, of days: Int64, _ remedy: RemedyStanding, credit: Int64, _ currency: Currency
  ) -> Claw? {
    var purse = Purse(credit: credit, refund: [])
    let shares = remedy.shares.compactMap { share -> Outcome.Share? in
      let amount = ClawBack.due(share: share.amount, unusedDays: unusedDays, of: days, already: share.clawedBack)
      return amount > 0 ? Outcome.Share(lineID: share.lineID, amount: amount) : nil
    }
    return claw(remedy, shares, currency, &purse)
  }

  private static func check(_ wanted: [LineQuantity], _ shipping: Int64, _ standing: OrderStanding) throws(OrderRefusal) {
    guard !wanted.isEmpty || shipping != 0 else {
      throw standing.lines.allSatisfy { $0.left == 0 } ? .gone(standing.order.orderID) : .nothing
    }
    var named: Set<Identifier<OrderLine>> = []
    for one in wanted {
      guard let at = standing.index(of: one.lineID) else {
        throw .noLine(order: standing.order.orderID, line: one.lineID.text, known: standing.lines.map(\.line.lineID.text))
      }
      guard named.insert(one.lineID).inserted else { throw .twice(line: one.lineID.text) }
      guard one.quantity > 0 else { throw .notPositive(line: one.lineID.text, quantity: one.quantity) }
      let left = standing.lines[at].left
      guard one.quantity <= left else { throw .moreThanLeft(line: one.lineID.text, left: left, wanted: one.quantity) }
    }
    let left = standing.shippingPaid - standing.shippingBack
    guard (0...left).contains(shipping) else {
      throw .shippingBeyond(left: Money(minor: left, standing.currency), wanted: Money(minor: shipping, standing.currency))
    }
  }

  private static func sum(_ a: Int64, _ b: Int64) throws(OrderRefusal) -> Int64 {
    let (sum, past) = a.addingReportingOverflow(b)
    guard !past else { throw .tooLarge }
    return sum
  }

  /// What of `amount` belongs to the quantity between `before` and `gone`: so parts that go one by one add up to the whole.
  private static func part(_ amount: Int64, _ before: Int64, _ gone: Int64, of quantity: Int64) -> Int64 {
    guard quantity > 0 else { return 0 }
    return (Rounding.share(of: amount, gone, by: quantity) ?? 0) - (Rounding.share(of: amount, before, by: quantity) ?? 0)
  }

  private static func add(
    _ taxes: [OrderCaptured.Tax], _ before: Int64, _ gone: Int64, of quantity: Int64, to sums: inout [OrderCaptured.Tax]
  ) {
    for one in taxes {
      let minor = part(one.amount.minor, before, gone, of: quantity)
      guard minor > 0 else { continue }
      if let at = sums.firstIndex(where: { $0.jurisdiction == one.jurisdiction && $0.inclusive == one.inclusive }) {
        sums[at].amount = Money(minor: sums[at].amount.minor + minor, one.amount.currency)
      } else {
        sums.append(
          OrderCaptured.Tax(amount: Money(minor: minor, one.amount.currency), jurisdiction: one.jurisdiction, inclusive: one.inclusive))
      }
    }
  }

  /// `price` over what was paid with, cash last, none beyond what it paid.
  private static func refund(_ price: Int64, _ standing: OrderStanding) -> [TenderAmount] {
    var rest = price
    var parts: [TenderAmount] = []
    let tenders = standing.tenders.filter { $0.kind != .cash } + standing.tenders.filter { $0.kind == .cash }
    for tender in tenders where rest > 0 {
      let taken = min(rest, max(0, tender.paid - tender.refunded))
      Destination.add(TenderAmount(kind: tender.kind, amount: Money(minor: taken, standing.currency)), to: &parts)
      rest -= taken
    }
    if rest > 0 {
      Destination.add(TenderAmount(kind: tenders.last?.kind ?? .unknown, amount: Money(minor: rest, standing.currency)), to: &parts)
    }
    return parts
  }

  private static func rest(of remedy: RemedyStanding, less taken: [Outcome.Share]) -> [Outcome.Share] {
    remedy.shares.compactMap { share in
      let less = taken.first { $0.lineID == share.lineID }?.amount ?? 0
      let amount = share.amount - less
      return amount > 0 ? Outcome.Share(lineID: share.lineID, charge: share.lineID == nil ? 0 : nil, amount: amount) : nil
    }
  }

  private static func claw(_ remedy: RemedyStanding, _ wanted: [Outcome.Share], _ currency: Currency, _ purse: inout Purse) -> Claw? {
    var shares = wanted
    var amount = shares.reduce(0) { $0 + $1.amount }
    var tax = taxBack(remedy, amount)
    let onTop = tax.filter { !$0.inclusive }.reduce(0) { $0 + $1.amount.minor }
    let canTake = purse.available(fromCredit: remedy.destination.kind == .customerCredit)
    if amount + onTop > canTake {
      // Never a bill: what the purse lacks is forgiven, the taxes with it.
      tax = []
      amount = min(amount, canTake)
      shares = zip(shares, Rounding.split(amount, by: shares.map(\.amount))).map { Outcome.Share(lineID: $0.lineID, amount: $1) }
    }
    guard amount > 0 else { return nil }
    let whole = amount + tax.filter { !$0.inclusive }.reduce(0) { $0 + $1.amount.minor }
    return Claw(
      remedy: remedy, shares: shares.filter { $0.amount > 0 }, amount: amount, tax: tax, from: purse.take(whole, for: remedy, currency))
  }

  private static func taxBack(_ remedy: RemedyStanding, _ amount: Int64) -> [OrderCaptured.Tax] {
    guard remedy.amount > 0 else { return [] }
    return zip(remedy.tax, remedy.taxBack).compactMap { tax, back in
      let whole = Rounding.share(of: tax.amount.minor, min(remedy.amount, remedy.clawedBack + amount), by: remedy.amount) ?? 0
      guard whole > back else { return nil }
      return OrderCaptured.Tax(
        amount: Money(minor: whole - back, tax.amount.currency), jurisdiction: tax.jurisdiction, inclusive: tax.inclusive)
    }
  }
}

/// What can be taken from: credit that was not spent, and the refund that is about to go out.
private struct Purse {
  var credit: Int64
  var refund: [TenderAmount]
  /// What was taken out of the refund.
  private(set) var withheld: [TenderAmount] = []

  init(credit: Int64, refund: [TenderAmount]) {
    self.credit = credit
    self.refund = refund
  }

  func available(fromCredit: Bool) -> Int64 { refund.reduce(fromCredit ? max(0, credit) : 0) { $0 + $1.amount.minor } }

  /// Takes `amount`, which is available: credit first where the remedy was credit, else its own tenders first.
  mutating func take(_ amount: Int64, for remedy: RemedyStanding, _ currency: Currency) -> [TenderAmount] {
    var rest = amount
    var taken: [TenderAmount] = []
    if remedy.destination.kind == .customerCredit {
      let part = min(rest, max(0, credit))
      credit -= part
      rest -= part
      Destination.add(TenderAmount(kind: .customerCredit, amount: Money(minor: part, currency)), to: &taken)
    }
    let own = Set(remedy.destination.tenders.map(\.kind))
    let order = refund.indices.filter { own.contains(refund[$0].kind) } + refund.indices.filter { !own.contains(refund[$0].kind) }
    for at in order where rest > 0 {
      let part = min(rest, refund[at].amount.minor)
      refund[at].amount = Money(minor: refund[at].amount.minor - part, currency)
      rest -= part
      let one = TenderAmount(kind: refund[at].kind, amount: Money(minor: part, currency))
      Destination.add(one, to: &taken)
      Destination.add(one, to: &withheld)
    }
    return taken
  }
}

extension OrderStanding {
  fileprivate mutating func take(_ quantity: Int64, at index: Int) { lines[index].returned += quantity }
  fileprivate mutating func takeShipping(_ amount: Int64) { shippingBack += amount }
}
