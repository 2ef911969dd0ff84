import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// Money is approved by somebody who works here and may: whoever else is named approved nothing.
struct ApproverTests {
  private static let people: [(id: String, roles: [ColleagueChanged.Role], active: Bool)] = [
    ("supervisor/ruth", [.supervisor], true), ("lead/tom", [.agent, .lead], true), ("marketer/maya", [.marketer], true),
    ("operator/olga", [.operator], true), ("agent/ines", [.agent], true), ("helper/hugo", [], true), ("marketer/otto", [.marketer], false),
  ]

  /// Who is named, and the code of the refusal; nil where it is taken.
  private static let campaigns: [(named: String, code: String?)] = [
    ("supervisor/ruth", nil), ("lead/tom", nil), ("marketer/maya", nil), ("operator/olga", nil), ("operator", nil),
    ("nobody", "no_colleague"), ("ruth", "no_colleague"), ("marketer/otto", "colleague_left"), ("agent/ines", "approver_role"),
    ("helper/hugo", "approver_role"),
  ]

  private static func changed(_ one: (id: String, roles: [ColleagueChanged.Role], active: Bool), at now: Timestamp) -> DomainEvent {
    .colleagueChanged(ColleagueChanged(colleagueID: Identifier(restoring: one.id), roles: one.roles, active: one.active, at: now))
  }

  private static func open(_ scene: MarketingScene, _ campaign: String, by approver: String?) -> Response {
    let body: JSON = ["campaign_id": .string(campaign), "budget": ["amount_minor": 1_000, "currency": "USD"]]
    return scene.post("/v1/campaigns", named(approver, in: body))
  }

  private static func named(_ approver: String?, in body: JSON) -> JSON {
    .object((body.object ?? []) + (approver.map { [.init("approved_by", .string($0))] } ?? []))
  }

  private func expect(_ answer: Response, _ code: String?, _ named: String) throws {
    let text = String(decoding: answer.body, as: UTF8.self)
    guard let code else { return #expect((200..<300).contains(answer.status), "\(named): \(text)") }
    #expect(try answer.status == 422 && answer.json["code"]?.string == code, "\(named): \(text)")
    let sentence = try answer.json["detail"]?.string ?? ""
    #expect(sentence.hasPrefix("approved_by: \(named) ") && sentence.contains("`accord colleague list` names them"), "\(sentence)")
    #expect(sentence.contains("supervisor") && sentence.contains("operator"), "\(sentence)")
  }

  @Test func `a campaign's money is approved by who is here and may, and by nobody else`() throws {
    let scene = try MarketingScene()
    for one in Self.people { try scene.ledger(Self.changed(one, at: scene.clock.now())) }
    for (number, row) in Self.campaigns.enumerated() { try expect(Self.open(scene, "c\(number)", by: row.named), row.code, row.named) }
    #expect(Self.open(scene, "unsaid", by: nil).status == 201)
    let amount: JSON = ["amount": ["amount_minor": 5, "currency": "USD"]]
    for row in Self.campaigns {
      try expect(scene.post("/v1/campaigns/unsaid/fund", Self.named(row.named, in: amount)), row.code, row.named)
    }
    // Nothing came of what was refused.
    let told = try scene.told().compactMap { if case .budgetChanged(let fact) = $0 { fact.approvedBy?.text } else { nil } }
    let taken = Self.campaigns.filter { $0.code == nil }.map(\.named)
    #expect(told == taken + ["operator"] + taken)
    // The opening said again is known, though its approver has left since.
    try scene.ledger(Self.changed(("supervisor/ruth", [.supervisor], false), at: scene.clock.now().adding(.seconds(1))))
    #expect(try Self.open(scene, "c0", by: "supervisor/ruth").json["outcome"] == "exists")
    #expect(try Self.open(scene, "another", by: "supervisor/ruth").json["code"] == "colleague_left")
    #expect(try scene.premises.findings() == [])
  }

  @Test func `where nobody was ever told of, nobody can be told from a stranger`() throws {
    #expect(try Self.open(MarketingScene(), "spring", by: "nobody").status == 201)
  }

  @Test func `the service fund is approved by a supervisor or the operator`() throws {
    let house = try LedgerHouse()
    let body: JSON = ["amount": ["amount_minor": 1_000, "currency": "USD"]]
    func fund(_ approver: String?) -> Response { house.post("/v1/ledger/funds/service", Self.named(approver, in: body)) }
    try expect(fund("nobody"), nil, "nobody")
    for one in Self.people {
      let added: JSON = ["colleague_id": .string(one.id), "roles": .array(one.roles.map { .string($0.rawValue) })]
      #expect(house.post("/v1/colleagues", added).status == 201)
      if !one.active { #expect(house.post("/v1/colleagues/\(one.id.split(separator: "/")[1])/leave").status == 200) }
    }
    let rows: [(String, String?)] = [
      ("supervisor/ruth", nil), ("operator/olga", nil), ("operator", nil), ("nobody", "no_colleague"), ("marketer/otto", "colleague_left"),
      ("agent/ines", "approver_role"), ("marketer/maya", "approver_role"),
    ]
    for (named, code) in rows { try expect(fund(named), code, named) }
    try expect(fund(nil), nil, "nobody named")
    #expect(try house.balances()["service/goodwill-reserve"] == -5_000)
    #expect(try house.findings() == [])
  }

  @Test func `an emergency's second person is somebody who is here`() throws {
    let scene = try MarketingScene()
    for one in Self.people { try scene.ledger(Self.changed(one, at: scene.clock.now())) }
    scene.openSpring()
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try scene.advance(to: MarketingScene.sunday)
    func ask(_ second: String) throws -> String? {
      let answer = scene.offer("launch", nil, ("emergency", true), ("with", .string(second)), ("reason", "it cannot wait"))
      return answer.status == 200 ? nil : try answer.json["detail"]?.string ?? ""
    }
    #expect(try ask("nobody")?.contains("nobody is known as nobody") == true)
    #expect(try ask("marketer/otto")?.contains("has left") == true)
    #expect(try ask("supervisor/ruth")?.hasPrefix("with:") != true)
  }
}
