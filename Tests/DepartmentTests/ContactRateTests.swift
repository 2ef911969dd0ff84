import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// How many contacts a thousand messages bring: what the last five offers of the kind brought, else the policy's number.
struct ContactRateTests {
  /// An offer of free shipping that was live weeks ago and told so many; `came` customers brought it up.
  private func past(_ scene: MarketingScene, _ number: Int, messages: Int64, came: Int64, benefit: JSON? = nil) throws {
    let id = "past-\(number)"
    let start = MarketingScene.sunday.adding(.seconds(Int64(number - 40) * 7 * 86_400))
    var changes: [(String, JSON)] = [("offer_id", .string(id)), ("title", ["en-US": .string(id)])]
    if let benefit {
      changes += [("benefit", benefit), ("applies_to", ["include": [["kind": "all"]], "exclude": []])]
    }
    guard case .object(var members) = try MarketingScene.sundayOffer() else { return }
    for (name, value) in changes {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    let document = JSON.object(members)
    let offer = Identifier<Offer>(restoring: id)
    let ownFacts = try #require(scene.premises.department.ownFacts)
    let own = ownFacts(scene.premises.desk)
    for event in [
      .offerVersioned(
        OfferVersioned(
          offerID: offer, version: 1, campaignID: Identifier(restoring: "spring"), document: document,
          termsHash: String(repeating: "a", count: 64), changed: [], significance: .material)),
      .offerScheduled(
        OfferScheduled(
          offerID: offer, version: 1, campaignID: Identifier(restoring: "spring"), startsAt: start,
          endsAt: start.adding(.seconds(3 * 86_400)), lookBackFrom: start, reserve: Money(minor: 0, MarketingScene.usd))),
      .offerTurned(
        OfferTurned(
          turn: .launched, offerID: offer, version: 1, effectiveFrom: start, by: Identifier(restoring: "marketing"), at: start)),
      .audiencePrepared(AudiencePrepared(offerID: offer, version: 1, counts: .init(send: messages - 10, honour: 10))),
    ] as [DomainEvent] {
      try scene.premises.hearUnmarkedAlone(scene.delivery(event, id: "\(id)-\(event.type)", at: start), own)
    }
    for place in 0..<came {
      try scene.service(contact("\(id)-\(place)", .offer, id, start.adding(.seconds(60 * place))))
    }
    // Too late to count, and about something else.
    try scene.service(
      contact("\(id)-late", .offer, id, start.adding(.seconds(4 * 86_400))), contact("\(id)-rude", .conduct, "agent/ines", start))
  }

  private func contact(_ id: String, _ kind: CaseTurned.Cause.Kind, _ cause: String, _ at: Timestamp) -> DomainEvent {
    .caseTurned(
      CaseTurned(
        turn: .opened, caseID: Identifier(restoring: id), kind: .complaint, severity: .normal, channel: "phone",
        cause: .init(kind: kind, id: cause), by: Identifier(restoring: "agent/ines"), at: at))
  }

  private func rate(_ scene: MarketingScene) throws -> [Int64] {
    let json = try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer()]).json
    return [json["contacts_per_thousand"]?.integer ?? -1, json["measured_offers"]?.integer ?? -1]
  }

  @Test func `the median of the last five of the kind, else twenty`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    #expect(try rate(scene) == [20, 0])
    // Another kind of benefit says nothing of this one.
    try past(scene, 1, messages: 1_000, came: 3, benefit: ["kind": "percent_off", "percent_off": "10"])
    #expect(try rate(scene) == [20, 0])
    for (number, came) in [(2, 30), (3, 2), (4, 40), (5, 6), (6, 8), (7, 10)] as [(Int, Int64)] {
      try past(scene, number, messages: 1_000, came: came)
    }
    // Of 2, 40, 6, 8, 10: the oldest, 30, is the sixth.
    #expect(try rate(scene) == [8, 5])
    // Nobody's conduct is counted.
    #expect(try scene.store.read { try $0.integer("SELECT count(*) FROM contact WHERE cause_id = 'agent/ines'") } == 0)
  }
}
