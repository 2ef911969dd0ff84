import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// An order of late Saturday whose till was offline comes on Tuesday, when the month is closed: the customer has what is theirs, and the
/// closed month does not move.
struct BothTimesTests {
  @Test func `Saturday's order that comes on Tuesday has its remedy, and May stays as it was closed`() throws {
    let house = try LedgerHouse(at: PlannedOffer.instant("2026-05-29T19:00:00"))
    try house.openCampaign(500_000)
    var offer = PlannedOffer()
    (offer.id, offer.starts, offer.ends) = ("fifteen", "2026-05-31T00:00:00", "2026-06-03T00:00:00")
    try house.capture(.dollars("FRIDAY", at: house.now, [("LAMP", 4_000)]))
    try house.launch(offer)
    // June 1st, Monday: the books of May are closed.
    try house.advance(to: PlannedOffer.instant("2026-06-01T12:00:00"))
    #expect(try house.given(to: "FRIDAY") == 600)
    let closed = house.post("/v1/ledger/periods", ["through": "2026-05-31"])
    #expect(closed.status == 201)
    func may() throws -> [String] {
      let trial = try house.premises.ask(.get, "/v1/ledger/trial", query: [("as_of", "2026-05-31")]).json
      return (trial["rows"]?.array ?? []).map(\.text).sorted()
    }
    let before = try may()
    #expect(!before.isEmpty)

    // Tuesday, in an import.
    let saturday = PlannedOffer.instant("2026-05-30T23:40:00")
    let tuesday = PlannedOffer.instant("2026-06-02T09:00:00")
    try house.advance(to: tuesday)
    var late = OrderDraft.dollars("SATURDAY", at: saturday, [("LAMP", 8_000)], person: "bob")
    late.capturedAt = tuesday
    late.imported = .init(file: "till-3.csv", line: 2)
    #expect(try house.capture(late).status == 201)

    let remedy = try #require(house.remedies(of: "SATURDAY").first)
    #expect(remedy["amount"]?["amount_minor"]?.integer == 1_200 && remedy["basis"]?.string == "late")
    #expect(try may() == before)
    // Both times stand in the entry: when it was true, when it was known; it counts in the first open day.
    let entry = try house.store.read {
      try $0.first("SELECT effective_at, recorded_at, accounting_day FROM entry WHERE order_id = 'SATURDAY' ORDER BY number LIMIT 1") {
        row in
        [try row.integer(0), try row.integer(1), try row.integer(2)]
      }
    }
    let day = try #require(CivilDate("2026-06-01")).daysSinceEpoch
    #expect(entry?[0] == saturday.milliseconds && entry.map { $0[1] >= tuesday.milliseconds } == true && entry?[2] == Int64(day))
    // Asked as of either time.
    func sales(_ query: [(String, String)]) throws -> Int64? {
      try house.premises.ask(.get, "/v1/ledger/balance", query: [("account", "sales/web")] + query)
        .json["balances"]?.array?.first?["posted_minor"]?.integer
    }
    #expect(try sales([("as_of", "2026-05-31T00:00:00Z"), ("recorded_by", "2026-06-01T16:00:00Z")]) == -4_000)
    #expect(try sales([("as_of", "2026-05-31T04:00:00Z")]) == -12_000)
    #expect(try house.findings() == [])
  }
}
