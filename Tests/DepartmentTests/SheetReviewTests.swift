import Contracts
import HTTP
import Host
import ServiceRoom
import Store
import TestKit
import Testing

/// When somebody is to look at a sheet again: it waits in the store, falls due by itself, and lies with whoever answers for it.
struct SheetReviewTests {
  private static let review = "2026-05-11T12:00:00.000Z"

  private func scene() throws -> CareScene {
    let scene = try CareScene()
    for id in ["lead/ruth", "lead/tom"] { try scene.hire(id, .lead) }
    try scene.openShop(TaleOffer("sunday", ("briefing", .null)))
    return scene
  }

  @discardableResult
  private func verify(_ scene: CareScene, by review: String, words: String? = nil) throws -> JSON {
    if let words {
      let body: JSON = ["offer": "sunday", "locale": "en-US", "voice": "warm", "words": .string(words)]
      #expect(scene.post("/v1/sheets", body, as: "lead/ruth").status == 201)
    }
    let answer = scene.post(
      "/v1/sheets/verify", ["sheet_id": "sunday:en-US:warm", "deputy": "lead/tom", "review_at": .string(review)], as: "lead/ruth")
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json
  }

  private func due(_ scene: CareScene) throws -> [String] { try scene.due().filter { $0.hasPrefix("sheet_review") } }

  private func tasks(_ scene: CareScene) throws -> [JSON] {
    (try scene.get("/v1/tasks")["tasks"]?.array ?? []).filter { $0["kind"] == "review_overdue" }
  }

  @Test func `an exception that was accepted here and ends while the offer is live is a task`() throws {
    let scene = try CareScene()
    try scene.hire("lead/ruth", .lead)
    let exception: JSON = [
      "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "lead/ruth", "ends_at": "2026-05-11T12:00:00",
    ]
    try scene.openShop(TaleOffer("sunday", ("briefing", .null), ("parity_exception", exception)))
    func over() throws -> [JSON] {
      (try scene.get("/v1/tasks")["tasks"]?.array ?? []).filter { $0["kind"] == "exception_over" }
    }
    let end = try Timestamp(rfc3339: "2026-05-11T16:00:00Z")
    #expect(scene.post("/v1/parity", ["offer": "sunday@1", "approved": true], as: "lead/ruth").status == 200)
    try scene.advance(to: end.adding(.milliseconds(-1)))
    #expect(try over().isEmpty)
    try scene.advance(to: end)
    let task = try #require(try over().first)
    #expect(task["since"]?.string == end.description && task["sentence"]?.string?.contains("marketer/maya at marketing ends it") == true)
  }

  @Test func `it falls due by itself, lies with who answers for it, and the words serve on, labelled`() throws {
    let scene = try scene()
    try verify(scene, by: Self.review, words: "It is on its way.")
    #expect(try due(scene) == ["sheet_review sunday:en-US:warm/1 \(try Timestamp(rfc3339: Self.review).milliseconds)"])
    #expect(try tasks(scene).isEmpty)
    try scene.advance(to: try Timestamp(rfc3339: Self.review))
    #expect(try due(scene).isEmpty)
    let task = try #require(try tasks(scene).first)
    #expect(task["since"]?.string == Self.review && task["offer"] == "sunday@1")
    #expect(task["sentence"]?.string?.hasPrefix("lead/ruth was to look at version 1 of sunday:en-US:warm again") == true, "\(task.text)")
    let card = try scene.get("/v1/offers/sunday/card", ("locale", "en-US"))
    #expect(card["source"] == "sheet" && card["review_overdue"] == true)
    // Looked at: it waits for the next time.
    try verify(scene, by: "2026-05-12T12:00:00Z")
    #expect(try tasks(scene).isEmpty && due(scene).count == 1)
  }

  @Test func `what was taken back or replaced is nobody's task`() throws {
    let scene = try scene()
    try verify(scene, by: Self.review, words: "It is on its way.")
    try verify(scene, by: "2026-05-12T12:00:00Z", words: "It is on its way back to you.")
    try scene.advance(to: try Timestamp(rfc3339: Self.review))
    #expect(try tasks(scene).isEmpty)
    scene.post("/v1/sheets/stale", ["sheet_id": "sunday:en-US:warm", "cause": "outdated"], as: "lead/ruth")
    #expect(try due(scene).isEmpty)
  }

