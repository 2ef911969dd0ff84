import Contracts
import HTTP
import Host
import ServiceRoom
import Store
import TestKit
import Testing
import Wire

/// Who may have an offer and who is told of it are two lists: what marketing sends, and what lies on a desk.
struct MemberVerdictTests {
  private static let guests = CustomerGroup(.list, Identifier(restoring: "guests"))

  private static func joins(_ people: [String], from: Timestamp? = nil, until: Timestamp? = nil, revision: Int64 = 1) -> DomainEvent {
    .membershipChanged(
      MembershipChanged(
        group: guests, revision: revision,
        members: people.map { .init(personID: Identifier(restoring: $0), from: from, until: until) }))
  }

  private static func forGuests() throws -> JSON {
    try MarketingScene.sundayOffer(
      (
        "eligibility",
        ["customers": "list", "list_id": "guests", "anonymous_orders": false, "channels": ["web", "phone"], "countries": ["US"]]
      ))
  }

  @Test func `marketing sends to those who may have it among those who are to be told`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    let people = ["both", "told-only", "may-only", "gone", "to-come"]
    try scene.hear(people.flatMap { MarketingScene.person($0) }.map { try scene.delivery($0) })
    // Nobody ever was on the list: a mistake in its name would give nothing to anybody.
    let refused = scene.offer("schedule", try Self.forGuests())
    #expect(refused.status == 409 || refused.status == 422 || refused.status == 400, "\(refused.status)")
    #expect(String(decoding: refused.body, as: UTF8.self).contains("accord import lists"))
    try scene.ledger(Self.joins(["both", "may-only"]), Self.joins(["gone"], until: MarketingScene.sunday, revision: 2))
    try scene.ledger(Self.joins(["to-come"], from: MarketingScene.sunday.adding(.seconds(86_400)), revision: 3))
    #expect(scene.offer("schedule", try Self.forGuests()).status == 200)
    scene.post("/v1/audiences/newsletter-us/people", ["people": ["both", "told-only", "gone", "to-come"]])
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    let rows = try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/audience").json["verdicts"]?.array ?? []
    #expect(
      rows.map { "\($0["person_id"]?.string ?? "") \($0["reason"]?.string ?? "")" } == [
        "both eligible", "gone not_eligible", "to-come not_eligible", "told-only not_eligible",
      ])
    #expect(scene.spool().map { $0["person_id"] } == ["both"])
    #expect(try scene.premises.findings() == [])
  }

  @Test func `whoever leaves the list before the message leaves is not written to`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.hear(["ada", "bob"].flatMap { MarketingScene.person($0) }.map { try scene.delivery($0) })
    try scene.ledger(Self.joins(["ada", "bob"]))
    #expect(scene.offer("schedule", try Self.forGuests()).status == 200)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    scene.deaf(true)
    scene.clock.advance(to: scene.clock.now().adding(.seconds(6)))
    try scene.work()
    try scene.ledger(Self.joins(["bob"], until: scene.clock.now(), revision: 2))
    scene.deaf(false)
    try scene.work()
    #expect(scene.spool().map { $0["person_id"] } == ["ada"])
  }

  @Test func `an older fact about a span never takes the place of a newer one`() throws {
    let scene = try MarketingScene()
    let service = try Premises(ServiceProgram.department)
    let facts = [
      Self.joins(["ada", "bob"], revision: 5), Self.joins(["ada"], until: MarketingScene.friday, revision: 9),
      Self.joins(["ada"], until: MarketingScene.sunday, revision: 7), Self.joins(["ada", "bob"], revision: 5),
    ]
    let deliveries = try facts.map { try scene.delivery($0) }
    try scene.hear(deliveries)
    try service.hear(deliveries, through: .service)
    for tables in [try scene.premises.tables(), try service.tables()] {
      let rows = try #require(tables.rows["membership"])
      #expect(rows.count == 2)
      #expect(rows.contains { $0.contains("person_id=ada") && $0.contains("until_at=\(MarketingScene.friday.milliseconds) revision=9") })
      #expect(rows.contains { $0.contains("person_id=bob") && $0.contains("until_at=\(Timestamp.last.milliseconds) revision=5") })
    }
  }

  @Test func `the desk says no to whoever is not on the list, and why`() throws {
    let offer = TaleOffer(
      "sunday", ("eligibility/customers", "list"), ("eligibility/list_id", "guests"), ("eligibility/anonymous_orders", false))
    var tale = Tale()
    try tale.schedule(offer)
    try tale.tell(Self.joins(["ada"], from: Tale.friday.adding(.seconds(-60)), revision: 1), at: Tale.friday)
    try tale.tell(Self.joins(["bob"], from: Tale.friday.adding(.seconds(60)), revision: 2), at: Tale.friday)
    try tale.tell(Self.joins(["cleo"], until: Tale.friday, revision: 3), at: Tale.friday)
    for person in ["ada", "bob", "cleo", "dora"] { try tale.order("O-\(person)") { $0.personID = person } }
    try tale.launch(offer)
    let service = try Premises(ServiceProgram.department, at: Tale.sunday.adding(.seconds(120)))
    try service.hear(tale.deliveries, through: .service)
    for (person, reason, sentence) in [
      ("ada", "granted", "it would be 9.95 EUR"),
      ("bob", "not_eligible_customer", "they were none of them when it was placed"),
      ("cleo", "not_eligible_customer", "one of them only until Fri 2026-05-08 19:42 America/New_York, before it was placed"),
      ("dora", "not_eligible_customer", "for the customers on the list guests; they were none of them"),
    ] {
      let answer = try service.ask(.get, "/v1/orders/O-\(person)/offers/sunday").json
      #expect(answer["reason"]?.string == reason, "\(answer)")
      #expect(answer["sentence"]?.string?.contains(sentence) == true, "\(answer["sentence"]?.string ?? "")")
    }
    // Without an order that bears on it: only who is on it now would get it.
    for (person, yes) in [("bob", true), ("eve", false)] {
      let rows = try service.ask(.get, "/v1/customers/\(person)/offers").json["offers"]?.array ?? []
      if person == "eve" {
        let row = try #require(rows.first)
        #expect(row["yes"]?.bool == yes && row["reason"] == "not_eligible_customer", "\(row)")
      }
    }
  }
}
