import Contracts
import Foundation
import HTTP
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// Each deed is somebody's, and who has left does nothing any more: stories 16 and 28.
  @Suite struct PeopleStories {
    @Test func `Ines leaves: no door lets her in, what hung on her is listed, and Ruth takes it`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent", "--role", "lead", "--locale", "en-US", "--locale", "es-US")
      try shop.hire("agent/bo", "--role", "agent")
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.hire("supervisor/ruth", "--role", "supervisor")

      // What Maya does is Maya's; nobody says so in a field.
      let opened = try shop.done(
        "campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD", "--approved-by", "agent/ines", as: "marketer/maya")
      // Money is approved by somebody who is here and may.
      for (name, why) in [("nobody", "is nobody who works here"), ("agent/bo", "works here and may not approve this")] {
        let said = try shop.refused("campaign", "fund", "spring", "1.00", "--approved-by", name, as: "marketer/maya")
        #expect(said.contains("\(name) \(why)") && said.contains("`accord colleague list` names them"), "\(said)")
      }
      let message = try #require(opened["message_id"]?.string)
      let event = try #require(
        shop.caller.events("&type=marketing.budget.opened.v1").first { $0["event"]?["id"]?.string == message }?["event"])
      #expect(event["authid"]?.string == "marketer/maya" && event["authtype"]?.string == "user")

      // Each within their own department; the refusal says who can.
      let refusal = try shop.refused("campaign", "open", "autumn", "--budget", "1.00", "--currency", "USD", as: "agent/ines")
      #expect(refusal.contains("agent/ines may not do this") && refusal.contains("marketer"))
      #expect(try shop.refused("ledger", "fund", "service", "10.00", "--currency", "USD", as: "agent/ines").contains("supervisor"))
      #expect(try shop.refused("colleague", "add", "agent/nina", as: "supervisor/ruth").contains("the operator"))
      // Nothing came of them.
      #expect(try shop.done("campaign", "list")["campaigns"]?.array?.count == 1)

      // She leaves. Every department forgets her token by itself.
      try shop.done("colleague", "leave", "ines", as: "supervisor/ruth")
      for program in Caller.departments { try shop.awaitKnown("agent/ines", false, at: program) }
      #expect(try shop.refused("customer", "ada", as: "agent/ines").contains("nobody is known by this token"))
      let list = try shop.done("colleague", "show", "ines")["hanging"]?.array ?? []
      #expect(list.map { $0["kind"]?.string } == ["campaign"] && list.first?["role"]?.string == "approver")
      #expect(
        try shop.refused("campaign", "fund", "spring", "1.00", "--approved-by", "agent/ines").contains("has left and approves nothing"))

      // Nobody who has left takes anything, and nothing is taken from those who are here.
      #expect(try shop.refused("colleague", "hand-on", "ines", "--to", "agent/nobody").contains("nobody is known"))
      #expect(try shop.refused("colleague", "hand-on", "maya", "--to", "ruth").contains("still works here"))
      #expect(try shop.refused("colleague", "hand-on", "ines", "--to", "ines").contains("nobody is known as"))
      // Nor does somebody whom no door lets do anything with it.
      let elsewhere = try shop.refused("colleague", "hand-on", "ines", "--to", "maya")
      #expect(elsewhere.contains("marketer/maya does not work at service, where agent/ines did"), "\(elsewhere)")
      try shop.done("colleague", "hand-on", "ines", "--to", "ruth")
      try eventually("marketing counts Ines's list as Ruth's") {
        (try shop.done("colleague", "show", "ruth")["hanging"]?.array ?? []).contains { $0["of"]?.string == "agent/ines" }
      }

      // Who has left owns no new offer, whoever took the old list.
      let text = try #require(Shop.offer("sunday-free-shipping")).text.replacing("marketer/maya", with: "agent/ines")
      try shop.folder.write(text, to: "offer.json")
      #expect(try shop.refused("offer", "schedule", shop.folder.file("offer.json")).contains("agent/ines"))
      // Back again, with a token of her own.
      try shop.done("colleague", "change", "ines", "--back")
      try shop.awaitKnown("agent/ines", false, at: "service")
    }

    @Test func `a token is kept as its digest alone, shown once, and renewed by whom it is for`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      let secret = try shop.token(of: "agent/ines")
      let given = try shop.done("colleague", "token", "ines", as: "agent/ines")
      let next = try #require(given["token"]?.string)
      #expect(next != secret && next.utf8.count == 43)
      for program in Caller.departments { try shop.awaitKnown("agent/ines", false, at: program) }
      let said = try shop.caller.accord(["colleague", "show", "ines", "--json"], environment: ["ACCORD_TOKEN": next])
      #expect(said.exit == .code(0), "\(said.stderr)")
      #expect(try said.json["tokens"]?.integer == 1)
      // Not in any store, journal or log.
      let data = shop.caller.data
      for name in try FileManager.default.subpathsOfDirectory(atPath: data) {
        guard let bytes = FileManager.default.contents(atPath: "\(data)/\(name)") else { continue }
        for word in [secret, next] { #expect(bytes.range(of: Data(word.utf8)) == nil, "\(name) holds a token") }
      }
      let mode = try FileManager.default.attributesOfItem(atPath: shop.folder.file("token-agent-ines.json"))[.posixPermissions] as? Int
      #expect(mode == 0o600)
      // A file that others may read is not used, and one that is there is not written over.
      #expect(
        try shop.refused("colleague", "token", "ines", "--token-file", shop.folder.file("token-agent-ines.json")).contains("there already"))
    }

    @Test func `staff come in by a file, those too who left, and the same file changes nothing`() throws {
      let shop = try StoryMesh()
      try shop.folder.write(
        """
        id,roles,languages,customer,here
        agent/ines,agent,en-US es-US,C-1001,yes
        marketer/maya,marketer,en-US,,yes
        supervisor/ruth,supervisor;lead,en-US,,yes
        marketer/otto,marketer,en-US,,no
        agent/bad,wizard,en-US,,yes
        """, to: "staff.csv")
      let map = "colleague=id,roles=roles,locales=languages,person=customer,active=here"
      let first = try shop.accord(["import", "agents", shop.folder.file("staff.csv"), "--map", map, "--json"])
      #expect(try first.json["created"]?.integer == 4 && first.json["rejected"]?.integer == 1, "\(first.stdout)\(first.stderr)")
      let again = try shop.accord(["import", "agents", shop.folder.file("staff.csv"), "--map", map, "--json"])
      #expect(try again.json["matched"]?.integer == 4, "\(again.stdout)")
      let all = try shop.done("colleague", "list", "--all")["colleagues"]?.array ?? []
      #expect(all.filter { $0["active"]?.bool == true }.count == 3 && all.count == 4)
      #expect(all.first { $0["colleague_id"]?.string == "agent/ines" }?["locales"]?.strings == ["en-US", "es-US"])
    }
  }
}
