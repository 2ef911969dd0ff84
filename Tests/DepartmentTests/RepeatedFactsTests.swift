import Contracts
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// Facts that come twice, and in another order across keys: the tables are those of the straight run.
struct RepeatedFactsTests {
  /// The state after each fact came once, in the order of the journal.
  private func straight(_ hearer: Hearer, _ facts: Facts) throws -> Premises {
    let premises = try Premises(hearer.department)
    let verdicts = try premises.hear(facts.deliveries, through: hearer)
    #expect(verdicts.allSatisfy { $0 == .done })
    #expect(try premises.findings() == [])
    return premises
  }

  @Test(arguments: Hearer.all) func `every message twice, known to the inbox, changes nothing`(hearer: Hearer) throws {
    var random = Seed.printed(for: "twice with inbox")
    let facts = try Facts(40, retold: 8, using: &random)
    let expected = try straight(hearer, facts).tables()
    let premises = try Premises(hearer.department)
    let verdicts = try premises.hear(facts.deliveries.flatMap { [$0, $0] }, through: hearer)
    #expect(verdicts.allSatisfy { $0 == .done })
    #expect(try premises.tables().differences(from: expected) == [])
    #expect(try premises.tables().count("inbox") == facts.deliveries.count)
    #expect(try premises.findings() == [])
  }

  @Test(arguments: Hearer.all) func `every message twice, with no inbox to know it, changes nothing`(hearer: Hearer) throws {
    var random = Seed.printed(for: "twice without inbox")
    let facts = try Facts(40, retold: 8, using: &random)
    let expected = try straight(hearer, facts).tables().without(["inbox", "inbox_producer"])
    let premises = try Premises(hearer.department)
    try premises.hearUnmarked(facts.deliveries.flatMap { [$0, $0] } + facts.deliveries, through: hearer)
    #expect(try premises.tables().without(["inbox", "inbox_producer"]).differences(from: expected) == [])
    #expect(try premises.tables().count("inbox") == 0)
  }

  @Test(arguments: Hearer.all) func `whatever the order across keys, the tables are the same`(hearer: Hearer) throws {
    var random = Seed.printed(for: "any order across keys")
    let facts = try Facts(40, retold: 8, using: &random)
    let expected = try straight(hearer, facts).tables(but: hearer.arrival)
    for _ in 0..<6 {
      let premises = try Premises(hearer.department)
      let order = try facts.shuffled(using: &random)
      #expect(order.count == facts.deliveries.count && order != facts.deliveries)
      var heard = 0
      try premises.hear(order, through: hearer, batch: Int.random(in: 1...20, using: &random), heard: &heard)
      #expect(try premises.tables(but: hearer.arrival).differences(from: expected) == [], "ACCORD_SEED=\(random.seed)")
      #expect(try premises.findings() == [])
    }
  }

  @Test(arguments: Hearer.all) func `shuffled and doubled at once, in the end the same`(hearer: Hearer) throws {
    var random = Seed.printed(for: "any order, twice")
    let facts = try Facts(40, retold: 8, using: &random)
    let expected = try straight(hearer, facts).tables(but: hearer.arrival)
    let premises = try Premises(hearer.department)
    // Second deliveries come at any later time, as they do when a lease ended or a link broke.
    let first = try facts.shuffled(using: &random)
    try premises.hear(first + facts.shuffled(using: &random), through: hearer)
    #expect(try premises.tables(but: hearer.arrival).differences(from: expected) == [], "ACCORD_SEED=\(random.seed)")
  }

  @Test func `the straight run itself says what the orders say`() throws {
    var random = Seed.printed(for: "the straight run")
    let facts = try Facts(40, retold: 8, using: &random)
    #expect(facts.deliveries.count == 48)
    let marketing = try straight(.marketing, facts).tables()
    #expect(marketing.count("counted_order") == 40)
    let service = try straight(.service, facts).tables()
    let named = try facts.deliveries.prefix(40).filter { try #require(Envelope(decoding: $0.event).order).personID != nil }.count
    #expect(service.count("heard_fact") == 40 && named > 0 && named < 40)
    let ledger = try straight(.ledger, facts).tables()
    #expect(ledger.count("captured_order") == 40 && ledger.count("outbox") == 0)
  }
}

extension Envelope {
  /// The order inside; nil where there is none.
  var order: OrderCaptured? {
    guard case .orderCaptured(let order)? = try? DomainEvent.decode(type: type, data: data) else { return nil }
    return order
  }
}
