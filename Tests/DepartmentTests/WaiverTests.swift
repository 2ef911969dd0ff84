import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// What people let pass, and how: waivers, emergencies, versions that wait for their words, stops that are looked at before.
struct WaiverTests {
  @Test func `a row is waived with a reason, by whoever may, and told`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings", "sheets"])
    #expect(
      scene.post(
        "/v1/offers/waive",
        ["offer": "sunday-free-shipping", "checks": ["briefings", "sheets"], "reason": "two agents, who wrote it themselves"]
      ).status == 200)
    #expect(try scene.lacking() == [])
    let row = try scene.row("sheets")
    #expect(row["state"] == "waived" && row["by"] == "operator" && row["sentence"] == "two agents, who wrote it themselves")
    let told = try scene.told().compactMap { if case .gateWaived(let fact) = $0 { fact } else { nil } }
    #expect(told.map(\.check) == [.briefings, .sheets])
    let report = try scene.premises.ask(.get, "/v1/passed-over").json["passed"]?.array ?? []
    #expect(report.count == 1 && report.first?["kind"] == "waiver" && report.first?["checks"] == ["briefings", "sheets"])
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
  }

  @Test func `a waiver refuses what is wrong by its name, and changes nothing`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    let before = try scene.words()
    for (body, status, code) in [
      (["offer": "sunday-free-shipping", "checks": ["terms"], "reason": "x"], 422, "checks"),
      (["offer": "sunday-free-shipping", "checks": ["nothing"], "reason": "x"], 422, "checks"),
      (["offer": "sunday-free-shipping", "checks": [], "reason": "x"], 422, "checks"),
      (["offer": "sunday-free-shipping", "checks": ["briefings"]], 422, "reason"),
      (["offer": "sunday-free-shipping", "checks": ["briefings"], "reason": ""], 422, "reason"),
      (["offer": "nobody", "checks": ["briefings"], "reason": "x"], 404, "no_offer"),
      (["checks": ["briefings"], "reason": "x"], 400, "no_offer_named"),
    ] as [(JSON, Int, String)] {
      let answer = scene.post("/v1/offers/waive", body)
      #expect(try answer.status == status && answer.json["code"]?.string == code, "\(body.text)")
    }
    #expect(try scene.words() == before)
  }

  @Test func `an emergency takes two named people, the second with their own credential`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    let ruth = try scene.token(of: "supervisor/ruth", .supervisor)
    _ = try scene.token(of: "agent/ines", .agent)
    let before = try scene.words()
    for (body, code) in [
      (["offer": "sunday-free-shipping", "emergency": true, "reason": "r"], "with"),
      // Nobody waits for who does not exist, or may not.
      (["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/nobody", "reason": "r"], "with"),
      (["offer": "sunday-free-shipping", "emergency": true, "with": "agent/ines", "reason": "r"], "with"),
      (["offer": "sunday-free-shipping", "emergency": true, "with": "operator", "reason": "r"], "with"),
      (["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth"], "reason"),
    ] as [(JSON, String)] {
      let answer = scene.post("/v1/offers/launch", body)
      #expect(try answer.status == 422 && answer.json["code"]?.string == code, "\(body.text)")
    }
    #expect(try scene.words() == before)
    let asked = scene.post(
      "/v1/offers/launch",
      ["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth", "reason": "the recall cannot wait"])
    #expect(try asked.status == 200 && asked.json["outcome"] == "awaiting")
    #expect(try scene.state() == "blocked")
    // The operator asked; only Ruth confirms.
    let wrong = scene.post("/v1/offers/confirm", ["offer": "sunday-free-shipping"])
    #expect(try wrong.status == 403 && wrong.json["code"] == "not_asked")
    let confirmed = scene.post("/v1/offers/confirm", ["offer": "sunday-free-shipping"], token: ruth)
    #expect(confirmed.status == 200, "\(String(decoding: confirmed.body, as: UTF8.self))")
    #expect(try scene.state() == "live")
    let launched = try #require(try scene.turns().last)
    #expect(
      launched.emergency?.by.map(\.text) == ["operator", "supervisor/ruth"] && launched.emergency?.reason == "the recall cannot wait")
    #expect(try scene.row("briefings")["state"] == "waived")
    #expect(launched.sentence == "although its briefings did not hold")
    // It is reported, beside whatever else was let pass.
    let report = try scene.premises.ask(.get, "/v1/passed-over").json["passed"]?.array ?? []
    #expect(report.count == 1 && report.first?["kind"] == "emergency" && report.first?["checks"] == ["briefings"], "\(report.map(\.text))")
    #expect(report.first?["by"] == "operator" && report.first?["second"] == "supervisor/ruth" && report.first?["confirmed_at"] != nil)
    #expect(report.first?["offer"] == "sunday-free-shipping@1" && report.first?["reason"] == "the recall cannot wait")
  }

  @Test func `a question for confirmation does not stand for ever, and none is needed where the gate is open`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    try scene.advance(to: MarketingScene.sunday)
    let ruth = try scene.token(of: "supervisor/ruth", .supervisor)
    scene.post(
      "/v1/offers/launch", ["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth", "reason": "the recall"])
    scene.clock.advance(to: MarketingScene.sunday.adding(.seconds(3_601)))
    #expect(try scene.premises.ask(.get, "/v1/passed-over").json["passed"]?.array?.first?["confirmed_at"] == nil)
    #expect(try scene.post("/v1/offers/confirm", ["offer": "sunday-free-shipping"], token: ruth).json["code"] == "no_emergency")
    for agent in MarketingScene.agents { try scene.service(MarketingScene.read(agent)) }
    let open = scene.post(
      "/v1/offers/launch", ["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth", "reason": "the recall"])
    #expect(try open.status == 409 && open.json["code"] == "no_emergency")
  }

  @Test func `whoever asked for an emergency and has left since is not one of the two`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    try scene.advance(to: MarketingScene.sunday)
    let (noor, ruth) = (try scene.token(of: "marketer/noor", .marketer), try scene.token(of: "supervisor/ruth", .supervisor))
    let wish: JSON = ["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth", "reason": "the recall"]
    #expect(scene.post("/v1/offers/launch", wish, token: noor).status == 200)
    try scene.ledger(MarketingScene.colleague("marketer/noor", active: false, at: scene.clock.now()))
    let alone = scene.post("/v1/offers/confirm", ["offer": "sunday-free-shipping"], token: ruth)
    #expect(try alone.status == 409 && alone.json["code"] == "asker_left" && scene.state() == "blocked")
  }

  @Test func `a material version waits for its own words, and the one before serves until then`() throws {
    let scene = try MarketingScene.demanding()
    try scene.advance(to: MarketingScene.sunday)
    let changed = ("benefit", ["kind": "free_shipping", "max": ["amount_minor": 1_000, "currency": "USD"]] as JSON)
    #expect(scene.offer("schedule", try MarketingScene.demandingOffer(("version", 2), changed)).status == 200)
    #expect(try scene.state(1) == "live" && scene.state(2) == "scheduled")
    // What was promised stands as it did: only the words are asked for anew.
    #expect(try scene.lacking(2) == ["sheets", "briefings"])
    try scene.advance(to: MarketingScene.sunday.adding(.seconds(3 * 3_600)))
    #expect(try scene.state(1) == "live" && scene.state(2) == "scheduled")
    let now = scene.clock.now()
    try scene.service(MarketingScene.sheet("en-US", version: 2, at: now), MarketingScene.sheet("es-US", version: 2, at: now))
    for agent in MarketingScene.agents { try scene.service(MarketingScene.read(agent, version: 2, at: now)) }
    #expect(try scene.state(1) == "superseded" && scene.state(2) == "live")
    let declared = try scene.told().compactMap { if case .promiseDeclared(let fact) = $0 { fact } else { nil } }
    #expect(declared.map(\.version) == [1, 1, 1, 2, 2, 2])
  }

  @Test func `a minor version asks for nothing anew`() throws {
    let scene = try MarketingScene.demanding()
    try scene.advance(to: MarketingScene.sunday)
    let second = try MarketingScene.demandingOffer(("version", 2), ("significance", "minor"), ("also_called", ["free postage"]))
    #expect(scene.offer("schedule", second).status == 200)
    #expect(try scene.state(1) == "superseded" && scene.state(2) == "live")
  }

  @Test func `of two who edit, the second is told what the first changed`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    #expect(scene.offer("save", try MarketingScene.sundayOffer()).status == 200)
    let seen = try #require(try scene.show()["revision"]?.integer)
    let second = try MarketingScene.sundayOffer(("version", 2), ("also_called", ["free postage"]), ("significance", "minor"))
    #expect(scene.offer("save", second, ("revision", .integer(seen))).status == 200)
    let late = scene.offer(
      "save", try MarketingScene.sundayOffer(("version", 2), ("honour_for", "PT24H")), ("revision", .integer(seen)))
    #expect(try late.status == 409 && late.json["code"] == "offer_changed")
    let sentence = try late.json["detail"]?.string ?? ""
    #expect(sentence.contains("operator") && sentence.contains("version 2") && sentence.contains("/also_called"), "\(sentence)")
    // Without saying what they saw, the other content is named all the same.
    let blind = scene.offer("save", try MarketingScene.sundayOffer(("version", 2), ("honour_for", "PT24H")))
    #expect(try blind.status == 409 && blind.json["detail"]?.string?.contains("/honour_for") == true)
  }

  @Test func `a stop says before what it will undo, and a difference which lines are material`() throws {
    let scene = try MarketingScene.demanding()
    #expect(try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/stop-preview").json["code"] == "offer_state")
    try scene.advance(to: MarketingScene.sunday)
    try scene.ledger(MarketingScene.remedy("o-1", of: "ada"))
    let before = try scene.words()
    let preview = try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/stop-preview").json
    #expect(preview["counts"]?["remedies"] == 1 && preview["counts"]?["remedies_untold"] == 1)
    #expect(
      preview["will"]?.array?.isEmpty == false && preview["will_not"]?.array?.contains { $0.string?.contains("9.95 USD") == true } == true)
    #expect(try scene.words() == before && scene.state() == "live")

    scene.offer(
      "save", try MarketingScene.demandingOffer(("version", 2), ("honour_for", "PT24H"), ("also_called", ["free postage"])))
    let diff = try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/diff", query: [("from", "1"), ("to", "2")]).json
    #expect(diff["material"] == true)
    let changes = diff["changes"]?.array ?? []
    #expect(changes.first { $0["field"] == "/honour_for" }?["material"] == true)
    #expect(changes.first { $0["field"] == "/also_called" }?["material"] == false)
    #expect(changes.first { $0["field"] == "/honour_for" }?["before"] == "PT336H")
    #expect(try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/diff", query: [("to", "9")]).json["code"] == "no_version")
    #expect(
      try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/diff", query: [("from", "x"), ("to", "2")]).json["code"] == "from")
  }

  @Test func `what is done to an offer by its name is done to what customers know, whatever waits to take its place`() throws {
    let scene = try MarketingScene.demanding()
    try scene.advance(to: MarketingScene.sunday)
    let changed = ("benefit", ["kind": "free_shipping", "max": ["amount_minor": 1_000, "currency": "USD"]] as JSON)
    #expect(scene.offer("schedule", try MarketingScene.demandingOffer(("version", 2), changed)).status == 200)
    #expect(try scene.state(1) == "live" && scene.state(2) == "scheduled")
    func look(_ door: String, _ version: String? = nil) throws -> JSON {
      try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/\(door)", query: version.map { [("version", $0)] } ?? []).json
    }
    #expect(try look("gate")["version"] == 2 && look("gate", "1")["version"] == 1 && look("gate", "9")["code"] == "no_version")
    for (deed, state) in [("pause", "paused"), ("resume", "live"), ("stop", "stopped")] {
      if deed == "stop" {
        #expect(try look("stop-preview")["offer"] == "sunday-free-shipping@1" && look("stop-preview", "1")["state"] == "live")
        #expect(try look("stop-preview", "2")["detail"]?.string?.contains("that is sunday-free-shipping@1") == true)
        #expect(try look("stop-preview", "9")["code"] == "no_version")
      }
      #expect(scene.offer(deed).status == 200, "\(deed)")
      #expect(try scene.state(1) == state && scene.state(2) == "scheduled", "\(deed)")
    }
    // What waits is given up by the name, what is live never.
    #expect(scene.offer("cancel").status == 200)
    #expect(try scene.state(1) == "stopped" && scene.state(2) == "cancelled")
    #expect(scene.offer("cancel").status == 409 && scene.offer("end").status == 200)
  }
}
