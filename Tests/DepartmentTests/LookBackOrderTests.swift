import Contracts
import HTTP
import Host
import LedgerRoom
import Mesh
import Store
import TestKit
import Testing
import Wire

/// Whatever the order, the doubles and the kills: each order ends with the same, and a rebuilt ledger with the same books.
struct LookBackOrderTests {
  /// What happens in a story, besides time.
  private enum Step {
    case said(DomainEvent)
    case captured(OrderDraft)
  }

  /// A few dozen orders around an offer's start, and what marketing says of two offers.
  private struct Plot {
    let offers: [PlannedOffer]
    let orders: [OrderDraft]

    init(_ count: Int, using random: inout SeededRandom) {
      var fifteen = PlannedOffer()
      (fifteen.id, fifteen.exclude) = ("fifteen", [["kind": "sku", "ids": ["GIFT"]]])
      var ship = PlannedOffer.shipping()
      ship.campaign = "summer"
      offers = [fifteen, ship]
      orders = (0..<count).map { number in
        let hours = Int64.random(in: -60..<0, using: &random)
        let lines = (1...Int.random(in: 1...3, using: &random)).map { _ in
          (sku: ["LAMP", "GIFT", "SHADE"].randomElement(using: &random) ?? "LAMP", minor: Int64.random(in: 1...9_999, using: &random))
        }
        let tender: OrderCaptured.Tender.Kind = Int.random(in: 0..<4, using: &random) == 0 ? .cash : .card
        return OrderDraft.dollars(
          "order-\(number)", at: fifteen.startsAt.adding(.seconds(hours * 3_600 + Int64(number))), lines,
          shipping: Bool.random(using: &random) ? 995 : 0, person: Int.random(in: 0..<5, using: &random) == 0 ? nil : "p-\(number % 7)",
          tender: tender, quantity: Int64.random(in: 1...3, using: &random))
      }
    }

    func budgets() throws -> [DomainEvent] {
      let dollar = try #require(Currency("USD"))
      return [("spring", 40_000), ("summer", 50_000)].map { campaign, minor in
        .budgetChanged(
          BudgetChanged(
            kind: .opened, publisher: .marketing, campaignID: Identifier(restoring: campaign), amount: Money(minor: minor, dollar)))
      }
    }

    func words() throws -> [[DomainEvent]] {
      try offers.map { offer in
        [
          .offerVersioned(try offer.versioned()), .offerScheduled(try offer.scheduled()),
          .offerTurned(try offer.turned(.launched, at: offer.startsAt, effectiveFrom: offer.startsAt)),
        ]
      }
    }
  }

  /// What each order has in the end.
  private func result(_ house: LedgerHouse, _ plot: Plot) throws -> [String] {
    try plot.orders.map { order in
      let parts = try house.remedies(of: order.orderID).map {
        "\($0["remedy_id"]?.string ?? "?") \($0["amount"]?["amount_minor"]?.integer ?? 0) \($0["destination"]?.string ?? "?") \($0["state"]?.string ?? "?")"
      }
      return "\(order.orderID): \(parts.sorted().joined(separator: ", "))"
    }
  }

  private func straight(_ plot: Plot, rows: Int = 1_000) throws -> LedgerHouse {
    let house = try LedgerHouse(at: plot.offers[0].startsAt)
    for fact in try plot.budgets() { try house.say(fact) }
    for order in plot.orders { try house.capture(order) }
    for words in try plot.words() { for fact in words { try house.say(fact, working: false) } }
    try house.work(rows: rows)
    return house
  }

  @Test func `chunks of any size, and a chunk that is lost, change nothing`() throws {
    var random = Seed.printed(for: "look-back in chunks")
    let plot = Plot(40, using: &random)
    let whole = try straight(plot)
    let expected = try result(whole, plot)
    #expect(expected.contains { $0.contains("fifteen") } && expected.contains { $0.contains("free-ship") })
    #expect(try whole.findings() == [])
    for rows in [1, 2, 7] {
      let house = try straight(plot, rows: rows)
      #expect(try result(house, plot) == expected, "ACCORD_SEED=\(random.seed)")
      #expect(try house.balances() == whole.balances())
      #expect(try house.head() == house.head())
    }
    // A chunk whose transaction is lost leaves nothing, and comes again.
    let house = try LedgerHouse(at: plot.offers[0].startsAt)
    for fact in try plot.budgets() { try house.say(fact) }
    for order in plot.orders { try house.capture(order) }
    for words in try plot.words() { for fact in words { try house.say(fact, working: false) } }
    var lost = 0
    var number = 1
    while try house.store.read({ try Runs.running(limit: 1, in: $0) }).isEmpty == false {
      house.premises.faults.fail(write: number)
      do { try house.chunk(rows: 3) } catch { lost += 1 }
      number += 5
      if number > 60 { number = 1 }
      // One that asked for more than the chunk wrote still waits.
      while house.premises.faults.isPending { _ = try? house.store.write { try $0.run("UPDATE policy SET version = version WHERE 0") } }
      try house.chunk(rows: 1)
    }
    #expect(lost > 3)
    #expect(try result(house, plot) == expected, "ACCORD_SEED=\(random.seed)")
    #expect(try house.balances() == whole.balances())
    #expect(try house.findings() == [])
  }

