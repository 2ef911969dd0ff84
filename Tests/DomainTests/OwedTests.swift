import Contracts
import LedgerDomain
import Terms
import TestKit
import Testing

/// What returns take back of remedies in all: however many parcels the goods come back in, and whoever gave something on the shipping.
struct OwedTests {
  private static let offer = OfferVersion("spring@1")!
  private static let ship = OfferVersion("ship@1")!

  /// Ten pieces of one line, and shipping.
  private func order(_ paid: Int64, shipping: Int64 = 0) throws -> OrderStanding {
    var draft = OrderDraft("A")
    draft.personID = "ada"
    var line = OrderDraft.line("1", paid)
    line.quantity = 10
    draft.lines = [line]
    if shipping > 0 { draft.charges = [.init(method: "standard", paid: Money(minor: shipping, line.paid.currency))] }
    draft.tenders = []
    return OrderStanding(try draft.order())
  }

  private func remedy(
    _ offer: OfferVersion, _ amount: Int64, line: String?, _ standing: OrderStanding, ordinal: Int = 1, pending: Bool = false
  ) -> RemedyChanged {
    let money = standing.money(amount)
    return RemedyChanged(
      change: pending ? .granted : .posted,
      remedyID: RemedyID(key: RemedyKey(offer: offer.offer, order: standing.order.orderID), ordinal: ordinal), offer: offer,
      campaignID: Identifier(restoring: "c"), orderID: standing.order.orderID, personID: standing.order.personID,
      kind: line == nil ? .shippingRefund : .priceAdjustment, basis: .lookBack, amount: money,
      lines: [.init(lineID: line.map(Identifier.init(restoring:)), amount: money)],
      destination: .init(.originalTender, tenders: [TenderAmount(kind: .unknown, amount: money)]), state: pending ? .pending : .posted,
      reason: "granted")
  }

  /// Returns what a return of so many pieces and so much shipping leaves, and what it took back of each remedy.
  private func take(_ pieces: Int64, shipping: Int64 = 0, _ standing: inout OrderStanding, waive: Int64 = 0) throws -> [Int64] {
    let rule = TakingBack.Rule(onReturn: true, waiveBelow: waive)
    let lines = pieces == 0 ? [] : [LineQuantity(lineID: Identifier(restoring: "1"), quantity: pieces)]
    let plan = try TakingBack.plan(lines, shipping: shipping, from: standing, credit: 0, rules: [Self.offer: rule, Self.ship: rule])
    standing.apply(
      .orderReturned(
        OrderReturned(
          orderID: standing.order.orderID, returnID: Identifier(restoring: "r\(standing.returns + 1)"), lines: lines,
          shipping: standing.money(shipping), price: standing.money(plan.price), clawedBack: standing.money(plan.clawedBack),
          refund: plan.refund, withheld: plan.withheld, returnedAt: OrderDraft.day)))
    for claw in plan.claws {
      standing.apply(.remedyChanged(claw.remedy.clawedBack(claw, order: standing.order, reason: "returned")))
    }
    for lessened in plan.lessened {
      standing.apply(.remedyChanged(lessened.remedy.resolved(.voided, order: standing.order, reason: "returned")))
      guard let offer = lessened.remedy.offer, let rest = lessened.rest.first else { continue }
      standing.apply(
        .remedyChanged(
          remedy(offer, rest.amount, line: rest.lineID?.text, standing, ordinal: lessened.remedy.id.ordinal + 1, pending: true)))
    }
    return standing.remedies.map(\.clawedBack)
  }

  @Test(arguments: [90, 49, 50, 100, 1_000], [false, true]) func `ten parcels leave no more than one`(amount: Int64, pending: Bool) throws {
    func left(_ parcels: [Int64]) throws -> Int64 {
      var standing = try order(10_000)
      standing.apply(.remedyChanged(remedy(Self.offer, amount, line: "1", standing, pending: pending)))
      for pieces in parcels { _ = try take(pieces, &standing, waive: 50) }
      #expect(standing.isGone)
      return standing.remedies.reduce(0) { $0 + $1.left }
    }
    let one = try left([10])
    #expect(one == (amount < 50 ? amount : 0))
    for parcels in [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [5, 5], [9, 1], [1, 9], [3, 3, 4]] as [[Int64]] {
      #expect(try left(parcels) == one, "\(parcels)")
    }
  }

  @Test func `a top-up counts with what it tops up`() throws {
    var standing = try order(10_000)
    standing.apply(.remedyChanged(remedy(Self.offer, 30, line: "1", standing)))
    standing.apply(.remedyChanged(remedy(Self.offer, 30, line: "1", standing, ordinal: 2)))
    #expect(try take(10, &standing, waive: 50) == [30, 30])
  }

  @Test func `shipping that several offers gave goes back once, the first one's first`() throws {
    func fresh() throws -> OrderStanding {
      var standing = try order(1_000, shipping: 995)
      standing.apply(.remedyChanged(remedy(Self.ship, 500, line: nil, standing)))
      standing.apply(.remedyChanged(remedy(Self.offer, 495, line: nil, standing)))
      return standing
    }
    var whole = try fresh()
    #expect(try take(0, shipping: 995, &whole) == [500, 495])
    var parts = try fresh()
    // What is paid for by remedies wholly goes back to nobody: each cent of it is taken back at once.
    for (shipping, wanted) in [(1, [1, 0]), (499, [500, 0]), (400, [500, 400]), (95, [500, 495])] as [(Int64, [Int64])] {
      #expect(try take(0, shipping: shipping, &parts) == wanted)
      let remedied = parts.remedies.reduce(0) { $0 + $1.left }
      #expect(remedied <= parts.shippingPaid - parts.shippingBack)
    }
    #expect(parts.remedies.reduce(0) { $0 + $1.clawedBack } == 995)
    // Nothing is left, and goods take nothing of it.
    #expect(try take(10, &parts) == [500, 495])
  }

  @Test func `of shipping that remedies paid in part the first money back is the customer's`() throws {
    var standing = try order(1_000, shipping: 2_490)
    standing.apply(.remedyChanged(remedy(Self.ship, 700, line: nil, standing)))
    standing.apply(.remedyChanged(remedy(Self.offer, 800, line: nil, standing)))
    #expect(try take(0, shipping: 990, &standing) == [0, 0])
    #expect(try take(0, shipping: 1_000, &standing) == [700, 300])
    #expect(try take(0, shipping: 500, &standing) == [700, 800])
  }
}
