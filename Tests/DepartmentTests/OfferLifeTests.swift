import Contracts
import HTTP
import Host
import Shop
import Store
import TestKit
import Testing

/// Offers at marketing's doors: from the document to the end, on a manual clock.
struct OfferLifeTests {
  private func scheduled(_ scene: MarketingScene) throws {
    scene.openSpring()
    let answer = scene.offer("schedule", try MarketingScene.sundayOffer())
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  }

  @Test func `scheduled, paid for, and live at its start to the millisecond`() throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    #expect(try scene.words() == ["budget.opened", "offer.versioned", "offer.scheduled"])
    guard case .offerScheduled(let fact) = try scene.told()[2] else { return #expect(Bool(false)) }
    #expect(fact.startsAt == MarketingScene.sunday && fact.lookBackFrom == MarketingScene.sunday.adding(.seconds(-48 * 3_600)))
    // The look-back and the desk's allowance.
    #expect(fact.reserve == Money(minor: 450_000, MarketingScene.usd))
    #expect(fact.gate.count == 8 && fact.gate.filter { $0.state != .passed }.map(\.check) == [.budget])
    #expect(try scene.state() == "scheduled")

    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    #expect(try scene.show()["versions"]?.array?[0]["gate"]?.array?[1]["state"] == "passed")
    try scene.advance(to: MarketingScene.sunday.adding(.milliseconds(-1)))
    #expect(try scene.state() == "scheduled")
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
    let launched = try #require(try scene.turns().last)
    #expect(launched.turn == .launched && launched.effectiveFrom == MarketingScene.sunday && !launched.historical)
    #expect(launched.by.text == "marketing")
    // It ends by the clock.
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(3 * 86_400)))
    #expect(try scene.state() == "ended")
    #expect(try scene.turns().map(\.turn) == [.launched, .ended])
    #expect(try scene.premises.findings() == [])
  }

  @Test(arguments: [nil, 449_999] as [Int64?]) func `without its money it is blocked at the start, and stays so`(reserved: Int64?) throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    if let reserved { try scene.ledger(scene.reserve(.reserved, reserved, entry: 2)) }
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    let blocked = try #require(try scene.turns().last)
    #expect(blocked.turn == .blocked && blocked.sentence?.contains("has not set 4500.00 USD aside yet") == true)
    // Later it would pass, but nobody said so.
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 3))
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(600)))
    #expect(try scene.state() == "blocked")
    // A named person does.
    #expect(scene.offer("launch").status == 200)
    #expect(try scene.state() == "live")
    let launched = try #require(try scene.turns().last)
    #expect(launched.effectiveFrom == MarketingScene.sunday.adding(.seconds(600)) && launched.by.text == "operator")
  }

  @Test func `a refused reserve blocks with the ledger's cause, and more budget helps`() throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    try scene.ledger(scene.reserve(.refused, 450_000))
    #expect(try scene.state() == "scheduled")
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(3)))
    #expect(try scene.turns().last?.sentence?.contains("the campaign has too little") == true)
    #expect(scene.offer("launch").status == 200)
    // The ledger is asked again; its old no does not count against the new question.
    #expect(try scene.words().filter { $0 == "offer.scheduled" }.count == 2)
    #expect(try scene.state() == "scheduled")
    scene.clock.advance(to: scene.clock.now().adding(.milliseconds(20)))
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 9))
    #expect(try scene.state() == "live")
  }

  @Test func `a late launch goes live when the ledger has answered, from then on`() throws {
    let scene = try MarketingScene(at: MarketingScene.sunday.adding(.seconds(7_200)))
    scene.openSpring()
    #expect(scene.offer("launch", try MarketingScene.sundayOffer()).status == 200)
    #expect(try scene.state() == "scheduled")
    scene.clock.advance(to: scene.clock.now().adding(.milliseconds(30)))
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    let launched = try #require(try scene.turns().last)
    #expect(launched.turn == .launched && launched.effectiveFrom == MarketingScene.sunday.adding(.milliseconds(7_200_030)))
  }

  @Test func `an ordered launch does not stand for ever`() throws {
    let scene = try MarketingScene(at: MarketingScene.sunday.adding(.seconds(7_200)))
    scene.openSpring()
    scene.offer("launch", try MarketingScene.sundayOffer())
    try scene.advance(to: scene.clock.now().adding(.seconds(900)))
    #expect(try scene.state() == "blocked")
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    #expect(try scene.state() == "blocked")
  }

  @Test(arguments: [(0, 0), (1_000, 0), (1_001, 1_001)] as [(Int64, Int64)])
  func `within a second of the start is the start`(late: Int64, effective: Int64) throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday.adding(.milliseconds(late)))
    #expect(try scene.turns().last?.effectiveFrom == MarketingScene.sunday.adding(.milliseconds(effective)))
  }

  @Test func `paused, resumed, stopped, and then only a new version or the end`() throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    for (deed, state) in [("pause", "paused"), ("resume", "live"), ("stop", "stopped")] {
      #expect(scene.offer(deed, nil, ("cause", "words"), ("sentence", "we look at it")).status == 200)
      #expect(try scene.state() == state)
    }
    for deed in ["pause", "resume", "stop", "cancel", "launch", "schedule"] {
      let refused = scene.offer(deed)
      #expect(refused.status == 409, "\(deed)")
      #expect(try refused.json["detail"]?.string?.contains("stopped") == true)
    }
    // A new version takes the place of the stopped one, with the same money and from the same instant.
    var second = try MarketingScene.sundayOffer(("version", 2))
    #expect(scene.offer("schedule", second).status == 200)
    #expect(try scene.state(1) == "superseded" && scene.state(2) == "live")
    #expect(try scene.turns().last?.effectiveFrom == MarketingScene.sunday)
    // A third with more money waits for the ledger; until then the second stays.
    second = try MarketingScene.sundayOffer(
      ("version", 3),
      (
        "budget",
        ["reserve": ["amount_minor": 500_000, "currency": "USD"], "desk_allowance": ["amount_minor": 50_000, "currency": "USD"]]
      ))
    #expect(scene.offer("schedule", second).status == 200)
    #expect(try scene.state(2) == "live" && scene.state(3) == "scheduled")
    try scene.ledger(scene.reserve(.reserved, 100_000, entry: 7))
    #expect(try scene.state(2) == "superseded" && scene.state(3) == "live")
    #expect(scene.offer("end", nil).status == 200)
    #expect(try scene.state(3) == "ended")
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer(("version", 4))).status == 409)
    #expect(try scene.premises.findings() == [])
  }

  @Test func `the end gives up what waited to take over`() throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    scene.offer(
      "schedule",
      try MarketingScene.sundayOffer(("version", 2), ("budget", ["reserve": ["amount_minor": 900_000, "currency": "USD"]])))
    #expect(try scene.state(2) == "scheduled")
    #expect(scene.post("/v1/offers/end", ["offer": "sunday-free-shipping@1"]).status == 200)
    #expect(try scene.state(1) == "ended" && scene.state(2) == "cancelled")
  }

  /// What is tried, on which clock, and what the refusal says.
  @Test func `what the life, the clock and the versions refuse, each in a sentence`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    func refused(_ answer: Response, _ status: Int, _ code: String, _ words: String, _ line: Int = #line) throws {
      #expect(answer.status == status, "line \(line): \(String(decoding: answer.body, as: UTF8.self))")
      let json = try answer.json
      #expect(json["code"]?.string == code, "line \(line)")
      #expect(json["detail"]?.string?.contains(words) == true, "line \(line): \(json["detail"]?.string ?? "")")
    }
    try refused(scene.offer("launch"), 404, "no_offer", "there is no offer sunday-free-shipping")
    try refused(
      scene.offer("launch", try MarketingScene.sundayOffer()), 409, "offer_window", "begins at 2026-05-10T04:00:00.000Z by itself")
    try refused(
      scene.offer("launch", try MarketingScene.sundayOffer(), ("historical", true)), 409, "offer_window",
      "begins at 2026-05-10T04:00:00.000Z")
    try refused(scene.offer("schedule", try MarketingScene.sundayOffer(("version", 2))), 422, "offer_refused", "write 1")
    // Nothing of what was refused stays.
    #expect(try scene.words() == ["budget.opened"])

    #expect(scene.offer("save", try MarketingScene.sundayOffer()).status == 200)
    for (deed, words) in [
      ("pause", "nobody knows it yet"), ("resume", "nobody knows it yet"), ("stop", "nobody knows it yet"), ("end", "nobody knows it yet"),
    ] { try refused(scene.offer(deed), 409, "offer_state", words) }
    try refused(
      scene.offer("schedule", try MarketingScene.sundayOffer(("also_called", ["other"]))), 409, "offer_content", "/also_called")
    try refused(
      scene.offer("schedule", nil, ("revision", 99)), 409, "offer_changed", "was changed meanwhile (you saw state 99")
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    #expect(scene.offer("schedule").status == 200)
    for deed in ["pause", "resume", "stop", "end"] { try refused(scene.offer(deed), 409, "offer_state", "cancel it") }
    #expect(scene.offer("cancel").status == 200)
    try refused(scene.offer("schedule"), 409, "offer_state", "was given up for good")
    try refused(scene.offer("schedule", try MarketingScene.sundayOffer(("version", 2))), 409, "offer_over", "make a new offer")

    // On Monday its start has passed, in June its window.
    scene.clock.advance(to: MarketingScene.sunday.adding(.seconds(86_400)))
    let other = try MarketingScene.sundayOffer(("offer_id", "late"))
    let late = scene.offer("schedule", other)
    #expect(late.status == 409 || late.status == 422)
    #expect(String(decoding: late.body, as: UTF8.self).contains("launch"))
    try refused(scene.offer("launch", other, ("historical", true)), 409, "offer_window", "--historical is for windows that have passed")
    scene.clock.advance(to: MarketingScene.sunday.adding(.seconds(20 * 86_400)))
    let over = scene.offer("launch", other)
    #expect(over.status == 409 || over.status == 422)
    #expect(String(decoding: over.body, as: UTF8.self).contains("historical"))
  }

  @Test func `owners must work here: by the built-in shop, or by a file that is given`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let left = try MarketingScene.sundayOffer(("owner", "marketer/otto"))
    let refused = scene.offer("schedule", left)
    #expect(refused.status == 422)
    #expect(try refused.json["detail"]?.string?.contains("/owner") == true)
    let checked = try scene.post("/v1/offers/check", ["document": left, "people": ["marketer/otto", "agent/ines"]]).json
    #expect(checked["findings"]?.array?.contains { $0["field"] == "/owner" } == false)
    #expect(scene.offer("schedule", left, ("people", ["marketer/otto", "agent/ines"])).status == 200)
    // The file stays: the one of before is nobody now.
    let other = scene.offer("schedule", try MarketingScene.sundayOffer(("offer_id", "other"), ("owner", "marketer/maya")))
    #expect(other.status == 422)
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer(), ("people", ["no list of": "ids"])).status == 400)
  }

  @Test func `an owner who leaves before the start blocks it`() throws {
    let scene = try MarketingScene()
    try scheduled(scene)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    scene.post("/v1/offers/cancel", ["offer": "nobody", "people": ["agent/ines"]])
    // What was refused left nothing behind, the people included.
    #expect(
      scene.offer("save", try MarketingScene.sundayOffer(), ("people", ["agent/ines", ["id": "marketer/maya", "left": true]])).status == 422
    )
    #expect(
      scene.offer(
        "save", try MarketingScene.sundayOffer(("offer_id", "other"), ("owner", "agent/ines")),
        ("people", ["agent/ines", ["id": "marketer/maya", "left": true]])
      ).status == 200)
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    #expect(try scene.turns().last?.sentence?.contains("/owner") == true)
  }

  @Test func `campaigns open once, and close when nothing needs them`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let body: JSON = ["campaign_id": "spring", "budget": ["amount_minor": 1_000_000, "currency": "USD"], "approved_by": "supervisor/ruth"]
    #expect(try scene.post("/v1/campaigns", body).json["outcome"] == "exists")
    for (change, code) in [
      (["amount_minor": 5, "currency": "USD"], "campaign_exists"), (["amount_minor": 0, "currency": "USD"], "budget"),
      (["amount_minor": 5, "currency": "XXQ"], "budget"), (["currency": "USD"], "budget"),
    ] as [(JSON, String)] {
      #expect(try scene.post("/v1/campaigns", ["campaign_id": "spring", "budget": change]).json["code"] == .string(code))
    }
    #expect(try scene.post("/v1/campaigns", ["campaign_id": "two words"]).json["code"] == "campaign_id")
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    #expect(try scene.post("/v1/campaigns/spring/close", .object([])).json["code"] == "campaign_in_use")
    #expect(scene.offer("cancel").status == 200)
    #expect(scene.post("/v1/campaigns/spring/close", .object([])).status == 200)
    let refused = scene.offer("schedule", try MarketingScene.sundayOffer(("offer_id", "other")))
    #expect(refused.status == 422)
    #expect(try refused.json["detail"]?.string?.contains("/campaign_id") == true)
    #expect(try scene.words().last == "offer.cancelled" || scene.words().last == "budget.closed")
  }

  @Test func `a check tells near names of what the catalogue has`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.ledger(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "b-1"),
          products: [
            .init(
              sku: Identifier(restoring: "CHAIR-OAK"), categories: ["OVERSIZE", "HOME"], list: Money(minor: 24_900, MarketingScene.usd)),
            .init(sku: Identifier(restoring: "pro-monthly"), kind: .plan, list: Money(minor: 3_000, MarketingScene.usd)),
          ])))
    let good = try scene.post("/v1/offers/check", ["document": try MarketingScene.sundayOffer()]).json
    #expect(good["schedulable"] == true && good["sentences"]?.array?.isEmpty == false)
    let wrong = try MarketingScene.sundayOffer(
      (
        "applies_to",
        [
          "include": [["kind": "shipping", "methods": ["standard"]]], "exclude": [["kind": "category", "ids": ["OVERSIZED"]]],
        ]
      ))
    let found = try scene.post("/v1/offers/check", ["document": wrong]).json
    #expect(found["schedulable"] == false)
    #expect(
      found["findings"]?.array?.contains {
        $0["next_step"]?.string?.contains("OVERSIZE") == true || $0["sentence"]?.string?.contains("OVERSIZE") == true
      } == true)
    // A check changes nothing.
    #expect(try scene.words() == ["budget.opened"])
  }
}
