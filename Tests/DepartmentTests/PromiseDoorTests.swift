import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// Customer service promises only what is there, and what it promised is kept for whom it was promised to.
struct PromiseDoorTests {
  private static let start = Tale.sunday.adding(.seconds(8 * 3_600))
  private static func hour(_ hours: Int64) -> Timestamp { start.adding(.seconds(hours * 3_600)) }

  private func promise(_ quantity: Int64, of offer: String = "sunday", onDrop: PromiseDeclared.OnDrop = .alarm) -> DomainEvent {
    .promiseDeclared(
      PromiseDeclared(
        offerID: Identifier(restoring: offer), version: 1, promiseID: Identifier(restoring: "contacts"), kind: .contactsPerHour,
        quantity: quantity, from: Self.hour(0), to: Self.hour(12), answerBy: Self.hour(-10), onDrop: onDrop, at: CareScene.noon))
  }

  private func capacity(_ scene: CareScene, _ quantity: Int64, from: Int64 = 0, to: Int64 = 12) throws -> JSON {
    let answer = scene.post(
      "/v1/capacity",
      ["quantity": .integer(quantity), "from": .string(Self.hour(from).description), "to": .string(Self.hour(to).description)])
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json
  }

  private func answer(_ scene: CareScene, _ word: String, _ quantity: Int64? = nil, of offer: String = "sunday") -> Response {
    var body: [JSON.Member] = [.init("answer", .string(word)), .init("expires_at", .string(Self.hour(100).description))]
    if let quantity { body.append(.init("quantity", .integer(quantity))) }
    return scene.post("/v1/promises/\(offer)/contacts/answer", .object(body))
  }

  private func standing(_ scene: CareScene, _ offer: String = "sunday") throws -> String? {
    try scene.get("/v1/promises", ("offer", offer))["promises"]?.array?.first?["standing"]?.string
  }

  @Test func `a yes reserves what is there, the next one gets the rest, and nobody gets more`() throws {
    let scene = try CareScene()
    try scene.hear(promise(100), promise(50, of: "autumn"))
    let empty = answer(scene, "yes")
    #expect(try empty.status == 409 && empty.json["code"] == "capacity" && standing(scene) == "waiting")
    _ = try capacity(scene, 120)
    #expect(answer(scene, "yes").status == 200)
    let second = answer(scene, "yes", of: "autumn")
    #expect(try second.status == 409 && second.json["detail"]?.string?.contains("answer up to 20") == true)
    try scene.advance(by: .seconds(1))
    #expect(answer(scene, "up_to", 20, of: "autumn").status == 200)
    try scene.advance(by: .seconds(1))
    let again = try answer(scene, "up_to", 15, of: "autumn").json
    #expect(again["instead_of"]?["up_to"] == 20 && again["instead_of"]?["by"] == "operator", "\(again.text)")
    #expect(answer(scene, "up_to", 20, of: "autumn").status == 200)
    #expect(try standing(scene) == "answered" && standing(scene, "autumn") == "short")
    #expect(try scene.get("/v1/capacity")["reserved"]?.array?.compactMap { $0["quantity"]?.integer } == [100, 20])
    #expect(try scene.words() == ["capacity.changed"] + Array(repeating: "promise.answered", count: 4))
  }

  @Test func `hours that were cut to nothing can be spoken of anew at the same moment, and everybody hears the last word`() throws {
    let scene = try CareScene()
    _ = try capacity(scene, 100, from: 1, to: 12)
    // From an hour before: nothing is left of the first, which began where the third begins.
    _ = try capacity(scene, 50, from: 0, to: 12)
    let last = try capacity(scene, 70, from: 1, to: 12)
    let slots = try scene.get("/v1/capacity")["slots"]?.array ?? []
    let there = slots.filter { $0["from"]?.string != $0["to"]?.string }.map {
      [$0["from"]?.string, $0["quantity"]?.integer.map(String.init)]
    }
    #expect(there == [[Self.hour(0).description, "50"], [Self.hour(1).description, "70"]], "\(last.text)")
  }

