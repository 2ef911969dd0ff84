import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// What customers ask about: found by what they call it, or with marketing for half an hour.
struct AskTests {
  private func answered(_ asked: String, _ matter: String, offer: String? = nil, at: Timestamp) -> DomainEvent {
    .questionAnswered(
      QuestionAnswered(
        caseID: Identifier(restoring: matter), askedID: Identifier(restoring: asked), answer: offer == nil ? .partners : .ours,
        offerID: offer.map(Identifier.init(restoring:)), sentence: "It is a partner's code.", by: Identifier(restoring: "marketer/maya"),
        at: at))
  }

  @Test func `what nobody knows goes to marketing with half an hour of opening hours, and its answer comes to the desk`() throws {
    let scene = try CareScene(at: Tale.sunday.adding(.seconds(12 * 3_600)))
    try scene.openShop()
    let answer = try scene.post("/v1/asked", ["words": "that radio code", "person_id": "ada"]).json
    let (asked, matter) = (answer["asked_id"]?.string ?? "", answer["case_id"]?.string ?? "")
    let due = scene.clock.now().adding(.seconds(1_800))
    #expect(answer["outcome"] == "asked" && answer["answer_by"]?.string == due.description)
    #expect(try scene.words() == ["case.opened", "offer.asked_about"])
    // The words stay here: the facts have none of them.
    for event in try scene.told() { #expect(!String(decoding: event.encode(), as: UTF8.self).contains("radio")) }
    #expect(try scene.get("/v1/asked/\(asked)")["words"] == "that radio code")
    let row = try #require(try scene.get("/v1/customers/ada/offers")["offers"]?.array?.last)
    #expect(row["kind"] == "unknown" && row["name"] == "that radio code" && row["overdue"] == false)
    // Within the limit the agent may be kind meanwhile.
    #expect(try scene.post("/v1/goodwill", ["to": .string(matter), "amount": TaleOffer.euros(500)]).json["outcome"] == "given")
    try scene.advance(by: .seconds(1_200))
    try scene.hear(answered(asked, matter, at: scene.clock.now()))
    let after = try scene.get("/v1/asked/\(asked)")
    #expect(after["answered"]?["answer"] == "partners" && after["overdue"] == false)
    #expect(try !scene.due().contains { $0.hasPrefix("asked") })
    let kinds = try scene.get("/v1/customers/ada/timeline")["entries"]?.array?.compactMap { $0["kind"]?.string } ?? []
    #expect(kinds.contains("offer_asked_about") && kinds.contains("question_answered"))
  }

  @Test func `overdue is seen`() throws {
    let scene = try CareScene(at: Tale.sunday.adding(.seconds(12 * 3_600)))
    let answer = try scene.post("/v1/asked", ["words": "that radio code", "person_id": "ada"]).json
    try scene.advance(by: .seconds(1_801))
    #expect(try scene.get("/v1/asked")["asked"]?.array?.first?["overdue"] == true)
    try scene.hear(answered(answer["asked_id"]?.string ?? "", answer["case_id"]?.string ?? "", at: scene.clock.now()))
    // Answered, but late.
    #expect(try scene.get("/v1/asked")["asked"]?.array?.isEmpty == true)
    #expect(try scene.get("/v1/asked", ("all", "true"))["asked"]?.array?.first?["overdue"] == true)
  }

  @Test func `in the evening the half hour ends in the morning`() throws {
    // 19:50 in New York.
    let scene = try CareScene(at: Tale.sunday.adding(.seconds(19 * 3_600 + 50 * 60)))
    try scene.openShop()
    let answer = try scene.post("/v1/asked", ["words": "that radio code", "person_id": "ada"]).json
    #expect(answer["answer_by"]?.string == Tale.sunday.adding(.seconds(32 * 3_600 + 20 * 60)).description)
  }

  @Test(arguments: ["envio gratis", "No Postage!", "FREE-SHIPPING", "the free shipping on sunday"])
  func `what is known is found by what they call it`(
    words: String
  ) throws {
    let scene = try CareScene()
    try scene.openShop()
    let answer = try scene.post("/v1/asked", ["words": .string(words), "person_id": "ada"]).json
    #expect(answer["outcome"] == "known" && answer["offers"]?.array?.first?["offer"] == "sunday@1")
    #expect(try scene.get("/v1/asked")["asked"]?.array?.isEmpty == true)
  }

  @Test func `an answer that comes before its question waits for it`() throws {
    let scene = try CareScene()
    let answer = try scene.post("/v1/asked", ["words": "that radio code", "person_id": "ada"]).json
    let own = try scene.premises.told()
    let other = try CareScene()
    try other.hear(answered(answer["asked_id"]?.string ?? "", answer["case_id"]?.string ?? "", offer: "sunday", at: scene.clock.now()))
    let ownFacts = try #require(other.premises.department.ownFacts)
    let inlet = ownFacts(other.premises.desk)
    for delivery in own { try other.premises.hearUnmarkedAlone(delivery, inlet) }
    let found = try other.get("/v1/asked/\(answer["asked_id"]?.string ?? "")")
    #expect(found["answered"]?["offer_id"] == "sunday" && found["agent"] == "operator")
    #expect(try !other.due().contains { $0.hasPrefix("asked") })
  }

  @Test(arguments: [(#"{}"#, 400, "words"), (#"{"words":""}"#, 400, "words"), (#"{"words":"x","case_id":"none"}"#, 404, "case_id")])
  func `bad input names its field and changes nothing`(body: String, status: Int, code: String) throws {
    let scene = try CareScene()
    let answer = scene.post("/v1/asked", try JSON(parsing: Array(body.utf8)))
    #expect(try answer.status == status && answer.json["code"]?.string == code && scene.words().isEmpty)
    #expect(scene.premises.ask(.get, "/v1/asked/none").status == 404)
  }
}
