import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import Terms
import TestKit
import Testing

/// New customers pay no less as long as another offer evens it out; the instant at which that one goes away, somebody has to know.
struct ParityGapTests {
  private static let welcome = "welcome-kettle"
  /// Monday noon in New York: the other offer's end.
  private static let noon = MarketingScene.sunday.adding(.seconds(36 * 3_600))
  private static let products: DomainEvent = .productsListed(
    ProductsListed(
      batchID: Identifier(restoring: "goods"),
      products: [.init(sku: Identifier(restoring: "KETTLE-17"), categories: ["KITCHEN"], list: Money(minor: 3_900, MarketingScene.usd))]))

  /// 15 % off the kettle for `customers`, from Sunday on.
  private static func offer(
    _ id: String, for customers: JSON, from start: String = "2026-05-10T00:00:00", until end: String = "2026-05-13T00:00:00",
    exception: JSON = .null
  ) throws -> JSON {
    try MarketingScene.sundayOffer(
      ("parity_exception", exception),
      ("offer_id", .string(id)), ("benefit", ["kind": "percent_off", "percent_off": "15"]), ("eligibility", customers),
      ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]), ("stacking", ["group": "price"]),
      ("window", ["starts_at": .string(start), "ends_at": .string(end), "time_zone": "America/New_York"]))
  }

  /// Why new customers may pay less; nobody has accepted it, for they do not as long as the other offer is there.
  private static func exception(until end: String) -> JSON {
    [
      "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": .string(end),
      "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 5_000, "currency": "USD"]],
    ]
  }

  private static let everyone: JSON = ["customers": "everyone", "anonymous_orders": true]
  private static let newcomers: JSON = [
    "customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false,
  ]

  /// Both live since Sunday: one for new customers alone, and one for everyone until Monday noon.
  private func live(in place: Folder = .temporary(), excepted end: String = "2026-05-13T00:00:00") throws -> MarketingScene {
    let scene = try MarketingScene(in: place)
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.ledger(Self.products)
    for (entry, offer) in [
      try Self.offer("even", for: Self.everyone, until: "2026-05-11T12:00:00"),
      try Self.offer(Self.welcome, for: Self.newcomers, exception: Self.exception(until: end)),
    ].enumerated() {
      let answer = scene.offer("schedule", offer)
      #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
      try scene.ledger(scene.reserve(.reserved, 450_000, of: offer["offer_id"]?.string ?? "", entry: Int64(entry) + 2))
    }
    try scene.advance(to: MarketingScene.sunday)
    #expect(try state(scene, "even") == "live" && state(scene, Self.welcome) == "live")
    #expect(try row(scene)["state"] == "passed")
    return scene
  }

  private func state(_ scene: MarketingScene, _ offer: String) throws -> String? {
    try scene.show(offer)["versions"]?.array?.last?["state"]?.string
  }

  private func row(_ scene: MarketingScene) throws -> JSON {
    try scene.show(Self.welcome)["versions"]?.array?.first?["gate"]?.array?.first { $0["check"] == "parity" } ?? .null
  }

  private func turns(_ scene: MarketingScene) throws -> Int {
    try scene.told().count { if case .gateTurned(let fact) = $0 { fact.offerID.text == Self.welcome } else { false } }
  }

  private func turn(_ scene: MarketingScene, _ deed: String, _ offer: String) throws {
    let answer = scene.post("/v1/offers/\(deed)", ["offer": .string(offer)])
    #expect(answer.status == 200, "\(deed): \(String(decoding: answer.body, as: UTF8.self))")
    try scene.work()
  }

  // MARK: Marketing

  @Test func `the other offer ends by the clock: the row fails at that instant, once, and names who can lift it`() throws {
    let scene = try live()
    try scene.advance(to: Self.noon.adding(.milliseconds(-1)))
    let before = try turns(scene)
    #expect(try row(scene)["state"] == "passed" && state(scene, "even") == "live")
    try scene.advance(to: Self.noon)
    #expect(try state(scene, "even") == "ended" && state(scene, Self.welcome) == "live")
    let row = try row(scene)
    #expect(row["state"] == "waiting" && row["code"] == "parity_unapproved" && row["since"]?.string == Self.noon.description, "\(row.text)")
    #expect(row["lifted_by"]?.string?.hasPrefix("supervisor/ruth, with `accord parity approve") == true, "\(row.text)")
    // Later looks find it as it is.
    try scene.advance(to: Self.noon.adding(.seconds(3_600)))
    try scene.ledger(Self.products)
    try scene.work()
    #expect(try turns(scene) == before + 1)
    // Whoever is to accept it does, and it holds.
    try scene.service(
      .parityApproved(
        ParityApproved(
          offerID: Identifier(restoring: Self.welcome), version: 1, approved: true, by: Identifier(restoring: "supervisor/ruth"),
          at: scene.clock.now())))
    try scene.work()
    #expect(try self.row(scene)["state"] == "passed" && scene.premises.findings() == [])
  }

  @Test func `an exception that was over before is no word for a gap that opens later, and the gap counts from then`() throws {
    let scene = try live(excepted: "2026-05-11T06:00:00")
    try scene.advance(to: Self.noon.adding(.milliseconds(-1)))
    #expect(try row(scene)["state"] == "passed")
    try scene.advance(to: Self.noon)
    let row = try row(scene)
    #expect(row["code"] == "parity_over" && row["since"]?.string == Self.noon.description, "\(row.text)")
  }

  @Test(arguments: ["end", "stop"])
  func `somebody ends or stops the other offer: the row fails at once`(deed: String) throws {
    let scene = try live()
    let now = MarketingScene.sunday.adding(.seconds(5_000))
    try scene.advance(to: now)
    try turn(scene, deed, "even")
    let row = try row(scene)
    #expect(row["code"] == "parity_unapproved" && row["since"]?.string == now.description, "\(row.text)")
  }

  @Test func `a rest opens no gap: what is ordered meanwhile gets it afterwards`() throws {
    let scene = try live()
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(5_000)))
    let before = try turns(scene)
    for deed in ["pause", "resume"] {
      try turn(scene, deed, "even")
      #expect(try row(scene)["state"] == "passed" && turns(scene) == before)
    }
  }

  @Test func `another offer shuts the gap again, and the row holds`() throws {
    let scene = try live()
    try scene.advance(to: Self.noon)
    #expect(try row(scene)["state"] == "waiting")
    let answer = scene.offer("schedule", try Self.offer("again", for: Self.everyone, from: "2026-05-11T18:00:00"))
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    try scene.work()
    #expect(try row(scene)["state"] == "passed")
    // It is given up before it begins: the gap is there again.
    try turn(scene, "cancel", "again")
    #expect(try row(scene)["code"] == "parity_unapproved")
  }

  @Test func `a program that was down at that instant says so when it is back, as of then`() throws {
    let place = Folder.temporary()
    try live(in: place).store.close()
    let again = try MarketingScene(in: place, at: Self.noon.adding(.seconds(7_200)))
    try again.work()
    #expect(try state(again, "even") == "ended")
    let row = try row(again)
    #expect(row["code"] == "parity_unapproved" && row["since"]?.string == Self.noon.description, "\(row.text)")
    #expect(try again.premises.findings() == [])
  }

  // MARK: Customer service

  @Test func `at customer service it is a task as long as the other offer is gone`() throws {
    let scene = try CareScene()
    let kettle: JSON = ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]
    func offer(_ id: String, _ customers: JSON) -> TaleOffer {
      TaleOffer(
        id, ("briefing", .null), ("benefit", ["kind": "percent_off", "percent_off": "15"]), ("applies_to", kettle),
        ("stacking", ["group": "price", "combines_with": []]), ("eligibility", customers))
    }
    let (new, even) = (offer("sunday", Self.newcomers), offer("even", Self.everyone))
    try scene.hear(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "goods"),
          products: [.init(sku: Identifier(restoring: "KETTLE-17"), categories: [], list: OrderDraft.euros(3_900))])))
    try scene.openShop(new)
    try scene.hear(even.versioned, even.scheduled)
    try scene.hear(even.turned(.launched, at: scene.clock.now()))
    func gaps() throws -> [JSON] { (try scene.get("/v1/tasks")["tasks"]?.array ?? []).filter { $0["kind"] == "parity_gap" } }
    #expect(try gaps().isEmpty)
    try scene.advance(to: scene.clock.now().adding(.seconds(600)))
    try scene.hear(even.turned(.paused, at: scene.clock.now()))
    #expect(try gaps().isEmpty)
    try scene.hear(even.turned(.ended, at: scene.clock.now()))
    let task = try #require(try gaps().first)
    #expect(try gaps().count == 1 && task["offer"] == "sunday@1" && task["since"]?.string == scene.clock.now().description, "\(task.text)")
    #expect(task["sentence"]?.string?.contains("marketer/maya at marketing") == true)
    try scene.hear(new.turned(.stopped, at: scene.clock.now()))
    #expect(try gaps().isEmpty)
  }

  // MARK: The register

  @Test func `in the register it is a row of its own, and the offer was equal when it went live`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    func say(_ name: String, _ state: OfferScheduled.GateRow.State, _ code: String? = nil) throws {
      try house.say(
        GateTurned(
          offerID: try Identifier(name), version: 1,
          rows: [.init(check: .parity, state: state, since: house.now, sentence: state == .passed ? nil : "they pay more", code: code)],
          at: house.now
        ).event)
    }
    for name in ["goes-on", "mended", "unapproved"] {
      var offer = PlannedOffer()
      (offer.id, offer.customers, offer.reserve) = (name, "new", 10_000)
      try say(name, .passed)
      try house.launch(offer)
    }
    let opened = PlannedOffer.instant("2026-05-11T00:00:00")
    try house.advance(to: opened)
    for name in ["goes-on", "mended"] { try say(name, .failed, "parity_gap") }
    try say("unapproved", .waiting, "parity_unapproved")
    try house.advance(by: .seconds(3_600))
    try say("mended", .passed)
    func found(_ suffix: String) throws -> [String: String] {
      let rows = try house.register([("kind", "parity")]).filter {
        ($0["disconnect_id"]?.string ?? "").hasSuffix(suffix) == true && ($0["disconnect_id"]?.string ?? "").hasPrefix("parity/")
      }
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["disconnect_id"]?.string ?? "", $0["outcome"]?.string ?? "") })
    }
    try house.advance(to: opened.adding(.seconds(86_399)))
    try house.audit()
    #expect(try found("/gap").isEmpty)
    try house.advance(to: opened.adding(.seconds(86_400)))
    try house.audit()
    #expect(try found("/gap") == ["parity/goes-on@1/gap": "slipped", "parity/unapproved@1/gap": "slipped"])
    #expect(
      try found("@1") == ["parity/goes-on@1": "prevented", "parity/mended@1": "prevented", "parity/unapproved@1": "prevented"])
  }
}
