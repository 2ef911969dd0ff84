import Contracts
import Dispatch
import Host
import LedgerRoom
import Mesh
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// Two agents and the look-back go for the same orders in the same moment.
struct HonourRaceTests {
  private static let orders = 1_000

  @Test func `two agents and the look-back press at once a thousand times: a thousand remedies, two thousand answers`() throws {
    var random = Seed.printed(for: "two agents and the look-back")
    let (house, offer) = try HonourTests.house(budget: 10_000_000)
    for number in 0..<Self.orders {
      try house.capture(
        .dollars("O-\(number)", at: house.now.adding(.milliseconds(Int64(number))), [("LAMP", 10_000)], person: "p-\(number)"))
    }
    for fact in try house.facts(of: offer, effectiveFrom: offer.startsAt) { try house.say(fact, working: false) }
    house.premises.clock.advance(to: offer.startsAt)
    while try house.doDue() {}
    let now = house.now
    let asked = try ["agent/ines", "agent/jonas"].map { agent in
      try (0..<Self.orders).shuffled(using: &random).map { number in
        try house.delivery(
          HonourTests.ask("\(agent)/\(number)", "O-\(number)", by: agent, at: now), source: "/service")
      }
    }
    let hearer = try house.hearer(of: RemedyAsked.Turn.requested.type)

    // Each in a thread of its own: the two pressing, the third looking back a few orders at a time.
    nonisolated(unsafe) let ledger = house
    let faults = Seen<String>()
    DispatchQueue.concurrentPerform(iterations: 3) { place in
      do {
        if place < 2 {
          var heard = 0
          try ledger.premises.hear(asked[place], through: hearer, batch: 1, heard: &heard)
        } else {
          while try ledger.chunk(rows: 3) {}
        }
      } catch { faults.note("\(error)") }
    }
    #expect(faults.all == [])
    try house.work()

    let active = try house.store.read {
      try $0.all("SELECT order_id, count(*), sum(amount) FROM remedy WHERE state IN ('pending', 'posted') GROUP BY order_id") { row in
        [try row.integer(1), try row.integer(2)]
      }
    }
    #expect(active.count == Self.orders && active.allSatisfy { $0 == [1, 1_500] })
    let answers = try house.store.read {
      try $0.all("SELECT change, by_whom, at, amount FROM remedy_answer") { row in
        (change: try row.text(0), by: try row.optionalText(1), at: try row.timestamp(2), amount: try row.integer(3))
      }
    }
    #expect(answers.count == 2 * Self.orders)
    #expect(answers.allSatisfy { $0.by != nil && $0.at == now && $0.amount == 1_500 })
    // Of each order at most one was given by hand; all others say who it was.
    let givers = Dictionary(grouping: answers, by: { $0.by ?? "" }).mapValues(\.count)
    let given = answers.filter { $0.change != "declined" }.count
    #expect(Set(givers.keys).isSubset(of: ["agent/ines", "agent/jonas", "look_back"]))
    #expect(given <= Self.orders && given > 0, "nobody raced")
    #expect((givers["look_back"] ?? 0) % 2 == 0)
    #expect(try house.findings() == [])
  }
}