  @Test func `facts in any order across keys, each twice: the same result for each order`() throws {
    var random = Seed.printed(for: "look-back shuffled")
    let plot = Plot(25, using: &random)
    let expected = try straight(plot)
    let (wanted, purses) = (try result(expected, plot), try expected.balances())
    for _ in 0..<6 {
      let house = try LedgerHouse(at: plot.offers[0].startsAt)
      // Each offer's words keep their order; budgets, orders and offers mix.
      var queues = try plot.words().map { ArraySlice($0.map(Step.said)) }
      queues += try plot.budgets().map { ArraySlice([Step.said($0)]) }
      queues += plot.orders.map { ArraySlice([Step.captured($0)]) }
      var steps: [Step] = []
      while let at = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &random) {
        if let step = queues[at].popFirst() { steps.append(step) }
      }
      for step in steps {
        switch step {
        case .captured(let draft):
          try house.capture(draft)
          try house.capture(draft)
        case .said(let event): try house.sayTwice(event)
        }
        if Bool.random(using: &random) { try house.work(rows: 2) }
      }
      try house.work()
      let found = try result(house, plot).map { $0.replacing("  ", with: " ") }
      #expect(found == wanted, "ACCORD_SEED=\(random.seed)")
      let same: Set = ["tender/card waiting", "tender/cash waiting", "company/goodwill"]
      #expect(try house.balances().filter { same.contains($0.key) } == purses.filter { same.contains($0.key) })
      #expect(try house.findings() == [])
    }
  }

  @Test func `a ledger rebuilt from what was told has the same remedies, balances and head, and tells nothing`() throws {
    var random = Seed.printed(for: "look-back replayed")
    let plot = Plot(30, using: &random)
    let house = try straight(plot, rows: 4)
    for order in plot.orders.prefix(6) { house.post("/v1/orders/\(order.orderID)/return", ["reason": "too large"]) }
    if let waiting = try house.remedies(of: plot.orders[8].orderID).first(where: { $0["state"]?.string == "pending" }) {
      house.post("/v1/refunds/\((waiting["remedy_id"]?.string ?? "").replacing("/", with: "%2F"))/refuse")
    }
    try house.advance(to: house.now.adding(.seconds(120 * 86_400)))
    #expect(try house.findings() == [])

    let rebuilt = try LedgerHouse(at: house.now)
    let own = Hearer(
      department: LedgerProgram.department, makeInlet: LedgerProgram.department.ownFacts!, description: "the ledger, rebuilt")
    try rebuilt.premises.hear(house.said, through: own)
    try rebuilt.premises.hear(try house.premises.told(), through: own)
    #expect(try rebuilt.balances() == house.balances())
    #expect(try rebuilt.head() == house.head())
    #expect(try result(rebuilt, plot) == result(house, plot))
    // What was heard again is still looked at when the program runs, and nothing is left to do.
    let told = try rebuilt.told().count
    try rebuilt.work()
    #expect(told == 0)
    // The chain's head is told again by whoever keeps it.
    let more = try rebuilt.told().map(\.type).filter { $0 != ChainAnchored.type }
    #expect(more == [])
    #expect(try rebuilt.head() == house.head())
    #expect(try rebuilt.findings() == [])
  }
}

extension LedgerHouse {
  /// The same message twice, as a broken link delivers it.
  func sayTwice(_ event: DomainEvent) throws {
    try say(event, working: false)
    let hearer = Hearer(
      department: LedgerProgram.department, makeInlet: { LedgerProgram.department.subscriptions($0)[0].inlet }, description: "twice")
    guard let last = said.last else { return }
    try premises.hear([last], through: hearer)
  }
}
