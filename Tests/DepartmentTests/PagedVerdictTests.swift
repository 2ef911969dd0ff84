import Contracts
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// A verdict among many and a lone one are the same: people who stand next to each other are read by the page, those far apart one by one,
/// and at the hand-over everybody alone.
struct PagedVerdictTests {
  /// A shop of people of all kinds.
  private struct Crowd {
    var facts: [DomainEvent] = []
    var people: [String] = []
    var granted: Int64 = 0
    /// Campaign messages that somebody had before, and about which offer.
    var letters: [(person: String, offer: String, at: Timestamp)] = []

    init(_ count: Int, using random: inout SeededRandom) throws {
      people = Array(Set((0..<count).map { _ in "p-\(Int.random(in: 1...99_999, using: &random))" })).sorted()
      for person in people { try add(person, using: &random) }
      try addPlain()
      facts.append(
        .membershipChanged(
          MembershipChanged(
            group: CustomerGroup(.list, Identifier(restoring: "guests")), revision: 1,
            members: people.filter { $0 == Self.plain || Int.random(in: 0..<3, using: &random) > 0 }.map {
              .init(
                personID: Identifier(restoring: $0), from: nil,
                until: $0 != Self.plain && Int.random(in: 0..<4, using: &random) == 0 ? MarketingScene.sunday.adding(.seconds(-3_600)) : nil
              )
            })))
    }

    private static let plain = "p-0"

    /// Somebody who is written to, whatever comes by chance of the others.
    private mutating func addPlain() throws {
      people.insert(Self.plain, at: 0)
      let id = Identifier<Person>(restoring: Self.plain)
      facts += [
        .customerKnown(CustomerKnown(personID: id, contacts: [.init(channel: "email", state: .verified)])),
        .consentChanged(ConsentChanged(given: true, personID: id, purpose: .marketing, channel: "email", source: "desk")),
        try MarketingScene.order("o-plain", of: Self.plain, placed: MarketingScene.sunday.adding(.seconds(-60 * 3_600))),
      ]
    }

    private mutating func add(_ person: String, using random: inout SeededRandom) throws {
      func one(in number: Int) -> Bool { Int.random(in: 0..<number, using: &random) == 0 }
      let id = Identifier<Person>(restoring: person)
      if !one(in: 12) {
        var contacts: [CustomerKnown.Contact] = one(in: 10) ? [] : [.init(channel: "email", state: one(in: 8) ? .unverified : .verified)]
        if one(in: 3) { contacts.append(.init(channel: "letter", state: .verified)) }
        facts.append(.customerKnown(CustomerKnown(personID: id, locale: one(in: 2) ? "en-US" : nil, contacts: contacts)))
      }
      for channel in ["email", "letter"] where !one(in: 5) {
        facts.append(
          .consentChanged(ConsentChanged(given: !one(in: 6), personID: id, purpose: .marketing, channel: channel, source: "desk")))
      }
      if one(in: 15) {
        facts.append(.customerRestricted(CustomerRestricted(change: .restricted, personID: id, cause: one(in: 2) ? .minor : .deceased)))
      }
      for hours in [Int64](arrayLiteral: 5, 47, 60, 9_000) where one(in: 4) {
        let order = "o-\(person)-\(hours)"
        let placed = MarketingScene.sunday.adding(.seconds(-hours * 3_600))
        facts.append(try MarketingScene.order(order, of: person, placed: placed, channel: one(in: 3) ? "app" : "web"))
        guard hours < 48, one(in: 2) else { continue }
        facts.append(MarketingScene.remedy(order, of: person))
        granted += 1
        if one(in: 4) { facts.append(MarketingScene.remedy(order, of: person, .voided)) }
      }
      let now = MarketingScene.friday
      if one(in: 5) {
        let scope: HoldTurned.Scope = [.all, .campaign, .channel].randomElement(using: &random) ?? .all
        let id = scope == .all ? nil : scope == .channel ? "email" : one(in: 2) ? "spring" : "autumn"
        facts.append(HeldBackTests.hold(person, scope: scope, id: id, of: one(in: 3) ? "case-1" : nil, at: now))
      }
      for number in 0..<4 where one(in: 3) {
        letters.append((person, one(in: 9) ? "sunday-free-shipping" : "other", now.adding(.seconds(-Int64(number) * 3 * 86_400))))
      }
    }
  }

