import Contracts
import Shop
import Terms
import TestKit
import Testing

/// What holds whatever the offer and the order are.
@Suite struct PropertyTests {
  /// Random pairs of an offer and a bent order of the shop.
  private static func pairs(_ name: String, _ count: Int, _ each: (RandomOffer, RandomOrder, inout SeededRandom) throws -> Void) throws {
    var random = Seed.printed(for: name)
    let orders = try (0..<8).flatMap { round in
      try Shop.orders.enumerated().map { try RandomOrder($0.element, number: round * 100 + $0.offset, using: &random) }
    }
    for _ in 0..<count {
      let offer = try RandomOffer(using: &random)
      let near = orders.filter {
        $0.purchase.placedAt >= offer.terms.lookBackFrom && $0.purchase.placedAt < offer.terms.endsAt ?? .last
          && $0.purchase.currency == Scene.dollars
      }
      for _ in 0..<12 { try each(offer, near.randomElement(using: &random) ?? orders[0], &random) }
    }
  }

  private static func evaluate(_ offer: RandomOffer, _ purchase: Purchase, _ history: History = History()) -> Outcome {
    offer.terms.evaluate(purchase, history, life: offer.life, at: offer.now)
  }

  /// Gives what an outcome says, under the next ordinal.
  private static func give(_ outcome: Outcome, _ terms: Terms, to purchase: inout Purchase, number: Int) {
    let remedy = Scene.given(
      terms.document.offerID.text, terms.document.group, outcome.shares.map { ($0.lineID?.text, $0.amount) }, number: number,
      order: purchase.orderID.text, units: outcome.used.units)
    purchase.given(remedy)
  }

  @Test func `no part is above what was paid, and nothing is given twice`() throws {
    var grants = 0
    try Self.pairs("no part above what was paid", 400) { offer, order, _ in
      var purchase = order.purchase
      let outcome = Self.evaluate(offer, purchase)
      #expect(outcome.amount == outcome.shares.reduce(0) { $0 + $1.amount } && outcome.isGranted == (outcome.amount > 0))
      guard outcome.isGranted else { return }
      grants += 1
      for share in outcome.shares {
        if let charge = share.charge {
          #expect(share.amount <= purchase.charges[charge].kept)
        } else {
          let line = purchase.lines.first { $0.lineID == share.lineID }!
          let others = purchase.remedies.filter(\.isActive).flatMap(\.parts).filter { $0.lineID == share.lineID }.reduce(0) {
            $0 + $1.amount
          }
          #expect(share.amount <= line.paid - others && share.amount > 0)
        }
      }
      Self.give(outcome, offer.terms, to: &purchase, number: 90)
      let history = History(customer: outcome.used, total: outcome.used)
      #expect(Self.evaluate(offer, purchase, history).reason == .alreadyGiven, "\(outcome)")
    }
    #expect(grants > 100)
  }

