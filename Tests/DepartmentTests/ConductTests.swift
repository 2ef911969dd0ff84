import Contracts
import HTTP
import Host
import TestKit
import Testing

/// How somebody was treated: the lead's alone to look at, never the same colleague again, and nobody's score.
struct ConductTests {
  private let cause: JSON = ["kind": "conduct", "id": "agent/ines"]

  private func scene() throws -> CareScene {
    let scene = try CareScene()
    try scene.hire("agent/ines", .agent)
    try scene.hire("agent/tom", .agent)
    try scene.hire("lead/lena", .lead)
    return scene
  }

  private func refused(_ answer: Response, _ place: SourceLocation = #_sourceLocation) throws {
    #expect(answer.status == 403, "\(String(decoding: answer.body, as: UTF8.self))", sourceLocation: place)
    #expect(try answer.json["code"] == "conduct", sourceLocation: place)
  }

  @Test func `it goes to the lead, and only leads do something with it`() throws {
    let scene = try scene()
    let answer = try scene.open("complaint", as: "agent/tom", ("cause", cause), ("words", "He was rude"))
    #expect(answer["escalated"] == true && answer["holder"] == "lead/lena")
    let id = try #require(answer["case_id"]?.string)
    #expect(scene.post("/v1/cases/\(id)/solve", as: "agent/tom").status == 403)
    try refused(scene.post("/v1/cases/\(id)/answer", as: "agent/ines"))
    #expect(scene.post("/v1/cases/\(id)/answer", as: "lead/lena").status == 200)
    // Of whom it is does not read it, and finds it in no list; the lead does.
    try refused(scene.premises.ask(.get, "/v1/cases/\(id)", headers: ["Authorization": "Bearer agent/ines"]))
    #expect(try scene.get("/v1/cases", as: "agent/ines")["cases"]?.array?.isEmpty == true)
    #expect(try scene.get("/v1/cases/\(id)", as: "lead/lena")["said"]?.array?.count == 1)
    #expect(try scene.get("/v1/cases", as: "lead/lena")["cases"]?.array?.first?["cause"]?["id"] == "agent/ines")
    // Nobody else counts them by name.
    #expect(try scene.get("/v1/cases", as: "agent/tom")["cases"]?.array?.first?["cause"]?.text == #"{"kind":"conduct"}"#)
    #expect(try scene.get("/v1/cases", ("cause", "agent/ines"), as: "agent/tom")["cases"]?.array?.isEmpty == true)
    #expect(try scene.get("/v1/cases", ("cause", "agent/ines"), as: "lead/lena")["cases"]?.array?.count == 1)
  }

  @Test func `never the same colleague again: not for this customer's cases, gifts, answers or questions`() throws {
    let scene = try scene()
    try scene.openShop(TaleOffer("sunday", ("briefing", .null)))
    let id = try #require(try scene.open("complaint", as: "agent/tom", ("cause", cause))["case_id"]?.string)
    let other = try #require(try scene.open("question", as: "agent/tom")["case_id"]?.string)
    scene.post("/v1/cases/\(id)/solve", as: "lead/lena")
    try scene.advance(by: .seconds(400 * 86_400))
    try refused(scene.post("/v1/cases/\(other)/answer", as: "agent/ines"))
    try refused(scene.post("/v1/goodwill", ["to": "ada", "amount": TaleOffer.euros(100)], as: "agent/ines"))
    try refused(scene.post("/v1/honours", ["order_id": "FRIDAY-1", "offer_id": "sunday"], as: "agent/ines"))
    try refused(scene.post("/v1/asked", ["words": "radio code", "person_id": "ada"], as: "agent/ines"))
    try refused(
      scene.post("/v1/answers", ["offer": "sunday", "case_id": .string(other), "locale": "en-US"], as: "agent/ines"))
    // A matter is never turned away: it is taken down, and somebody else has it from then on.
    let taken = try scene.open("request", as: "agent/ines", ("words", "Where is it?"))
    #expect(taken["holder"] == "lead/lena" && taken["said"] == nil)
    // Others are looked after as before, and so is Ada by others.
    #expect(scene.post("/v1/goodwill", ["to": "bob", "amount": TaleOffer.euros(100)], as: "agent/ines").status == 200)
    #expect(scene.post("/v1/goodwill", ["to": "ada", "amount": TaleOffer.euros(100)], as: "agent/tom").status == 200)
  }

  @Test(arguments: [(1, true), (2, true), (3, false), (5, false)] as [(Int64, Bool)])
  func `a bad review quiets marketing as a complaint does`(stars: Int64, holds: Bool) throws {
    let scene = try scene()
    let answer = try scene.open("request", by: "review", ("rating", .integer(stars)))
    #expect(answer["rating"]?.integer == stars)
    #expect(try scene.holds().compactMap { $0["cause"]?.string } == (holds ? ["a bad review"] : []))
    let id = try #require(answer["case_id"]?.string)
    scene.post("/v1/cases/\(id)/solve")
    try scene.advance(by: .seconds(8 * 86_400))
    #expect(try scene.holds().isEmpty)
  }

  @Test func `stars are a review's alone, and a question by that channel without them quiets nobody`() throws {
    let scene = try scene()
    for (channel, rating) in [("phone", 1), ("review", 0), ("review", 6)] as [(String, Int64)] {
      let answer = scene.post("/v1/cases", ["kind": "request", "channel": .string(channel), "rating": .integer(rating)])
      #expect(try answer.status == 400 && answer.json["code"] == "rating", "\(channel) \(rating)")
    }
    try scene.open("question", by: "review")
    #expect(try scene.holds().isEmpty)
  }

  @Test func `whoever is the subject of a flare is left in peace by hand, until flares do it by themselves`() throws {
    let scene = try scene()
    let body: JSON = ["person_id": "ada", "cause": "flare: late parcels", "scope": "campaign", "scope_id": "spring"]
    let answer = scene.post("/v1/holds", body, as: "agent/tom")
    #expect(try answer.status == 201 && answer.json["hold"]?["cause"] == "flare: late parcels")
    #expect(try scene.holds().count == 1)
  }
}
