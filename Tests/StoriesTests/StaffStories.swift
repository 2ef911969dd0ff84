import Contracts
import Foundation
import TestKit
import Testing

/// Whoever buys somewhere is answered somewhere, by somebody who is there: story 10.
extension StoriesTests.GateStories {
  @Test func `the counter is named and nobody stands there: the offer waits for that alone, and again when he is sick`() throws {
    let shop = try shop(channels: "chat")
    // Whoever buys in the store is answered at the counter from nine to six, says Ruth. All who work are at the chat.
    try shop.done(
      "channel", "name", "store", "counter", "--opens", "09:00", "--closes", "18:00", "--zone", "America/New_York", as: "supervisor/ruth")
    try shop.advance("1m")
    let stores: JSON = ["customers": "everyone", "anonymous_orders": true, "channels": ["web", "store"], "countries": ["US"]]
    try shop.done("offer", "schedule", write("counter", [("eligibility", stores)], in: shop), as: "marketer/maya")
    try answerPromise("counter", shop)
    try writeSheet("counter", shop)
    try brief("counter", shop)
    try awaitLacking("counter", ["channels"], shop)
    let row = try #require(lacking("counter", shop).first)
    #expect(row["code"] == "channel_unstaffed" && row["by"] == "supervisor/ruth", "\(row.text)")
    #expect(row["since"]?.string?.hasPrefix("2026-05-08T23:01") == true, "\(row.text)")
    for words in [
      "nobody is at counter, where customers are answered who buy by store", "from 2026-05-10T13:00:00", "until 2026-05-10T22:00:00",
      "open from 09:00 to 18:00 in America/New_York", "supervisor/ruth, with shifts at counter",
    ] {
      #expect(row.text.contains(words), "\(words): \(row.text)")
    }

    // Tom stands at the counter on Sunday, and nothing else is asked for.
    let tom = "agent/tom,2026-05-10T00:00:00-04:00,2026-05-10T23:59:59-04:00,tom-2026-05-10,en-US,counter"
    try publish([tom], shop)
    try awaitLacking("counter", [], shop)

    // On Saturday at eleven in the evening he is sick. Ines is at the chat, where web's customers are answered.
    try shop.done("clock", "advance", "--to", "2026-05-09T23:00:00-04:00")
    try shop.done("roster", "absent", "agent/tom", "--shift", "tom-2026-05-10", as: "supervisor/ruth")
    try awaitLacking("counter", ["channels"], shop)
    let sick = try #require(lacking("counter", shop).first)
    #expect(
      sick["since"]?.string?.hasPrefix("2026-05-10T03:00:00") == true && sick.text.contains("(agent/tom does not come)"), "\(sick.text)")
    try shop.done("clock", "advance", "--to", Self.starts)
    try eventually("it is blocked") { try state("counter", shop) == "blocked" }

    // He is well again; somebody named lets it go.
    try shop.done("roster", "absent", "agent/tom", "--shift", "tom-2026-05-10", "--back", as: "supervisor/ruth")
    try awaitLacking("counter", [], shop)
    #expect(try state("counter", shop) == "blocked")
    try shop.done("offer", "launch", "counter", as: "marketer/maya")
    #expect(try state("counter", shop) == "live")
  }

  @Test func `nobody could be asked: without an answer nothing is reserved, and each check is let pass by its own name`() throws {
    let shop = try shop()
    try shop.done("offer", "schedule", write("quiet", in: shop), as: "marketer/maya")
    try writeSheet("quiet", shop)
    try brief("quiet", shop)
    try awaitLacking("quiet", ["promises"], shop)
    try shop.done("offer", "waive", "quiet", "promises", "--reason", "the desk is at a wedding", as: "supervisor/ruth")
    try awaitLacking("quiet", ["capacity"], shop)
    let row = try #require(lacking("quiet", shop).first)
    #expect(
      row.text.contains("nothing is reserved for 20 contacts an hour") && row.text.contains("accord promise answer quiet"), "\(row.text)")
    // It would not have gone live; now somebody says by name that it goes without.
    try shop.done("offer", "waive", "quiet", "capacity", "--reason", "it is a small offer", as: "supervisor/ruth")
    try awaitLacking("quiet", [], shop)
    try shop.done("clock", "advance", "--to", Self.starts)
    try eventually("it is live") { try state("quiet", shop) == "live" }
  }
}
