import Contracts
import Foundation
import TestKit
import Testing

extension StoriesTests {
  /// What each role may give without asking, and who decides beyond it: story 16.
  @Suite struct LimitStories {
    private func request(_ id: String, _ shop: StoryMesh) throws -> JSON? {
      try shop.done("honour", "list")["requests"]?.array?.first { $0["request_id"]?.string == id }
    }

    private func awaitGiven(_ id: String, _ minor: Int64, _ shop: StoryMesh) throws {
      try eventually("the ledger gave \(id)") {
        let one = try self.request(id, shop)
        return one?["state"] == "given" && one?["amount"]?["amount_minor"]?.integer == minor
      }
    }

    @Test func `what each role may give comes in by a file, and the desk and the ledger go by it alike`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      try shop.hire("lead/lena", "--role", "lead")
      try shop.hire("supervisor/ruth", "--role", "supervisor")
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.done("ledger", "fund", "service", "9000.00", "--currency", "USD")
      let rows = "role,case,day,customer,within\nagent,1000,20000,10000,PT2160H\nsupervisor,60000,200000,100000,PT2160H\n"
      try shop.folder.write(rows + "leed,4000,50000,20000,PT2160H\n", to: "limits.csv")
      let wrong = try shop.refused("import", "limits", shop.folder.file("limits.csv"), "--because", "Calmer.", as: "supervisor/ruth")
      #expect(wrong.contains("/leed is no role") && wrong.contains("lead"), "\(wrong)")
      try shop.folder.write(rows + "lead,4000,50000,20000,PT2160H\n", to: "limits.csv")
      try shop.done("import", "limits", shop.folder.file("limits.csv"), "--because", "Calmer.", as: "supervisor/ruth")
      #expect(try shop.refused("policy", "confirm", "limits", "--version", "2", as: "supervisor/ruth").contains("another"))
      try shop.done("policy", "confirm", "limits", "--version", "2", as: "marketer/maya")
      // All departments have heard it where the clock stops.
      try shop.advance("1m")

      // Ines has 10.00 a case; Lena may let 40.00 go, and no more.
      func goodwill(_ who: String?, _ whose: String, _ amount: String, _ more: String...) throws -> JSON {
        try shop.done(["goodwill", whose, amount, "--currency", "USD"] + more, as: who)
      }
      let much = try shop.refused(
        "goodwill", "ada", "40.01", "--currency", "USD", "--approver", "lead/lena", as: "agent/ines")
      #expect(much.contains("lead/lena may let 40.00 USD go for one case") && much.contains("name supervisor/ruth"), "\(much)")
      let over = try goodwill("agent/ines", "ada", "40.00", "--approver", "lead/lena")
      #expect(over["outcome"] == "waiting" && over["approver"] == "lead/lena" && over["given_at_deadline"]?["amount_minor"] == 1_000)
      let said = try shop.accord(["goodwill", "ben", "10.01", "--currency", "USD"], as: "agent/ines").stdout
      #expect(
        said.contains("it is over 10.00 USD for one case, of which 10.00 USD are left") && said.contains("supervisor/ruth decides by")
          && said.contains("else 10.00 USD are given then"), "\(said)")
      let first = over["request_id"]?.string ?? ""
      try shop.done("approval", "grant", first, as: "lead/lena")
      try awaitGiven(first, 4_000, shop)

      // Ruth gives 600.00 alone, and the ledger takes her at her own limit. Beyond it nobody here may: the mesh's own credential can.
      let hers = try goodwill("supervisor/ruth", "cleo", "600.00")["request_id"]?.string ?? ""
      try shop.advance("10s")
      try awaitGiven(hers, 60_000, shop)
      let beyond = try goodwill("agent/ines", "dan", "700.00")["request_id"]?.string ?? ""
      let refusal = try shop.refused("approval", "grant", beyond, as: "supervisor/ruth")
      #expect(refusal.contains("700.00 USD is more than supervisor/ruth may let go: 600.00 USD for one case"), "\(refusal)")
      try shop.done("approval", "grant", beyond)
      try awaitGiven(beyond, 70_000, shop)

      // What nobody decides comes to what whoever asked may give alone.
      let late = try goodwill("supervisor/ruth", "eve", "600.01")["request_id"]?.string ?? ""
      try shop.advance("2h")
      try awaitGiven(late, 60_000, shop)
      try shop.mesh.stop()
      #expect(try shop.accord(["verify"]).exit == .code(0))
    }

    @Test func `a lead was to decide and leaves: whoever takes the list decides in her place`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      for lead in ["lead/lena", "lead/tim"] { try shop.hire(lead, "--role", "lead") }
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.done("ledger", "fund", "service", "900.00", "--currency", "USD")
      try shop.folder.write("lead,9000,50000,20000,PT2160H\n", to: "limits.csv")
      try shop.done("import", "limits", shop.folder.file("limits.csv"), "--because", "There is no supervisor.", as: "lead/lena")
      try shop.done("policy", "confirm", "limits", as: "marketer/maya")
      try shop.advance("1m")
      let over = try shop.done("goodwill", "ada", "40.00", "--currency", "USD", as: "agent/ines")
      let id = over["request_id"]?.string ?? ""
      #expect(over["approver"] == "lead/lena")
      try shop.done("colleague", "leave", "lena")
      #expect(try shop.refused("approval", "grant", id, as: "lead/tim").contains("it lies with lead/lena"))
      let hanging = try shop.done("colleague", "show", "lena")["hanging"]?.array ?? []
      #expect(hanging.contains { $0["kind"] == "request" && $0["id"]?.string == id }, "\(hanging.map(\.text))")
      try shop.done("colleague", "hand-on", "lena", "--to", "tim")
      try eventually("it lies with Tim") {
        try shop.done("approval", "list")["waiting"]?.array?.first?["lies_with"] == "lead/tim"
      }
      try shop.done("approval", "grant", id, as: "lead/tim")
      try awaitGiven(id, 4_000, shop)
    }
  }
}
