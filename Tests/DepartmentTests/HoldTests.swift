import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing
import Wire

/// Holds last as long as they have to, and not longer: while a case is open, and then until it has cooled off.
struct HoldTests {
  private static let day = Duration.seconds(86_400)

  /// Severity, and the days of its cooling off.
  @Test(arguments: [("low", 7), ("normal", 7), ("severe", 30)]) func `a solved complaint cools off and then the hold is lifted`(
    severity: String, days: Int64
  ) throws {
    let scene = try CareScene()
    let id = try #require(try scene.open("complaint", ("severity", .string(severity)))["case_id"]?.string)
    try scene.advance(by: .seconds(3_600))
    scene.post("/v1/cases/\(id)/solve")
    let solved = scene.clock.now()
    #expect(try scene.words() == ["case.opened", "hold.placed", "case.solved", "hold.placed"])
    #expect(try scene.holds().first?["cool_off_until"]?.string == solved.adding(.seconds(days * 86_400)).description)
    try scene.advance(to: solved.adding(.seconds(days * 86_400 - 1)))
    #expect(try scene.holds().count == 1)
    try scene.advance(to: solved.adding(.seconds(days * 86_400)))
    #expect(try scene.holds().isEmpty && scene.words().last == "hold.lifted")
    #expect(try scene.holds(all: true).first?["in_force"] == false && scene.due().isEmpty)
  }

  @Test func `as long as its case is open a hold does not run out`() throws {
    let scene = try CareScene()
    let id = try #require(try scene.open()["case_id"]?.string)
    for _ in 0..<100 {
      try scene.advance(by: Self.day)
      let hold = try #require(try scene.holds().first)
      #expect(try Timestamp(rfc3339: hold["expires_at"]?.string ?? "") > scene.clock.now())
    }
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: .seconds(7 * 86_400))
    #expect(try scene.holds().isEmpty)
  }

  @Test func `reopened while it cools off the hold goes on; reopened later there is a new one`() throws {
    let scene = try CareScene()
    let id = try #require(try scene.open()["case_id"]?.string)
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: Self.day)
    scene.post("/v1/cases/\(id)/reopen")
    let again = try #require(try scene.holds().first)
    #expect(try scene.holds().count == 1 && again["cool_off_until"] == nil)
    try scene.advance(by: .seconds(40 * 86_400))
    #expect(try scene.holds().count == 1)
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: .seconds(8 * 86_400))
    #expect(try scene.holds().isEmpty)
    let reopened = scene.post("/v1/cases/\(id)/reopen")
    let next = try #require(try scene.holds().first)
    let told = try reopened.json["hold_id"]
    #expect(next["hold_id"] != again["hold_id"] && next["hold_id"] == told)
  }

  @Test func `an agent places a hold of one campaign, which ends by itself and can be lifted`() throws {
    let scene = try CareScene()
    let body: JSON = ["person_id": "ada", "scope": "campaign", "scope_id": "spring", "cause": "asked for it"]
    let placed = scene.post("/v1/holds", body)
    #expect(placed.status == 201)
    let id = try #require(try placed.json["hold"]?["hold_id"]?.string)
    // The same again is the same hold, longer.
    try scene.advance(by: Self.day)
    #expect(try scene.post("/v1/holds", body).json["outcome"] == "renewed" && scene.holds().count == 1)
    try scene.advance(by: .seconds(30 * 86_400))
    #expect(try scene.holds().isEmpty && scene.words() == ["hold.placed", "hold.placed", "hold.lifted"])
    #expect(try scene.post("/v1/holds/\(id)/lift").json["outcome"] == "exists")
    let other = try scene.post("/v1/holds", ["person_id": "bob"]).json["hold"]?["hold_id"]?.string ?? ""
    #expect(try scene.post("/v1/holds/\(other)/lift").json["outcome"] == "lifted" && scene.holds(of: "bob").isEmpty)
  }

  @Test func `a hold whose case is open is not lifted by hand, and one that cools off only by a lead`() throws {
    let scene = try CareScene()
    try scene.hire("agent/ines", .agent)
    try scene.hire("lead/lena", .lead)
    let answer = try scene.open(as: "agent/ines")
    let (id, matter) = (answer["hold_id"]?.string ?? "", answer["case_id"]?.string ?? "")
    let early = scene.post("/v1/holds/\(id)/lift", as: "lead/lena")
    #expect(try early.status == 409 && early.json["code"] == "hold_has_case")
    scene.post("/v1/cases/\(matter)/solve", as: "agent/ines")
    let agent = scene.post("/v1/holds/\(id)/lift", as: "agent/ines")
    #expect(try agent.status == 403 && agent.json["detail"]?.string?.contains("lead") == true)
    #expect(scene.post("/v1/holds/\(id)/lift", as: "lead/lena").status == 200)
    #expect(try scene.holds().isEmpty)
  }

  @Test func `a letter that nobody answers in time quiets marketing and goes above; an answer in time does not`() throws {
    let scene = try CareScene()
    let id = try #require(try scene.open("question", by: "letter")["case_id"]?.string)
    try scene.open("question", of: "bob", by: "letter", ("case_id", "bobs"))
    try scene.advance(by: Self.day)
    scene.post("/v1/cases/bobs/answer")
    try scene.advance(by: .seconds(6 * 86_400))
    #expect(try scene.holds().count == 1 && scene.holds(of: "bob").isEmpty)
    #expect(try scene.get("/v1/cases/\(id)")["escalated"] == true)
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: .seconds(7 * 86_400))
    #expect(try scene.holds().isEmpty)
  }

  @Test func `numbers come from the policies as the ledger tells them`() throws {
    let scene = try CareScene()
    try scene.hear(
      .policyPublished(PolicyPublished(name: "cool-off", version: 2, document: ["usual": "PT1H", "severe": "PT2H"])),
      .policyPublished(PolicyPublished(name: "cool-off", version: 1, document: ["usual": "PT168H", "severe": "PT720H"])))
    let id = try #require(try scene.open()["case_id"]?.string)
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: .seconds(3_600))
    #expect(try scene.holds().isEmpty)
    let cooling = try #require(try scene.premises.told().dropFirst(3).first)
    #expect(try Envelope(decoding: cooling.event).ruleVersion == "policy/cool-off/2")
  }

  @Test(
    arguments: [
      (#"{}"#, "person_id"), (#"{"person_id":"ada","scope":"some"}"#, "scope"), (#"{"person_id":"ada","scope":"campaign"}"#, "scope_id"),
      (#"{"person_id":"ada","scope_id":"spring"}"#, "scope_id"), (#"{"person_id":"ada","severity":1}"#, "severity"),
    ]) func `bad input names its field and changes nothing`(body: String, code: String) throws
  {
    let scene = try CareScene()
    let answer = scene.premises.ask(.post, "/v1/holds", headers: scene.premises.headers(key: "k"), body: Array(body.utf8))
    #expect(try answer.status == 400 && answer.json["code"]?.string == code)
    #expect(try scene.premises.tables().count("hold") == 0 && scene.words().isEmpty)
    #expect(scene.post("/v1/holds/none/lift").status == 404)
  }
}
