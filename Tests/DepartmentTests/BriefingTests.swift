import Contracts
import HTTP
import TestKit
import Testing
import Wire

/// Nobody speaks of a live offer that they have not read: through no door.
struct BriefingTests {
  private static let question: JSON = [
    "text": "An order from Friday: what do you say?", "choices": ["Already refunded", "Too late", "Ask a supervisor"], "correct": 0,
  ]
  private static let offer = TaleOffer("sunday", ("briefing", ["first_hours": 72, "question": question]))

  private func scene(live: Bool = true) throws -> WordScene {
    let scene = try WordScene()
    for (id, role) in [("lead/ruth", .lead), ("lead/tom", .lead), ("agent/ines", .agent), ("agent/bo", .agent)]
      as [(String, ColleagueChanged.Role)]
    { try scene.hire(id, role) }
    try scene.version(Self.offer)
    if live {
      scene.advance(to: Tale.sunday)
      try scene.turn(Self.offer, .launched)
    }
    return scene
  }

  @Test func `the card of a live offer opens once its briefing is read and its question answered`() throws {
    let scene = try scene()
    let order = try Tale.orderDraft("FRIDAY-1").order()
    try scene.tell(.orderCaptured(order))
    let doors = ["/v1/offers/sunday/card", "/v1/orders/FRIDAY-1/offers/sunday"]
    for door in doors {
      let locked = scene.get(door, as: "agent/ines")
      #expect(try locked.status == 403 && locked.json["code"] == "briefing_due")
      #expect(try locked.json["briefing"]?["offer"] == "sunday@1" && locked.json["briefing"]?["question"]?["choices"]?.array?.count == 3)
      // Which choice is right is told nowhere.
      #expect(try !String(decoding: locked.json.bytes, as: UTF8.self).contains("correct"))
      #expect(scene.get(door).status == 200)
    }
    for table in ["/v1/customers/ada/offers", "/v1/orders/FRIDAY-1/offers"] {
      let row = try #require(scene.get(table, as: "agent/ines").json["offers"]?.array?.first)
      #expect(row["locked"] == true && row["reason"] == "briefing_due" && row["would_be"] == nil && row["orders"] == nil)
      #expect(try scene.get(table).json["offers"]?.array?.first?["locked"] == nil)
    }
    let answered = scene.post("/v1/answers", ["offer": "sunday", "case_id": "case-1"], as: "agent/ines")
    #expect(try answered.status == 403 && answered.json["code"] == "briefing_due")
    #expect(scene.post("/v1/answers/check", ["offer": "sunday", "text": "x"], as: "agent/ines").status == 403)

    #expect(try scene.get("/v1/my/briefings", as: "agent/ines").json["briefings"]?.array?.first?["before_its_card_opens"] == true)
    let wrong = try scene.done("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 5, "answer": 1], as: "agent/ines")
    #expect(wrong["outcome"] == "wrong_answer" && wrong["why"]?.string?.contains("Already refunded") == true)
    #expect(scene.get(doors[0], as: "agent/ines").status == 403)
    let right = try scene.done("/v1/briefings/acknowledge", ["offer": "sunday@1", "seconds_open": 50, "answer": 0], as: "agent/ines")
    #expect(right["outcome"] == "acknowledged" && right["answer_correct"] == true)
    for door in doors { #expect(scene.get(door, as: "agent/ines").status == 200) }
    #expect(scene.get(doors[0], as: "agent/bo").status == 403)
    #expect(try scene.get("/v1/my/briefings", as: "agent/ines").json["briefings"]?.array?.isEmpty == true)
    // The fact tells that the first answer was wrong.
    let told = try scene.service.told().map { try Envelope(decoding: $0.event) }.compactMap { envelope in
      try DomainEvent.decode(type: envelope.type, data: envelope.data)
    }
    let facts = told.compactMap { event -> BriefingAcknowledged? in
      guard case .briefingAcknowledged(let fact) = event else { return nil }
      return fact
    }
    #expect(facts.map(\.answerCorrect) == [false, true] && facts.map(\.secondsOpen) == [5, 50])
    #expect(facts.allSatisfy { $0.agentID.text == "agent/ines" })
  }

  @Test func `before the launch the card is open: whoever reads on is not stopped`() throws {
    let scene = try scene(live: false)
    #expect(scene.get("/v1/offers/sunday/card", as: "agent/ines").status == 200)
  }

  @Test func `a material version asks again from the moment in which it takes effect, a minor one never`() throws {
    let scene = try scene()
    try scene.done("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 50, "answer": 0], as: "agent/ines")
    let minor = TaleOffer("sunday", version: 2, ("briefing", ["first_hours": 72, "question": Self.question]))
    try scene.version(minor, .minor)
    try scene.turn(minor, .launched)
    #expect(scene.get("/v1/offers/sunday/card", as: "agent/ines").status == 200)
    let material = TaleOffer("sunday", version: 3, ("briefing", ["first_hours": 72, "question": nil]))
    try scene.version(material, changed: ["/benefit/max"])
    #expect(scene.get("/v1/offers/sunday/card", as: "agent/ines").status == 200)
    let due = try scene.get("/v1/briefings/sunday@3", as: "agent/ines").json
    #expect(due["read"] == false && due["changed"]?.strings == ["/benefit/max"] && due["question"] == nil)
    try scene.turn(material, .launched)
    #expect(scene.get("/v1/offers/sunday/card", as: "agent/ines").status == 403)
    try scene.done("/v1/briefings/acknowledge", ["offer": "sunday@3", "seconds_open": 9], as: "agent/ines")
    #expect(scene.get("/v1/offers/sunday/card", as: "agent/ines").status == 200)
  }

  @Test func `what cannot be taken is refused under its field, and nothing changes`() throws {
    let scene = try scene()
    let before = try scene.service.tables().without(["idempotency"])
    let refusals: [(JSON, String?, String, String)] = [
      (["offer": "nothing", "seconds_open": 1], "agent/ines", "no_offer", "nothing was heard"),
      (["offer": "sunday@9", "seconds_open": 1], "agent/ines", "no_version", "sunday@9"),
      (["offer": "sunday"], "agent/ines", "field", "seconds_open: it is missing"),
      (["offer": "sunday", "seconds_open": -1], "agent/ines", "field", "seconds_open: it is no whole number"),
      (["offer": "sunday", "seconds_open": 1], "agent/ines", "field", "answer: the briefing asks"),
      (["offer": "sunday", "seconds_open": 1, "answer": 3], "agent/ines", "field", "answer: there is no choice 3"),
      (["offer": "sunday", "seconds_open": 1, "answer": 0, "agent_id": "agent/bo"], "agent/ines", "field", "agent_id: nobody reads for"),
      (["seconds_open": 1], "agent/ines", "field", "offer: it is missing"),
      (["offer": "sunday", "seconds_open": 1, "answer": 0], nil, "field", "agent_id: it is missing"),
      (["offer": "sunday", "seconds_open": 1, "answer": 0, "agent_id": "agent/nobody"], nil, "no_colleague", "agent_id: nobody who works"),
      ("nonsense", "agent/ines", "field", "body: it is no object"),
    ]
    for (body, who, code, words) in refusals {
      let answer = scene.post("/v1/briefings/acknowledge", body, as: who)
      #expect(
        try answer.json["code"]?.string == code && answer.json["detail"]?.string?.contains(words) == true,
        "\(body): \(String(decoding: answer.body, as: UTF8.self))")
    }
    #expect(try scene.service.tables().without(["idempotency"]).differences(from: before) == [])
    #expect(scene.get("/v1/my/briefings", [("agent", "agent/bo")], as: "agent/ines").status == 403)
    #expect(scene.get("/v1/my/briefings", [("agent", "agent/bo")], as: "lead/ruth").status == 200)
  }
}
