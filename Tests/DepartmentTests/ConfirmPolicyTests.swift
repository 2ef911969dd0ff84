import Contracts
import HTTP
import Store
import TestKit
import Testing

/// Whether money that goes back to a card counts as arrived is a policy by feed, never a word in the code.
struct ConfirmPolicyTests {
  @Test func `each feed has its word, the demo its own`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(200_000)
    let offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    // Imports are to wait here, so that the demo is told apart from them.
    try house.store.write { transaction in
      try transaction.run(
        "INSERT INTO policy (name, version, document) VALUES ('confirm', 2, ?1)",
        .text(#"{"import":"awaited","demo":"immediate","other":"awaited","channel/phone":"immediate"}"#))
    }
    for (id, file, channel) in [
      ("from-file", "orders.csv", "web"), ("from-demo", "demo", "web"), ("by-hand", nil, "web"), ("by-phone", nil, "phone"),
    ] as [(String, String?, String)] {
      var draft = OrderDraft.dollars(id, at: offer.startsAt.adding(.seconds(-3_600)), [("LAMP", 2_000)])
      draft.channel = channel
      draft.imported = file.map { .init(file: $0, line: 2) }
      #expect(try house.capture(draft).status == 201)
    }
    try house.launch(offer)
    func state(_ order: String) throws -> String? { try house.remedies(of: order).first?["state"]?.string }
    #expect(try state("from-file") == "pending" && state("by-hand") == "pending")
    #expect(try state("from-demo") == "posted" && state("by-phone") == "posted")
    #expect(try house.findings() == [])
  }

  @Test func `the seeded word lets imports and the demo through, and nothing else`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(200_000)
    let offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    for (id, file) in [("from-file", "orders.csv"), ("from-demo", "demo"), ("by-hand", nil)] as [(String, String?)] {
      var draft = OrderDraft.dollars(id, at: offer.startsAt.adding(.seconds(-3_600)), [("LAMP", 2_000)])
      draft.imported = file.map { .init(file: $0, line: 2) }
      #expect(try house.capture(draft).status == 201)
    }
    try house.launch(offer)
    let states = try ["from-file", "from-demo", "by-hand"].map { try house.remedies(of: $0).first?["state"]?.string }
    #expect(states == ["posted", "posted", "pending"])
  }
}
