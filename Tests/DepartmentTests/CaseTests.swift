import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// A matter of one customer is one case, over whichever channel it comes, and a complaint quiets marketing at once.
struct CaseTests {
  @Test func `a complaint and its hold are told together, and stand on the timeline without a word of what was said`() throws {
    let scene = try CareScene()
    let answer = try scene.open("complaint", ("words", "Three mails in a day!"), ("severity", "severe"))
    #expect(try scene.words() == ["case.opened", "hold.placed"])
    let hold = try #require(try scene.holds().first)
    #expect(hold["case_id"] == answer["case_id"] && hold["scope"] == "all" && hold["severity"] == "severe")
    #expect(hold["expires_at"]?.string == CareScene.noon.adding(.seconds(30 * 86_400)).description)
    let entries = try scene.get("/v1/customers/ada/timeline")["entries"]?.array ?? []
    #expect(Set(entries.compactMap { $0["kind"]?.string }) == ["case_opened", "hold_placed"])
    // What was said is kept with the case, and nowhere else.
    #expect(answer["said"]?.array?.first?["words"] == "Three mails in a day!")
    for event in try scene.told() { #expect(!String(decoding: event.encode(), as: UTF8.self).contains("Three mails")) }
    #expect(try scene.premises.findings() == [])
  }

  @Test(arguments: ["question", "request", "thanks"]) func `what is no complaint quiets nobody`(kind: String) throws {
    let scene = try CareScene()
    try scene.open(kind)
    #expect(try scene.words() == ["case.opened"] && scene.holds().isEmpty)
  }

  @Test func `the same matter over two channels is one case, and the later one hears what the first one said`() throws {
    let scene = try CareScene()
    let cause: JSON = ["kind": "campaign", "id": "spring"]
    let first = try scene.open("question", by: "counter", ("cause", cause), ("words", "Why so many mails?"))
    let second = try scene.open("complaint", by: "social", ("cause", cause), ("words", "Still no answer"))
    #expect(second["outcome"] == "joined" && second["case_id"] == first["case_id"])
    #expect(second["said"]?.array?.compactMap { $0["words"]?.string } == ["Why so many mails?", "Still no answer"])
    #expect(second["channels"]?.strings == ["counter", "social"] && second["kind"] == "complaint")
    // A question became a complaint: only now marketing rests.
    #expect(try scene.words() == ["case.opened", "case.opened", "hold.placed"] && scene.holds().count == 1)
    // Another matter, and one of somebody else, are cases of their own.
    #expect(try scene.open("complaint", ("cause", ["kind": "campaign", "id": "autumn"]))["outcome"] == "opened")
    #expect(try scene.open("complaint", of: "bob", ("cause", cause))["outcome"] == "opened")
    let named = try scene.open("question", by: "chat", ("same_as", first["case_id"] ?? .null))
    #expect(named["outcome"] == "joined" && named["kind"] == "complaint")
  }

  /// Severity alone and then the time decide who is next.
  @Test func `the queue goes by severity and by who waits longest`() throws {
    let scene = try CareScene()
    var ids: [String] = []
    for (person, severity) in [("ada", "low"), ("bob", "severe"), ("cid", "normal"), ("dan", "severe")] {
      ids.append(try #require(try scene.open("complaint", of: person, ("severity", .string(severity)))["case_id"]?.string))
      try scene.advance(by: .seconds(60))
    }
    let list = try scene.get("/v1/cases")["cases"]?.array?.compactMap { $0["case_id"]?.string }
    #expect(list == [ids[1], ids[3], ids[2], ids[0]])
  }

  @Test func `conduct goes to somebody above at once`() throws {
    let scene = try CareScene()
    let answer = try scene.open("complaint", ("cause", ["kind": "conduct", "id": "agent/ines"]))
    #expect(try scene.words() == ["case.opened", "case.escalated", "hold.placed"] && answer["escalated"] == true)
  }

  /// Deed by deed, and the word of the refusal; nil where it is done.
  @Test(
    arguments: [
      ("", "answer", nil), ("", "solve", nil), ("", "reopen", "case_not_solved"), ("solve", "answer", "case_solved"),
      ("solve", "solve", "case_solved"), ("solve", "escalate", "case_solved"), ("solve", "reopen", nil), ("answer", "solve", nil),
      ("escalate", "escalate", "case_escalated"), ("escalate", "answer", nil),
    ] as [(String, String, String?)]) func `a case takes only the turns that it can`(before: String, deed: String, code: String?) throws
  {
    let scene = try CareScene()
    let id = try #require(try scene.open("question")["case_id"]?.string)
    if !before.isEmpty { #expect(scene.post("/v1/cases/\(id)/\(before)").status == 200) }
    let told = try scene.words().count
    let answer = scene.post("/v1/cases/\(id)/\(deed)")
    #expect(try answer.json["code"]?.string == code)
    #expect(answer.status == (code == nil ? 200 : 409))
    #expect(try scene.words().count == told + (code == nil ? 1 : 0))
  }

  /// Each bad member is named, and nothing is there afterwards.
  @Test(
    arguments: [
      (#"{"channel":"phone"}"#, 400, "kind"), (#"{"kind":"rant","channel":"phone"}"#, 400, "kind"),
      (#"{"kind":"complaint"}"#, 400, "channel"),
      (#"{"kind":"complaint","channel":"two words"}"#, 400, "channel"), (#"{"kind":"complaint","channel":7}"#, 400, "channel"),
      (#"{"kind":"complaint","channel":"phone","severity":"awful"}"#, 400, "severity"),
      (#"{"kind":"complaint","channel":"phone","person_id":"a b"}"#, 400, "person_id"),
      (#"{"kind":"complaint","channel":"phone","cause":{"kind":"weather","id":"x"}}"#, 400, "cause"),
      (#"{"kind":"complaint","channel":"phone","cause":{"kind":"offer"}}"#, 400, "cause"),
      (#"{"kind":"complaint","channel":"phone","linked":["a b"]}"#, 400, "linked"),
      (#"{"kind":"complaint","channel":"phone","same_as":"nothing"}"#, 404, "no_case"),
      (#"{"kind":"complaint","channel":"phone","words":""}"#, 400, "words"), ("[1]", 400, "body"), ("{", 400, "body"),
    ]) func `bad input names its field and changes nothing`(body: String, status: Int, code: String) throws
  {
    let scene = try CareScene()
    let answer = scene.premises.ask(.post, "/v1/cases", headers: scene.premises.headers(key: "k"), body: Array(body.utf8))
    #expect(answer.status == status)
    #expect(try answer.json["code"]?.string == code, "\(String(decoding: answer.body, as: UTF8.self))")
    let tables = try scene.premises.tables()
    for table in ["matter", "matter_turn", "matter_word", "hold", "outbox", "heard_fact"] { #expect(tables.count(table) == 0) }
  }

  @Test func `a case of somebody else is not the same, and a name is taken once`() throws {
    let scene = try CareScene()
    let first = try scene.open("question", ("case_id", "case-7"))
    #expect(first["case_id"] == "case-7")
    let taken = scene.post("/v1/cases", ["kind": "question", "channel": "phone", "case_id": "case-7"])
    #expect(try taken.json["code"] == "case_id" && taken.status == 409)
    let others = scene.post("/v1/cases", ["kind": "question", "channel": "phone", "person_id": "bob", "same_as": "case-7"])
    #expect(try others.json["code"] == "same_as" && others.status == 409)
    #expect(try scene.get("/v1/cases/case-7")["turns"]?.array?.count == 1)
  }
}
