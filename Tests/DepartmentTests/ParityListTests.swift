import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// Where new customers are better off: which things, why, and how many who are there already were told by nobody.
struct ParityListTests {
  private func newcomers(_ changes: (String, JSON)...) throws -> JSON {
    guard case .object(var members) = try MarketingScene.sundayOffer() else { return .null }
    let all: [(String, JSON)] =
      [
        ("eligibility", ["customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false]),
        ("applies_to", ["include": [["kind": "plan", "ids": ["pro-monthly"]]], "exclude": []]),
        ("benefit", ["kind": "percent_off", "percent_off": "15"]),
        (
          "parity_exception",
          [
            "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-07-01T00:00:00",
            "match": ["who": "existing", "how": "prompt", "per_customer": ["uses": 1]],
          ]
        ),
      ] + changes
    for (name, value) in all {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    return .object(members)
  }

  private func subscription(
    _ id: String, of person: String, _ change: SubscriptionChanged.Change, at instant: Timestamp, to plan: String? = "pro-monthly"
  ) -> DomainEvent {
    .subscriptionChanged(
      SubscriptionChanged(
        subscriptionID: Identifier(restoring: id), personID: Identifier(restoring: person), change: change,
        toPlan: plan.map { Identifier(restoring: $0) }, from: instant, changedAt: instant))
  }

  @Test func `whoever carries a plan that costs new ones less is counted, told or not`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let usd = MarketingScene.usd
    try scene.ledger(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "plans"),
          products: [
            .init(sku: Identifier(restoring: "pro-monthly"), kind: .plan, categories: [], list: Money(minor: 2_000, usd)),
            .init(sku: Identifier(restoring: "basic"), kind: .plan, categories: [], list: Money(minor: 900, usd)),
          ])))
    let month = Duration.seconds(-31 * 86_400)
    let before = MarketingScene.sunday.adding(month)
    try scene.ledger(
      subscription("s-ada", of: "ada", .started, at: before), subscription("s-bob", of: "bob", .upgraded, at: before),
      subscription("s-cid", of: "cid", .started, at: before), subscription("s-cid", of: "cid", .cancelled, at: before.adding(.seconds(60))),
      subscription("s-dan", of: "dan", .started, at: before, to: "basic"),
      subscription("s-eve", of: "eve", .started, at: MarketingScene.sunday.adding(.seconds(60))))
    let saved = scene.offer("schedule", try newcomers())
    #expect(saved.status == 200, "\(String(decoding: saved.body, as: UTF8.self))")
    func row() throws -> JSON { try #require(scene.premises.ask(.get, "/v1/parity").json["offers"]?.array?.first) }
    let first = try row()
    #expect(first["offer"] == "sunday-free-shipping@1" && first["gap_count"] == 1 && first["gaps"]?.array?.first?["is_plan"] == true)
    #expect(first["gaps"]?.array?.first?["difference"]?["amount_minor"] == 300)
    #expect(first["exception"]?["reason"] == "welcome_offer" && first["exception"]?["approved"] == nil)
    // Ada and Bob were there and are still; Cid left, Dan has another plan, Eve came later.
    #expect(first["people"] == 2 && first["matched"] == 0 && first["untold"] == 2)
    // The renewal of Ada's was corrected: she has it, and knows.
    let offer = OfferVersion(offer: Identifier(restoring: "sunday-free-shipping"), version: 1)!
    try scene.ledger(
      .remedyChanged(
        RemedyChanged(
          change: .posted,
          remedyID: RemedyID(
            key: RemedyKey(offer: offer.offer, subscription: Identifier(restoring: "s-ada"), period: Identifier(restoring: "2026-06")),
            ordinal: 1), offer: offer, campaignID: Identifier(restoring: "spring"), orderID: Identifier(restoring: "charge-1"),
          subscriptionID: Identifier(restoring: "s-ada"), period: Identifier(restoring: "2026-06"), personID: Identifier(restoring: "ada"),
          kind: .parityMatch, basis: .parity, amount: Money(minor: 300, usd), lines: [.init(amount: Money(minor: 300, usd))],
          destination: .init(.customerCredit, tenders: [TenderAmount(kind: .customerCredit, amount: Money(minor: 300, usd))]),
          state: .posted, reason: "granted")))
    let second = try row()
    #expect(second["people"] == 2 && second["matched"] == 1 && second["untold"] == 1)
    #expect(try scene.premises.findings() == [])
  }
}
