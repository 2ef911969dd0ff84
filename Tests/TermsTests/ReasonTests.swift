import Contracts
import Terms
import Testing

/// Every reason, and that of two which hold the earlier is told.
@Suite struct ReasonTests {
  /// What makes one reason hold; all of them together can stand in one order.
  struct Cause: CustomTestStringConvertible {
    let reason: Reason
    var offer: [String: JSON] = [:]
    var order: @Sendable (inout Purchase) -> Void = { _ in }
    var history: @Sendable (inout History) -> Void = { _ in }
    var testDescription: String { reason.rawValue }
  }

  static let euro = Currency("EUR")!
  static let causes = [
    Cause(reason: .alreadyGiven, order: { $0.given(Scene.given("spring", "price", [("1", 1_500)])) }),
    Cause(reason: .wrongCurrency, order: { $0.currency = euro }),
    Cause(reason: .notCaptured, order: { $0.isCaptured = false }),
    Cause(reason: .cancelled, order: { $0.cancelled() }),
    Cause(reason: .recordedTooLate, order: { $0.recordedAt = Scene.instant("2026-08-01T00:00:00Z") }),
    Cause(reason: .outsideWindow, order: { $0.placedAt = Scene.instant("2026-05-01T00:00:00Z") }),
    Cause(reason: .inCheckout, order: { $0.placedAt = Scene.instant("2026-05-11T00:00:00Z") }),
    Cause(reason: .wrongChannel, offer: ["/eligibility/channels": ["phone"]]),
    Cause(reason: .wrongCountry, offer: ["/eligibility/countries": ["CA"]]),
    Cause(reason: .anonymousNotCovered, offer: ["/eligibility/anonymous_orders": false], order: { $0.personID = nil }),
    Cause(reason: .notEligibleCustomer, offer: ["/eligibility/customers": "segment", "/eligibility/segment_id": "gold"]),
    Cause(reason: .otherSeller, order: { $0.lines[0].seller = Identifier(restoring: "loomhouse") }),
    Cause(reason: .excludedItem, offer: ["/applies_to/exclude": [["kind": "category", "ids": ["KITCHEN"]]]]),
    Cause(reason: .returned, order: { $0.returned(Identifier(restoring: "1"), quantity: 1_000_000) }),
    Cause(reason: .belowMinimum, offer: ["/minimum": ["subtotal": Scene.money(50_000)]]),
    Cause(reason: .betterAlready, order: { $0.lines[0].list = 20_000 }),
    Cause(reason: .eligibleZero, order: { $0.lines[0].paid = 3 }),
    Cause(reason: .capOrder, offer: ["/limits/per_order": ["units": 1]], order: { $0.lines[0].quantity = 1_000_000 }),
    Cause(reason: .capCustomer, offer: ["/limits/per_customer": ["uses": 1]], history: { $0.customer.uses = 1 }),
    Cause(reason: .capTotal, offer: ["/limits/total": ["amount": Scene.money(500)]], history: { $0.total.amount = 500 }),
    Cause(reason: .grantedCut, offer: ["/limits/total": ["amount": Scene.money(500)]]),
    Cause(reason: .granted),
  ]

  private static func outcome(_ causes: [Cause]) throws -> Outcome {
    let offer = causes.reduce(into: [String: JSON]()) { $0.merge($1.offer) { first, _ in first } }
    let terms = try Scene.terms(offer)
    var purchase = try Scene.purchase()
    var history = History()
    // The later ones first: what the earlier needs wins where both want the same field.
    for cause in causes.reversed() {
      cause.order(&purchase)
      cause.history(&history)
    }
    return terms.evaluate(purchase, history, life: Scene.life(terms), at: terms.startsAt)
  }

  /// Of a list or a segment by spans, and the order placed at the instant beside it.
  @Test(arguments: ["list", "segment"]) func `whoever was a member when they ordered may have it`(_ kind: String) throws {
    let terms = try Scene.terms(["/eligibility/customers": .string(kind), "/eligibility/\(kind)_id": "gold"])
    let purchase = try Scene.purchase()
    let placed = purchase.placedAt
    let (before, after) = (placed.adding(.milliseconds(-1)), placed.adding(.milliseconds(1)))
    let cases: [(spans: [Membership.Span], isOne: Bool)] = [
      ([], false), ([.init()], true), ([.init(from: placed)], true), ([.init(from: after)], false), ([.init(until: placed)], false),
      ([.init(until: after)], true), ([.init(from: placed, until: placed)], false), ([.init(from: before, until: placed)], false),
      // Gone, and back since: at the placement nobody was there.
      ([.init(until: before), .init(from: after)], false), ([.init(until: before), .init(from: placed, until: after)], true),
    ]
    for one in cases {
      let history = History(membership: Membership(one.spans))
      for now in [terms.startsAt, terms.startsAt.adding(.seconds(86_400))] {
        let outcome = terms.evaluate(purchase, history, life: Scene.life(terms), at: now)
        #expect(outcome.reason == (one.isOne ? .granted : .notEligibleCustomer), "\(one.spans)")
        let inputs = terms.inputs(of: outcome, purchase, history, life: Scene.life(terms), at: now)
        #expect(inputs["is_member"]?.bool == one.isOne)
      }
    }
    var anonymous = purchase
    anonymous.personID = nil
    let outcome = terms.evaluate(anonymous, History(membership: .always), life: Scene.life(terms), at: terms.startsAt)
    #expect(outcome.reason == .notEligibleCustomer)
  }

