import Contracts
import Terms
import Testing

/// How much, and on which line.
@Suite struct AmountTests {
  static func outcome(
    _ changes: [String: JSON], _ purchase: Purchase, _ history: History = History()
  ) throws -> Outcome {
    let terms = try Scene.terms(changes)
    return terms.evaluate(purchase, history, life: Scene.life(terms), at: terms.startsAt)
  }

  static let three = [Scene.line("a", 2_500, quantity: 2), Scene.line("b", 730), Scene.line("c", 333)]

  private static func parts(_ outcome: Outcome) -> [String: Int64] {
    outcome.shares.reduce(into: [:]) { $0[$1.lineID?.text ?? "charge \($1.charge ?? -1)"] = $1.amount }
  }

  struct Row: CustomTestStringConvertible {
    let says: String
    var benefit: JSON
    var changes: [String: JSON] = [:]
    var lines = three
    var wanted: [String: Int64]
    var testDescription: String { says }
  }

  static let rows = [
    Row(says: "15 % of three lines", benefit: ["kind": "percent_off", "percent_off": "15"], wanted: ["a": 375, "b": 109, "c": 50]),
    Row(
      says: "of the list price where one is declared, less what was taken off already",
      benefit: ["kind": "percent_off", "percent_off": "15"],
      lines: [Scene.line("a", 950, list: 1_000), Scene.line("b", 800, list: 1_000), Scene.line("c", 1_000, list: 900)],
      wanted: ["a": 100, "c": 135]),
    Row(
      says: "amount off an order, split over it", benefit: ["kind": "amount_off", "amount": Scene.money(500), "per": "order"],
      wanted: ["a": 351, "b": 102, "c": 47]),
    Row(
      says: "amount off each unit, in sum split over the order",
      benefit: ["kind": "amount_off", "amount": Scene.money(100), "per": "unit"],
      wanted: ["a": 281, "b": 82, "c": 37]),
    Row(
      says: "no more off than it costs", benefit: ["kind": "amount_off", "amount": Scene.money(9_999), "per": "order"],
      wanted: ["a": 2_500, "b": 730, "c": 333]),
    Row(
      says: "a fixed price for each unit, on its own line", benefit: ["kind": "fixed_price", "price": Scene.money(500), "per": "unit"],
      wanted: ["a": 1_500, "b": 230]),
    Row(
      says: "a fixed price for a period", benefit: ["kind": "fixed_price", "price": Scene.money(500), "per": "period"],
      wanted: ["a": 2_000, "b": 230]),
    Row(
      says: "exclude wins", benefit: ["kind": "percent_off", "percent_off": "10"],
      changes: [
        "/applies_to": [
          "include": [["kind": "category", "ids": ["TEA"]], ["kind": "brand", "ids": ["Halden"]]],
          "exclude": [["kind": "sku", "ids": ["MINT"]]],
        ]
      ],
      lines: [
        Scene.line("a", 100, sku: "MINT", categories: ["TEA"]), Scene.line("b", 200, categories: ["GIFTS", "TEA"]),
        Scene.line("c", 300, categories: [], brand: "Halden"), Scene.line("d", 400, brand: "Grisom"),
      ], wanted: ["b": 20, "c": 30]),
    Row(
      says: "a limit for the order", benefit: ["kind": "percent_off", "percent_off": "15"],
      changes: ["/limits/per_order": ["amount": Scene.money(100)]], wanted: ["a": 70, "b": 21, "c": 9]),
    Row(
      says: "units are used up line by line", benefit: ["kind": "percent_off", "percent_off": "15"],
      changes: ["/limits/per_order": ["units": 1]], wanted: ["a": 188]),
    Row(
      says: "units of two lines", benefit: ["kind": "percent_off", "percent_off": "15"], changes: ["/limits/per_order": ["units": 3]],
      wanted: ["a": 375, "b": 109]),
  ]

  @Test(arguments: rows) func `gives`(_ row: Row) throws {
    let outcome = try Self.outcome(row.changes.merging(["/benefit": row.benefit]) { $1 }, try Scene.purchase(row.lines))
    #expect(Self.parts(outcome) == row.wanted)
    #expect(outcome.amount == row.wanted.values.reduce(0, +) && outcome.used.amount == outcome.amount && outcome.used.uses == 1)
    #expect(outcome.isCut == (row.changes["/limits/per_order"] != nil) && outcome.uncut >= outcome.amount)
  }

  @Test func `what came back before the decision is not paid for`() throws {
    var purchase = try Scene.purchase(Self.three)
    purchase.returned(Identifier(restoring: "a"), quantity: 1)
    purchase.cancelled(Identifier(restoring: "c"), quantity: 1)
    #expect(Self.parts(try Self.outcome([:], purchase)) == ["a": 188, "b": 109])
    // The minimum was met when it was placed, and is not looked at again.
    #expect(try Self.outcome(["/minimum": ["subtotal": Scene.money(3_563)]], purchase).isGranted)
    #expect(try Self.outcome(["/minimum": ["subtotal": Scene.money(3_564)]], purchase).reason == .belowMinimum)
  }

