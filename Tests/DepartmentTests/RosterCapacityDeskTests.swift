import Contracts
import HTTP
import Host
import TestKit
import Testing

/// Who is on shift is what the desk can take: told as it changes, and an alarm where it falls below what was promised.
struct RosterCapacityDeskTests {
  private static let (morning, evening) = ("2026-05-10T12:00:00Z", "2026-05-10T20:00:00Z")

  /// Eight agents on Sunday, and a promise that takes almost all of them.
  private func scene(_ agents: Int = 8) throws -> CareScene {
    let scene = try CareScene()
    try scene.hire("lead/lena", .lead)
    for number in 1...(agents + 1) { try scene.hire("agent/a\(number)", .agent) }
    var lines: [JSON] = [["file": "roster.csv"]]
    for number in 1...agents {
      lines.append(WordScene.row(Int64(number + 1), "agent/a\(number)", Self.morning, Self.evening, .init("shift_id", "early")))
    }
    let body = lines.map(\.bytes).joined(separator: [0x0A])
    let answer = scene.premises.ask(.post, "/v1/imports/roster", headers: scene.premises.headers(key: "roster"), body: Array(body))
    #expect(try answer.json["outcomes"]?.string == String(repeating: "c", count: agents))
    return scene
  }

  private func promise(_ scene: CareScene, _ quantity: Int64, on drop: PromiseDeclared.OnDrop = .pause) throws {
    try scene.hear(
      .promiseDeclared(
        PromiseDeclared(
          offerID: Identifier(restoring: "sunday"), version: 1, promiseID: Identifier(restoring: "contacts"), kind: .contactsPerHour,
          quantity: quantity, from: try Timestamp(rfc3339: Self.morning), to: try Timestamp(rfc3339: Self.evening),
          answerBy: scene.clock.now().adding(.seconds(3_600)), onDrop: drop, at: scene.clock.now())))
    let answer = scene.post(
      "/v1/promises/sunday/contacts/answer", ["answer": "yes", "expires_at": "2026-06-01T00:00:00Z"], as: "lead/lena")
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  }

  private func slots(_ scene: CareScene) throws -> [String] {
    (try scene.get("/v1/capacity", ("from", Self.morning))["slots"]?.array ?? []).filter { $0["from"] != $0["to"] }.map {
      "\($0["from"]?.string?.dropFirst(11).prefix(5) ?? "")-\($0["to"]?.string?.dropFirst(11).prefix(5) ?? "") \($0["quantity"]?.integer ?? -1)"
    }
  }

  @Test func `shifts are capacity that can be promised, and no more than that`() throws {
    let scene = try scene()
    // Eight times eight, 85 % of it.
    #expect(try slots(scene) == ["12:00-20:00 54"])
    try promise(scene, 50)
    let more = scene.post(
      "/v1/promises/sunday/contacts/answer", ["answer": "yes", "expires_at": "2026-06-01T00:00:00Z", "version": 1], as: "lead/lena")
    #expect(more.status == 200)
    #expect(try scene.get("/v1/capacity")["short"]?.array?.isEmpty == true)
  }

  @Test func `what is left for a promise is counted by those who have read the offer, and how much more once the others have`() throws {
    let scene = try scene()
    let offer = TaleOffer()
    try scene.hear(offer.versioned, offer.scheduled)
    try promise(scene, 40)
    func left() throws -> [Int64?] {
      let promise = try scene.get("/v1/promises")["promises"]?.array?.first
      return [promise?["free"]?.integer, promise?["once_briefed"]?.integer]
    }
    // Eight are there for 54 contacts an hour. A yes reserves what they can do once they have read it.
    #expect(try left() == [0, 54])
    for number in 1...7 {
      scene.post("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 40], as: "agent/a\(number)")
    }
    #expect(try left() == [47, 7])
    scene.post("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 40], as: "agent/a8")
    #expect(try left() == [54, nil])
  }

  @Test func `somebody is sick: less is there, the lead sees whom it hits, and whoever comes instead mends it`() throws {
    let scene = try scene()
    try promise(scene, 50)
    let before = try scene.told().count
    let sick = try scene.post("/v1/roster/absent", ["agent_id": "agent/a1", "shift_id": "early"], as: "lead/lena").json
    let short = try #require(sick["short"]?.array?.first)
    #expect(short["offer"] == "sunday@1" && short["reserved"] == 50 && short["there"] == 47 && short["on_drop"] == "pause")
    #expect(short["cause"]?.string == "roster: agent/a1 is absent")
    #expect(try slots(scene) == ["12:00-20:00 47"])
    // What marketing hears: the shift, and what can be taken without it.
    #expect(try scene.told().dropFirst(before).map(\.type) == [RosterPublished.type, CapacityChanged.type])
    // The same again tells nothing.
    let told = try scene.told().count
    scene.post("/v1/roster/absent", ["agent_id": "agent/a1", "shift_id": "early"], as: "lead/lena")
    #expect(try scene.told().count == told)
    let swap: JSON = ["shift_id": "early", "from_agent": "agent/a1", "to_agent": "agent/a9"]
    let swapped = try scene.post("/v1/roster/swap", swap, as: "lead/lena").json
    #expect(swapped["outcome"] == "swapped" && swapped["short"]?.array?.isEmpty == true)
    #expect(try slots(scene) == ["12:00-20:00 54"] && scene.get("/v1/capacity")["short"]?.array?.isEmpty == true)
  }

  @Test func `a word by hand stands, less whoever is missing afterwards`() throws {
    let scene = try scene()
    let body: JSON = ["quantity": 120, "from": .string(Self.morning), "to": .string(Self.evening), "cause": "temps come"]
    #expect(scene.post("/v1/capacity", body, as: "lead/lena").status == 200)
    #expect(try slots(scene) == ["12:00-20:00 120"])
    scene.post("/v1/roster/absent", ["agent_id": "agent/a1", "shift_id": "early"], as: "lead/lena")
    #expect(try slots(scene) == ["12:00-20:00 113"])
    scene.post("/v1/roster/absent", ["agent_id": "agent/a1", "shift_id": "early", "absent": false], as: "lead/lena")
    #expect(try slots(scene) == ["12:00-20:00 120"])
  }

  @Test func `in the middle of a shift only the hours to come are fewer`() throws {
    let scene = try scene()
    try scene.advance(to: try Timestamp(rfc3339: "2026-05-10T15:00:00Z"))
    scene.post("/v1/roster/absent", ["agent_id": "agent/a1", "shift_id": "early"], as: "lead/lena")
    #expect(try slots(scene) == ["12:00-15:00 54", "15:00-20:00 47"])
    #expect(try scene.premises.findings() == [])
  }
}
