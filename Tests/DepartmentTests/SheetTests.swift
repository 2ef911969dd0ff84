import Contracts
import HTTP
import Store
import TestKit
import Testing
import Wire

/// Never stale, never speechless: what an agent says is bound to a version, and there is always something to say.
struct SheetTests {
  private static let plain: (String, JSON) = ("briefing", nil)
  private static let required: JSON = [["locale": "en-US", "voice": "warm"], ["locale": "es-US", "voice": "warm"]]
  private static func offer(_ version: Int = 1) -> TaleOffer {
    TaleOffer("sunday", version: version, plain, ("sheets_required", required))
  }

  private func scene(live: Bool = true) throws -> WordScene {
    let scene = try WordScene()
    for (id, role) in [("lead/ruth", .lead), ("lead/tom", .lead), ("agent/ines", .agent), ("agent/bo", .agent)]
      as [(String, ColleagueChanged.Role)]
    { try scene.hire(id, role) }
    for id in ["c"] + (0..<12).map({ "case-\($0)" }) { try scene.openCase(id) }
    try scene.version(Self.offer())
    if live {
      _ = try scene.sheet("sunday@1", avoid: ["too late", "unfortunately"])
      scene.advance(to: Tale.sunday)
      try scene.turn(Self.offer(), .launched)
    }
    return scene
  }

  private func give(_ scene: WordScene, _ number: Int, _ locale: String = "en-US", _ more: JSON.Member...) -> Response {
    scene.post(
      "/v1/answers",
      .object(
        [
          .init("offer", "sunday"), .init("case_id", .string("case-\(number)")), .init("person_id", .string("person-\(number)")),
          .init("locale", .string(locale)),
        ] + more), as: "agent/ines")
  }

  private func wrong(_ scene: WordScene, _ query: [(String, String)] = []) throws -> [String] {
    try #require(scene.get("/v1/answers/wrong", query).json["answers"]?.array).map { $0["case_id"]?.string ?? "?" }.sorted()
  }

  @Test func `a sheet is written, verified by somebody who is here, and then used`() throws {
    let scene = try scene(live: false)
    scene.advance(to: Tale.sunday)
    try scene.turn(Self.offer(), .launched)
    #expect(try scene.card("sunday", "en-US", as: "agent/ines")["source"] == "facts_card")
    let body: JSON = [
      "offer": "sunday", "locale": "en-US", "voice": "warm", "words": "It is on its way back to you.", "avoid": ["too late"],
      "use": ["back to you"],
    ]
    let drafted = try scene.done("/v1/sheets", body, as: "agent/ines")
    #expect(drafted["sheet"]?["sheet_id"] == "sunday:en-US:warm" && drafted["sheet"]?["state"] == "draft")
    #expect(try scene.card("sunday", "en-US", as: "agent/ines")["source"] == "facts_card")
    let verify: JSON = ["sheet_id": "sunday:en-US:warm", "deputy": "lead/tom"]
    let verified = try scene.done("/v1/sheets/verify", verify, as: "lead/ruth")
    #expect(verified["sheet"]?["verifier"] == "lead/ruth" && verified["sheet"]?["review_at"] == "2026-05-13T04:00:00.000Z")
    let card = try scene.card("sunday", "en-GB", as: "agent/ines")
    #expect(card["source"] == "sheet" && card["is_fallback"] == false && card["sheet"]?["words"] == "It is on its way back to you.")
    let row = try #require(scene.get("/v1/customers/ada/offers", [("locale", "en-US")], as: "agent/ines").json["offers"]?.array?.first)
    #expect(row["say"]?["sheet_id"] == "sunday:en-US:warm" && row["say"]?["sheet_version"] == 1 && row["say"]?["words"] == nil)
    // A language that nobody wrote: another one, labelled, and a task once somebody was answered so.
    let spanish = try scene.card("sunday", "es-US", as: "agent/ines")
    #expect(spanish["is_fallback"] == true && spanish["locale"] == "en-US" && spanish["fallback_sentence"] != nil)
    func tasks() throws -> [String] {
      try #require(scene.get("/v1/tasks").json["tasks"]?.array).map { "\($0["kind"]?.string ?? "?") \($0["locale"]?.string ?? "?")" }
    }
    #expect(try tasks() == ["no_sheet es-US"])
    #expect(try give(scene, 1, "fr-CA").json["fallback"] == true)
    #expect(try tasks() == ["no_sheet es-US", "write_sheet fr-CA"])
    _ = try scene.sheet("sunday@1", "fr-FR")
    #expect(try tasks() == ["no_sheet es-US"])
  }

