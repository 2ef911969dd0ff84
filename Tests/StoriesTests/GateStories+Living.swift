import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension StoriesTests.GateStories {
  @Test func `an offer that kept new customers from paying less ends on Monday at noon, while marketing is down`() throws {
    let shop = try shop()
    let plain: [(String, JSON)] = [
      ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]), ("stacking", ["group": "price"]),
      ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("promises", []), ("sheets_required", []), ("briefing", .null),
      ("parity_exception", .null),
    ]
    func schedule(_ id: String, _ changes: (String, JSON)...) throws {
      try shop.done(
        "offer", "schedule", write(id, plain + changes, in: shop), "--waive", "channels", "--reason", "this story is of parity")
      try awaitLacking(id, [], shop)
    }
    try schedule(
      "even",
      ("window", ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-11T12:00:00", "time_zone": "America/New_York"]))
    try schedule(
      "newcomers",
      ("eligibility", ["customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false]),
      (
        "parity_exception",
        ["reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-05-13T00:00:00"]
      ))
    try shop.done("clock", "advance", "--to", "2026-05-11T11:59:00-04:00")
    try eventually("both are live") { try state("newcomers", shop) == "live" && state("even", shop) == "live" }
    #expect(try lacking("newcomers", shop).isEmpty)
    // What falls due waits in the store, not in the program: an end, and what it opens.
    try shop.mesh.kill("marketing")
    try shop.done("clock", "advance", "--to", "2026-05-11T12:00:00-04:00")
    try awaitLacking("newcomers", ["parity"], shop)
    let row = try #require(lacking("newcomers", shop).first)
    #expect(row["code"] == "parity_unapproved" && row["since"] == "2026-05-11T16:00:00.000Z", "\(row.text)")
    try eventually("customer service has a task of it") {
      let tasks = try shop.done("task", "list")["tasks"]?.array ?? []
      return tasks.contains { $0["kind"] == "parity_gap" && $0["since"] == "2026-05-11T16:00:00.000Z" }
    }
    // Nobody accepts it, and it goes on for a day: the register says so, and that it was equal when it went live.
    try shop.advance("25h")
    func register() throws -> [String: String] {
      let rows = try shop.done("disconnects", "--audit", "--kind", "parity")["disconnects"]?.array ?? []
      return Dictionary(rows.map { ($0["disconnect_id"]?.string ?? "", $0["outcome"]?.string ?? "") }, uniquingKeysWith: { $1 })
    }
    let found = try register()
    #expect(found["parity/newcomers@1/gap"] == "slipped" && found["parity/newcomers@1"] == "prevented", "\(found)")
    try shop.mesh.stop()
    #expect(try shop.accord(["verify"]).exit == .code(0))
  }

  @Test func `marketing counts on those who have read an offer, and sees how many more there would be`() throws {
    let shop = try shop()
    try shop.done("offer", "schedule", write("sunday", in: shop), as: "marketer/maya")
    try answerPromise("sunday", shop)
    func noon() throws -> JSON? {
      try shop.done("offer", "rehearse", "sunday")["contacts"]?.array?.first { $0["from"]?.string?.hasPrefix("2026-05-10T16:00") == true }
    }
    func left() throws -> JSON? { try shop.done("promise", "list", "--offer", "sunday")["promises"]?.array?.first }
    // 200 contacts an hour, of which Ines and Tom take 13; neither has read anything yet.
    try eventually("marketing knows of the shifts") { try noon()?["available"] == 187 && noon()?["once_briefed"] == 13 }
    #expect(try left()?["free"] == 187 && left()?["once_briefed"] == 13)
    #expect(try shop.accord(["offer", "rehearse", "sunday"]).stdout.contains("of 187, 13 more once whoever is there has read it"))
    #expect(try shop.accord(["promise", "list"]).stdout.contains("187 left for it, 13 more once whoever is there has read it"))
    try brief("sunday", shop)
    try eventually("both have read it") { try noon()?["available"] == 200 && noon()?["once_briefed"] == nil }
    #expect(try left()?["free"] == 200 && left()?["once_briefed"] == nil)
  }

  @Test func `the live version is wrong while the next one waits: stopped by its name it stops, and the next one follows`() throws {
    let shop = try shop()
    try shop.done("offer", "schedule", write("sunday", in: shop), as: "marketer/maya")
    try answerPromise("sunday", shop)
    try writeSheet("sunday", shop)
    try brief("sunday", shop)
    try awaitLacking("sunday", [], shop)
    try shop.done("clock", "advance", "--to", Self.starts)
    try eventually("it is live") { try state("sunday", shop) == "live" }
    let benefit: JSON = ["kind": "free_shipping", "max": ["amount_minor": 1_200, "currency": "USD"]]
    try shop.done("offer", "schedule", write("sunday", [("version", 2), ("benefit", benefit)], in: shop), as: "marketer/maya")
    try awaitLacking("sunday", ["sheets", "briefings"], shop)
    #expect(try shop.done("offer", "gate", "sunday@1")["version"] == 1 && shop.done("offer", "gate", "sunday")["version"] == 2)
    try eventually("the desk says what the next one waits for") {
      try shop.done("sheet", "show", "sunday")["changes"]?["when"] == "as soon as its gate lets it through"
    }

    let preview = try shop.accord(["offer", "stop", "sunday", "--preview"], as: "marketer/maya").stdout
    #expect(preview.contains("Stopping sunday@1, which is live, will:"), "\(preview)")
    #expect(try shop.refused("offer", "stop", "sunday@2", "--preview").contains("that is sunday@1"))
    try shop.done("offer", "stop", "sunday", "--cause", "wrong", as: "marketer/maya")
    func states() throws -> [String?] { (try shop.done("offer", "show", "sunday")["versions"]?.array ?? []).map { $0["state"]?.string } }
    #expect(try states() == ["stopped", "scheduled"])
    try eventually("the facts card stands in") { try shop.done("sheet", "show", "sunday")["source"] == "facts_card" }
    try eventually("its words are written") {
      try shop.accord(
        ["sheet", "draft", "sunday@2", "--locale", "en-US", "--voice", "warm", "--words", "Up to 12.00 are on their way."], as: "agent/tom"
      ).exit == .code(0)
    }
    try shop.done("sheet", "verify", "sunday:en-US:warm", "--deputy", "agent/tom", as: "supervisor/ruth")
    try brief("sunday@2", shop)
    try eventually("the next one is live") { try states() == ["stopped", "live"] || states() == ["superseded", "live"] }
  }

  @Test func `an exception ends on Monday at noon while the offer is live and marketing is down: it says so when it is back`() throws {
    let shop = try shop()
    let path = try write(
      "newcomers",
      [
        ("eligibility", ["customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false]),
        ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]), ("stacking", ["group": "price"]),
        ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("promises", []), ("sheets_required", []), ("briefing", .null),
        (
          "parity_exception",
          [
            "reason": "welcome_offer", "sentence": "For first orders.", "approved_by": "supervisor/ruth", "ends_at": "2026-05-11T12:00:00",
            "match": ["who": "existing", "how": "prompt", "max": ["amount_minor": 5_000, "currency": "USD"]],
          ]
        ),
      ], in: shop)
    try shop.done("offer", "schedule", path, "--waive", "channels", "--reason", "this story is of parity")
    try eventually("the exception is known at customer service") {
      try shop.accord(["parity", "approve", "newcomers@1"], as: "supervisor/ruth").exit == .code(0)
    }
    try awaitLacking("newcomers", [], shop)
    try shop.done("clock", "advance", "--to", Self.starts)
    try eventually("it is live") { try state("newcomers", shop) == "live" }
    try shop.done("clock", "advance", "--to", "2026-05-11T11:59:00-04:00")
    #expect(try lacking("newcomers", shop).isEmpty)
    // The row waits in the store, not in the program.
    try shop.mesh.kill("marketing")
    try shop.done("clock", "advance", "--to", "2026-05-11T12:00:00-04:00")
    try awaitLacking("newcomers", ["parity"], shop)
    let row = try #require(lacking("newcomers", shop).first)
    #expect(row["code"] == "parity_over" && row["since"] == "2026-05-11T16:00:00.000Z", "\(row.text)")
    #expect(row["lifted_by"]?.string?.hasPrefix("marketer/maya, by a new version") == true, "\(row.text)")
    #expect(try shop.done("task", "list")["tasks"]?.array?.contains { $0["kind"] == "exception_over" } == true)
    #expect(try shop.accord(["parity", "list"]).stdout.contains("which is over"))
    try shop.done("offer", "pause", "newcomers", as: "marketer/maya")
    #expect(try shop.refused("offer", "resume", "newcomers", as: "marketer/maya").contains("can be lifted by marketer/maya"))
    // A day later it would have slipped, had it gone on.
    try shop.advance("25h")
    try shop.mesh.stop()
    #expect(try shop.accord(["verify"]).exit == .code(0))
  }
}