  @Test func `the order of launches does not matter for offers that do not combine`() throws {
    var random = Seed.printed(for: "the order of launches")
    var both = 0
    for _ in 0..<3_000 {
      let lines = (1...3).map {
        Scene.line("\($0)", Int64.random(in: 1...5_000, using: &random), quantity: Int64.random(in: 1...3, using: &random))
      }
      let purchase = try Scene.purchase(lines)
      let percent = ["5", "12.5", "15", "20", "33.33"]
      let offers = try (1...2).map { number in
        let benefit: JSON =
          random.chance(2)
          ? ["kind": "percent_off", "percent_off": .string(percent.randomElement(using: &random)!)]
          : ["kind": "amount_off", "amount": Scene.money(Int64.random(in: 1...800, using: &random)), "per": "order"]
        return try Scene.terms(["/offer_id": .string("offer-\(number)"), "/benefit": benefit])
      }
      let results = [offers, offers.reversed()].map { order in
        var purchase = purchase
        var lines: [String: Int64] = [:]
        var grants = 0
        for (number, terms) in order.enumerated() {
          let outcome = terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt)
          guard outcome.isGranted else { continue }
          grants += 1
          for share in outcome.shares { lines[share.lineID!.text, default: 0] += share.amount }
          Self.give(outcome, terms, to: &purchase, number: number + 1)
        }
        if grants == 2 { both += 1 }
        return lines
      }
      #expect(results[0] == results[1], "\(offers.map { $0.document.benefit }) \(lines.map(\.paid))")
    }
    #expect(both > 100)
  }

  @Test func `prices times ten scale the remedies`() throws {
    var random = Seed.printed(for: "prices times ten")
    for _ in 0..<3_000 {
      // Whole percents of whole dollars stay whole cents, so nothing is rounded.
      let prices = (1...4).map { _ in 100 * Int64.random(in: 1...90, using: &random) }
      let percent = Int64.random(in: 1...100, using: &random)
      func outcome(_ factor: Int64) throws -> Outcome {
        let changes: [String: JSON] = [
          "/benefit/percent_off": .string("\(percent)"), "/limits/per_order": ["amount": Scene.money(100_000 * factor)],
          "/minimum": ["subtotal": Scene.money(1_000 * factor)],
        ]
        let lines = prices.enumerated().map { Scene.line("\($0.offset)", $0.element * factor, list: ($0.element + 100) * factor) }
        return try AmountTests.outcome(changes, Scene.purchase(lines))
      }
      let (one, ten) = (try outcome(1), try outcome(10))
      #expect(one.reason == ten.reason && one.amount * 10 == ten.amount)
      #expect(one.shares.map { $0.amount * 10 } == ten.shares.map(\.amount))
    }
  }

  @Test func `an excluded item more changes nothing`() throws {
    var grants = 0
    try Self.pairs("an excluded item more", 400) { offer, order, random in
      guard !offer.terms.document.benefit.isShipping else { return }
      let document = offer.document.setting(
        .array((offer.document["applies_to"]!["exclude"]!.array ?? []) + [["kind": "sku", "ids": ["NEVER"]]]), at: "/applies_to/exclude")
      let terms = try Terms(OfferDocument(document), zone: Scene.zone("America/New_York")!)
      let before = terms.evaluate(order.purchase, History(), life: offer.life, at: offer.now)
      guard before.isGranted else { return }
      grants += 1
      var purchase = order.purchase
      var more = Purchase.Line(Scene.line("more", Int64.random(in: 0...9_999, using: &random), sku: "NEVER"))
      more.addedAt = random.chance(2) ? nil : offer.terms.startsAt
      purchase.lines.append(more)
      #expect(terms.evaluate(purchase, History(), life: offer.life, at: offer.now) == before)
    }
    #expect(grants > 100)
  }

  @Test func `a higher limit lowers nobody`() throws {
    var random = Seed.printed(for: "a higher limit")
    for _ in 0..<600 {
      let orders = try (0..<6).map { number in
        // Dear enough that each unit is worth a cent: those that come to nothing use nothing up, and leave more to others.
        let lines = (1...2).map {
          Scene.line("\($0)", Int64.random(in: 400...5_000, using: &random), quantity: Int64.random(in: 1...4, using: &random))
        }
        let at = Scene.saturday.adding(.seconds(Int64.random(in: 0...5, using: &random)))
        return (try Scene.purchase(lines, id: "o\(number)", at: at, person: ["ada", "ben", nil].randomElement(using: &random)!), History())
      }
      let place = ["per_order", "per_customer", "total"].randomElement(using: &random)!
      let kind =
        place == "per_order"
        ? ["amount", "units"].randomElement(using: &random)! : ["amount", "uses", "units"].randomElement(using: &random)!
      let (low, high) = (Int64.random(in: 1...5, using: &random), Int64.random(in: 0...5, using: &random))
      func amounts(_ limit: Int64) throws -> [Int64] {
        let value: JSON = kind == "amount" ? Scene.money(limit * 200) : .integer(limit)
        let terms = try Scene.terms(["/limits/\(place)": .object([.init(kind, value)])])
        var decisions = Decisions()
        return decisions.decide(orders, terms, life: Scene.life(terms), at: terms.startsAt).map(\.amount)
      }
      let (less, more) = (try amounts(low), try amounts(low + high))
      #expect(zip(less, more).allSatisfy { $0 <= $1 }, "\(place) \(kind) \(low) and \(low + high): \(less), \(more)")
    }
  }

  @Test func `the order in which a batch is handed over does not matter`() throws {
    var random = Seed.printed(for: "a batch in any order")
    let orders = try Shop.orders.enumerated().map { (try RandomOrder($0.element, number: $0.offset, using: &random).purchase, History()) }
    for _ in 0..<150 {
      let offer = try RandomOffer(using: &random)
      var first = Decisions()
      let outcomes = first.decide(orders, offer.terms, life: offer.life, at: offer.now)
      let shuffled = orders.indices.shuffled(using: &random)
      var second = Decisions()
      let again = second.decide(shuffled.map { orders[$0] }, offer.terms, life: offer.life, at: offer.now)
      #expect(shuffled.enumerated().allSatisfy { again[$0.offset] == outcomes[$0.element] } && first.total == second.total)
    }
  }
}
