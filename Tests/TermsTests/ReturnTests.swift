import Contracts
import Terms
import Testing

/// What happens to an order after its capture, and what a return takes back.
@Suite struct ReturnTests {
  static func money(_ minor: Int64) -> Money { Money(minor: minor, Scene.dollars) }
  static let order = Identifier<Order>(restoring: "order")
  static func line(_ id: String) -> Identifier<OrderLine> { Identifier(restoring: id) }

  static func remedy(_ change: RemedyChanged.Change, number: Int = 1, _ parts: [(String?, Int64)], inputs: JSON? = nil) -> RemedyChanged {
    RemedyChanged(
      change: change, remedyID: RemedyID(key: RemedyKey(restoring: "spring/order"), ordinal: number), offer: OfferVersion("spring@1"),
      orderID: order, kind: .priceAdjustment, basis: .lookBack, amount: money(parts.reduce(0) { $0 + $1.1 } + 7),
      lines: parts.map { .init(lineID: $0.0.map(line), amount: money($0.1)) }, destination: .init(.customerCredit),
      state: change == .granted ? .pending : .posted, reason: "granted", inputs: inputs)
  }

  @Test func `facts are folded within what there is`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 1_000, quantity: 3)], charges: [Scene.shipping(500), Scene.shipping(300, "sea")])
    let at = Scene.saturday
    purchase.apply(OrderShipped(orderID: Self.order, lines: [.init(lineID: Self.line("1"), quantity: 9)], shippedAt: at))
    purchase.apply(
      OrderReturned(
        orderID: Self.order, returnID: Identifier(restoring: "r"),
        lines: [.init(lineID: Self.line("1"), quantity: 1), .init(lineID: Self.line("?"), quantity: 1)],
        shipping: Self.money(600), price: Self.money(333), clawedBack: Self.money(0), returnedAt: at))
    #expect(purchase.lines[0].shipped == 3 && purchase.lines[0].kept == 2 && purchase.charges.map(\.refunded) == [500, 100])
    purchase.apply(
      OrderCancelled(
        orderID: Self.order, lines: [.init(lineID: Self.line("1"), quantity: 9)], price: Self.money(1), clawedBack: Self.money(0),
        cancelledAt: at))
    #expect(purchase.lines[0].kept == 0 && purchase.lines[0].cancelled == 2 && !purchase.isOff, "one came back: that was no cancellation")
    purchase.apply(
      OrderAmended(orderID: Self.order, lines: [Scene.line("1", 5), Scene.line("2", 700)], under: OfferVersion("spring@1"), amendedAt: at))
    #expect(purchase.lines.count == 2 && purchase.lines[1].addedAt == at && purchase.lines[1].under == OfferVersion("spring@1"))
    purchase.apply(OrderCancelled(orderID: Self.order, price: Self.money(1), clawedBack: Self.money(0), cancelledAt: at))
    #expect(purchase.isOff)
  }

  @Test func `a remedy is given once, and its end is known`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 1_000, quantity: 3), Scene.line("2", 500)])
    purchase.returned(Self.line("1"), quantity: 1)
    for fact in [Self.remedy(.granted, [("1", 100), (nil, 50)]), Self.remedy(.posted, [("1", 100), (nil, 50)])] {
      purchase.apply(fact, group: "price", at: Scene.saturday, by: "ledger")
    }
    let given = purchase.remedies[0]
    #expect(purchase.remedies.count == 1 && given.state == .posted && given.amount == 150, "taxes on top are no part of the price")
    #expect(given.parts.map(\.kept) == [2, nil] && given.units == 2 && given.group == "price" && given.isActive)
    purchase.apply(Self.remedy(.clawedBack, [("1", 30)]), group: "price", at: Scene.saturday, by: "ledger")
    purchase.apply(Self.remedy(.clawedBack, [("1", 300), (nil, 20)]), group: "price", at: Scene.saturday, by: "ledger")
    #expect(purchase.remedies[0].parts.map(\.clawedBack) == [100, 20] && purchase.remedies[0].clawedBack == 120)
    purchase.apply(Self.remedy(.voided, []), group: nil, at: Scene.saturday, by: "ledger")
    purchase.apply(Self.remedy(.declined, number: 9, [("1", 3)]), group: nil, at: Scene.saturday, by: "ledger")
    #expect(purchase.remedies.count == 1 && !purchase.remedies[0].isActive)
    purchase.apply(
      Self.remedy(.posted, number: 2, [("2", 5)], inputs: ["used": ["units": 4]]), group: "price", at: Scene.saturday, by: "ledger")
    #expect(purchase.remedies[1].units == 4, "the decision's own word counts")
  }

  private static func rules(_ changes: [String: JSON] = [:]) throws -> OfferDocument.Remedy { try Scene.terms(changes).document.remedy }

  @Test func `in two steps half is taken back, and then the rest`() throws {
    // Golden case G2: shares 375, 109 and 50; claw-backs of 188 and 187.
    var purchase = try Scene.purchase(AmountTests.three)
    purchase.given(Scene.given("spring", "price", [("a", 375), ("b", 109), ("c", 50)]))
    var taken: [Int64] = []
    for _ in 0..<2 {
      purchase.returned(Self.line("a"), quantity: 1)
      let parts = ClawBack.due(purchase.remedies[0], purchase, try Self.rules(), refundMax: 1_250)
      #expect(parts.map(\.lineID) == [Self.line("a")])
      for part in parts { purchase.clawedBack(purchase.remedies[0].remedyID, part.lineID, part.amount) }
      taken += parts.map(\.amount)
    }
    #expect(taken == [188, 187])
    #expect(ClawBack.due(purchase.remedies[0], purchase, try Self.rules(), refundMax: 1_250).isEmpty)
  }

  @Test func `never more than the refund, nothing where it is waived, all of a cancelled order`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 1_000, quantity: 2)], charges: [Scene.shipping(995)])
    purchase.given(Scene.given("spring", "price", [("1", 100), (nil, 995)]))
    purchase.returned(Self.line("1"), quantity: 1)
    func due(_ changes: [String: JSON] = [:], max: Int64 = 9_999) throws -> [Int64] {
      ClawBack.due(purchase.remedies[0], purchase, try Self.rules(changes), refundMax: max).map(\.amount)
    }
    #expect(try due() == [50] && due(max: 30) == [30] && due(max: 0).isEmpty, "shipping falls only with its charge")
    #expect(try due(["/remedy/clawback/on_return": false]).isEmpty)
    #expect(
      try due(["/remedy/clawback/waive_below": Scene.money(50)]) == [50] && due(["/remedy/clawback/waive_below": Scene.money(51)]).isEmpty)
    purchase.refundedShipping(995)
    #expect(try due() == [50, 995])
    purchase.cancelled()
    #expect(try due() == [100, 995])
    purchase.resolved(purchase.remedies[0].remedyID, as: .voided)
    #expect(try due().isEmpty)
  }

  @Test func `of shipping that was paid in part the first money back is the customer's`() throws {
    var purchase = try Scene.purchase(charges: [Scene.shipping(2_490)])
    purchase.given(Scene.given("ship", "shipping", [(nil, 1_500)]))
    for (refund, wanted) in [(990, 0), (500, 500), (1_000, 1_000)] as [(Int64, Int64)] {
      purchase.refundedShipping(refund)
      let parts = ClawBack.due(purchase.remedies[0], purchase, try Self.rules(), refundMax: refund)
      #expect(parts.reduce(0) { $0 + $1.amount } == wanted)
      for part in parts { purchase.clawedBack(purchase.remedies[0].remedyID, nil, part.amount) }
    }
  }

  @Test func `a downgrade takes back the unused days`() {
    #expect(ClawBack.due(share: 450, unusedDays: 10, of: 30, already: 0) == 150)
    #expect(ClawBack.due(share: 450, unusedDays: 31, of: 30, already: 100) == 350)
    #expect(ClawBack.due(share: 450, unusedDays: 0, of: 0, already: 0) == 0)
  }

  @Test func `the tax in a price is given back with it`() throws {
    // Golden case G9: of 108.00 with 8.00 tax, 16.20 hold 1.20.
    func tax(_ minor: Int64, _ place: String, inclusive: Bool = true) -> OrderCaptured.Tax {
      OrderCaptured.Tax(amount: Self.money(minor), jurisdiction: place, inclusive: inclusive)
    }
    #expect(TaxPart.split(1_620, of: 10_800, [tax(800, "us-ny")]) == [tax(120, "us-ny")])
    #expect(TaxPart.split(1_620, of: 10_800, [tax(800, "us-ny", inclusive: false)]).isEmpty)
    let line = Scene.line("1", 1_000, tax: [tax(50, "a"), tax(30, "b")])
    var charge = Scene.shipping(500)
    charge.tax = [tax(40, "b")]
    let purchase = try Scene.purchase([line], charges: [charge])
    let shares = [Outcome.Share(lineID: Self.line("1"), amount: 100), .init(lineID: nil, charge: 0, amount: 250)]
    #expect(TaxPart.split(shares, of: purchase) == [tax(5, "a"), tax(23, "b")])
  }

  @Test func `a plan carries its offer as long as it says, paid for as long as it is funded`() throws {
    func course(_ course: JSON, _ ordinal: Int) throws -> Renewal { try Scene.terms(["/duration": course]).renewal(ordinal, of: 2_000) }
    #expect(try course(["kind": "once"], 1) == .funded(300) && course(["kind": "once"], 2) == .over)
    #expect(try course(["kind": "repeating", "periods": 3], 3) == .funded(300) && course(["kind": "repeating", "periods": 3], 4) == .over)
    let forever: JSON = ["kind": "forever", "funded_periods": 2]
    #expect(try course(forever, 2) == .funded(300) && course(forever, 3) == .net(300))
    let fixed: [String: JSON] = ["/duration": forever, "/benefit": ["kind": "fixed_price", "price": Scene.money(1_500), "per": "period"]]
    #expect(try Scene.terms(fixed).renewal(1, of: 2_000) == .funded(500) && Scene.terms(fixed).renewal(1, of: 900) == .funded(0))
  }
}