  @Test func `there is a cause for every reason, in their order`() { #expect(Self.causes.map(\.reason) == Reason.allCases) }

  @Test(arguments: causes) func `a cause alone is told`(_ cause: Cause) throws {
    let outcome = try Self.outcome([cause])
    #expect(outcome.reason == cause.reason)
    #expect(outcome.isGranted == (outcome.amount > 0))
    #expect(outcome.shares.reduce(0) { $0 + $1.amount } == outcome.amount)
  }

  /// Pairs that cannot hold at once: what lies outside is not inside, what is worth nothing needs no limit.
  private static let impossible: [(Reason, Reason)] = [(.outsideWindow, .inCheckout), (.betterAlready, .eligibleZero)]

  @Test(arguments: causes.indices.dropLast())
  func `of two causes the earlier is told`(_ place: Int) throws {
    for later in Self.causes[(place + 1)...] {
      let cause = Self.causes[place]
      guard !Self.impossible.contains(where: { $0 == (cause.reason, later.reason) }) else { continue }
      let outcome = try Self.outcome([cause, later])
      #expect(outcome.reason == cause.reason, "with \(later.reason.rawValue)")
    }
  }

  @Test func `a line of none, one without a price and an order of nothing but returns are told apart`() throws {
    let terms = try Scene.terms()
    func reason(_ lines: [OrderCaptured.Line], _ change: (inout Purchase) -> Void = { _ in }) throws -> Reason {
      var purchase = try Scene.purchase(lines)
      change(&purchase)
      return terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt).reason
    }
    #expect(try reason([Scene.line("1", 500, quantity: 0)]) == .excludedItem && reason([Scene.line("1", 0)]) == .excludedItem)
    #expect(try reason([Scene.line("1", 500, seller: "x"), Scene.line("2", 0)]) == .excludedItem)
    #expect(try reason([Scene.line("1", 500, quantity: 2)]) { $0.cancelled(Identifier(restoring: "1"), quantity: 2) } == .cancelled)
    #expect(
      try reason([Scene.line("1", 500, quantity: 2), Scene.line("2", 0)]) { $0.returned(Identifier(restoring: "1"), quantity: 2) }
        == .returned)
  }

  @Test func `an order that nobody told of is not captured`() throws {
    let terms = try Scene.terms()
    let purchase = Purchase(unheard: Identifier(restoring: "order"))
    #expect(terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt).reason == .notCaptured)
  }

  // What a feed declares of its checkout decides inside the window.
  @Test(
    arguments: [
      ("ledger", nil, true, nil, false, Reason.granted), ("ledger", nil, true, "spring", false, .inCheckout),
      ("ledger", nil, true, "other", false, .granted), ("ledger", nil, false, nil, false, .inCheckout),
      ("checkout", nil, true, nil, true, .inCheckout), ("checkout", "CODE", true, nil, false, .inCheckout),
      ("checkout", "CODE", true, nil, true, .granted), ("checkout", "CODE", true, "spring", true, .inCheckout),
      ("checkout", "CODE", false, nil, true, .inCheckout),
    ] as [(String, String?, Bool, String?, Bool, Reason)])
  func `inside the window`(by: String, code: String?, known: Bool, discount: String?, atVerdict: Bool, wanted: Reason) throws {
    let terms = try Scene.terms(["/in_window": ["applied_by": .string(by), "code": code.map(JSON.string) ?? .null]])
    let discounts = discount.map { [OrderCaptured.Discount(offerID: Identifier(restoring: $0), amount: Money(minor: 5, Scene.dollars))] }
    let purchase = try Scene.purchase(at: terms.startsAt, discounts: discounts ?? [], known: known)
    let outcome = terms.evaluate(purchase, History(isAtVerdict: atVerdict), life: Scene.life(terms), at: terms.startsAt)
    #expect(outcome.reason == wanted && outcome.interval == .inside)
  }

  // 720 hours before Saturday noon, to the millisecond.
  @Test(
    arguments: [
      ("new", true, nil, Reason.granted), ("new", true, 0, .notEligibleCustomer), ("new", true, -1, .granted),
      ("new", true, 1, .notEligibleCustomer),
      ("new", false, nil, .granted), ("new", false, -1, .notEligibleCustomer), ("existing", true, nil, .notEligibleCustomer),
      ("existing", true, 0, .granted), ("existing", true, -1, .notEligibleCustomer), ("existing", false, -1, .granted),
    ] as [(String, Bool, Int64?, Reason)])
  func `new and existing as of the placement`(customers: String, within: Bool, earlier: Int64?, wanted: Reason) throws {
    let name = customers == "new" ? "no_captured_order_for" : "captured_order_within"
    var changes: [String: JSON] = ["/eligibility/customers": .string(customers)]
    if within { changes["/eligibility/\(customers)_means"] = .object([.init(name, "PT720H")]) }
    let terms = try Scene.terms(changes)
    let history = History(earlierOrderAt: earlier.map { Scene.saturday.adding(.milliseconds(-720 * 3_600_000 + $0)) })
    #expect(terms.evaluate(try Scene.purchase(), history, life: Scene.life(terms), at: terms.startsAt).reason == wanted)
    #expect(
      terms.evaluate(try Scene.purchase(person: nil), history, life: Scene.life(terms), at: terms.startsAt).reason == .notEligibleCustomer)
  }
}
