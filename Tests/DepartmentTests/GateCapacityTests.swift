import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import TestKit
import Testing

/// The row of the capacity beside its neighbours: what was let pass there is not there, and whoever has not read an offer is not counted on.
struct GateCapacityTests {
  private func waive(_ scene: MarketingScene, _ checks: String...) {
    let answer = scene.post(
      "/v1/offers/waive",
      ["offer": "sunday-free-shipping", "checks": .array(checks.map { .string($0) }), "reason": "nobody could be asked"])
    #expect(answer.status == 200)
  }

  @Test func `a waiver is for its own row: without promises nothing is reserved, and that has to be let pass too`() throws {
    let scene = try MarketingScene.demanding(but: ["promises"])
    #expect(try scene.lacking() == ["promises"])
    waive(scene, "promises")
    #expect(try scene.lacking() == ["capacity"])
    let row = try scene.row("capacity")
    #expect(row["code"] == "capacity_not_reserved" && row["state"] == "waiting", "\(row.text)")
    #expect(row["sentence"]?.string?.contains("nothing is reserved for 120 contacts an hour") == true, "\(row.text)")
    #expect(row["lifted_by"]?.string?.contains("accord promise answer") == true)
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")

    // An answer lifts it as well as a waiver does.
    let answered = try MarketingScene.demanding(but: ["promises"])
    waive(answered, "promises")
    try answered.service(
      MarketingScene.answered("contacts", .upTo, 60), MarketingScene.answered("lead", .no), MarketingScene.answered("kettles"))
    #expect(try answered.lacking() == [] && answered.row("promises")["state"] == "waived" && answered.row("capacity")["state"] == "passed")
    let waived = try MarketingScene.demanding(but: ["promises"])
    waive(waived, "promises", "capacity")
    #expect(try waived.lacking() == [])
    try waived.advance(to: MarketingScene.sunday)
    #expect(try waived.state() == "live")
  }

  @Test func `an emergency passes over the rows that stand behind others too`() throws {
    let scene = try MarketingScene.demanding(but: ["promises", "sheets"])
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    let asked = scene.post(
      "/v1/offers/launch",
      ["offer": "sunday-free-shipping", "emergency": true, "with": "supervisor/ruth", "reason": "the recall cannot wait"])
    #expect(asked.status == 200)
    let told = try scene.told().compactMap { if case .gateWaived(let fact) = $0 { fact } else { nil } }
    #expect(told.map(\.check) == [.promises, .sheets, .capacity])
    let ruth = try scene.token(of: "supervisor/ruth", .supervisor)
    let confirmed = scene.post("/v1/offers/confirm", ["offer": "sunday-free-shipping"], token: ruth)
    #expect(confirmed.status == 200, "\(String(decoding: confirmed.body, as: UTF8.self))")
    #expect(try scene.state() == "live")
  }

  /// With a quorum of half of them two of three are enough, and the third takes nothing: 125 contacts an hour less the 7 of one agent.
  @Test func `whoever has not read it is not counted on once the quorum is enough without them`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    try scene.ledger(.policyPublished(PolicyPublished(name: "briefing", version: 1, document: ["quorum_percent": 50])))
    let later = MarketingScene.friday.adding(.seconds(60))
    try scene.advance(to: later)
    try scene.service(MarketingScene.capacity("s-0", 125, at: later))
    try scene.work()
    // While somebody must read it, that is the briefings' matter alone.
    #expect(try scene.lacking() == ["briefings"])
    for agent in ["agent/ines", "agent/tom"] { try scene.service(MarketingScene.read(agent, at: later)) }
    #expect(try scene.lacking() == ["capacity"])
    let row = try scene.row("capacity")
    #expect(row["code"] == "capacity_short" && row["since"]?.string == later.description, "\(row.text)")
    #expect(
      row["sentence"]?.string?.contains("only 118 contacts an hour for the 120") == true
        && row["sentence"]?.string?.contains("agent/uma is there and has not read it") == true, "\(row.text)")
    try scene.service(MarketingScene.read("agent/uma", at: later))
    #expect(try scene.lacking() == [])

    // Live, it is read at login: who comes instead of another takes nothing from what was promised.
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "live")
    try scene.service(
      MarketingScene.shift("agent/uma", absent: true, at: scene.clock.now()), MarketingScene.shift("agent/vera", at: scene.clock.now()))
    try scene.work()
    #expect(try scene.row("capacity")["state"] == "passed")
  }

  @Test func `who waives the briefings does without those who have not read it, unless that is waived too`() throws {
    let scene = try MarketingScene.demanding(but: ["briefings"])
    try scene.advance(to: MarketingScene.friday.adding(.seconds(60)))
    try scene.service(MarketingScene.capacity("s-0", 139, at: scene.clock.now()))
    try scene.work()
    waive(scene, "briefings")
    #expect(try scene.lacking() == ["capacity"] && scene.row("capacity")["sentence"]?.string?.contains("119 contacts") == true)
    try scene.service(MarketingScene.read("agent/ines", at: scene.clock.now()))
    #expect(try scene.lacking() == [])
  }
}
