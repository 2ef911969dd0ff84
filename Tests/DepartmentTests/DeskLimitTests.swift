import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// Who may give how much: by role, as the policy says of each; beyond it somebody who may, by a deadline, with a default at it.
struct DeskLimitTests {
  private func scene(_ policy: JSON? = nil) throws -> CareScene {
    let scene = try CareScene()
    for agent in ["agent/ines", "agent/tom"] { try scene.hire(agent, .agent) }
    try scene.hire("lead/lena", .lead)
    try scene.hire("supervisor/ruth", .supervisor)
    if let policy { try scene.hear(.policyPublished(PolicyPublished(name: "limits", version: 2, document: policy))) }
    return scene
  }

  private static func limit(_ minor: Int64) -> JSON {
    ["case": .integer(minor), "day": 1_000_000, "customer": ["amount": 1_000_000, "within": "PT2160H"]]
  }

  private func goodwill(_ scene: CareScene, _ minor: Int64, to: String = "ada", as who: String?, approver: String? = nil) throws -> Response
  {
    var body: [JSON.Member] = [.init("to", .string(to)), .init("amount", TaleOffer.euros(minor))]
    if let approver { body.append(.init("approver", .string(approver))) }
    return scene.post("/v1/goodwill", .object(body), as: who)
  }

  @Test func `whoever waits is told which limit it is over, who decides by when, and what is given if nobody does`() throws {
    let scene = try scene()
    #expect(try goodwill(scene, 2_000, as: "agent/ines").json["outcome"] == "given")
    try scene.advance(by: .seconds(10))
    let first = try goodwill(scene, 4_000, to: "bob", as: "agent/ines").json
    #expect(first["outcome"] == "waiting" && first["approver"] == "supervisor/ruth" && first["over"] == "per_case")
    #expect(first["why"] == "it is over 25.00 EUR for one case, of which 25.00 EUR are left")
    #expect(first["given_at_deadline"]?["amount_minor"] == 2_500)
    #expect(first["deadline_at"]?.string == scene.clock.now().adding(.seconds(7_200)).description)
    // With nothing left of what this customer may have, nothing is given then, and the refusal is kind.
    for number in 0..<4 {
      let matter = try scene.open("request", of: "cleo", ("case_id", .string("c\(number)")))["case_id"]?.string ?? ""
      #expect(try goodwill(scene, 2_500, to: matter, as: "agent/tom").json["outcome"] == "given")
    }
    let none = try goodwill(scene, 1, to: "cleo", as: "agent/tom").json
    #expect(none["over"] == "per_customer" && none["given_at_deadline"] == nil)
    try scene.advance(by: .seconds(7_200))
    let last = try #require(try scene.asked().last { $0.personID?.text == "cleo" })
    #expect(last.turn == .refused && last.sentence == "we cannot give this")
  }

  @Test func `each role gives what the policy says of it`() throws {
    let scene = try scene([
      "agent": Self.limit(1_000), "supervisor_times": 10, "supervisor": Self.limit(60_000), "lead": Self.limit(5_000),
    ])
    for (who, inside) in [("agent/ines", 1_000), ("lead/lena", 5_000), ("supervisor/ruth", 60_000)] as [(String, Int64)] {
      #expect(try goodwill(scene, inside + 1, to: "a-\(who.prefix(4))", as: who).json["outcome"] == "waiting", "\(who)")
      #expect(try goodwill(scene, inside, to: "b-\(who.prefix(4))", as: who).json["outcome"] == "given", "\(who)")
    }
    // Whoever holds the mesh's own credential is bound by the books alone.
    #expect(try goodwill(scene, 900_000, to: "dan", as: nil).json["outcome"] == "given")
    // What nobody decided comes to what whoever asked may give alone.
    try scene.advance(by: .seconds(7_200))
    let amounts = try scene.asked().filter { $0.personID?.text.hasPrefix("a-") == true && $0.deadlineAt == nil }.map { $0.amount?.minor }
    #expect(Set(amounts) == [1_000, 5_000, 60_000])
  }

  @Test func `it goes to somebody who may let so much go, and nobody is named who may not`() throws {
    let scene = try scene()
    let refused = try goodwill(scene, 4_000, as: "agent/ines", approver: "lead/lena")
    #expect(try refused.status == 422 && refused.json["code"] == "approver")
    let sentence = try refused.json["detail"]?.string ?? ""
    #expect(
      sentence == "lead/lena may let 25.00 EUR go for one case, and this is 40.00 EUR; name supervisor/ruth, or nobody", "\(sentence)")
    #expect(try scene.asked().isEmpty)
    // Ruth's own limit: nobody here may let more go, so she can say no, and the mesh's own credential can say yes.
    let much = try goodwill(scene, 30_000, as: "agent/ines").json
    #expect(much["approver"] == "supervisor/ruth")
    let id = much["request_id"]?.string ?? ""
    let beyond = scene.post("/v1/approvals/\(id)/grant", as: "supervisor/ruth")
    #expect(try beyond.status == 403 && beyond.json["code"] == "over_limit")
    #expect(
      try beyond.json["detail"]?.string
        == "300.00 EUR is more than supervisor/ruth may let go: 250.00 EUR for one case; the operator's credential can")
    #expect(try scene.post("/v1/approvals/\(id)/grant").json["outcome"] == "granted")
    // With a policy that lets leads decide so much, a lead is asked where there is no supervisor.
    let other = try self.scene(["agent": Self.limit(2_500), "supervisor_times": 10, "lead": Self.limit(9_000)])
    try other.hire("supervisor/ruth", .supervisor, active: false)
    #expect(try goodwill(other, 4_000, as: "agent/ines").json["approver"] == "lead/lena")
  }

  @Test func `who was to decide leaves, and whoever takes the list decides in their place`() throws {
    let scene = try scene(["agent": Self.limit(2_500), "supervisor_times": 10, "lead": Self.limit(9_000)])
    try scene.hire("lead/tim", .lead)
    let id = try goodwill(scene, 4_000, as: "agent/ines", approver: "lead/lena").json["request_id"]?.string ?? ""
    #expect(scene.post("/v1/approvals/\(id)/grant", as: "lead/tim").status == 403)
    #expect(try scene.get("/v1/approvals")["waiting"]?.array?.first?["lies_with"] == nil)
    try scene.advance(by: .seconds(1))
    try scene.hear(
      .colleagueChanged(
        ColleagueChanged(
          colleagueID: Identifier(restoring: "lead/lena"), roles: [.lead], department: .service, active: false,
          handedTo: Identifier(restoring: "lead/tim"), at: scene.clock.now())))
    #expect(try scene.get("/v1/approvals")["waiting"]?.array?.first?["lies_with"] == "lead/tim")
    let granted = try scene.post("/v1/approvals/\(id)/grant", as: "lead/tim").json
    #expect(granted["outcome"] == "granted" && granted["approver"] == "lead/tim")
  }
}
