import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// An exception by which new customers pay less, and that ends while its offer is live: at that instant somebody has to know.
struct ParityLapseTests {
  private static let welcome = "welcome-kettle"
  private static let usd = MarketingScene.usd
  /// Monday noon in New York, by the offer's own clocks.
  private static let ends = MarketingScene.sunday.adding(.seconds(36 * 3_600))

  private static func newcomers(_ changes: (String, JSON)...) throws -> JSON {
    guard case .object(var members) = try MarketingScene.sundayOffer() else { return .null }
    let all: [(String, JSON)] =
      [
        ("offer_id", .string(welcome)), ("benefit", ["kind": "percent_off", "percent_off": "15"]),
        ("eligibility", ["customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false]),
        ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]), ("stacking", ["group": "price"]),
        (
          "parity_exception",
          [
            "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-05-11T12:00:00",
            "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 5_000, "currency": "USD"]],
          ]
        ),
      ] + changes
    for (name, value) in all {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    return .object(members)
  }

  private static func approval(_ version: Int = 1, at now: Timestamp) -> DomainEvent {
    .parityApproved(
      ParityApproved(
        offerID: Identifier(restoring: welcome), version: version, approved: true, by: Identifier(restoring: "supervisor/ruth"), at: now))
  }

  /// Live since Sunday, with customer service's word that new customers may pay less until Monday noon.
  private func live(in place: Folder = .temporary(), _ changes: (String, JSON)...) throws -> MarketingScene {
    let scene = try MarketingScene(in: place)
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.ledger(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "goods"),
          products: [.init(sku: Identifier(restoring: "KETTLE-17"), categories: ["KITCHEN"], list: Money(minor: 3_900, Self.usd))])))
    let document = try changes.reduce(Self.newcomers()) { document, change in
      guard case .object(var members) = document else { return document }
      members.removeAll { $0.name == change.0 }
      return .object(members + [.init(change.0, change.1)])
    }
    let answer = scene.offer("schedule", document)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    try scene.ledger(scene.reserve(.reserved, 450_000, of: Self.welcome, entry: 2))
    try scene.service(Self.approval(at: scene.clock.now()))
    try scene.advance(to: MarketingScene.sunday)
    #expect(try state(scene) == "live")
    return scene
  }

  private func state(_ scene: MarketingScene) throws -> String? {
    try scene.show(Self.welcome)["versions"]?.array?.last?["state"]?.string
  }

  private func row(_ scene: MarketingScene) throws -> JSON {
    try scene.show(Self.welcome)["versions"]?.array?.first?["gate"]?.array?.first { $0["check"] == "parity" } ?? .null
  }

  private func turns(_ scene: MarketingScene) throws -> Int {
    try scene.told().count { if case .gateTurned = $0 { true } else { false } }
  }

  private func turn(_ scene: MarketingScene, _ deed: String) -> Response {
    scene.post("/v1/offers/\(deed)", ["offer": .string(Self.welcome)])
  }

  @Test func `at its instant the row fails, once, and names who can lift it; the offer rests only where somebody says so`() throws {
    let scene = try live()
    #expect(try row(scene)["state"] == "passed")
    try scene.advance(to: Self.ends.adding(.milliseconds(-1)))
    let before = try turns(scene)
    #expect(try row(scene)["state"] == "passed")
    try scene.advance(to: Self.ends)
    let row = try row(scene)
    #expect(row["state"] == "failed" && row["code"] == "parity_over" && row["since"]?.string == Self.ends.description, "\(row.text)")
    #expect(row["lifted_by"]?.string?.hasPrefix("marketer/maya, by a new version") == true, "\(row.text)")
    #expect(try row["lifted_by"]?.string?.contains("supervisor/ruth accepts") == true && state(scene) == "live")
    #expect(try scene.premises.ask(.get, "/v1/parity").json["offers"]?.array?.first?["exception"]?["over"] == true)
    // Later looks find it as it is.
    try scene.service(Self.approval(at: scene.clock.now()))
    try scene.advance(to: Self.ends.adding(.seconds(3_600)))
    #expect(try turns(scene) == before + 1)
    // Whoever lets it rest does not let it go on like this.
    #expect(turn(scene, "pause").status == 200)
    let refused = turn(scene, "resume")
    #expect(try refused.status == 409 && refused.json["code"] == "parity", "\(String(decoding: refused.body, as: UTF8.self))")
    #expect(try refused.json["detail"]?.string?.contains("can be lifted by marketer/maya") == true && state(scene) == "paused")
  }

  @Test func `a program that was down at that instant says so when it is back, as of then`() throws {
    let place = Folder.temporary()
    try live(in: place).store.close()
    let later = Self.ends.adding(.seconds(7_200))
    let again = try MarketingScene(in: place, at: later)
    try again.work()
    let row = try row(again)
    #expect(row["code"] == "parity_over" && row["since"]?.string == Self.ends.description, "\(row.text)")
    let findings = try again.premises.findings()
    #expect(findings == [], "\(findings)")
  }

  @Test func `before the start it blocks, and what was let pass or is equal is left alone`() throws {
    let scene = try live(
      ("window", ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-20T00:00:00", "time_zone": "America/New_York"]))
    // Another version whose exception is over before its start never goes live.
    let late = try Self.newcomers(
      ("offer_id", "late"),
      ("window", ["starts_at": "2026-05-12T00:00:00", "ends_at": "2026-05-20T00:00:00", "time_zone": "America/New_York"]))
    #expect(scene.offer("schedule", late).status == 200)
    try scene.ledger(scene.reserve(.reserved, 450_000, of: "late", entry: 3))
    try scene.service(
      .parityApproved(
        ParityApproved(
          offerID: Identifier(restoring: "late"), version: 1, approved: true, by: Identifier(restoring: "supervisor/ruth"),
          at: scene.clock.now())))
    try scene.advance(to: Self.ends.adding(.seconds(12 * 3_600)))
    #expect(try scene.state("late") == "blocked")

    let waived = try MarketingScene()
    waived.openSpring()
    try waived.ledger(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "goods"),
          products: [.init(sku: Identifier(restoring: "KETTLE-17"), categories: ["KITCHEN"], list: Money(minor: 3_900, Self.usd))])))
    #expect(waived.offer("schedule", try Self.newcomers()).status == 200)
    try waived.ledger(waived.reserve(.reserved, 450_000, of: Self.welcome, entry: 2))
    waived.post("/v1/offers/waive", ["offer": .string(Self.welcome), "checks": ["parity"], "reason": "the law asks for it"])
    try waived.advance(to: Self.ends.adding(.seconds(3_600)))
    #expect(try state(waived) == "live" && row(waived)["state"] == "waived")
  }
}

extension MarketingScene {
  fileprivate func state(_ offer: String) throws -> String? { try show(offer)["versions"]?.array?.last?["state"]?.string }
}
