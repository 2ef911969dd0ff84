import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing
import Wire

/// What is given at the desk: by the terms, within limits, undone in ten seconds, and decided by somebody named beyond that.
struct DeskHonourTests {
  private let usual: JSON = ["order_id": "FRIDAY-1", "offer_id": "sunday"]

  private func scene(_ draft: TaleOffer = TaleOffer("sunday", ("briefing", .null))) throws -> CareScene {
    let scene = try CareScene()
    try scene.hire("agent/ines", .agent, person: "ines-c", household: ["bob"])
    try scene.hire("agent/tom", .agent)
    try scene.hire("lead/lena", .lead)
    try scene.hire("supervisor/ruth", .supervisor)
    try scene.openShop(draft)
    return scene
  }

  private func goodwill(_ scene: CareScene, _ minor: Int64, to: String = "ada", as who: String? = "agent/ines", _ more: (String, JSON)...)
    throws -> JSON
  {
    let body: [JSON.Member] = [.init("to", .string(to)), .init("amount", TaleOffer.euros(minor))] + more.map { JSON.Member($0.0, $0.1) }
    let answer = scene.post("/v1/goodwill", .object(body), as: who)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json
  }

  @Test func `inside the limit nobody is asked, and after ten seconds the ledger is`() throws {
    let scene = try scene()
    let answer = try scene.post("/v1/honours", usual, as: "agent/ines").json
    #expect(answer["outcome"] == "given" && answer["amount"]?["amount_minor"] == 995 && answer["in_words"] == "nine and 95/100 EUR")
    #expect(answer["destination"] == "back to the card" && answer["who_pays"] == "campaign spring")
    #expect(try scene.asked().isEmpty)
    try scene.advance(by: .seconds(10))
    let asked = try scene.asked()
    #expect(asked.count == 1 && asked.first?.amount == OrderDraft.euros(995) && asked.first?.agentID.text == "agent/ines")
    #expect(asked.first?.basis == .desk && asked.first?.deadlineAt == nil && asked.first?.offerID?.text == "sunday")
    // By whose word it is, is the agent's also ten seconds later.
    #expect(try scene.premises.told().last.map { try Envelope(decoding: $0.event).authID } == "agent/ines")
    try scene.hear(Tale.remedy(.posted, "FRIDAY-1", of: TaleOffer().offer, basis: .desk))
    #expect(try scene.get("/v1/honours")["requests"]?.array?.first?["state"] == "given")
  }

  @Test func `undone within ten seconds nobody hears of it, afterwards it cannot be`() throws {
    let scene = try scene()
    scene.post("/v1/honours", usual, as: "agent/ines")
    try scene.advance(by: .milliseconds(9_999))
    let other = scene.post("/v1/honours/undo", as: "agent/tom")
    #expect(try other.status == 409 && other.json["code"] == "request_id")
    #expect(try scene.post("/v1/honours/undo", as: "agent/ines").json["outcome"] == "undone")
    try scene.advance(by: .seconds(60))
    #expect(try scene.asked().isEmpty && scene.due().isEmpty)
    scene.post("/v1/honours", usual, as: "agent/ines")
    try scene.advance(by: .seconds(10))
    #expect(scene.post("/v1/honours/undo", as: "agent/ines").status == 409)
    #expect(try scene.asked().count == 1)
  }

  @Test func `the second to press hears who gave it, when, how much`() throws {
    let scene = try scene()
    scene.post("/v1/honours", usual, as: "agent/ines")
    let second = try scene.post("/v1/honours", usual, as: "agent/tom").json
    #expect(second["outcome"] == "already" && second["by"] == "agent/ines" && second["amount"]?["amount_minor"] == 995)
    try scene.advance(by: .seconds(10))
    #expect(try scene.post("/v1/honours", usual, as: "agent/tom").json["outcome"] == "already")
    try scene.hear(Tale.remedy(.posted, "FRIDAY-1", of: TaleOffer().offer, basis: .desk))
    #expect(try scene.post("/v1/honours", usual, as: "agent/tom").json["outcome"] == "already" && scene.asked().count == 1)
  }

