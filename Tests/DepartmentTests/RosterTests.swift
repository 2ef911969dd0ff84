import Contracts
import HTTP
import TestKit
import Testing

/// Who works when, and who must have read an offer because of it.
struct RosterTests {
  private static let sunday = "2026-05-10T12:00:00Z"
  private static let evening = "2026-05-10T20:00:00Z"

  private func scene() throws -> WordScene {
    let scene = try WordScene()
    try scene.hire("lead/ruth", .lead)
    try scene.hire("agent/ines", .agent)
    try scene.hire("agent/tom", .agent)
    try scene.hire("agent/gone", .agent, active: false)
    return scene
  }

  private func shifts(_ scene: WordScene) throws -> [String] {
    let query = [("from", "2026-05-10T00:00:00Z"), ("to", "2026-05-14T00:00:00Z")]
    return try #require(scene.get("/v1/roster", query).json["shifts"]?.array).map { shift in
      "\(shift["agent_id"]?.string ?? "?") \(shift["shift_id"]?.string ?? "?")\(shift["absent"] == true ? " absent" : "")"
    }
  }

  @Test func `rows come in once, are changed where they say otherwise, and refused by their line and field`() throws {
    let scene = try scene()
    let good = WordScene.row(2, "agent/ines", Self.sunday, Self.evening, .init("shift_id", "early"), .init("locales", ["en-US", "es-US"]))
    #expect(try scene.roster([good])["outcomes"] == "c")
    #expect(try scene.roster([good])["outcomes"] == "m")
    let longer = WordScene.row(2, "agent/ines", Self.sunday, "2026-05-10T21:00:00Z", .init("shift_id", "early"))
    #expect(try scene.roster([longer])["outcomes"] == "u")
    let before = try scene.service.tables().without(["idempotency"])
    let bad: [(JSON, String, String)] = [
      (WordScene.row(2, "agent/ines", Self.evening, Self.sunday), "to", "r"),
      (WordScene.row(3, "agent/ines", "Sunday", Self.evening), "from", "r"),
      (WordScene.row(4, "agent/ines", Self.sunday, "2026-05-12T20:00:00Z"), "to", "r"),
      (WordScene.row(5, "agent/gone", Self.sunday, Self.evening), "agent", "r"),
      (WordScene.row(6, "agent/nobody", Self.sunday, Self.evening), "agent", "r"),
      (WordScene.row(7, "", Self.sunday, Self.evening), "agent_id", "r"),
      (WordScene.row(8, "agent/ines", Self.sunday, Self.evening, .init("locales", ["e"])), "locales", "r"),
      (WordScene.row(9, "agent/ines", "2026-05-10T20:30:00Z", "2026-05-10T22:00:00Z"), "from", "x"),
      (WordScene.row(10, "agent/ines", Self.sunday, Self.evening, .init("site", "a/b c")), "site", "r"),
    ]
    let answer = try scene.roster(bad.map(\.0))
    #expect(answer["outcomes"]?.string == bad.map(\.2).joined())
    #expect(answer["refusals"]?.array?.compactMap { $0["field"]?.string } == bad.map(\.1))
    #expect(try scene.service.tables().without(["idempotency"]).differences(from: before) == [])
    #expect(try shifts(scene) == ["agent/ines agent/ines/early"])
  }

  @Test func `an agent is sick of their own, a lead says it of others, and somebody else comes`() throws {
    let scene = try scene()
    _ = try scene.roster([WordScene.row(2, "agent/ines", Self.sunday, Self.evening, .init("shift_id", "early"))])
    try #expect(scene.post("/v1/roster/absent", ["agent_id": "agent/ines", "shift_id": "early"], as: "agent/tom").json["code"] == "role")
    try scene.done("/v1/roster/absent", ["shift_id": "early"], as: "agent/ines")
    #expect(try shifts(scene) == ["agent/ines agent/ines/early absent"])
    #expect(try scene.done("/v1/roster/absent", ["shift_id": "early"], as: "agent/ines")["outcome"] == "exists")
    try scene.done("/v1/roster/absent", ["agent_id": "agent/ines", "shift_id": "early", "absent": false], as: "lead/ruth")
    let swap: JSON = ["shift_id": "early", "from_agent": "agent/ines", "to_agent": "agent/tom"]
    #expect(scene.post("/v1/roster/swap", swap, as: "agent/tom").status == 403)
    try scene.done("/v1/roster/swap", swap, as: "lead/ruth")
    #expect(try shifts(scene) == ["agent/ines agent/ines/early absent", "agent/tom agent/ines/early"])
    #expect(try scene.done("/v1/roster/swap", swap, as: "lead/ruth")["outcome"] == "exists")
    // Whoever was swapped out does not come back into a shift that they have given away without their own being told.
    let refused = scene.post("/v1/roster/swap", ["shift_id": "agent/ines/early", "from_agent": "agent/tom", "to_agent": "agent/gone"])
    #expect(try refused.status == 422 && refused.json["detail"]?.string?.hasPrefix("to_agent: agent/gone has left") == true)
  }

  @Test func `who must have read it is counted anew at once when somebody is sick`() throws {
    let scene = try scene()
    try scene.version(TaleOffer("sunday"))
    _ = try scene.roster([
      WordScene.row(2, "agent/ines", Self.sunday, Self.evening), WordScene.row(3, "agent/tom", Self.sunday, Self.evening),
    ])
    func line() throws -> JSON { try #require(scene.get("/v1/briefings").json["briefings"]?.array?.first) }
    #expect(try line()["required"] == 2 && line()["outstanding"]?.strings == ["agent/ines", "agent/tom"])
    try scene.done("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 40], as: "agent/ines")
    #expect(try line()["outstanding"]?.strings == ["agent/tom"] && line()["code"] == "briefings_outstanding")
    try scene.done(
      "/v1/roster/absent", ["agent_id": "agent/tom", "from": .string(Self.sunday), "to": .string(Self.evening)], as: "lead/ruth")
    #expect(try line()["required"] == 1 && line()["outstanding"]?.strings == [])
    // Everybody has read it, and on Monday nobody is there: that is another reason, and who plans shifts lifts it.
    #expect(try line()["code"] == "hours_uncovered" && line()["ready"] == false)
  }
}
