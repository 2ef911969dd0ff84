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
    #expect(hours.count == 72 && hours[0]["expected"] == 1 && hours[0]["available"] == 0 && hours[0]["short"] == true)
    #expect(hours[1]["available"] == nil)
    // Nothing was told and nothing kept; the same seed shows the same orders.
    #expect(try scene.words() == before)
    #expect(
      try scene.post("/v1/offers/rehearse", ["document": try MarketingScene.sundayOffer(), "seed": 7]).json["random"] == json["random"])
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "nobody"]).json["code"] == "no_offer")
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "nobody", "seed": "x"]).json["code"] == "seed")
    #expect(scene.post("/v1/offers/rehearse", .object([])).status == 400)
    #expect(scene.offer("save", try MarketingScene.sundayOffer()).status == 200)
    #expect(try scene.post("/v1/offers/rehearse", ["offer": "sunday-free-shipping"]).json["look_backs"]?.array?.count == 3)
  }
}