  /// The limits per case, per day and per customer, and the approver named.
  @Test func `over a limit it goes to a named person with a deadline`() throws {
    let scene = try scene()
    let first = try scene.open("request", as: "agent/ines")["case_id"]?.string ?? ""
    let honour: JSON = ["order_id": "FRIDAY-1", "offer_id": "sunday", "case_id": .string(first)]
    #expect(try scene.post("/v1/honours", honour, as: "agent/ines").json["outcome"] == "given")
    let over = try goodwill(scene, 1_506, to: first)
    // While one waits, another wish is taken for the same.
    #expect(try goodwill(scene, 1, to: first)["outcome"] == "already")
    #expect(over["outcome"] == "waiting" && over["approver"] == "supervisor/ruth")
    let deadline = try #require(over["deadline_at"]?.string)
    #expect(try Timestamp(rfc3339: deadline) > scene.clock.now())
    // The customer reads no less kind a text for it.
    #expect(over["customer_reads"]?.string?.hasPrefix("Thank you for telling us.") == true)
    let list = try scene.get("/v1/approvals")["waiting"]?.array
    #expect(list?.count == 1)
    let id = try #require(over["request_id"]?.string)
    #expect(scene.post("/v1/approvals/\(id)/grant", as: "agent/ines").status == 403)
    #expect(scene.post("/v1/approvals/\(id)/grant", as: "agent/tom").status == 403)
    let granted = try scene.post("/v1/approvals/\(id)/grant", as: "supervisor/ruth").json
    #expect(granted["outcome"] == "granted" && granted["approver"] == "supervisor/ruth")
    #expect(scene.post("/v1/approvals/\(id)/refuse", ["sentence": "no"], as: "supervisor/ruth").status == 409)
    let asked = try scene.asked().filter { $0.requestID.text == id }
    #expect(asked.map { $0.deadlineAt == nil } == [false, true] && asked.last?.approver?.text == "supervisor/ruth")
    #expect(try !scene.due().contains { $0.hasPrefix("approval") })
  }

  @Test func `in one case as often as its limit allows`() throws {
    let scene = try scene()
    let id = try scene.open("request", as: "agent/ines")["case_id"]?.string ?? ""
    for (number, minor) in ([1_000, 1_000, 500] as [Int64]).enumerated() {
      #expect(try goodwill(scene, minor, to: id, as: number == 1 ? "agent/tom" : "agent/ines")["outcome"] == "given")
      // Pressed again at once it is the same one.
      #expect(try goodwill(scene, minor, to: id, as: "agent/tom")["outcome"] == "already")
      try scene.advance(by: .seconds(10))
      #expect(try goodwill(scene, minor, to: id, as: "agent/tom")["outcome"] == "already")
      let asked = try #require(try scene.asked().last)
      try scene.hear(Tale.goodwill(asked, ordinal: number + 1))
    }
    #expect(try goodwill(scene, 1, to: id, as: "agent/tom")["outcome"] == "waiting")
  }

  @Test func `what can be undone is told, so that a rebuilt store has it, and what was undone too`() throws {
    let scene = try scene()
    scene.post("/v1/honours", usual, as: "agent/ines")
    #expect(try scene.requests().map { $0.undoUntil == nil } == [false])
    scene.post("/v1/honours/undo", as: "agent/ines")
    #expect(try scene.requests().last?.turn == .withdrawn && scene.get("/v1/honours")["requests"]?.array?.first?["state"] == "undone")
    // On no timeline: nobody has to know of a slip of the hand.
    let kinds = try scene.get("/v1/customers/ada/timeline")["entries"]?.array?.compactMap { $0["kind"]?.string } ?? []
    #expect(!kinds.contains { $0.hasPrefix("remedy_") })
  }

