import Contracts
import Foundation
import TestKit
import Testing

extension StoriesTests {
  /// Knowledge has an age, also that of who works here: story 28 where the link is cut.
  @Suite struct LeaverStories {
    @Test func `while the ledger is not heard, people see and note everything and give no money; the link is back, and so is their limit`()
      throws
    {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      try shop.hire("marketer/maya", "--role", "marketer")
      func goodwill(_ who: String?, _ id: String) throws -> Caller.Said {
        try shop.accord(["goodwill", id, "5.00", "--currency", "USD"], as: who)
      }
      #expect(try goodwill("agent/ines", "ada").exit == .code(0))

      // A department that never heard the ledger since its start goes by the time since then, which no clock of a story moves.
      for program in ["marketing", "service"] {
        try eventually("\(program) has heard the ledger", within: .seconds(60)) {
          try shop.caller.get(program, "/v1/status")["heard"]?.array?.contains { $0["source"] == "/ledger" } ?? false
        }
      }
      // The broker stands still: service hears nothing any more, and nobody can tell it that somebody has left.
      let broker = try #require(shop.mesh.pid("broker"))
      kill(broker, SIGSTOP)
      defer { kill(broker, SIGCONT) }
      func jump(_ minutes: Int) throws { _ = try shop.accord(["clock", "advance", "\(minutes)m", "--jump"]) }
      // For a quarter of an hour that is nobody's business but the wire's.
      try jump(10)
      #expect(try goodwill("agent/ines", "ben").exit == .code(0))
      try jump(6)
      let said = try goodwill("agent/ines", "cleo")
      #expect(said.exit == .code(75) && said.stderr.contains("agent/ines may have left"), "\(said.stderr)")
      #expect(said.stderr.contains("was not heard for 16 min") && said.stderr.contains("everything else goes on"), "\(said.stderr)")
      let money = ["campaign", "open", "spring", "--budget", "9.00", "--currency", "USD", "--approved-by", "supervisor/ruth"]
      #expect(try shop.accord(money, as: "marketer/maya").exit == .code(75))
      // What she sees and notes is as before; and who holds the mesh's own credential can give.
      try shop.done(
        "case", "open", "--customer", "cleo", "--kind", "complaint", "--channel", "phone", "--words", "Three mails", as: "agent/ines")
      try shop.done("customer", "cleo", as: "agent/ines")
      #expect(try goodwill(nil, "cleo").exit == .code(0))

      kill(broker, SIGCONT)
      try eventually("Ines may give again", within: .seconds(60)) { try goodwill("agent/ines", "dora").exit == .code(0) }
    }
  }
}