  @Test func `a drop says whom it leaves short, and more capacity mends it`() throws {
    let scene = try CareScene()
    try scene.hear(promise(100, onDrop: .pause))
    _ = try capacity(scene, 120)
    _ = answer(scene, "yes")
    let dropped = try capacity(scene, 60, from: 4, to: 6)
    // Whoever says it hears what was said of these hours before, and by whom.
    let before = dropped["instead_of"]?.array ?? []
    #expect(before.compactMap { $0["quantity"]?.integer } == [120] && before.first?["by"] == "operator", "\(dropped.text)")
    let short = try #require(dropped["short"]?.array?.first)
    #expect(short["there"] == 60 && short["reserved"] == 100 && short["on_drop"] == "pause")
    #expect(short["from"]?.string == Self.hour(4).description && short["to"]?.string == Self.hour(6).description)
    #expect(try scene.get("/v1/capacity")["short"]?.array?.count == 1)
    #expect(try capacity(scene, 100, from: 4, to: 6)["short"]?.array?.isEmpty == true)
    #expect(try scene.get("/v1/capacity")["short"]?.array?.isEmpty == true)
    // The same again says nothing.
    let told = try scene.words().count
    #expect(try capacity(scene, 100, from: 4, to: 6)["outcome"] == "exists" && scene.words().count == told)
  }

  @Test func `silence is no yes: it lies with the deputy, who can still answer`() throws {
    let scene = try CareScene()
    try scene.hire("lead/lena", .lead)
    try scene.hear(promise(100))
    _ = try capacity(scene, 120)
    #expect(try scene.due().contains { $0.hasPrefix("promise sunday@1/contacts") })
    try scene.advance(to: Self.hour(-10))
    #expect(try standing(scene) == "overdue")
    #expect(try scene.get("/v1/promises", ("open", "true"))["promises"]?.array?.first?["lies_with"] == "lead/lena")
    #expect(answer(scene, "yes").status == 200)
    #expect(try standing(scene) == "answered" && !scene.due().contains { $0.hasPrefix("promise ") })
    // And an answer runs out.
    try scene.advance(to: Self.hour(100))
    #expect(try standing(scene) == "expired")
  }

  @Test func `a promise lies with somebody who can answer it`() throws {
    let scene = try CareScene()
    try scene.openShop(launched: false)
    try scene.hear(promise(100))
    func holder() throws -> String? { try scene.get("/v1/promises")["promises"]?.array?.first?["lies_with"]?.string }
    // The offer names Ines; nobody has told of her yet.
    #expect(try holder() == "agent/ines")
    try scene.hire("lead/lena", .lead)
    try scene.hire("agent/ines", .agent)
    #expect(try holder() == "lead/lena")
    try scene.advance(by: .seconds(1))
    try scene.hire("agent/ines", .agent, .lead)
    #expect(try holder() == "agent/ines")
    try scene.advance(by: .seconds(1))
    try scene.hire("agent/ines", .agent, .lead, active: false)
    #expect(try holder() == "lead/lena")
  }

  @Test func `an answer that is heard before its promise counts`() throws {
    let scene = try CareScene()
    _ = try capacity(scene, 120)
    #expect(answer(scene, "yes").status == 404)
    try scene.hear(promise(100))
    #expect(answer(scene, "yes").status == 200)
    // Told again, later: the answer stays.
    try scene.hear(promise(100))
    #expect(try standing(scene) == "answered" && !scene.due().contains { $0.hasPrefix("promise ") })
  }

  @Test func `only a lead answers for the whole desk`() throws {
    let scene = try CareScene()
    try scene.hire("agent/ines", .agent)
    try scene.hear(promise(100))
    let refused = scene.post("/v1/promises/sunday/contacts/answer", ["answer": "no"], as: "agent/ines")
    #expect(try refused.status == 403 && refused.json["detail"]?.string?.contains("lead") == true && standing(scene) == "waiting")
    #expect(scene.post("/v1/capacity", ["quantity": 1], as: "agent/ines").status == 403)
  }

