import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// An order that comes late is looked into only where an offer may reach it.
struct LateOrderTests {
  private static let usd = Currency("USD")!

  /// An order of another year, as an import brings it now.
  private static func old(_ number: Int, captured: Timestamp) -> OrderDraft {
    let placed = LedgerHouse.friday.adding(.seconds(-86_400 * Int64(30 + number % 900)))
    var draft = OrderDraft.dollars("old-\(number)", at: placed, [("LAMP", 2_000)])
    draft.capturedAt = captured
    draft.imported = .init(file: "history.csv", line: Int64(number + 2))
    return draft
  }

  private func concerning(_ draft: OrderDraft, _ house: LedgerHouse) throws -> Int64 {
    let order = try draft.order()
    return try house.store.read { try LateOrders.offers(concerning: order, at: house.now, in: $0) }
  }

  @Test func `a thousand old orders of an import are held against no offer of today`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(200_000)
    let offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    try house.launch(offer)
    var looked: Int64 = 0
    for number in 0..<1_000 { looked += try concerning(Self.old(number, captured: house.now), house) }
    #expect(looked == 0)
    for number in 0..<5 { #expect(try house.capture(Self.old(number, captured: house.now)).status == 201) }
    #expect(try house.told("ledger.remedy.posted.v1").isEmpty && house.told("ledger.remedy.granted.v1").isEmpty)
    // One of the days before the start is, whenever it comes, and gets it.
    var late = OrderDraft.dollars("late", at: offer.startsAt.adding(.seconds(-3_600)), [("LAMP", 2_000)])
    late.capturedAt = house.now
    #expect(try concerning(late, house) == 1)
    #expect(try house.capture(late).status == 201)
    #expect(try house.given(to: "late") == 300)
    // So is an old one to which a line came in these days.
    var amended = Self.old(7, captured: house.now)
    amended.lines[0].addedAt = offer.startsAt.adding(.seconds(-60))
    #expect(try concerning(amended, house) == 1)
    #expect(try house.findings() == [])
  }

  @Test func `a look-back over a ledger without a single order is completed`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(200_000)
    let offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    try house.launch(offer)
    #expect(try house.lookBacks(offer.id).first?["considered"] == 0)
  }

  @Test func `an offer that goes by the capture is asked by the capture alone`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(200_000)
    var offer = PlannedOffer()
    offer.basis = "captured_at"
    try house.advance(to: offer.startsAt)
    try house.launch(offer)
    #expect(try concerning(Self.old(1, captured: house.now), house) == 1)
    #expect(try concerning(Self.old(1, captured: offer.startsAt.adding(.seconds(-40 * 86_400))), house) == 0)
  }
}