  static let freeShipping: [String: JSON] = [
    "/benefit": ["kind": "free_shipping", "max": Scene.money(1_500)], "/stacking/group": "shipping",
    "/applies_to": [
      "include": [["kind": "shipping", "methods": ["standard", "sea"]]], "exclude": [["kind": "category", "ids": ["OVERSIZE"]]],
    ],
  ]

  @Test func `shipping of the listed ways, up to its most, as one pot`() throws {
    func outcome(_ charges: [OrderCaptured.Charge], _ lines: [OrderCaptured.Line] = Self.three) throws -> Outcome {
      try Self.outcome(Self.freeShipping, try Scene.purchase(lines, charges: charges))
    }
    #expect(try outcome([Scene.shipping(995)]).shares == [.init(lineID: nil, charge: 0, amount: 995)])
    let both = try outcome([Scene.shipping(1_000), Scene.shipping(400, "express"), Scene.shipping(1_000, "sea")])
    #expect(both.shares == [.init(lineID: nil, charge: 0, amount: 750), .init(lineID: nil, charge: 2, amount: 750)])
    #expect(both.reason == .granted, "the most that is given is the benefit, not a limit that cuts it")
    #expect(try outcome([Scene.shipping(995, "express")]).reason == .excludedItem && outcome([]).reason == .excludedItem)
    #expect(try outcome([Scene.shipping(0)]).reason == .excludedItem)
    #expect(try outcome([Scene.shipping(995)], Self.three + [Scene.line("d", 5, categories: ["OVERSIZE"])]).reason == .excludedItem)
    var purchase = try Scene.purchase(charges: [Scene.shipping(995)])
    purchase.returned(Identifier(restoring: "1"), quantity: 1)
    #expect(try Self.outcome(Self.freeShipping, purchase).amount == 995, "goods may come back, the shipping was paid")
    purchase.refundedShipping(500)
    #expect(try Self.outcome(Self.freeShipping, purchase).amount == 495)
    purchase.refundedShipping(500)
    #expect(try Self.outcome(Self.freeShipping, purchase).reason == .returned)
  }