  @Test func `per customer and per day`() throws {
    let scene = try scene()
    // Different cases of one customer, by two agents: 100.00 in 90 days.
    for number in 0..<4 {
      #expect(
        try goodwill(
          scene, 2_500, to: try scene.open("request", ("case_id", .string("c\(number)")))["case_id"]?.string ?? "",
          as: number % 2 == 0 ? "agent/ines" : "agent/tom")["outcome"] == "given")
    }
    #expect(try goodwill(scene, 1)["outcome"] == "waiting")
    try scene.advance(by: .seconds(91 * 86_400))
    #expect(try goodwill(scene, 2_500)["outcome"] == "given")
    // Eight customers in a day: 200.00 for one agent.
    for number in 0..<7 { #expect(try goodwill(scene, 2_500, to: "p\(number)")["outcome"] == "given") }
    #expect(
      try goodwill(scene, 2_500, to: "p8")["outcome"] == "waiting"
        && goodwill(scene, 2_500, to: "p9", as: "agent/tom")["outcome"] == "given")
    try scene.advance(by: .seconds(86_400))
    #expect(try goodwill(scene, 2_500, to: "p8")["outcome"] == "given")
  }

  @Test func `nobody decided: what may be given alone is given, the rest is not`() throws {
    let scene = try scene()
    _ = try goodwill(scene, 2_000)
    try scene.advance(by: .seconds(10))
    let whole = try goodwill(scene, 10_000, to: "cid")
    #expect(whole["outcome"] == "waiting")
    try scene.advance(by: .seconds(2 * 3_600))
    let last = try #require(try scene.asked().last)
    #expect(last.turn == .requested && last.amount == OrderDraft.euros(2_500) && last.approver == nil)
    // With nothing left alone it is refused, kindly.
    try scene.hear(.policyPublished(PolicyPublished(name: "desk", version: 2, document: ["at_deadline": "refuse"])))
    _ = try goodwill(scene, 90_000, to: "dan")
    try scene.advance(by: .seconds(2 * 3_600))
    #expect(try scene.asked().last?.turn == .refused)
  }

  @Test func `none to oneself or one's household`() throws {
    let scene = try scene()
    for person in ["ines-c", "bob"] {
      let answer = scene.post("/v1/goodwill", ["to": .string(person), "amount": TaleOffer.euros(1)], as: "agent/ines")
      #expect(try answer.status == 403 && answer.json["code"] == "own_household")
    }
    #expect(try scene.asked().isEmpty && goodwill(scene, 1, to: "bob", as: "agent/tom")["outcome"] == "given")
  }

  /// What the order is, and the word of the refusal.
  @Test(
    arguments: [
      ("late", "outside_interval"), ("goods", "not_bought"), ("oversize", "item_excluded"), ("abroad", "other"),
      ("better", "already_better"),
    ]) func `what the terms do not give is refused with a reason, and told`(what: String, reason: String) throws
  {
    let scene = try scene()
    let draft = Tale.orderDraft("OTHER") { draft in
      switch what {
      case "late":
        draft.placedAt = Tale.friday.adding(.seconds(-40 * 86_400))
        draft.capturedAt = draft.placedAt
      case "goods": draft.charges = []
      case "oversize": draft.lines[0].categories = ["OVERSIZE"]
      case "abroad": draft.country = "FR"
      default:
        draft.discountsKnown = true
        draft.placedAt = Tale.sunday.adding(.seconds(60))
        draft.capturedAt = draft.placedAt
      }
      if what == "goods" { draft.tenders = [OrderDraft.tender(4_995)] }
    }
    try scene.hear(.orderCaptured(try draft.order()))
    let answer = try scene.post("/v1/honours", ["order_id": "OTHER", "offer_id": "sunday"], as: "agent/ines").json
    #expect(answer["outcome"] == "refused" && answer["reason"]?.string == reason, "\(answer.text)")
    #expect(answer["customer_reads"]?.string?.hasPrefix("Thank you for telling us.") == true)
    let fact = try #require(try scene.asked().last)
    #expect(fact.turn == .refused && fact.reason?.rawValue == reason && fact.sentence != nil)
  }

  @Test func `an agent's own refusal is told, and a suspicion goes to the lead`() throws {
    let scene = try scene()
    let answer = try scene.post(
      "/v1/honours", ["order_id": "FRIDAY-1", "offer_id": "sunday", "refuse": "abuse_suspected"], as: "agent/ines"
    ).json
    #expect(answer["outcome"] == "refused" && answer["approver"] == "lead/lena")
    #expect(answer["customer_reads"]?.string?.contains("abuse") == false)
    let other = scene.post("/v1/honours", ["order_id": "FRIDAY-1", "offer_id": "sunday", "refuse": "other"], as: "agent/ines")
    #expect(try other.status == 400 && other.json["code"] == "sentence")
  }

  @Test func `whoever has not read the offer honours nothing of it`() throws {
    let scene = try scene(TaleOffer())
    let answer = scene.post("/v1/honours", usual, as: "agent/ines")
    #expect(try answer.status == 403 && answer.json["code"] == "briefing_due" && scene.asked().isEmpty)
    #expect(try scene.post("/v1/honours", usual).json["outcome"] == "given")
  }

  @Test func `honoured after the end, and not before the start`() throws {
    let scene = try CareScene()
    try scene.openShop(TaleOffer(), launched: false)
    let early = try scene.post("/v1/honours", usual).json
    #expect(early["outcome"] == "refused" && early["reason"] == "outside_interval")
    try scene.advance(to: Tale.sunday)
    try scene.hear(TaleOffer().turned(.launched, at: Tale.sunday))
    try scene.advance(to: Tale.sunday.adding(.seconds(4 * 86_400)))
    #expect(try scene.post("/v1/honours", usual).json["basis"] == "honour_for")
    try scene.advance(to: Tale.sunday.adding(.seconds(30 * 86_400)))
    #expect(try scene.post("/v1/honours", usual).json["outcome"] == "already")
  }

  @Test func `what somebody new would get is prompted, matched once, and paid by that campaign`() throws {
    let match: JSON = ["who": "existing", "how": "prompt", "per_customer": ["uses": 1], "max": TaleOffer.euros(1_500)]
    let draft = TaleOffer(
      "sunday", ("eligibility/customers", "new"),
      (
        "parity_exception",
        [
          "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-07-01T00:00:00",
          "match": match,
        ]
      ))
    let scene = try CareScene()
    try scene.hear(.orderCaptured(try Tale.orderDraft("BEFORE") { $0.placedAt = Tale.friday.adding(.seconds(-9 * 86_400)) }.order()))
    try scene.openShop(draft)
    let row = try #require(try scene.get("/v1/customers/ada/offers")["offers"]?.array?.first)
    #expect(row["kind"] == "parity" && row["would_be"]?["amount_minor"] == 995 && row["who_pays"] == "campaign spring", "\(row.text)")
    let answer = try scene.post("/v1/honours", usual).json
    #expect(answer["outcome"] == "given" && answer["basis"] == "parity")
    let after = try scene.get("/v1/customers/ada/offers")["offers"]?.array?.first
    #expect(after?["kind"] == "live" && after?["yes"] == false && after?["reason"] == "not_eligible_customer")
    try scene.advance(by: .seconds(10))
    #expect(try scene.asked().last?.basis == .parity)
  }

  @Test(
    arguments: [
      ("/v1/honours", #"{}"#, 400, "order_id"), ("/v1/honours", #"{"order_id":"FRIDAY-1"}"#, 400, "offer_id"),
      ("/v1/honours", #"{"order_id":"NONE","offer_id":"sunday"}"#, 404, "order_id"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"none"}"#, 404, "offer_id"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"sunday","case_id":"none"}"#, 404, "case_id"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"sunday","amount":{"amount_minor":996,"currency":"EUR"}}"#, 422, "amount"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"sunday","amount":{"amount_minor":5,"currency":"USD"}}"#, 422, "amount"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"sunday","amount":{"amount_minor":0,"currency":"EUR"}}"#, 400, "amount"),
      ("/v1/honours", #"{"order_id":"FRIDAY-1","offer_id":"sunday","refuse":"mood"}"#, 400, "refuse"),
      ("/v1/goodwill", #"{"to":"ada"}"#, 400, "amount"),
      ("/v1/goodwill", #"{"amount":{"amount_minor":1,"currency":"EUR"}}"#, 422, "person_id"),
      ("/v1/goodwill", #"{"to":"ada","amount":{"amount_minor":99999,"currency":"EUR"},"approver":"agent/nobody"}"#, 422, "approver"),
      ("/v1/goodwill", #"{"to":"ada","amount":{"amount_minor":99999,"currency":"EUR"},"approver":"agent/tom"}"#, 422, "approver"),
      ("/v1/goodwill", #"{"to":"ada","amount":{"amount_minor":99999,"currency":"EUR"},"approver":"agent/ines"}"#, 422, "approver"),
      ("/v1/approvals/none/grant", #"{}"#, 404, "no_request"), ("/v1/honours/undo", #"{"request_id":"none"}"#, 409, "request_id"),
    ]) func `bad input names its field and changes nothing`(path: String, body: String, status: Int, code: String) throws
  {
    let scene = try scene()
    let before = try scene.premises.tables().only(["remedy_request", "remedy_draft", "outbox", "due"])
    let answer = scene.post(path, try JSON(parsing: Array(body.utf8)), as: "agent/ines")
    #expect(answer.status == status)
    #expect(try answer.json["code"]?.string == code, "\(String(decoding: answer.body, as: UTF8.self))")
    #expect(try scene.premises.tables().only(["remedy_request", "remedy_draft", "outbox", "due"]) == before)
  }
}