  @Test func `words to avoid are pointed out before sending, and stop the sending unless it is wanted`() throws {
    let scene = try scene()
    let text = "Unfortunately you are Too  Late; the plate is unfortunately gone."
    let checked = try scene.done("/v1/answers/check", ["offer": "sunday", "locale": "en-US", "text": .string(text)], as: "agent/ines")
    #expect(checked["clean"] == false && checked["avoid"]?.array?.compactMap { $0["phrase"]?.string } == ["too late", "unfortunately"])
    let refused = give(scene, 1, "en-US", .init("text", .string(text)))
    #expect(
      try refused.status == 409 && refused.json["code"] == "words_to_avoid"
        && refused.json["detail"]?.string?.contains("“too late”") == true)
    // It is told that it was not said, and once for each command.
    #expect(try scene.kept().map(\.reason) == ["words_to_avoid"] && scene.kept().first?.sheetVersion == 1)
    #expect(give(scene, 1, "en-US", .init("text", .string(text)), .init("despite_words", true)).status == 201)
    #expect(give(scene, 2, "en-US", .init("text", "It is on its way.")).status == 201)
    // The text itself is kept nowhere here.
    #expect(try !scene.service.tables().rows["sheet_answer"]!.joined().contains("plate"))
  }

  @Test func `the next version waits, marked with when it changes, and takes the old one's place at once`() throws {
    let scene = try scene()
    #expect(give(scene, 1, "en-US", .init("sheet_id", "sunday:en-US:warm"), .init("sheet_version", 1)).status == 201)
    let next = Self.offer(2)
    try scene.version(next)
    _ = try scene.sheet("sunday@2", words: "Five days now.")
    let before = try scene.card("sunday", "en-US", as: "agent/ines")
    #expect(before["sheet"]?["sheet_version"] == 1 && before["changes"]?["offer"] == "sunday@2" && before["changes"]?["when"] != nil)
    let early = give(scene, 2, "en-US", .init("sheet_id", "sunday:en-US:warm"), .init("sheet_version", 2))
    #expect(try early.status == 409 && early.json["code"] == "sheet_not_in_force")
    #expect(
      try scene.post("/v1/answers", ["offer": "sunday@2", "case_id": "c"], as: "agent/ines").json["detail"]?.string?.contains(
        "not taken effect") == true)
    scene.advance(to: Tale.sunday.adding(.seconds(3_600)))
    try scene.turn(next, .launched)
    let after = try scene.card("sunday", "en-US", as: "agent/ines")
    #expect(after["sheet"]?["sheet_version"] == 2 && after["sheet"]?["words"] == "Five days now." && after["changes"] == nil)
    let stale = give(scene, 3, "en-US", .init("sheet_id", "sunday:en-US:warm"), .init("sheet_version", 1))
    #expect(try stale.status == 409 && stale.json["detail"]?.string?.contains("use sunday:en-US:warm version 2 instead") == true)
    #expect(stale.headers["Content-Type"] == "application/problem+json")
    // Words that held once, or will, and were refused: each is told with what it was about. One that there never was is a slip of the pen.
    #expect(give(scene, 5, "en-US", .init("sheet_id", "sunday:xx:warm")).status == 409)
    #expect(scene.post("/v1/answers", ["offer": "sunday@9", "case_id": "c"], as: "agent/ines").status == 409)
    let kept = try scene.kept()
    #expect(kept.map(\.offer.version) == [1, 2, 2] && kept.map(\.sheetVersion) == [2, nil, 1])
    #expect(kept.allSatisfy { $0.reason == "sheet_not_in_force" && $0.agentID.text == "agent/ines" })
    #expect(try scene.service.findings() == [])
    #expect(give(scene, 4, "en-US", .init("facts_card", true)).status == 409)
    #expect(give(scene, 5).status == 201)
    let states = try scene.get("/v1/sheets", [("offer", "sunday")]).json["sheets"]?.array?.map { $0["state"]?.string ?? "?" }
    #expect(states == ["stale", "in_force"])
    // Nothing was said from the old words after the new ones held, so there is nothing to correct.
    #expect(try wrong(scene) == [])
  }

  @Test func `stop makes them stale at once, the facts card stands in, and whoever was answered is listed`() throws {
    let scene = try scene()
    for number in 1...3 { #expect(give(scene, number).status == 201) }
    #expect(try wrong(scene) == [])
    scene.advance(to: Tale.sunday.adding(.seconds(3_600)))
    try scene.turn(Self.offer(), .stopped)
    let card = try scene.card("sunday", "en-US", as: "agent/ines")
    #expect(card["source"] == "facts_card" && card["reason"] == "stopped" && card["holding"]?.string?.isEmpty == false)
    #expect(card["facts"]?.strings?.contains { $0.contains("pays the shipping") } == true)
    #expect(card["facts"]?.strings?.contains { $0.contains("reserved") || $0.contains("marketer/maya") } == false)
    let refused = give(scene, 4, "en-US", .init("sheet_id", "sunday:en-US:warm"), .init("sheet_version", 1))
    #expect(try refused.status == 409 && refused.json["detail"]?.string?.contains("use the facts card of sunday@1 instead") == true)
    let answered = give(scene, 5, "en-US", .init("facts_card", true))
    #expect(try answered.status == 201 && answered.json["facts_card"] == true && answered.json["sheet_id"] == nil)
    #expect(try wrong(scene) == ["case-1", "case-2", "case-3"])
    #expect(try scene.service.told().map { try Envelope(decoding: $0.event).type }.count { $0 == "service.sheet.staled.v1" } == 1)

    let id = try #require(scene.get("/v1/answers/wrong").json["answers"]?.array?.first { $0["case_id"] == "case-1" }?["answer_id"])
    #expect(try scene.done("/v1/answers/corrected", ["answer_id": id], as: "agent/ines")["outcome"] == "corrected")
    #expect(try scene.post("/v1/answers/corrected", ["answer_id": id], as: "agent/bo").json["code"] == "already_corrected")
    #expect(try wrong(scene) == ["case-2", "case-3"] && wrong(scene, [("corrected", "true")]).count == 3)
    // A mended version: its own sheet, and the answers of the old one are still to be corrected.
    try scene.version(Self.offer(2))
    _ = try scene.sheet("sunday@2")
    scene.advance(to: Tale.sunday.adding(.seconds(7_200)))
    try scene.turn(Self.offer(2), .launched)
    #expect(give(scene, 6).status == 201)
    #expect(try wrong(scene) == ["case-2", "case-3"])
  }

  @Test func `a sheet whose words are wrong is taken back, and nobody else may do that`() throws {
    let scene = try scene()
    #expect(give(scene, 1).status == 201)
    let body: JSON = ["sheet_id": "sunday:en-US:warm", "cause": "wrong", "sentence": "it says three days"]
    #expect(try scene.post("/v1/sheets/stale", body, as: "agent/ines").json["code"] == "role")
    #expect(try scene.done("/v1/sheets/stale", body, as: "lead/tom")["sheet"]?["cause"] == "wrong: it says three days")
    #expect(try scene.card("sunday", "en-US", as: "agent/ines")["source"] == "facts_card")
    #expect(try wrong(scene) == ["case-1"])
    let verify: JSON = ["sheet_id": "sunday:en-US:warm", "deputy": "lead/tom"]
    #expect(try scene.post("/v1/sheets/verify", verify, as: "lead/ruth").json["code"] == "sheet_stale")
  }

  @Test func `what hangs on a leaver is listed, counts for nothing, and is handed on`() throws {
    let scene = try scene()
    func hanging() throws -> [String] {
      try #require(scene.get("/v1/colleagues/lead%2Fruth/hanging").json["hanging"]?.array).map {
        "\($0["id"]?.string ?? "?") \($0["role"]?.string ?? "?")"
      }
    }
    #expect(try hanging() == ["sunday:en-US:warm verifier"])
    try scene.hire("lead/ruth", .lead, active: false)
    #expect(try scene.get("/v1/tasks").json["tasks"]?.array?.contains { $0["kind"] == "verifier_left" } == true)
    let to: JSON = ["from": "lead/ruth", "to": "lead/tom"]
    // He stands in already, so somebody has to be named.
    #expect(try scene.done("/v1/sheets/hand-on", to)["left"]?.strings == ["sunday:en-US:warm"])
    #expect(
      try scene.post("/v1/sheets/hand-on", ["sheet_id": "sunday:en-US:warm", "verifier": "lead/ruth", "deputy": "agent/bo"]).json["code"]
        == "colleague_left")
    try scene.done("/v1/sheets/hand-on", ["sheet_id": "sunday:en-US:warm", "verifier": "lead/tom", "deputy": "agent/bo"], as: "lead/tom")
    #expect(try hanging() == [])
    #expect(try scene.card("sunday", "en-US", as: "agent/ines")["sheet"]?["verifier"] == "lead/tom")
  }

  @Test func `what cannot be done is refused under its field, and nothing changes`() throws {
    let scene = try scene()
    let before = try scene.service.tables().without(["idempotency"])
    let sheet: JSON = "sunday:en-US:warm"
    let refusals: [(String, JSON, String?, String, String)] = [
      ("sheets", ["offer": "nothing", "locale": "en", "voice": "warm", "words": "x"], nil, "no_offer", "nothing"),
      ("sheets", ["offer": "sunday@7", "locale": "en", "voice": "warm", "words": "x"], nil, "no_version", "sunday@7"),
      ("sheets", ["offer": "sunday", "voice": "warm", "words": "x"], nil, "field", "locale: it is missing"),
      ("sheets", ["offer": "sunday", "locale": "english?", "voice": "warm", "words": "x"], nil, "field", "locale: “english?”"),
      ("sheets", ["offer": "sunday", "locale": "en", "voice": "very warm", "words": "x"], nil, "field", "voice: “very warm”"),
      ("sheets", ["offer": "sunday", "locale": "en", "voice": "warm"], nil, "field", "words: it is missing"),
      (
        "sheets", ["offer": "sunday", "locale": "en", "voice": "warm", "words": .string(String(repeating: "x", count: 8_193))], nil,
        "field", "words: it has 8193"
      ),
      (
        "sheets", ["offer": "sunday", "locale": "en", "voice": "warm", "words": "Too late!", "avoid": ["too late"]], nil, "field",
        "words: they have"
      ),
      (
        "sheets", ["offer": "sunday", "locale": "en-US", "voice": "warm", "words": "x", "seen_version": 0], nil, "sheet_changed",
        "version 1 by now"
      ),
      ("sheets/verify", ["sheet_id": "sunday:de:warm", "deputy": "lead/tom"], "lead/ruth", "no_sheet", "sunday:de:warm"),
      ("sheets/verify", ["sheet_id": sheet], "lead/ruth", "field", "deputy: it is missing"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "lead/ruth"], "lead/ruth", "own_deputy", "deputy: lead/ruth"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "agent/nobody"], "lead/ruth", "no_colleague", "deputy: nobody"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "lead/tom", "verifier": "lead/ruth"], "agent/ines", "role", "answers for it"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "lead/tom"], nil, "field", "verifier: it is missing"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "lead/tom", "review_at": "2026-05-09T00:00:00Z"], "lead/ruth", "field", "review_at"),
      ("sheets/verify", ["sheet_id": sheet, "deputy": "lead/tom", "sheet_version": 9], "lead/ruth", "sheet_changed", "you saw 9"),
      ("sheets/stale", ["sheet_id": sheet], "lead/ruth", "field", "cause: it is missing"),
      ("sheets/stale", ["sheet_id": sheet, "cause": "ugly"], "lead/ruth", "field", "cause: “ugly”"),
      ("sheets/hand-on", ["sheet_id": sheet], "lead/ruth", "field", "verifier: nobody new"),
      ("sheets/hand-on", ["from": "lead/ruth", "to": "lead/ruth"], "lead/ruth", "field", "to: it is the same"),
      ("answers", ["offer": "sunday"], "agent/ines", "field", "case_id: it is missing"),
      ("answers", ["offer": "nothing", "case_id": "c"], "agent/ines", "no_offer", "nothing"),
      ("answers", ["offer": "sunday", "case_id": "c", "sheet_id": "sunday:de:warm"], "agent/ines", "sheet_not_in_force", "another sheet"),
      ("answers", ["offer": "sunday", "case_id": "c d"], "agent/ines", "case_id", "case_id"),
      ("answers", ["offer": "sunday", "case_id": "none"], "agent/ines", "case_id", "there is no case none; `accord case list"),
      ("answers/check", ["offer": "sunday"], "agent/ines", "field", "text: it is missing"),
      ("answers/corrected", ["answer_id": "none"], "agent/ines", "no_answer", "none"),
      ("channels", ["counterpart": "chat", "time_zone": "America/New_York"], "lead/ruth", "field", "channel: it is missing"),
      ("channels", ["channel": "web", "counterpart": "chat", "time_zone": "Nowhere/City"], "lead/ruth", "field", "time_zone"),
      (
        "channels", ["channel": "web", "counterpart": "chat", "time_zone": "America/New_York", "opens": "8"], "lead/ruth", "field", "opens"
      ),
      (
        "channels", ["channel": "web", "counterpart": "chat", "time_zone": "America/New_York", "opens": "20:00", "closes": "08:00"],
        "lead/ruth",
        "field", "closes"
      ),
      ("channels", ["channel": "web", "counterpart": "chat", "time_zone": "America/New_York"], "agent/ines", "role", "lead"),
      ("parity", ["offer": "sunday"], "lead/ruth", "field", "offer: it names no version"),
      ("parity", ["offer": "sunday@1"], "lead/ruth", "field", "offer: sunday@1 states no exception"),
      ("parity", ["offer": "sunday@1", "approved": false], "agent/ines", "role", "lead"),
      ("roster/absent", ["shift_id": "none"], "agent/ines", "no_shift", "agent/ines has no shift none"),
      ("roster/absent", [:], "agent/ines", "field", "shift_id: it is missing"),
      ("roster/swap", ["shift_id": "none", "from_agent": "agent/ines", "to_agent": "agent/bo"], "lead/ruth", "no_shift", "none"),
      ("roster/swap", ["shift_id": "none", "from_agent": "agent/ines", "to_agent": "agent/ines"], "lead/ruth", "field", "to_agent"),
    ]
    for (path, body, who, code, words) in refusals {
      let answer = scene.post("/v1/\(path)", body, as: who)
      #expect(
        try answer.json["code"]?.string == code && answer.json["detail"]?.string?.contains(words) == true,
        "\(path) \(body): \(String(decoding: answer.body, as: UTF8.self))"
      )
    }
    #expect(try scene.service.tables().without(["idempotency"]).differences(from: before) == [])
  }

  @Test func `channels and parity are told as they are said, and a rebuilt store is the same`() throws {
    let scene = try scene()
    let channel: JSON = ["channel": "web", "counterpart": "chat", "time_zone": "America/New_York"]
    #expect(try scene.done("/v1/channels", channel, as: "lead/ruth")["outcome"] == "named")
    #expect(try scene.done("/v1/channels", channel, as: "lead/tom")["outcome"] == "exists")
    let exception: JSON = [
      "reason": "welcome_offer", "sentence": "First order only.", "approved_by": "lead/ruth", "ends_at": "2026-07-01T00:00:00",
      "match": nil,
    ]
    try scene.version(TaleOffer("welcome", Self.plain, ("eligibility/customers", "new"), ("parity_exception", exception)))
    #expect(try scene.done("/v1/parity", ["offer": "welcome@1"], as: "lead/ruth")["outcome"] == "approved")
    _ = try scene.roster([WordScene.row(2, "agent/ines", "2026-05-10T12:00:00Z", "2026-05-10T20:00:00Z")])
    #expect(give(scene, 1).status == 201)
    scene.advance(to: Tale.sunday.adding(.seconds(60)))
    try scene.turn(Self.offer(), .stopped)
    #expect(give(scene, 2).status == 201)
    let id = try #require(scene.get("/v1/answers/wrong").json["answers"]?.array?.first?["answer_id"])
    try scene.done("/v1/answers/corrected", ["answer_id": id], as: "agent/ines")
    try scene.version(Self.offer(2))
    _ = try scene.sheet("sunday@2")
    try scene.turn(Self.offer(2), .launched)

    let rebuilt = try scene.rebuilt()
    let tables: Set<String> = ["word_fact", "shift", "briefing_read", "sheet_answer", "offer_on_table", "colleague"]
    let name = String(scene.service.store.identity.lineage.prefix(12))
    let differences = try rebuilt.tables(but: ["word_fact.number"]).only(tables).replacing(name, with: "LINEAGE").differences(
      from: scene.service.tables(but: ["word_fact.number"]).only(tables))
    #expect(differences == [], "\(differences)")
    #expect(try rebuilt.tables().count("word_fact") == 12 && rebuilt.tables().count("outbox") == 0)
    #expect(try rebuilt.findings() == [] && scene.service.findings() == [])
    // Each of its facts tells its story.
    for delivery in try scene.service.told() {
      let story = try scene.service.ask(.get, "/v1/messages/\(Envelope(decoding: delivery.event).id)").json
      #expect(story["known"] == true && story["role"] == "publisher")
    }
  }
}