  @Test func `of one group the best deal, whatever was launched first`() throws {
    let fifteen = try Scene.terms()
    let twenty = try Scene.terms(["/offer_id": "twenty", "/benefit/percent_off": "20"])
    for order in [[fifteen, twenty], [twenty, fifteen]] {
      var purchase = try Scene.purchase([Scene.line("1", 10_000)])
      var sum: Int64 = 0
      for terms in order {
        let outcome = terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt)
        sum += outcome.amount
        if outcome.isGranted { purchase.given(Scene.given(terms.document.offerID.text, "price", [("1", outcome.amount)])) }
      }
      #expect(sum == 2_000)
    }
  }

  @Test func `offers of other groups combine, up to what was paid`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 10_000)])
    purchase.given(Scene.given("loyal", "loyalty", [("1", 2_000)]))
    #expect(try Self.outcome([:], purchase).amount == 1_500, "its base is not lowered unless the offer says so")
    #expect(try Self.outcome(["/stacking/combines_with": ["loyalty"]], purchase).amount == 1_200)
    purchase.given(Scene.given(nil, nil, [("1", 7_900)], number: 2))
    #expect(try Self.outcome([:], purchase).amount == 100)
    purchase.given(Scene.given(nil, nil, [("1", 100)], number: 3))
    #expect(try Self.outcome([:], purchase).reason == .betterAlready)
    purchase.resolved(RemedyID("goodwill/order#2")!, as: .voided)
    #expect(try Self.outcome([:], purchase).amount == 1_500, "what was voided was never had")
  }

  @Test func `a better version tops up, a worse one takes nothing`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 10_000)])
    purchase.given(Scene.given("spring", "price", [("1", 1_500)], units: 1))
    #expect(try Self.outcome([:], purchase).reason == .alreadyGiven)
    #expect(try Self.outcome(["/benefit/percent_off": "10"], purchase).reason == .alreadyGiven)
    let better = try Self.outcome(
      ["/benefit/percent_off": "20", "/limits/per_customer": ["uses": 1]], purchase, History(customer: Tally(uses: 1)))
    #expect(better.reason == .granted && better.amount == 500 && better.used == Tally(amount: 500))
    #expect(try Self.outcome(["/benefit/percent_off": "20", "/limits/per_order": ["amount": Scene.money(1_700)]], purchase).amount == 200)
    // An expired one may be granted again.
    purchase.resolved(RemedyID("spring/order#1")!, as: .expired)
    #expect(try Self.outcome([:], purchase).amount == 1_500)
  }

  @Test func `a line that comes to the order moves no cent twice`() throws {
    var purchase = try Scene.purchase([Scene.line("1", 3_000)])
    purchase.given(Scene.given("spring", "price", [("1", 500)]))
    purchase.amended(adding: [Scene.line("2", 3_000)], tenders: [], under: OfferVersion("spring@1"), at: Scene.saturday)
    let off: [String: JSON] = ["/benefit": ["kind": "amount_off", "amount": Scene.money(500), "per": "order"]]
    #expect(try Self.outcome(off, purchase).reason == .alreadyGiven, "5.00 off an order are 5.00 in sum")
    #expect(Self.parts(try Self.outcome(["/benefit": ["kind": "percent_off", "percent_off": "20"]], purchase)) == ["1": 100, "2": 600])
  }

  @Test func `coming back after the decision makes no cent`() throws {
    for (amount, quantity) in [(375, 2), (101, 3), (1, 7), (99, 10), (5, 2)] as [(Int64, Int64)] {
      for kept in 1...quantity {
        var purchase = try Scene.purchase([Scene.line("1", amount * 100 / 15, quantity: quantity)])
        purchase.returned(Identifier(restoring: "1"), quantity: quantity - kept)
        let first = try Self.outcome([:], purchase)
        guard first.isGranted else { continue }
        purchase.given(Scene.given("spring", "price", [("1", first.amount)]))
        while purchase.lines[0].kept > 0 {
          #expect(try Self.outcome([:], purchase).reason == .alreadyGiven, "\(amount) of \(quantity), decided at \(kept)")
          purchase.returned(Identifier(restoring: "1"), quantity: 1)
        }
      }
    }
  }

  @Test func `limits are used up by the time of the line, then by id; a late order takes what is left`() throws {
    let terms = try Scene.terms(["/limits/total": ["amount": Scene.money(2_000)], "/limits/per_customer": ["uses": 1]])
    let orders = try [("c", 60, "ada"), ("a", 120, "ben"), ("b", 60, "cem"), ("d", 0, "cem")].map { id, seconds, person in
      (
        try Scene.purchase([Scene.line("1", 6_000)], id: id, at: Scene.saturday.adding(.seconds(Int64(seconds))), person: person), History()
      )
    }
    var decisions = Decisions()
    let outcomes = decisions.decide(orders, terms, life: Scene.life(terms), at: terms.startsAt)
    // d, then c before... b is cem's second order; c takes 900 of the 1,100 left, a what remains.
    #expect(outcomes.map(\.reason) == [.granted, .grantedCut, .capCustomer, .granted])
    #expect(outcomes.map(\.amount) == [900, 200, 0, 900])
    #expect(decisions.total == Tally(amount: 2_000, uses: 3, units: 3))
    let late = try Scene.purchase(id: "late", person: "dora")
    #expect(decisions.decide(late, History(), terms, life: Scene.life(terms), at: terms.startsAt).reason == .capTotal)
    // Nobody's orders have no limit of their own.
    let anonymous = try ["x", "y"].map { (try Scene.purchase([Scene.line("1", 100)], id: $0, person: nil), History()) }
    var fresh = Decisions()
    #expect(fresh.decide(anonymous, terms, life: Scene.life(terms), at: terms.startsAt).map(\.amount) == [15, 15])
  }

  @Test func `a plan's charge is keyed by its period, and a use is the subscription`() throws {
    let changes: [String: JSON] = [
      "/applies_to/include": [["kind": "plan", "ids": ["pro"]]], "/limits/per_customer": ["uses": 1],
      "/eligibility/subscription_changes": ["started", "upgraded"],
    ]
    let purchase = try Scene.purchase([Scene.line("1", 3_000, sku: "pro")], plan: ("SUB-1", "SUB-1/2026-05"))
    #expect(purchase.remedyKey(of: Identifier(restoring: "spring")).text == "spring/SUB-1/SUB-1/2026-05")
    #expect(try Self.outcome(changes, purchase).reason == .notEligibleCustomer, "without a change told it is a renewal")
    let first = try Self.outcome(changes, purchase, History(subscriptionChange: .upgraded))
    #expect(first.amount == 450 && first.used.uses == 1)
    let again = try Self.outcome(
      changes, purchase, History(subscriptionChange: .started, subscriptionUses: true, customer: Tally(uses: 1)))
    #expect(again.amount == 450 && again.used.uses == 0)
    #expect(try Self.outcome(changes, Scene.purchase([Scene.line("1", 3_000, sku: "pro")])).reason == .excludedItem, "goods are no plan")
  }

  @Test func `what is described is honoured by hand, and what is on request when asked for`() throws {
    let described = try Self.outcome(["/benefit": ["kind": "described", "text": "a free cup"]], Scene.purchase())
    #expect(described.reason == .eligibleZero && !described.isAutomatic)
    let asked = try Self.outcome(["/look_back/claim": "on_request"], Scene.purchase())
    #expect(asked.amount == 1_500 && !asked.isAutomatic)
  }

  @Test func `a decision tells what it looked at`() throws {
    let terms = try Scene.terms(["/limits/total": ["amount": Scene.money(500)]])
    let purchase = try Scene.purchase()
    let outcome = terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt)
    let inputs = terms.inputs(of: outcome, purchase, History(), life: Scene.life(terms), at: terms.startsAt)
    #expect(inputs["terms"] == "spring@1" && inputs["interval"] == "look_back" && inputs["uncut_minor"] == 1_500)
    #expect(inputs["lines"]?.array?.first?["amount_minor"] == 500 && inputs["used"]?["uses"] == 1)
    #expect(inputs["look_back_from"] == "2026-05-08T04:00:00.000Z")
  }
}
