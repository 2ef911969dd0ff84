import Contracts
import Host
import Store
import TestKit
import Testing

/// Two facts about one thing with one time: every department keeps the one that was told later.
struct LastWordDoorTests {
  private static let facts: [DomainEvent] = [
    MarketingScene.capacity("desk-1", 40), MarketingScene.capacity("desk-1", 60), MarketingScene.answered("contacts", .upTo, 40),
    MarketingScene.answered("contacts", .upTo, 60), MarketingScene.shift("agent/ines"), MarketingScene.shift("agent/ines", absent: true),
  ]

  private static func fact(_ type: String, _ content: [UInt8]?) throws -> DomainEvent? {
    try content.flatMap { try DomainEvent.decode(type: type, data: $0) }
  }

  @Test func `marketing and customer service keep the same one`() throws {
    let marketing = try MarketingScene()
    for fact in Self.facts { try marketing.service(fact) }
    let service = try CareScene()
    let ownFacts = try #require(service.premises.department.ownFacts)
    let inlet = ownFacts(service.premises.desk)
    for fact in Self.facts { try service.premises.hearUnmarkedAlone(service.delivery(fact), inlet) }

    let atMarketing = try marketing.store.read { snapshot in
      [
        try snapshot.first("SELECT content FROM capacity_slot") { row throws(StoreFault) in try row.blob(0) },
        try snapshot.first("SELECT content FROM promise_answer") { row throws(StoreFault) in try row.blob(0) },
        try snapshot.first("SELECT content FROM shift") { row throws(StoreFault) in try row.blob(0) },
      ]
    }
    let atService = try service.store.read { snapshot in
      [
        try snapshot.first("SELECT data FROM capacity_slot") { row throws(StoreFault) in try row.blob(0) },
        try snapshot.first("SELECT data FROM promise_answer") { row throws(StoreFault) in try row.blob(0) },
        try snapshot.first("SELECT data FROM shift") { row throws(StoreFault) in try row.blob(0) },
      ]
    }
    let last = [Self.facts[1], Self.facts[3], Self.facts[5]]
    for (place, fact) in last.enumerated() {
      #expect(try Self.fact(fact.type, atMarketing[place]) == fact)
      #expect(try Self.fact(fact.type, atService[place]) == fact)
    }
  }
}
