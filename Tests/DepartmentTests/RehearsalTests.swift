import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// What a launch would come to, before anybody knows of it.
struct RehearsalTests {
  private func scene() throws -> MarketingScene {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear(MarketingScene.policies.map { try scene.delivery($0) })
    try scene.hear(["ada", "bob", "cleo", "dan"].flatMap { MarketingScene.person($0) }.map { try scene.delivery($0) })
    let start = MarketingScene.sunday
    for (id, person, hours, channel) in [
      ("o-20", "ada", 20, "web"), ("o-40", "bob", 40, "web"), ("o-49", "cleo", 49, "web"), ("o-70", "dan", 70, "web"),
      ("o-app", "cleo", 10, "app"),
    ] as [(String, String, Int64, String)] {
      try scene.ledger(MarketingScene.order(id, of: person, placed: start.adding(.seconds(-hours * 3_600)), channel: channel))
    }
    return scene
  }

  @Test func `orders and money for three lengths, who just misses, who would be written to, calls against capacity`() throws {
    let scene = try scene()
    try scene.service(
      MarketingScene.capacity("s-1", 0, from: MarketingScene.sunday, to: MarketingScene.sunday.adding(.seconds(3_600))))
    let before = try scene.words()
    let answer = scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(), "seed": 7])
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    let json = try answer.json
    let reaches = json["look_backs"]?.array ?? []
    #expect(reaches.compactMap { $0["hours"]?.integer } == [24, 48, 72] && reaches.compactMap { $0["granted"]?.integer } == [1, 2, 4])
    #expect(reaches.compactMap { $0["sum"]?["amount_minor"]?.integer } == [995, 1_990, 3_980])
    #expect(Set((json["largest"]?.array ?? []).compactMap { $0["order_id"]?.string }) == ["o-20", "o-40"])
    #expect(json["random"]?.array?.count == 2)
    let missed = json["missed"]?.array ?? []
    #expect(missed.compactMap { $0["order_id"]?.string } == ["o-app", "o-49", "o-70"])
    #expect(missed[0]["reason"] == "wrong_channel" && missed[1]["sentence"]?.string?.contains("60 minutes before") == true)
    #expect(json["people"]?["counts"] == ["send": 1, "honour": 2, "suppress": 1, "defer": 0])
    #expect(json["people"]?["reasons"]?["honoured_look_back"] == 2 && json["people"]?["reasons"]?["would_annoy.wrong_channel"] == 1)
    let hours = json["contacts"]?.array ?? []
    #expect(hours.count == 72 && hours[0]["expected"] == 0 && hours[0]["available"] == 0 && hours[0]["short"] == false)
    // Three messages and two who were given something: nobody will call because of that, as far as anybody can say.
    #expect(hours[1]["available"] == nil && json["contacts_expected"] == 0)
    // Nothing was told and nothing kept; the same seed shows the same orders.
    #expect(try scene.words() == before)
    #expect(
      try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(), "seed": 7]).json["random"] == json["random"])
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "nobody"]).json["code"] == "no_offer")
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "nobody", "seed": "x"]).json["code"] == "seed")
    #expect(reaches.allSatisfy { $0["anonymous"]?["granted"] == 0 } && json["people"]?["at_desk"] == 0)
    #expect(scene.post("/v1/offers/rehearse", .object([])).status == 400)
    #expect(scene.offer("save", try MarketingScene.sundayOffer()).status == 200)
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "sunday-free-shipping"]).json["look_backs"]?.array?.count == 3)
  }

  @Test func `of many orders the twenty largest, five at random and the ten who miss by least are shown`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let start = MarketingScene.sunday
    for number in 0..<27 {
      // From 1.00 to 3.60, in no order.
      let minor = 100 + Int64(number * 11 % 27) * 10
      try scene.ledger(
        MarketingScene.order("in-\(minor)", of: "p-\(number)", placed: start.adding(.seconds(-3_600 * Int64(number + 1))), shipping: minor))
    }
    for number in (0..<9).reversed() {
      let hours = Duration.seconds(-3_600 * Int64(number + 2))
      try scene.ledger(
        MarketingScene.order("app-\(number)", of: "a-\(number)", placed: start.adding(hours), channel: "app"),
        MarketingScene.order("early-\(number)", of: "e-\(number)", placed: start.adding(.seconds(-48 * 3_600 - 60 * Int64(number + 1)))))
    }
    func rehearsed(_ seed: Int64) throws -> JSON {
      try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(), "seed": .integer(seed)]).json
    }
    func ids(_ rows: JSON?) -> [String] { (rows?.array ?? []).compactMap { $0["order_id"]?.string } }
    let json = try rehearsed(1)
    #expect(json["look_backs"]?.array?.compactMap { $0["granted"]?.integer } == [24, 27, 36])
    #expect(ids(json["largest"]) == stride(from: 360, through: 170, by: -10).map { "in-\($0)" })
    let missed = ids(json["missed"])
    #expect(
      missed.filter { $0.hasPrefix("early") } == (0..<5).map { "early-\($0)" } && missed.count { $0.hasPrefix("app") } == 5, "\(missed)")
    // Each order has its chance: over many seeds every one of them is shown, five at a time and none twice.
    var seen: Set<String> = []
    for seed in 1...60 {
      let random = try ids(rehearsed(Int64(seed))["random"])
      #expect(random.count == 5 && Set(random).count == 5 && random.allSatisfy { $0.hasPrefix("in-") }, "\(random)")
      seen.formUnion(random)
    }
    #expect(seen.count == 27)
    // Where each of them calls on the first day, that is more than one an hour.
    try scene.service(MarketingScene.capacity("s-1", 0, from: start, to: start.adding(.seconds(3_600))))
    try scene.policy(
      "capacity",
      [
        "per_thousand": 0, "look_back_per_thousand": 1_000, "day_percents": [100], "contacts_per_agent_hour": 8, "usable_percent": 85,
      ])
    let called = try rehearsed(1)
    let hours = called["contacts"]?.array ?? []
    #expect(hours.count == 24 && called["contacts_expected"] == 27, "\(called.text)")
    #expect(hours[0]["expected"] == 1 && hours[0]["available"] == 0 && hours[0]["short"] == true && hours[23]["expected"] == 1)
  }

  @Test func `whoever may not be written to, and whom nobody can reach, are rehearsed as they will be judged`() throws {
    let scene = try scene()
    try scene.ledger(
      .customerRestricted(CustomerRestricted(change: .restricted, personID: Identifier(restoring: "ada"), cause: .minor)),
      MarketingScene.order("o-eve", of: "eve", placed: MarketingScene.sunday.adding(.seconds(-3_600))))
    let people = try #require(scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer()]).json["people"])
    #expect(people["counts"] == ["send": 1, "honour": 2, "suppress": 2, "defer": 0] && people["whole"] == true, "\(people.text)")
    #expect(
      people["reasons"] == [
        "eligible": 1, "honoured_look_back": 1, "honoured_look_back.at_desk": 1, "minor": 1, "would_annoy.wrong_channel": 1,
      ])
  }

  /// 200 contacts an hour of which three agents take 20; what nobody has read nobody is counted on for, here as at the gate.
  @Test func `what is available is counted by those who have read it, and how much more once the others have`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    func first(_ document: JSON? = nil) throws -> JSON {
      let body: JSON = document.map { ["document": $0] } ?? ["offer": "sunday-free-shipping"]
      return try #require(scene.post("/v1/offers/rehearse", body).json["contacts"]?.array?.first)
    }
    #expect(try first()["available"] == 180 && first()["once_briefed"] == 20)
    for (agent, available, more) in [("ines", 186, 14), ("tom", 193, 7)] as [(String, Int64, Int64)] {
      try scene.service(MarketingScene.read("agent/\(agent)"))
      #expect(try first()["available"]?.integer == available && first()["once_briefed"]?.integer == more, "\(agent)")
    }
    try scene.service(MarketingScene.read("agent/uma"))
    #expect(try first()["available"] == 200 && first()["once_briefed"] == nil)
    // The next version has to be read anew, unless it asks for no briefing.
    let next: (String, JSON) = ("version", 2)
    #expect(try first(MarketingScene.demandingOffer(next))["available"] == 180)
    #expect(try first(MarketingScene.demandingOffer(next, ("significance", "minor")))["available"] == 200)
    #expect(try first(MarketingScene.demandingOffer(next, ("briefing", .null)))["available"] == 200)
  }

  @Test func `orders of nobody we know count in orders and money; whoever it is is told at the desk alone`() throws {
    let scene = try scene()
    let start = MarketingScene.sunday
    for (id, hours, channel) in [("n-5", 5, "web"), ("n-30", 30, "web"), ("n-60", 60, "web"), ("n-app", 12, "app")]
      as [(String, Int64, String)]
    {
      try scene.ledger(MarketingScene.order(id, of: nil, placed: start.adding(.seconds(-hours * 3_600)), channel: channel))
    }
    let json = try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(), "seed": 7]).json
    let reaches = json["look_backs"]?.array ?? []
    #expect(reaches.compactMap { $0["granted"]?.integer } == [2, 4, 7], "\(json.text)")
    #expect(reaches.compactMap { $0["sum"]?["amount_minor"]?.integer } == [1_990, 3_980, 6_965])
    #expect(reaches.compactMap { $0["anonymous"]?["granted"]?.integer } == [1, 2, 3])
    #expect(reaches.compactMap { $0["anonymous"]?["sum"]?["amount_minor"]?.integer } == [995, 1_990, 2_985])
    let largest = json["largest"]?.array ?? []
    #expect(Set(largest.compactMap { $0["order_id"]?.string }) == ["o-20", "o-40", "n-5", "n-30"])
    #expect(largest.filter { $0["person_id"] == nil }.count == 2)
    // The same people are written to as without them.
    #expect(json["people"]?["counts"] == ["send": 1, "honour": 2, "suppress": 1, "defer": 0] && json["people"]?["at_desk"] == 2)
    #expect(try scene.premises.findings() == [])

    // An offer that does not cover them gives them nothing, and a reserve for those alone who are known is refused as too small.
    let known: JSON = ["customers": "everyone", "anonymous_orders": false, "channels": ["web", "phone"], "countries": ["US"]]
    let closed = try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(("eligibility", known))]).json
    #expect(closed["look_backs"]?.array?.compactMap { $0["granted"]?.integer } == [1, 2, 4] && closed["people"]?["at_desk"] == 0)
    let small = ("budget", ["reserve": ["amount_minor": 2_500, "currency": "USD"]] as JSON)
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer(small, ("eligibility", known))).status == 200)
    #expect(
      try scene.offer("schedule", MarketingScene.sundayOffer(("version", 2), small)).json["detail"]?.string?.contains("39.80 USD") == true)
  }
}
