package import Contracts

/// An order as the ledger's money stands to it: what was paid with what, what went back, what it was given. A fold of its facts, in the
/// order of the ledger's recording.
///
/// ```
/// captured ─▸ lines, charges, tenders
///   amended ─▸ + lines, + tenders
///   cancelled, returned ─▸ gone of each line, shipping back, refunds by tender
///   remedy granted / posted / voided / expired / clawed back ─▸ remedies, what they sent to which tender
/// ```
package struct OrderStanding: Sendable {
  package struct Line: Sendable {
    package let line: OrderCaptured.Line
    package var shipped: Int64 = 0
    package var cancelled: Int64 = 0
    package var returned: Int64 = 0

    /// What is not the customer's any more.
    package var gone: Int64 { cancelled + returned }
    package var left: Int64 { line.quantity - gone }
  }

  /// What was paid with one tender, and what went back to it.
  package struct Paid: Sendable {
    package let kind: OrderCaptured.Tender.Kind
    package let paid: Int64
    package let refundableAbsent: Bool
    /// For goods that came back.
    package var refunded: Int64 = 0
    /// By remedies, those that wait included, less what was clawed back.
    package var remedied: Int64 = 0
  }

  package let order: OrderCaptured
  package internal(set) var lines: [Line]
  package private(set) var tenders: [Paid]
  package private(set) var remedies: [RemedyStanding] = []
  /// What of the shipping was given back.
  package internal(set) var shippingBack: Int64 = 0
  /// What was given back for goods and shipping, taxes included.
  package private(set) var refunded: Int64 = 0
  package private(set) var returns = 0
  package private(set) var amendments = 0

  package init(_ order: OrderCaptured) {
    self.order = order
    lines = order.lines.map { Line(line: $0) }
    tenders = order.tenders.map { Paid(kind: $0.kind, paid: $0.amount.minor, refundableAbsent: $0.refundableAbsent) }
    if tenders.isEmpty, let charged = try? LedgerDomain.charged(order) {
      tenders = [Paid(kind: .unknown, paid: charged.minor, refundableAbsent: false)]
    }
  }

  package var currency: Currency { order.currency }
  package var shippingPaid: Int64 { order.charges.reduce(0) { $0 + $1.paid.minor } }
  /// Whether nothing of it is left to be returned or cancelled.
  package var isGone: Bool { lines.allSatisfy { $0.left == 0 } && shippingBack == shippingPaid }
  package var isShipped: Bool { lines.contains { $0.shipped > 0 } }

  package func index(of line: Identifier<OrderLine>) -> Int? { lines.firstIndex { $0.line.lineID == line } }

  // MARK: Folding

  /// Takes the next fact about this order; one about anything else changes nothing.
  package mutating func apply(_ event: DomainEvent) {
    switch event {
    case .orderShipped(let fact): for one in fact.lines { if let at = index(of: one.lineID) { lines[at].shipped += one.quantity } }
    case .orderAmended(let fact): amend(fact)
    case .orderCancelled(let fact): cancel(fact)
    case .orderReturned(let fact): takeBack(fact)
    case .remedyChanged(let fact): apply(fact)
    default: break
    }
  }

  private mutating func amend(_ fact: OrderAmended) {
    amendments += 1
    lines += fact.lines.map { Line(line: $0) }
    for tender in fact.tenders {
      tenders.append(Paid(kind: tender.kind, paid: tender.amount.minor, refundableAbsent: tender.refundableAbsent))
    }
  }

  private mutating func cancel(_ fact: OrderCancelled) {
    if fact.lines.isEmpty {
      for at in lines.indices { lines[at].cancelled += lines[at].left }
    } else {
      for one in fact.lines { if let at = index(of: one.lineID) { lines[at].cancelled += one.quantity } }
    }
    shippingBack += fact.shipping?.minor ?? 0
    refund(fact.refund + fact.withheld)
  }

  private mutating func takeBack(_ fact: OrderReturned) {
    returns += 1
    for one in fact.lines { if let at = index(of: one.lineID) { lines[at].returned += one.quantity } }
    shippingBack += fact.shipping?.minor ?? 0
    refund(fact.refund + fact.withheld)
  }

  private mutating func refund(_ refund: [TenderAmount]) {
    for one in refund {
      refunded += one.amount.minor
      spread(one, over: \.refunded)
    }
  }

  /// Notes what went back to a kind of tender at the tenders of that kind, up to what each paid.
  private mutating func spread(_ one: TenderAmount, over part: WritableKeyPath<Paid, Int64>) {
    var rest = one.amount.minor
    let fitting = tenders.indices.filter { tenders[$0].kind == one.kind }
    for (place, at) in fitting.enumerated() where rest > 0 {
      let room = max(0, tenders[at].paid - tenders[at][keyPath: part])
      let taken = place == fitting.count - 1 ? rest : min(rest, room)
      tenders[at][keyPath: part] += taken
      rest -= taken
    }
  }

  private mutating func withdraw(_ one: TenderAmount) {
    var rest = one.amount.minor
    for at in tenders.indices where tenders[at].kind == one.kind && rest > 0 {
      let taken = min(rest, tenders[at].remedied)
      tenders[at].remedied -= taken
      rest -= taken
    }
  }

  private mutating func apply(_ fact: RemedyChanged) {
    switch fact.change {
    case .granted, .posted:
      if let at = remedies.firstIndex(where: { $0.id == fact.remedyID }) {
        remedies[at].resolve(fact)
        return
      }
      remedies.append(RemedyStanding(fact, lines: lines, shippingLeft: shippingPaid - shippingBack, shippingBack: shippingBack))
      if fact.destination.kind != .customerCredit { for one in fact.destination.tenders { spread(one, over: \.remedied) } }
    case .voided, .expired:
      guard let at = remedies.firstIndex(where: { $0.id == fact.remedyID }), remedies[at].state == .pending else { return }
      remedies[at].resolve(fact)
      if remedies[at].destination.kind != .customerCredit { for one in remedies[at].destination.tenders { withdraw(one) } }
    case .clawedBack:
      guard let at = remedies.firstIndex(where: { $0.id == fact.remedyID }) else { return }
      remedies[at].clawBack(fact)
      for one in fact.destination.tenders where one.kind != .customerCredit { withdraw(one) }
    case .declined: break
    }
  }
}
