import Contracts
import Foundation
import HTTP
import Shop
import TestKit
import Testing

extension StoriesTests {
  /// What must hold before an offer goes live: stories 10, 22, 24 and 25.
  @Suite struct GateStories {
    static let starts = "2026-05-10T00:00:00-04:00"

    /// A shop with two agents, a supervisor and a marketer, money, a catalogue, and a roster for the first days; the shifts are for
    /// `channels`, or for all of them.
    func shop(channels: String = "") throws -> StoryMesh {
      let shop = try StoryMesh()
      for agent in ["agent/ines", "agent/tom", "agent/vera"] { try shop.hire(agent, "--role", "agent", "--locale", "en-US") }
      try shop.hire("supervisor/ruth", "--role", "supervisor", "--role", "lead")
      try shop.hire("marketer/maya", "--role", "marketer")
      try shop.done("campaign", "open", "spring", "--budget", "90000.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.done("campaign", "open", "poor", "--budget", "10.00", "--currency", "USD", "--approved-by", "supervisor/ruth")
      try shop.folder.write("sku,list\nKETTLE-17,3900\n", to: "products.csv")
      try shop.done("import", "products", shop.folder.file("products.csv"), "--map", "sku=sku,list=list", "--currency", "USD")
      let days = ["2026-05-10", "2026-05-11", "2026-05-12"]
      let shifts = ["ines", "tom"].flatMap { agent in
        days.map { "agent/\(agent),\($0)T00:00:00-04:00,\($0)T23:59:59-04:00,\(agent)-\($0),en-US,\(channels)" }
      }
      try publish(shifts, shop)
      try shop.done("channel", "name", "web", "chat", "--zone", "America/New_York", as: "supervisor/ruth")
      let capacity = try shop.post(
        "service", "/v1/capacity",
        ["kind": "contacts_per_hour", "from": "2026-05-10T00:00:00-04:00", "to": "2026-05-14T00:00:00-04:00", "quantity": 200],
        as: "supervisor/ruth")
      #expect(capacity.status < 300, "\(capacity.detail)")
      return shop
    }

    /// Says who works when; a shift that was told before is as it is told now.
    func publish(_ shifts: [String], _ shop: StoryMesh) throws {
      try shop.folder.write((["agent,from,to,shift,locales,channels"] + shifts).joined(separator: "\n") + "\n", to: "roster.csv")
      try shop.done(
        "import", "roster", shop.folder.file("roster.csv"), "--map",
        "agent=agent,from=from,to=to,shift=shift,locales=locales,channels=channels")
    }

    /// An offer of free shipping for everybody, with all that the gate asks about; `changes` replace parts of it.
    func write(_ id: String, _ changes: [(String, JSON)] = [], in shop: StoryMesh) throws -> String {
      guard case .object(var members) = try JSON(parsing: #require(Shop.offer("sunday-free-shipping")).text) else { return "" }
      let all: [(String, JSON)] =
        [
          ("offer_id", .string(id)), ("service_contact", "supervisor/ruth"),
          ("eligibility", ["customers": "everyone", "anonymous_orders": true, "channels": ["web"], "countries": ["US"]]),
          (
            "targeting",
            ["audience_id": "newsletter-us", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["warm"]]
          ), ("title", ["en-US": .string(id)]),
          ("applies_to", ["include": [["kind": "shipping", "methods": ["standard"]]], "exclude": []]),
          (
            "promises",
            [
              [
                "promise_id": "contacts", "kind": "contacts_per_hour", "quantity": 20, "from": "2026-05-10T08:00:00",
                "to": "2026-05-13T00:00:00", "answer_by": "2026-05-09T17:00:00", "on_drop": "alarm",
              ]
            ]
          ), ("sheets_required", [["locale": "en-US", "voice": "warm"]]), ("briefing", ["first_hours": 24, "question": .null]),
          ("budget", ["reserve": ["amount_minor": 100_000, "currency": "USD"]]),
        ] + changes
      for (name, value) in all {
        members.removeAll { $0.name == name }
        members.append(.init(name, value))
      }
      try shop.folder.write(JSON.object(members).text, to: "\(id).json")
      return shop.folder.file("\(id).json")
    }

    func answerPromise(_ id: String, _ shop: StoryMesh) throws {
      try eventually("service was asked for the promise of \(id)") {
        try shop.caller.get("service", "/v1/promises?offer=\(id)")["promises"]?.array?.isEmpty == false
      }
      let answer = try shop.post(
        "service", "/v1/promises/\(id)/contacts/answer", ["answer": "yes", "expires_at": "2026-05-20T00:00:00Z"], as: "supervisor/ruth")
      #expect(answer.status < 300, "\(answer.detail)")
    }

    func writeSheet(_ id: String, _ shop: StoryMesh) throws {
      try eventually("service knows \(id)") {
        try shop.accord(
          ["sheet", "draft", id, "--locale", "en-US", "--voice", "warm", "--words", "It is on its way back."], as: "agent/tom"
        )
        .exit == .code(0)
      }
      try shop.done("sheet", "verify", "\(id):en-US:warm", "--deputy", "agent/tom", as: "supervisor/ruth")
    }

    func brief(_ id: String, _ shop: StoryMesh, _ agents: [String] = ["agent/ines", "agent/tom"]) throws {
      for agent in agents {
        try eventually("\(agent) reads \(id)") {
          try shop.accord(["briefing", "acknowledge", id, "--seconds", "30"], as: agent).exit == .code(0)
        }
      }
    }

    func lacking(_ id: String, _ shop: StoryMesh) throws -> [JSON] {
      (try shop.done("offer", "gate", id)["rows"]?.array ?? []).filter { !["passed", "waived"].contains($0["state"]?.string ?? "") }
    }

    func awaitLacking(_ id: String, _ checks: [String], _ shop: StoryMesh) throws {
      try eventually("the gate of \(id) lacks \(checks)") { try lacking(id, shop).compactMap { $0["check"]?.string } == checks }
    }

    func state(_ id: String, _ shop: StoryMesh) throws -> String? {
      try shop.done("offer", "show", id)["versions"]?.array?.last?["state"]?.string
    }

    /// What makes each row alone fail, which words its refusal has, and by whom it can be lifted.
    private static let rows: [(check: String, changes: [(String, JSON)], names: [String])] = [
      ("terms", [("owner", "marketer/noor")], ["marketer/noor", "marketing"]),
      ("budget", [("campaign_id", "poor")], ["the ledger could not set", "accord campaign fund"]),
      // Before the promises: what is short cannot be promised to anybody else.
      ("capacity", [], ["only 10 contacts", "two are sick", "customer service"]),
      ("promises", [], ["promise contacts", "customer service"]),
      (
        "parity",
        [
          (
            "eligibility",
            [
              "customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false, "channels": ["web"],
              "countries": ["US"],
            ]
          ),
          (
            "parity_exception",
            [
              "reason": "welcome_offer", "sentence": "First order only.", "approved_by": "supervisor/ruth",
              "ends_at": "2026-05-13T00:00:00",
            ]
          ), ("applies_to", ["include": [["kind": "all"]], "exclude": []]), ("benefit", ["kind": "percent_off", "percent_off": "20"]),
          ("stacking", ["group": "price", "combines_with": []]),
          ("look_back", ["duration": "PT0H", "basis": "placed_at", "claim": "automatic"]), ("note", .null), ("add_items", .null),
        ], ["KETTLE-17", "supervisor/ruth"]
      ),
      (
        "channels",
        [("eligibility", ["customers": "everyone", "anonymous_orders": true, "channels": ["web", "phone"], "countries": ["US"]])],
        ["phone", "service"]
      ), ("sheets", [], ["en-US/warm", "accord sheet"]), ("briefings", [], ["agent/ines", "agent/tom"]),
    ]

    private func capacity(_ quantity: Int64, because cause: String, _ shop: StoryMesh) throws {
      try shop.done(
        "capacity", "set", "\(quantity)", "--from", Self.starts, "--to", "2026-05-14T00:00:00-04:00", "--because", cause,
        as: "supervisor/ruth")
    }

    /// An offer of which everything holds but one row.
    private func makeLack(_ row: (check: String, changes: [(String, JSON)], names: [String]), _ shop: StoryMesh) throws {
      let id = "only-\(row.check)"
      try shop.done("offer", "schedule", write(id, row.changes, in: shop), as: "marketer/maya")
      if row.check != "promises" { try answerPromise(id, shop) }
      if row.check != "sheets" { try writeSheet(id, shop) }
      if row.check != "briefings" { try brief(id, shop) }
    }

    /// What lifts each row, and nothing else.
    private func lift(_ check: String, _ shop: StoryMesh) throws {
      let id = "only-\(check)"
      switch check {
      case "terms": try shop.done("colleague", "hand-on", "noor", "--to", "maya", as: "supervisor/ruth")
      case "budget": try shop.done("campaign", "fund", "poor", "5000.00")
      case "promises": try answerPromise(id, shop)
      case "capacity": try capacity(200, because: "both are well", shop)
      case "parity": try shop.done("parity", "approve", "\(id)@1", as: "supervisor/ruth")
      case "channels": try shop.done("channel", "name", "phone", "phone", "--zone", "America/New_York", as: "supervisor/ruth")
      case "sheets": try writeSheet(id, shop)
      default: try brief(id, shop)
      }
    }

    @Test func `each row alone names who and since when, and lifting it is enough`() throws {
      let shop = try shop()
      try shop.hire("marketer/noor", "--role", "marketer")
      for row in Self.rows where row.check != "capacity" { try makeLack(row, shop) }
      // What was answered last is what a drop in capacity takes from.
      try shop.advance("1m")
      for row in Self.rows where row.check == "capacity" { try makeLack(row, shop) }
      try shop.advance("1m")
      try capacity(130, because: "two are sick", shop)
      try shop.done("colleague", "leave", "noor", as: "supervisor/ruth")
      for (check, _, names) in Self.rows {
        try awaitLacking("only-\(check)", [check], shop)
        let row = try #require(lacking("only-\(check)", shop).first)
        // Two of them held at first.
        let since = ["terms", "capacity"].contains(check) ? "2026-05-08T23:02" : "2026-05-08T23:00"
        #expect(row["since"]?.string?.hasPrefix(since) == true, "\(row.text)")
        #expect(row["sentence"]?.string?.isEmpty == false && row["lifted_by"]?.string?.isEmpty == false, "\(row.text)")
        for name in names { #expect(row.text.contains(name), "\(name) is not named: \(row.text)") }
      }
      for (check, _, _) in Self.rows {
        try lift(check, shop)
        try awaitLacking("only-\(check)", [], shop)
      }
      try shop.done("clock", "advance", "--to", Self.starts)
      for (check, _, _) in Self.rows {
        try eventually("only-\(check) is live") { try state("only-\(check)", shop) == "live" }
      }
    }

    @Test func `what passed on Friday and fails on Saturday blocks the start, until somebody named lets it go`() throws {
      let shop = try shop()
      try shop.done("offer", "schedule", write("sunday", in: shop), as: "marketer/maya")
      try answerPromise("sunday", shop)
      try writeSheet("sunday", shop)
      try brief("sunday", shop)
      try awaitLacking("sunday", [], shop)
      // On Saturday at eleven in the evening Tom is sick, and Vera takes his shift.
      try shop.done("clock", "advance", "--to", "2026-05-09T23:00:00-04:00")
      try shop.done("roster", "swap", "tom-2026-05-10", "agent/tom", "agent/vera", as: "supervisor/ruth")
      try awaitLacking("sunday", ["briefings"], shop)
      let row = try #require(lacking("sunday", shop).first)
      #expect(row["since"]?.string?.hasPrefix("2026-05-10T03:00:00") == true && row["lifted_by"] == "agent/vera", "\(row.text)")
      try shop.done("clock", "advance", "--to", Self.starts)
      try eventually("it is blocked") { try state("sunday", shop) == "blocked" }
      // It does not go live by itself when she has read it.
      try brief("sunday", shop, ["agent/vera"])
      try awaitLacking("sunday", [], shop)
      try shop.advance("10m")
      #expect(try state("sunday", shop) == "blocked")
      try shop.done("offer", "launch", "sunday", as: "marketer/maya")
      #expect(try state("sunday", shop) == "live")
    }

    @Test func `two named people launch in an emergency, each with their own credential`() throws {
      let shop = try shop()
      try shop.done("offer", "schedule", write("recall", in: shop), as: "marketer/maya")
      try shop.done("clock", "advance", "--to", Self.starts)
      try eventually("it is blocked") { try state("recall", shop) == "blocked" }
      // Whoever makes an offer does not waive its checks, and nobody is two people.
      #expect(try shop.refused("offer", "waive", "recall", "briefings", "--reason", "x", as: "marketer/maya").contains("supervisor"))
      let alone = try shop.refused(
        "offer", "launch", "recall", "--emergency", "--with", "marketer/maya", "--reason", "the recall", as: "marketer/maya")
      #expect(alone.contains("another one than marketer/maya"))
      try shop.done("offer", "launch", "recall", "--emergency", "--with", "supervisor/ruth", "--reason", "the recall", as: "marketer/maya")
      #expect(try shop.refused("offer", "confirm", "recall", as: "marketer/maya").contains("supervisor/ruth"))
      try shop.done("offer", "confirm", "recall", as: "supervisor/ruth")
      #expect(try state("recall", shop) == "live")
      let events = try shop.caller.events("&type=marketing.offer.launched.v1")
      let launched = events.last?["event"]?["data"]
      #expect(launched?["emergency"]?["by"]?.strings == ["marketer/maya", "supervisor/ruth"])
    }
  }
}
