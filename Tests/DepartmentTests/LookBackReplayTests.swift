import Contracts
import Host
import LedgerRoom
import Mesh
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// A ledger whose store is lost in the middle of a look-back: out of the facts it goes on, gives nothing twice, and its totals are those of
/// a run that nothing happened to.
struct LookBackReplayTests {
  private func house() throws -> (LedgerHouse, PlannedOffer) {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    var offer = PlannedOffer.shipping()
    offer.limits = ["per_order": .null, "per_customer": .null, "total": ["amount": ["amount_minor": 17_000, "currency": "USD"]]]
    for number in 0..<40 {
      var draft = OrderDraft.dollars(
        "O-\(number + 10)", at: house.now.adding(.seconds(Int64(number * 60 - 3_000))), [("LAMP", 4_000)],
        shipping: number % 4 == 1 ? 0 : 995,
        person: "p-\(number)")
      if number % 5 == 2 { draft.channel = "app" }
      try house.capture(draft)
    }
    for fact in try house.facts(of: offer) { try house.say(fact) }
    return (house, offer)
  }

  @Test(arguments: [0, 1, 3, 5]) func `the totals are those of a run that nothing happened to`(chunks: Int) throws {
    let (whole, offer) = try house()
    try whole.advance(to: offer.startsAt, rows: 7)
    let wanted = try #require(whole.lookBacks(offer.id).first)
    #expect(wanted["cut"]?.integer == 1 && wanted["refused"]?["cap_total"] != nil && wanted["refused"]?["wrong_channel"] != nil)

    let (lost, _) = try house()
    lost.premises.clock.advance(to: offer.startsAt)
    while try lost.doDue() {}
    for _ in 0..<chunks { #expect(try lost.chunk(rows: 7)) }
    let given = try lost.told().count { if case .remedyChanged = $0 { true } else { false } }

    // Everything that was said and told, in an order in which the journal might hold it.
    let rebuilt = try LedgerHouse(at: lost.now)
    let told = try lost.premises.told().map { one in
      Delivery(
        handle: 2, number: one.number + 1_000, position: 1_000_000 + one.sequence * 64, attempt: 1, producer: "ledger/lost",
        sequence: one.sequence, event: one.event)
    }
    try rebuilt.rebuild(from: lost.said + told)
    #expect(try rebuilt.told().isEmpty)
    try rebuilt.work(rows: 7)
    let found = try #require(rebuilt.lookBacks(offer.id).first)
    for name in ["considered", "eligible", "granted", "cut", "refused", "sum", "entries", "from", "to"] {
      #expect(found[name] == wanted[name], "\(name) after \(given) remedies")
    }
    #expect(try rebuilt.balances() == whole.balances())
    for number in 0..<40 { #expect(try rebuilt.given(to: "O-\(number + 10)") == whole.given(to: "O-\(number + 10)")) }
    #expect(try rebuilt.findings() == [])
  }
}
