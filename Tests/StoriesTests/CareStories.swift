import Contracts
import Foundation
import HTTP
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// Quiet while it hurts, no promise that cannot be kept, and what is given at the desk: stories 16, 22, 25 and 26.
  @Suite struct CareStories {
    private func holds(_ shop: StoryMesh, of person: String) throws -> [JSON] {
      try shop.caller.send("marketing", .get, "/v1/customers/\(person)/holds").json["holds"]?.array ?? []
    }

    @Test func `Ada complains, and marketing leaves her in peace until it is solved and has cooled off`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      let opened = try shop.done(
        "case", "open", "--customer", "ada", "--kind", "complaint", "--channel", "phone", "--cause", "campaign=spring", "--words",
        "Three mails in a day!", as: "agent/ines")
      let (matter, hold) = (opened["case_id"]?.string ?? "", opened["hold_id"]?.string ?? "")
      // Marketing knows within five seconds.
      try eventually("marketing has heard of the hold", within: .seconds(5)) {
        try self.holds(shop, of: "ada").contains { $0["hold_id"]?.string == hold && $0["until"] == nil }
      }
      // Told again over another channel it is the same matter, and the later one hears what the earlier one said.
      let again = try shop.done(
        "case", "open", "--customer", "ada", "--kind", "complaint", "--channel", "social", "--cause", "campaign=spring", as: "agent/ines")
      #expect(again["case_id"]?.string == matter && again["said"]?.array?.first?["words"] == "Three mails in a day!")
      // What she said is in no event.
      for event in try shop.caller.events("") {
        #expect(!(event["event"]?.text.contains("Three mails") ?? false))
      }
      #expect(try shop.refused("hold", "lift", hold, as: "agent/ines").contains("solve it"))
      // A month later it still holds: the case is open.
      try shop.advance("1000h")
      #expect(try shop.done("hold", "list", "--customer", "ada")["holds"]?.array?.count == 1)
      try shop.done("case", "solve", matter, as: "agent/ines")
      try shop.advance("167h")
      #expect(try shop.done("hold", "list", "--customer", "ada")["holds"]?.array?.count == 1)
      try shop.advance("1h")
      #expect(try shop.done("hold", "list", "--customer", "ada")["holds"]?.array?.isEmpty == true)
      try eventually("marketing has heard that it is lifted") {
        try self.holds(shop, of: "ada").allSatisfy { $0["until"] != nil }
      }
      let timeline = try shop.done("customer", "ada")["entries"]?.array?.compactMap { $0["kind"]?.string } ?? []
      #expect(timeline.contains("case_solved") && timeline.first == "hold_lifted")
    }

    @Test func `service promises what it can keep: refused, answered up to, kept, and run out`() throws {
      let shop = try StoryMesh(at: "2026-05-06T12:00:00-04:00")
      try shop.done("campaign", "open", "spring", "--budget", "9000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.folder.write(try #require(Shop.offer("sunday-free-shipping")).text, to: "sunday.json")
      try shop.done("offer", "schedule", shop.folder.file("sunday.json"))
      let offer = "sunday-free-shipping"
      func row(_ check: String) throws -> JSON? {
        try shop.done("offer", "gate", offer)["rows"]?.array?.first { $0["check"]?.string == check }
      }
      try eventually("service has heard what is asked for") {
        try shop.done("promise", "list", "--offer", offer)["promises"]?.array?.count == 1
      }
      // Nobody has said what there is: nothing can be promised.
      #expect(
        try shop.refused("promise", "answer", offer, "contacts", "yes", "--expires", "2026-06-01T00:00:00Z").contains("cannot be kept"))
      try shop.done("capacity", "set", "80", "--from", "2026-05-10T12:00:00Z", "--to", "2026-05-14T00:00:00Z")
      #expect(
        try shop.refused("promise", "answer", offer, "contacts", "yes", "--expires", "2026-06-01T00:00:00Z").contains("answer up to 80"))
      try shop.done("promise", "answer", offer, "contacts", "up-to", "80", "--expires", "2026-06-01T00:00:00Z")
      try eventually("marketing's gate says that it is too little") { try row("promises")?["code"] == "promise_short" }
      // More people, another answer: the gate is open there.
      try shop.done("capacity", "set", "120", "--from", "2026-05-10T12:00:00Z", "--to", "2026-05-14T00:00:00Z")
      try shop.done("promise", "answer", offer, "contacts", "yes", "--expires", "2026-05-09T00:00:00Z")
      try eventually("both rows have passed") {
        try row("promises")?["state"] == "passed" && row("capacity")?["state"] == "passed"
      }
      // Somebody is sick: the capacity behind the yes is gone.
      try shop.done("capacity", "set", "60", "--from", "2026-05-11T12:00:00Z", "--to", "2026-05-12T00:00:00Z", "--because", "two are sick")
      try eventually("the gate sees the drop") { try row("capacity")?["code"] == "capacity_short" }
      #expect(try shop.done("capacity", "show")["short"]?.array?.first?["there"]?.integer == 60)
      // And the answer runs out by itself.
      try shop.advance("72h")
      try eventually("the gate sees that the answer has run out") { try row("promises")?["code"] == "promise_expired" }
    }

    /// An offer that is claimed on request, and an order that it reaches back to.
    private func open(_ shop: StoryMesh) throws {
      try shop.done("campaign", "open", "spring", "--budget", "9000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.done("ledger", "fund", "service", "500.00", "--currency", "USD")
      for order in ["FRIDAY-1", "FRIDAY-2"] {
        try shop.done(
          "order", "capture", "--order", order, "--customer", "ada", "--country", "US", "--line", "sku=KETTLE-17,paid=39.00", "--shipping",
          "9.95",
          "--currency", "USD")
      }
      let text = try #require(Shop.offer("sunday-free-shipping")).text.replacing("\"automatic\"", with: "\"on_request\"")
      try shop.folder.write(text, to: "sunday.json")
      try shop.done(
        "offer", "schedule", shop.folder.file("sunday.json"), "--waive", "promises,capacity,channels,sheets,briefings", "--reason",
        "a small shop")
      try shop.advance("29h")
      try eventually("the offer is on Ada's table") {
        try shop.done("offers", "FRIDAY-1")["offers"]?.array?.first?["kind"] == "live"
      }
    }

    private func remedies(_ shop: StoryMesh) throws -> [String] {
      (try shop.done("customer", "ada")["entries"]?.array ?? []).compactMap { entry in
        entry["kind"]?.string?.hasPrefix("remedy_") == true ? entry["kind"]?.string : nil
      }
    }

    @Test func `Ines honours inside her limit, undoes in time, and Ruth decides beyond it`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent")
      try shop.hire("supervisor/ruth", "--role", "supervisor")
      try open(shop)
      try shop.done("briefing", "acknowledge", "sunday-free-shipping", "--answer", "0", as: "agent/ines")
      // Undone within ten seconds nobody has heard of it.
      try shop.done("honour", "FRIDAY-2", "sunday-free-shipping", as: "agent/ines")
      try shop.done("honour", "undo", as: "agent/ines")
      let given = try shop.done("honour", "FRIDAY-1", "sunday-free-shipping", as: "agent/ines")
      #expect(given["outcome"] == "given" && given["in_words"] == "nine and 95/100 USD")
      #expect(try shop.done("honour", "FRIDAY-1", "sunday-free-shipping")["outcome"] == "already")
      try shop.advance("10s")
      try eventually("the ledger gave it") { try self.remedies(shop).contains { ["remedy_posted", "remedy_granted"].contains($0) } }
      #expect(try self.remedies(shop).filter { $0 == "remedy_requested" }.count == 1)
      // Over the limit it waits for Ruth, and the ledger gives nothing before she has decided.
      let over = try shop.done("goodwill", "ada", "40.00", "--currency", "USD", as: "agent/ines")
      let request = over["request_id"]?.string ?? ""
      #expect(over["outcome"] == "waiting" && over["approver"] == "supervisor/ruth")
      let reads = [given["customer_reads"]?.string, over["customer_reads"]?.string].map { $0?.hasPrefix("Thank you for telling us.") }
      #expect(reads == [true, true])
      #expect(try shop.refused("approval", "grant", request, as: "agent/ines").contains("may not do this"))
      try shop.advance("60s")
      #expect(try shop.done("honour", "list")["requests"]?.array?.first { $0["request_id"]?.string == request }?["state"] == "waiting")
      try shop.done("approval", "grant", request, as: "supervisor/ruth")
      try eventually("the ledger gave Ada's goodwill") {
        try shop.done("honour", "list")["requests"]?.array?.first { $0["request_id"]?.string == request }?["state"] == "given"
      }
      #expect(try shop.done("ledger", "balance", "customer/ada/credit").text.contains("4000"))
    }

    @Test func `nobody decides: at the deadline Ada has what Ines may give alone`() throws {
      let shop = try StoryMesh()
      try shop.hire("agent/ines", "--role", "agent", "--customer", "ines-at-home")
      try shop.hire("supervisor/ruth", "--role", "supervisor")
      try shop.done("ledger", "fund", "service", "500.00", "--currency", "USD")
      let over = try shop.done("goodwill", "ada", "40.00", "--currency", "USD", as: "agent/ines")
      let request = over["request_id"]?.string ?? ""
      try shop.advance("2h")
      try eventually("it is given in part") {
        let one = try shop.done("honour", "list")["requests"]?.array?.first { $0["request_id"]?.string == request }
        return one?["state"] == "given" && one?["amount"]?["amount_minor"]?.integer == 2_500
      }
      #expect(try shop.refused("goodwill", "ines-at-home", "1.00", "--currency", "USD", as: "agent/ines").contains("themselves"))
    }

    @Test func `what nobody knows has an owner and half an hour; after it everybody sees that it is late`() throws {
      let shop = try StoryMesh(at: "2026-05-08T12:00:00-04:00")
      try shop.hire("agent/ines", "--role", "agent")
      try shop.hire("marketer/maya", "--role", "marketer")
      let asked = try shop.done("ask", "that radio code", "--customer", "ada", as: "agent/ines")
      let id = asked["asked_id"]?.string ?? ""
      try eventually("marketing has the question") {
        try shop.done("question", "list", as: "marketer/maya").text.contains(id)
      }
      try shop.advance("20m")
      try shop.done(
        "question", "answer", id, "--answer", "partners", "--sentence", "A partner's code; we honour 5.00.", as: "marketer/maya")
      try eventually("the desk has the answer") {
        let one = try shop.done("ask", "list", "--all", as: "agent/ines")["asked"]?.array?.first
        return one?["answered"]?["answer"] == "partners" && one?["overdue"] == false
      }
      let late = try shop.done("ask", "last year's flyer", "--customer", "bob", as: "agent/ines")["asked_id"]?.string ?? ""
      try shop.advance("31m")
      let open = try shop.done("ask", "list", as: "agent/ines")["asked"]?.array ?? []
      #expect(open.count == 1 && open.first?["asked_id"]?.string == late && open.first?["overdue"] == true)
    }

    @Test func `one of four is sick on Sunday: what was promised is not there any more, and marketing rests by itself`() throws {
      let shop = try StoryMesh()
      try shop.hire("lead/lena", "--role", "lead")
      for agent in 1...5 { try shop.done("colleague", "add", "agent/a\(agent)", "--no-token", "--role", "agent", "--locale", "en-US") }
      var rows = "who,begins,ends,shift\n"
      for agent in 1...4 { rows += "agent/a\(agent),2026-05-10T08:00:00,2026-05-10T20:00:00,day\n" }
      try shop.folder.write(rows, to: "roster.csv")
      let words = [
        "import", "roster", shop.folder.file("roster.csv"), "--map", "agent=who,from=begins,to=ends,shift=shift", "--zone",
        "America/New_York",
      ]
      try eventually("service knows all five, and takes their shifts") { try shop.accord(words, as: "lead/lena").exit == .code(0) }
      // Four times eight, 85 % of it: so much can be promised, and no more.
      #expect(try shop.done("capacity", "show")["slots"]?.array?.first { $0["from"] != $0["to"] }?["quantity"]?.integer == 27)
      try shop.done("campaign", "open", "spring", "--budget", "9000.00", "--currency", "USD", "--approved-by", "lead/lena")
      let text = try #require(Shop.offer("sunday-free-shipping")).text
      guard case .object(var members) = try JSON(parsing: text) else { return }
      members.removeAll { $0.name == "promises" }
      members.append(
        .init(
          "promises",
          [
            [
              "promise_id": "contacts", "kind": "contacts_per_hour", "quantity": 25, "from": "2026-05-10T08:00:00",
              "to": "2026-05-10T20:00:00", "answer_by": "2026-05-09T17:00:00", "on_drop": "pause",
            ]
          ]))
      try shop.folder.write(JSON.object(members).text, to: "sunday.json")
      let offer = "sunday-free-shipping"
      try shop.done(
        "offer", "schedule", shop.folder.file("sunday.json"), "--waive", "channels,sheets,briefings", "--reason", "this story is of people")
      try eventually("service has heard what is asked for") {
        try shop.done("promise", "list", "--offer", offer)["promises"]?.array?.count == 1
      }
      try shop.done("promise", "answer", offer, "contacts", "yes", "--expires", "2026-06-01T00:00:00Z", as: "lead/lena")
      // Waived or not: whoever has not read it cannot open its card, and is not counted on.
      for agent in 1...4 {
        try shop.done("briefing", "acknowledge", offer, "--agent", "agent/a\(agent)", "--answer", "0", "--seconds", "60")
      }
      func state() throws -> String? { try shop.done("offer", "show", offer)["versions"]?.array?.last?["state"]?.string }
      func row() throws -> JSON? { try shop.done("offer", "gate", offer)["rows"]?.array?.first { $0["check"]?.string == "capacity" } }
      try eventually("the gate is open there") { try row()?["state"] == "passed" }
      try shop.advance("35h")
      try eventually("it is live") { try state() == "live" }
      // Sunday, six in the morning.
      let sick = try shop.done("roster", "absent", "agent/a1", "--shift", "day", as: "lead/lena")
      #expect(sick["short"]?.array?.first?["there"]?.integer == 20 && sick["short"]?.array?.first?["on_drop"] == "pause", "\(sick.text)")
      try eventually("marketing rests, and says why", within: .seconds(5)) {
        try state() == "paused" && row()?["sentence"]?.string?.contains("agent/a1 is absent") == true
      }
      try shop.done("roster", "swap", "day", "agent/a1", "agent/a5", as: "lead/lena")
      try eventually("the promise can be kept again") { try row()?["state"] == "passed" }
      try shop.done("offer", "resume", offer)
      #expect(try state() == "live")
    }

    @Test func `Ada does not want to meet Ines again: the lead has it, and no door lets Ines near`() throws {
      let shop = try StoryMesh()
      for agent in ["agent/ines", "agent/tom"] { try shop.hire(agent, "--role", "agent") }
      try shop.hire("lead/lena", "--role", "lead")
      let opened = try shop.done(
        "case", "open", "--customer", "ada", "--kind", "complaint", "--channel", "phone", "--cause", "conduct=agent/ines", "--words",
        "She laughed at me.", as: "agent/tom")
      let id = opened["case_id"]?.string ?? ""
      #expect(opened["holder"] == "lead/lena" && opened["escalated"] == true && opened["hold_id"] != nil)
      #expect(try shop.refused("case", "show", id, as: "agent/ines").contains("lead/lena"))
      #expect(try shop.refused("case", "solve", id, as: "agent/tom").contains("lead"))
      try shop.done("case", "solve", id, "--words", "I called her and apologised.", as: "lead/lena")
      #expect(try shop.refused("goodwill", "ada", "5.00", "--currency", "USD", as: "agent/ines").contains("any other colleague"))
      try shop.done("goodwill", "ada", "5.00", "--currency", "USD", as: "agent/tom")
      #expect(try shop.done("case", "list", "--state", "all", "--cause", "agent/ines", as: "agent/tom")["cases"]?.array?.isEmpty == true)
    }
  }
}
