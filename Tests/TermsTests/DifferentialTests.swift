import Contracts
import Foundation
import Shop
import Terms
import TestKit
import Testing

/// Random offers over the built-in shop against an independent reading of the rules: no difference in outcome, reason, cents, shares.
@Suite struct DifferentialTests {
  #if DEBUG
    static let offers = 2_000
  #else
    static let offers = 10_000
  #endif
  static let ordersEach = 40

  struct Case {
    let offer: RandomOffer
    let places: [Int]
    let histories: [(History, JSON)]
    let isBatch: Bool

    init(_ orders: [RandomOrder], using random: inout SeededRandom) throws {
      let offer = try RandomOffer(using: &random)
      self.offer = offer
      isBatch = random.chance(4)
      // Four of five orders lie where the offer might reach them.
      let from = offer.terms.lookBackFrom.adding(.seconds(-90_000))
      let to = (offer.terms.endsAt ?? .last).adding(.seconds(1))
      let near = orders.indices.filter { orders[$0].purchase.placedAt >= from && orders[$0].purchase.placedAt <= to }
      var places: [Int] = []
      var histories: [(History, JSON)] = []
      for _ in 0..<DifferentialTests.ordersEach {
        let place = random.chance(5) || near.isEmpty ? Int.random(in: orders.indices, using: &random) : near.randomElement(using: &random)!
        // A batch decides on each order once.
        if isBatch, places.contains(place) { continue }
        places.append(place)
        histories.append(Self.history(orders[place].purchase, &random))
      }
      self.places = places
      self.histories = histories
    }

    private static func history(_ purchase: Purchase, _ random: inout SeededRandom) -> (History, JSON) {
      var history = History()
      var members: [JSON.Member] = []
      if random.chance(2) {
        let earlier = purchase.placedAt.adding(.milliseconds(-720 * 3_600_000 + Int64.random(in: -1...1, using: &random)))
        history.earlierOrderAt = random.chance(2) ? earlier : purchase.placedAt.adding(.seconds(-1))
        members.append(.init("earlier", .integer(history.earlierOrderAt!.milliseconds)))
      }
      history.membership = Self.membership(around: purchase.placedAt, &random)
      history.isAtVerdict = random.chance(3)
      history.subscriptionUses = random.chance(3)
      members += [
        .init(
          "membership", .array(history.membership.spans.map { [.integer($0.from.milliseconds), .integer($0.until.milliseconds)] })),
        .init("verdict", .bool(history.isAtVerdict)),
        .init("subscription_uses", .bool(history.subscriptionUses)),
      ]
      if random.chance(2) {
        history.subscriptionChange = SubscriptionChanged.Change.allCases.randomElement(using: &random)
        members.append(.init("change", .string(history.subscriptionChange!.rawValue)))
      }
      func tally() -> Tally {
        Tally(
          amount: Int64.random(in: 0...4_000, using: &random), uses: Int64.random(in: 0...3, using: &random),
          units: Int64.random(in: 0...5, using: &random))
      }
      if random.chance(2) { history.customer = tally() }
      if random.chance(2) { history.total = tally() }
      func json(_ tally: Tally) -> JSON { [.integer(tally.amount), .integer(tally.uses), .integer(tally.units)] }
      members += [.init("customer", json(history.customer)), .init("total", json(history.total))]
      return (history, .object(members))
    }

    /// No span, one or two, with their ends where the order was placed and beside it.
    private static func membership(around placed: Timestamp, _ random: inout SeededRandom) -> Membership {
      func near() -> Timestamp { placed.adding(.milliseconds([-3_600_000, -1, 0, 1, 3_600_000].randomElement(using: &random)!)) }
      return Membership(
        (0..<Int.random(in: 0...2, using: &random)).map { _ in
          Membership.Span(from: random.chance(3) ? .first : near(), until: random.chance(3) ? .last : near())
        })
    }

    func question(_ number: Int) -> String {
      let json: JSON = [
        "case": .integer(Int64(number)), "offer": offer.document, "life": offer.lifeJSON, "now": .integer(offer.now.milliseconds),
        "of": .array(places.map { .integer(Int64($0)) }), "history": .array(histories.map(\.1)), "batch": .bool(isBatch),
      ]
      return json.text
    }

    func answers(_ orders: [RandomOrder]) -> [Outcome] {
      if isBatch {
        var decisions = Decisions()
        return decisions.decide(
          zip(places, histories).map { (orders[$0].purchase, $1.0) }, offer.terms, life: offer.life, at: offer.now)
      }
      return zip(places, histories).map { offer.terms.evaluate(orders[$0].purchase, $1.0, life: offer.life, at: offer.now) }
    }
  }

  @Test func `two readings of the rules decide alike on every order`() throws {
    var random = Seed.printed(for: "two readings")
    let orders = try (0..<12).flatMap { round in
      try Shop.orders.enumerated().map { try RandomOrder($0.element, number: round * 100 + $0.offset, using: &random) }
    }
    let cases = try (0..<Self.offers).map { _ in try Case(orders, using: &random) }
    let first = JSON.object([.init("orders", .array(orders.map(\.json)))]).text
    let folder = Folder.temporary()
    // Two of them, one for each processor that a small machine has.
    let half = cases.count / 2
    let readings = try [0..<half, half..<cases.count].enumerated().map { index, range in
      try Differential.start([first] + range.map { cases[$0].question($0) }, in: folder, named: "half-\(index)")
    }
    var reasons: [Reason: Int] = [:]
    var granted: [Interval: Int] = [:]
    let own = cases.map { each in
      each.answers(orders).map { outcome in
        reasons[outcome.reason, default: 0] += 1
        if outcome.isGranted, let interval = outcome.interval { granted[interval, default: 0] += 1 }
        return Differential.line(outcome)
      }
    }
    let answers = try readings.flatMap { try $0.wait() }
    let differences = Differential.differences(own, answers) { number, place in
      let one = cases[number]
      return
        "\(orders[one.places[place]].json.text)\n\(one.offer.document.text)\n\(one.offer.lifeJSON.text) now \(one.offer.now)\n\(one.histories[place].1.text)"
    }
    #expect(differences.isEmpty, "\(differences.map(\.description).joined(separator: "\n\n"))")
    // A run that never gets somewhere shows nothing about it.
    // Nothing left within an order's own limit takes a unit worth less than half a cent: that is left to chance here.
    for reason in Reason.allCases where reason != .capOrder {
      #expect(reasons[reason, default: 0] > 0, "no order came to \(reason.rawValue)")
    }
    for interval in Interval.allCases { #expect(granted[interval, default: 0] > 0, "nothing was granted for \(interval.rawValue)") }
    let told = reasons.sorted { $0.key < $1.key }.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    print("two readings: \(cases.count) offers, \(own.reduce(0) { $0 + $1.count }) decisions: \(told)")
  }
}