  /// The Sunday offer, everybody judged and handed over; `strangers` between two people of the crowd.
  private func scene(_ crowd: Crowd, _ customers: String, strangers: Int) throws -> MarketingScene {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.hear(crowd.facts.map { try scene.delivery($0) })
    // A name behind theirs and before the next one's.
    for person in crowd.people {
      try scene.hear((0..<strangers).flatMap { MarketingScene.person("\(person)~\($0)").prefix(1) }.map { try scene.delivery($0) })
    }
    let own = try #require(scene.premises.department.ownFacts?(scene.premises.desk))
    for (number, letter) in crowd.letters.enumerated() {
      let offer = try #require(OfferVersion("\(letter.offer)@1"))
      let sent = MessageTurned(
        turn: .sent, messageID: Identifier(restoring: "old-\(number)"), offer: offer, personID: Identifier(restoring: letter.person),
        purpose: .marketing, channel: "email", verdict: .send, reason: "eligible", revision: 1)
      try scene.premises.hearUnmarkedAlone(try scene.delivery(.messageTurned(sent), at: letter.at), own)
    }
    var eligibility: [JSON.Member] = [
      .init("customers", .string(customers)), .init("anonymous_orders", false), .init("channels", ["web", "phone"]),
      .init("countries", ["US"]),
    ]
    switch customers {
    case "existing": eligibility.append(.init("existing_means", ["captured_order_within": "PT8760H"]))
    case "list": eligibility.append(.init("list_id", "guests"))
    default: break
    }
    let answer = scene.offer("schedule", try MarketingScene.sundayOffer(("eligibility", .object(eligibility))))
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    scene.post("/v1/audiences/newsletter-us/people", ["people": .array(crowd.people.map { .string($0) })])
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
    try scene.ledger(MarketingScene.lookBack(granted: crowd.granted))
    try scene.work()
    return scene
  }

  private struct Row: Equatable {
    let words: String
    let isOpen: Bool
    let revision: Int64
  }

  private func rows(_ scene: MarketingScene) throws -> [Row] {
    let answer = try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/audience", query: [("limit", "1000")]).json
    return (answer["verdicts"]?.array ?? []).map { row in
      Row(
        words: "\(row["person_id"]?.string ?? "?") \(row["verdict"]?.string ?? "?") \(row["reason"]?.string ?? "?")",
        isOpen: row["open"]?.bool ?? true, revision: row["revision"]?.integer ?? 0)
    }
  }

  @Test(arguments: ["everyone", "existing", "list"]) func `by the page, one by one, at the hand-over: everybody gets the same verdict`(
    customers: String
  ) throws {
    var random = Seed.printed(for: "paged verdicts, \(customers)")
    let crowd = try Crowd(110, using: &random)
    let near = try scene(crowd, customers, strangers: 0)
    // So many strangers between them that a page would be mostly theirs.
    let far = try scene(crowd, customers, strangers: 7)
    let rows = try rows(near)
    #expect(rows.count >= crowd.people.count)
    #expect(try self.rows(far) == rows)
    #expect(try far.prepared().first?.reasons == near.prepared().first?.reasons)
    // Each who is written to was judged alone twice more and nothing was heard meanwhile: another word would be another revision.
    #expect(rows.filter { $0.revision != 1 || $0.isOpen } == [])
    let counts = try #require(try near.prepared().first).counts
    #expect(counts.send + counts.honour + counts.suppress == Int64(rows.count) && counts.send > 0 && counts.honour > 0)
    #expect(try near.messages().filter { $0.turn == .sent && $0.purpose == .marketing }.count == Int(counts.send))
    #expect(try near.messages().filter { $0.turn == .suppressed && $0.channel != MessageTurned.desk } == [])
  }
}
