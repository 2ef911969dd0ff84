import Contracts
import HTTP
import Shop
import Store
import TestKit
import Testing

/// What marketing knows around a document when it is checked: the notes that there are, what its look-back would come to, the policies.
struct OfferCheckDoorTests {
  private func findings(_ scene: MarketingScene, _ document: JSON) throws -> [JSON] {
    let answer = scene.post("/v1/offers/check", ["document": document])
    #expect(answer.status == 200)
    return try answer.json["findings"]?.array ?? []
  }

  private func refusal(_ findings: [JSON], _ field: String) -> JSON? {
    findings.first { $0["field"]?.string == field && $0["severity"] == "refusal" }
  }

  @Test func `a note must be one of those that there are`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let document = try MarketingScene.sundayOffer(("note", ["template_id": "applied-alredy", "replaces_campaign_message": true]))
    let found = try #require(try refusal(findings(scene, document), "/note/template_id"))
    #expect(found["sentence"]?.string?.contains("applied-already") == true)
    #expect(found["next_step"]?.string?.contains("applied-to-your-plan") == true)
    #expect(scene.offer("schedule", document).status == 422 && scene.offer("save", document).status == 422)
    // Every worked offer names one that there is.
    for offer in Shop.offers {
      #expect(try refusal(findings(scene, JSON(parsing: offer.text)), "/note/template_id") == nil, "\(offer.id)")
    }
  }

  @Test func `a reserve below what the look-back would come to is refused, with the sum`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    // Four that it reaches, one of nobody we know among them, and what it does not: too early, another channel, cancelled.
    var facts = try (1...3).map { try MarketingScene.order("o-\($0)", of: "p-\($0)") }
    facts.append(try MarketingScene.order("early", of: "p-1", placed: MarketingScene.sunday.adding(.seconds(-49 * 3_600))))
    facts.append(try MarketingScene.order("app", of: "p-2", channel: "app"))
    facts.append(try MarketingScene.order("nobody", of: nil))
    facts.append(try MarketingScene.order("back", of: "p-3"))
    facts.append(
      .orderCancelled(
        OrderCancelled(
          orderID: Identifier(restoring: "back"), personID: Identifier(restoring: "p-3"), lines: [],
          shipping: Money(minor: 995, MarketingScene.usd), price: Money(minor: 3_900, MarketingScene.usd),
          clawedBack: Money(minor: 0, MarketingScene.usd), refund: [], cancelledAt: MarketingScene.friday)))
    try scene.hear(facts.map { try scene.delivery($0) })
    func document(_ reserve: Int64) throws -> JSON {
      try MarketingScene.sundayOffer(
        (
          "budget",
          [
            "reserve": ["amount_minor": .integer(reserve), "currency": "USD"],
            "desk_allowance": ["amount_minor": 50_000, "currency": "USD"],
          ]
        ))
    }
    let found = try #require(try refusal(findings(scene, document(3_979)), "/budget/reserve"))
    #expect(found["sentence"]?.string?.contains("39.80 USD") == true && found["sentence"]?.string?.contains("39.79 USD") == true)
    #expect(found["next_step"]?.string?.contains("39.80 USD") == true)
    #expect(scene.offer("schedule", try document(3_979)).status == 422)
    #expect(try refusal(findings(scene, document(3_980)), "/budget/reserve") == nil)
    let scheduled = scene.offer("schedule", try document(3_980))
    #expect(scheduled.status == 200, "\(String(decoding: scheduled.body, as: UTF8.self))")
    // The ledger is asked for it and for the desk's allowance.
    let asked = try scene.told().compactMap { if case .offerScheduled(let fact) = $0 { fact.reserve.minor } else { nil } }
    #expect(asked == [53_980])
  }

  @Test func `what a document leaves to policy is written into it when it comes in`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    guard case .object(let members) = try MarketingScene.sundayOffer() else { return }
    let bare = JSON.object(members.filter { $0.name != "look_back" })
    // Nobody has told what the policy is: then it must be written.
    #expect(try findings(scene, bare).contains { $0["field"]?.string?.hasPrefix("/look_back") == true })
    try scene.hear([
      try scene.delivery(
        .policyPublished(
          PolicyPublished(name: "look-back", version: 1, document: ["goods": "PT36H", "shipping": "PT36H", "plans": "PT744H"])))
    ])
    #expect(try !findings(scene, bare).contains { $0["field"]?.string?.hasPrefix("/look_back") == true })
    #expect(scene.offer("schedule", bare).status == 200)
    let told = try scene.told().compactMap { if case .offerVersioned(let fact) = $0 { fact.document } else { nil } }
    #expect(told.map { $0["look_back"]?["duration"]?.string } == ["PT36H"])
    let scheduled = try scene.told().compactMap { if case .offerScheduled(let fact) = $0 { fact.lookBackFrom } else { nil } }
    #expect(scheduled == [MarketingScene.sunday.adding(.seconds(-36 * 3_600))])
    // The same document again is the same version.
    #expect(scene.offer("schedule", bare).status == 200)
  }
}
