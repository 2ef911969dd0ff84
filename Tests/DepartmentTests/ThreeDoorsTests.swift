import Contracts
import HTTP
import Host
import MarketingRoom
import MeshMachines
import ServiceRoom
import Store
import TestKit
import Testing
import Wire

/// Offers for lists and segments, with members who come and go: the ledger, marketing and customer service give one answer for each order,
/// in whatever order the facts reached them.
struct ThreeDoorsTests {
  /// A ledger that has looked back, and all that was told on the way.
  private struct Told {
    let house: LedgerHouse
    let offer: PlannedOffer
    let people: [String]
    let marketing: [Delivery]
    let ledger: [Delivery]

    func order(of person: String) -> String { "order-\(person)" }

    /// Mixed across keys, in their own order within each.
    func shuffled(using random: inout SeededRandom) throws -> [Delivery] {
      let keys = try ledger.map { try Envelope(decoding: $0.event).partitionKey }
      var queues = Dictionary(grouping: zip(keys, ledger), by: \.0).mapValues { ArraySlice($0.map(\.1)) }
      return keys.shuffled(using: &random).compactMap { queues[$0]?.popFirst() }
    }
  }

  private func told(_ group: CustomerGroup, using random: inout SeededRandom) throws -> Told {
    let house = try LedgerHouse()
    try house.openCampaign(9_000_000)
    let people = (0..<12).map { "p-\($0)" }
    var offer = PlannedOffer()
    (offer.only, offer.anonymous) = (group, false)
    func someRows() -> [[String]] {
      (0..<8).map { _ in
        func hour() -> String { LedgerHouse.friday.adding(.seconds(Int64.random(in: -5...1, using: &random) * 3_600)).description }
        return [
          people.randomElement(using: &random) ?? "p-0", random.chance(3) ? "" : hour(), random.chance(2) ? "" : hour(),
        ]
      }
    }
    try house.join(group.id.text, someRows(), kind: group.kind)
    // One of the other kind with the same name changes nothing.
    try house.join(group.id.text, people.map { [$0, "", ""] }, kind: group.kind == .list ? .segment : .list)
    for person in people {
      var facts: [DomainEvent] = []
      for event in MarketingScene.person(person) { facts.append(event) }
      try house.tell(facts)
      let placed = LedgerHouse.friday.adding(.seconds(Int64.random(in: -4...0, using: &random) * 3_600))
      try house.capture(.dollars("order-\(person)", at: placed, [("TEA", 1_000)], person: person))
    }
    try house.join(group.id.text, someRows(), kind: group.kind, correcting: true)
    house.premises.clock.advance(to: offer.startsAt)
    try house.launch(offer)
    let launched = house.said
    try house.join(group.id.text, someRows(), kind: group.kind, correcting: true)
    try house.work()
    return Told(house: house, offer: offer, people: people, marketing: launched, ledger: try house.premises.told())
  }

  @Test(arguments: CustomerGroup.Kind.allCases) func `one answer through three doors`(_ kind: CustomerGroup.Kind) throws {
    var random = Seed.printed(for: "three doors")
    var found: [String: Int] = [:]
    for _ in 0..<6 {
      let told = try told(CustomerGroup(kind, Identifier(restoring: "guests")), using: &random)
      let ledger = try told.people.map { try told.house.why(told.offer.id, told.order(of: $0))["reason"]?.string ?? "?" }
      let deliveries = try told.shuffled(using: &random)

      let service = try Premises(ServiceProgram.department, at: told.house.now)
      try service.hear(deliveries + told.marketing, through: .service)
      let desk = try told.people.map { person in
        try service.ask(.get, "/v1/orders/\(told.order(of: person))/offers/\(told.offer.id)").json["reason"]?.string ?? "?"
      }
      #expect(desk == ledger, "ACCORD_SEED=\(random.seed)")

      let marketing = try MarketingScene(at: told.house.now)
      let own = try #require(marketing.premises.department.ownFacts?(marketing.premises.desk))
      for delivery in told.marketing { try marketing.premises.hearUnmarkedAlone(delivery, own) }
      try marketing.hear(deliveries)
      marketing.clock.advance(to: told.house.now.adding(.seconds(1)))
      try marketing.work()
      let rows =
        try marketing.premises.ask(.get, "/v1/offers/\(told.offer.id)/audience", query: [("limit", "1000")]).json["verdicts"]?.array ?? []
      let verdicts = Dictionary(uniqueKeysWithValues: rows.map { ($0["person_id"]?.string ?? "", $0["reason"]?.string ?? "") })
      let judged = told.people.map { verdicts[$0] ?? "?" }
      #expect(
        judged == ledger.map { $0 == "already_given" ? "has_it" : "would_annoy.\($0)" }, "ACCORD_SEED=\(random.seed)")
      for reason in ledger { found[reason, default: 0] += 1 }
    }
    #expect(Set(found.keys) == ["already_given", "not_eligible_customer"], "\(found)")
  }
}

extension LedgerHouse {
  /// Facts that a test puts into the ledger's mouth.
  func tell(_ facts: [DomainEvent]) throws { try OpenBooks(premises).tell(facts) }
}

extension SeededRandom {
  /// True once in `count` times.
  fileprivate mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