  @Test func `the forecast has expected, available and what came, by the hour`() throws {
    let scene = try CareScene()
    try scene.openShop(TaleOffer(), launched: false)
    _ = try capacity(scene, 30, from: -8, to: 4)
    let path = "/v1/capacity/forecast/sunday"
    let before = try scene.get(path, ("messages", "120000"), ("recipients", "0"), ("per_thousand", "20"))
    #expect(before["hours"]?.array?.first?["expected"] == 60 && before["hours"]?.array?.first?["available"] == 30)
    #expect(before["short_hours"] == 12 && before["hours"]?.array?.last?["available"] == nil)
    try scene.advance(to: Tale.sunday.adding(.seconds(90)))
    try scene.open("question", ("cause", ["kind": "offer", "id": "sunday"]))
    try scene.open("question", of: "bob", ("cause", ["kind": "policy", "id": "returns"]))
    try scene.advance(by: .seconds(3_600))
    let after = try scene.get(path)
    #expect(after["hours"]?.array?.first?["actual"] == 1 && after["actual"] == 1)
    #expect(scene.premises.ask(.get, path, query: [("hours", "0")]).status == 400)
    #expect(scene.premises.ask(.get, "/v1/capacity/forecast/none").status == 404)
  }

  @Test(
    arguments: [
      (#"{}"#, "answer"), (#"{"answer":"maybe"}"#, "answer"), (#"{"answer":"yes"}"#, "expires_at"),
      (#"{"answer":"yes","expires_at":"2020-01-01T00:00:00Z"}"#, "expires_at"), (#"{"answer":"yes","expires_at":"soon"}"#, "expires_at"),
      (#"{"answer":"up_to","expires_at":"2026-06-01T00:00:00Z"}"#, "quantity"),
      (#"{"answer":"up_to","quantity":100,"expires_at":"2026-06-01T00:00:00Z"}"#, "quantity"),
      (#"{"answer":"yes","quantity":7,"expires_at":"2026-06-01T00:00:00Z"}"#, "quantity"),
      (#"{"answer":"yes","version":9,"expires_at":"2026-06-01T00:00:00Z"}"#, "version"),
    ]) func `bad answers name their field and change nothing`(body: String, code: String) throws
  {
    let scene = try CareScene()
    try scene.hear(promise(100))
    let answer = scene.premises.ask(
      .post, "/v1/promises/sunday/contacts/answer", headers: scene.premises.headers(key: "k"), body: Array(body.utf8))
    #expect(try answer.status >= 400 && answer.json["code"]?.string == code)
    #expect(try standing(scene) == "waiting" && scene.words().isEmpty)
    #expect(scene.post("/v1/promises/sunday/none/answer", ["answer": "no"]).status == 404)
  }

  @Test(
    arguments: [
      (#"{"from":"2026-05-10T12:00:00Z","to":"2026-05-10T13:00:00Z"}"#, "quantity"),
      (#"{"quantity":1,"to":"2026-05-10T13:00:00Z"}"#, "from"),
      (#"{"quantity":1,"from":"2026-05-10T14:00:00Z","to":"2026-05-10T13:00:00Z"}"#, "to"),
      (#"{"quantity":-1,"from":"2026-05-10T12:00:00Z","to":"2026-05-10T13:00:00Z"}"#, "quantity"),
      (#"{"quantity":1,"kind":"units","from":"2026-05-10T12:00:00Z","to":"2026-05-10T13:00:00Z"}"#, "sku"),
      (#"{"quantity":1,"kind":"lead_time","from":"2026-05-10T12:00:00Z","to":"2026-05-10T13:00:00Z"}"#, "kind"),
      (#"{"quantity":1,"from":"2020-05-10T12:00:00Z","to":"2020-05-10T13:00:00Z"}"#, "to"),
    ]) func `bad capacity names its field and changes nothing`(body: String, code: String) throws
  {
    let scene = try CareScene()
    let answer = scene.premises.ask(.post, "/v1/capacity", headers: scene.premises.headers(key: "k"), body: Array(body.utf8))
    #expect(try answer.status >= 400 && answer.json["code"]?.string == code)
    #expect(try scene.words().isEmpty && scene.premises.tables().count("capacity_slot") == 0)
  }
}
