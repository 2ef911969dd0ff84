import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// What customers ask about and nobody knows reaches marketing, and is answered once.
struct QuestionTests {
  private func asked(_ id: String, known: Bool = false, due: Int64 = 1_800) -> DomainEvent {
    .offerAskedAbout(
      OfferAskedAbout(
        caseID: Identifier(restoring: "case-\(id)"), askedID: Identifier(restoring: id), personID: Identifier(restoring: "ada"),
        known: known,
        agentID: Identifier(restoring: "agent/ines"), dueAt: MarketingScene.friday.adding(.seconds(due)), at: MarketingScene.friday))
  }

  private func list(_ scene: MarketingScene, answered: Bool = false) throws -> [JSON] {
    try scene.premises.ask(.get, "/v1/questions", query: answered ? [("answered", "yes")] : []).json["questions"]?.array ?? []
  }

  @Test func `it waits, most urgent first, until somebody says what it is`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    scene.offer("save", try MarketingScene.sundayOffer())
    try scene.service(asked("a-2", due: 3_600), asked("a-1"), asked("a-3", known: true))
    #expect(try list(scene).compactMap { $0["asked_id"]?.string } == ["a-1", "a-2"])
    func waiting() throws -> [String] {
      try scene.store.read { snapshot in
        try snapshot.all("SELECT subject FROM due WHERE kind = 'question_due' ORDER BY at") { row throws(StoreFault) in try row.text(0) }
      }
    }
    #expect(try waiting() == ["a-1", "a-2"])
    try scene.advance(to: MarketingScene.friday.adding(.seconds(1_801)))
    #expect(try list(scene).compactMap { $0["overdue"]?.bool } == [true, false])
    let whole = try scene.premises.ask(.get, "/v1/questions").json
    #expect(whole["overdue"] == 1 && whole["owner"] == "marketing")
    #expect(try waiting() == ["a-2"])
    let before = try scene.words()
    for (id, body, status, code) in [
      ("a-9", ["answer": "expired", "sentence": "s"], 404, "no_question"), ("a-1", ["answer": "maybe", "sentence": "s"], 422, "answer"),
      ("a-1", ["answer": "expired"], 422, "sentence"), ("a-1", ["answer": "ours", "sentence": "s"], 422, "offer_id"),
      ("a-1", ["answer": "ours", "sentence": "s", "offer_id": "nobody"], 422, "offer_id"),
    ] as [(String, JSON, Int, String)] {
      let answer = scene.post("/v1/questions/\(id)/answer", body)
      #expect(try answer.status == status && answer.json["code"]?.string == code, "\(body.text)")
    }
    #expect(try scene.words() == before)
    let body: JSON = ["answer": "ours", "sentence": "That is free shipping, from Sunday on.", "offer_id": "sunday-free-shipping"]
    #expect(try scene.post("/v1/questions/a-1/answer", body).json["outcome"] == "answered")
    #expect(try scene.post("/v1/questions/a-1/answer", body).json["outcome"] == "exists")
    let second = scene.post("/v1/questions/a-1/answer", ["answer": "expired", "sentence": "no"])
    #expect(try second.status == 409 && second.json["detail"]?.string?.contains("operator") == true)
    let told = try scene.told().compactMap { if case .questionAnswered(let fact) = $0 { fact } else { nil } }
    #expect(told.first?.caseID.text == "case-a-1" && told.first?.answer == .ours)
    // What was answered in time is no alarm.
    #expect(scene.post("/v1/questions/a-2/answer", ["answer": "expired", "sentence": "Last year's."]).status == 200)
    #expect(try waiting() == [])
    try scene.service(asked("a-4", due: 7_200))
    #expect(try list(scene).count == 1 && list(scene, answered: true).last?["answered_by"] == "operator")
  }
}