  @Test func `it stands in the store: after a restart it is due as before`() throws {
    let place = Folder.temporary()
    let first = try Premises(ServiceProgram.department, in: place, at: CareScene.noon)
    try first.store.write { transaction in
      try Due.set(
        at: CareScene.noon.adding(.seconds(60)), kind: "sheet_review", subject: "sunday:en-US:warm/1", in: transaction)
    }
    first.store.close()
    let second = try Premises(ServiceProgram.department, in: place, at: CareScene.noon.adding(.seconds(3_600)))
    let row = try #require(try second.store.read { try Due.elapsed(at: second.clock.now(), limit: 1, in: $0) }.first)
    // A sheet that nobody knows any more hurts nobody.
    let rule = try #require(second.department.dueRules(second.desk)[row.kind])
    try second.store.write { transaction in try rule(row, second.clock.now(), &transaction) }
  }

  @Test func `of two who write the same sheet, the second hears what the first one changed`() throws {
    let scene = try scene()
    func draft(_ words: String, seen: Int64, avoid: [String] = []) throws -> JSON {
      try scene.post(
        "/v1/sheets",
        [
          "offer": "sunday", "locale": "en-US", "voice": "warm", "words": .string(words), "seen_version": .integer(seen),
          "avoid": .array(avoid.map { .string($0) }),
        ], as: "lead/tom"
      ).json
    }
    #expect(try draft("First.", seen: 0)["outcome"] == "drafted" && draft("Second.", seen: 1, avoid: ["late"])["outcome"] == "drafted")
    let refused = try draft("Mine.", seen: 1)
    #expect(refused["code"] == "sheet_changed")
    #expect(refused["detail"]?.string?.contains("lead/tom wrote version 2 at") == true, "\(refused.text)")
    #expect(refused["detail"]?.string?.contains("other in words, avoid") == true)
  }

  @Test func `of two who say the same of a channel or of parity, the second hears what the first one had said`() throws {
    let scene = try scene()
    func done(_ path: String, _ body: JSON, as who: String) throws -> JSON {
      let answer = scene.post(path, body, as: who)
      #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
      return try answer.json
    }
    func name(_ counterpart: String, as who: String) throws -> JSON {
      try done("/v1/channels", ["channel": "web", "counterpart": .string(counterpart), "time_zone": "America/New_York"], as: who)
    }
    #expect(try name("chat", as: "lead/ruth")["instead_of"] == nil && name("chat", as: "lead/tom")["instead_of"] == nil)
    let second = try name("phone", as: "lead/tom")
    #expect(second["instead_of"]?["counterpart"] == "chat" && second["instead_of"]?["by"] == "lead/ruth", "\(second.text)")
    let exception: JSON = [
      "reason": "welcome_offer", "sentence": "First order only.", "approved_by": "lead/ruth", "ends_at": "2026-07-01T00:00:00",
      "match": nil,
    ]
    let welcome = TaleOffer("welcome", ("briefing", nil), ("eligibility/customers", "new"), ("parity_exception", exception))
    try scene.hear(welcome.versioned, welcome.scheduled)
    #expect(try done("/v1/parity", ["offer": "welcome@1"], as: "lead/ruth")["instead_of"] == nil)
    let declined = try done("/v1/parity", ["offer": "welcome@1", "approved": false], as: "lead/tom")
    #expect(declined["instead_of"]?["outcome"] == "approved" && declined["instead_of"]?["by"] == "lead/ruth", "\(declined.text)")
  }

  /// The card speaks the customer's language where an offer can be told in it.
  @Test(arguments: [("es-US", "es", false), ("de-DE", "de", false), ("fr", "fr", false), ("it-IT", "en", true), ("en-GB", "en", false)])
  func `without a sheet the facts are told in the customer's language, else labelled`(wanted: String, spoken: String, fallback: Bool)
    throws
  {
    let scene = try scene()
    let card = try scene.get("/v1/offers/sunday/card", ("locale", wanted))
    #expect(card["source"] == "facts_card" && card["locale"]?.string == spoken && card["is_fallback"]?.bool == fallback)
    #expect((card["fallback_sentence"] != nil) == fallback && card["facts"]?.array?.isEmpty == false)
    let holding = ["es": "Esto es", "de": "Das sagt", "fr": "Voici", "en": "This is"][spoken] ?? "?"
    #expect(card["holding"]?.string?.hasPrefix(holding) == true, "\(card.text)")
  }
}
