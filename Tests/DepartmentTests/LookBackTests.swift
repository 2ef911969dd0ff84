import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// The ledger's main job: an offer reaches the orders that came before it, once, to the cent.
struct LookBackTests {
  @Test func `Friday's order gets Sunday's free shipping, and its books are those of the golden case`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    try house.openService(100_000)
    let friday = OrderDraft.dollars("FRIDAY-1", at: house.now, [("LAMP", 8_000)], shipping: 995)
    #expect(try house.capture(friday).status == 201)
    let offer = PlannedOffer.shipping()
    try house.say(.offerVersioned(offer.versioned()))
    try house.say(.offerScheduled(offer.scheduled()))
    #expect(try house.balances()["marketing/spring/reserved/free-ship"] == -40_000)

    try house.advance(to: offer.startsAt)
    #expect(try house.given(to: "FRIDAY-1") == 0)
    try house.say(.offerTurned(offer.turned(.launched, at: house.now, effectiveFrom: offer.startsAt)))

    let remedy = try #require(house.remedies(of: "FRIDAY-1").first)
    #expect(remedy["state"]?.string == "pending" && remedy["amount"]?["amount_minor"]?.integer == 995)
    #expect(remedy["destination"]?.string == "original_tender" && remedy["kind"]?.string == "shipping_refund")
    let totals = try #require(house.lookBacks("free-ship").first)
    #expect(totals["considered"]?.integer == 1 && totals["granted"]?.integer == 1 && totals["sum"]?["amount_minor"]?.integer == 995)

    let id = try #require(remedy["remedy_id"]?.string).replacing("/", with: "%2F")
    #expect(house.post("/v1/refunds/\(id)/confirm").status == 200)
    #expect(house.post("/v1/refunds/\(id)/confirm").status == 409)
    #expect(try house.remedies(of: "FRIDAY-1").first?["state"]?.string == "posted")
    let answer = house.post("/v1/orders/FRIDAY-1/return", ["lines": [["line_id": "1", "quantity": 1]]])
    #expect(answer.status == 200)
    #expect(
      try house.balances() == [
        "company/goodwill": 600_000, "marketing/spring/goodwill": -460_000, "marketing/spring/reserved/free-ship": -39_005,
        "service/goodwill-reserve": -100_000, "shipping/web": -995,
      ])
    #expect(try house.findings() == [])
  }

  @Test(arguments: [
    (-172_800_001, "outside_window", 0), (-172_800_000, "already_given", 1_200), (-1, "already_given", 1_200), (0, "in_checkout", 0),
  ])
  func `the interval holds its beginning and not its end`(milliseconds: Int64, reason: String, given: Int64) throws {
    let house = try LedgerHouse()
    let offer = PlannedOffer()
    try house.openCampaign(500_000)
    try house.advance(to: offer.startsAt)
    try house.capture(.dollars("A", at: offer.startsAt.adding(.milliseconds(milliseconds)), [("LAMP", 8_000)]))
    try house.launch(offer)
    #expect(try house.given(to: "A") == given)
    #expect(try house.why("free-ship", "A")["reason"]?.string == reason)
  }

  @Test func `nothing is given before the start, however early it was launched`() throws {
    let house = try LedgerHouse()
    let offer = PlannedOffer()
    try house.openCampaign(500_000)
    try house.capture(.dollars("A", at: house.now, [("LAMP", 8_000)]))
    try house.launch(offer)
    #expect(try house.given(to: "A") == 0)
    try house.advance(to: offer.startsAt.adding(.milliseconds(-1)))
    #expect(try house.given(to: "A") == 0)
    try house.advance(to: offer.startsAt)
    #expect(try house.given(to: "A") == 1_200)
  }

  @Test func `an order known only to the day is inside when its day overlaps the interval`() throws {
    let house = try LedgerHouse()
    let offer = PlannedOffer()
    try house.openCampaign(500_000)
    try house.advance(to: offer.startsAt)
    // The day of the 7th ends when the interval begins; that of the 8th, in UTC, lies in it.
    for (id, day) in [("EARLY", "2026-05-06T00:00:00Z"), ("INSIDE", "2026-05-07T12:00:00Z")] {
      var draft = OrderDraft.dollars(id, at: try Timestamp(rfc3339: day), [("LAMP", 8_000)])
      draft.placedPrecision = .day
      try house.capture(draft)
    }
    try house.launch(offer)
    #expect(try house.given(to: "EARLY") == 0)
    #expect(try house.given(to: "INSIDE") == 1_200)
    #expect(try house.why("free-ship", "INSIDE")["day_precision"]?.bool == true)
  }

  @Test func `what comes late, from a late launch or a pause is given too`() throws {
    let house = try LedgerHouse()
    let offer = PlannedOffer()
    try house.openCampaign(500_000)
    func at(_ hours: Int64) -> Timestamp { offer.startsAt.adding(.seconds(hours * 3_600)) }
    try house.advance(to: at(2))
    try house.capture(.dollars("GAP", at: at(1), [("LAMP", 8_000)]))
    try house.launch(offer, effectiveFrom: at(2))
    #expect(try house.remedies(of: "GAP").first?["basis"]?.string == "gap")

    try house.advance(to: at(10))
    try house.say(.offerTurned(offer.turned(.paused, at: at(10))))
    try house.advance(to: at(12))
    try house.capture(.dollars("PAUSED", at: at(11), [("LAMP", 8_000)]))
    try house.capture(.dollars("LATE", at: at(-3), [("LAMP", 8_000)]))
    #expect(try house.given(to: "PAUSED") == 0)
    #expect(try house.remedies(of: "LATE").first?["basis"]?.string == "late")
    try house.say(.offerTurned(offer.turned(.resumed, at: at(12))))
    #expect(try house.given(to: "PAUSED") == 1_200)
    #expect(try house.lookBacks("free-ship").count == 2)

    try house.capture(.dollars("CHECKOUT", at: at(5), [("LAMP", 8_000)]))
    #expect(try house.why("free-ship", "CHECKOUT")["reason"]?.string == "in_checkout")
    // Until it can be honoured no more.
    try house.advance(to: try #require(offer.endsAt).adding(.seconds(336 * 3_600 + 1)))
    try house.capture(.dollars("TOO-LATE", at: at(-3), [("LAMP", 8_000)]))
    #expect(try house.given(to: "TOO-LATE") == 0)
    #expect(try house.why("free-ship", "TOO-LATE")["reason"]?.string == "recorded_too_late")
    #expect(try house.findings() == [])
  }

  @Test func `limits are used up in the order of time, and a late order takes what is left`() throws {
    let house = try LedgerHouse()
    var offer = PlannedOffer()
    offer.limits = ["per_order": .null, "per_customer": .null, "total": ["amount": ["amount_minor": 2_500, "currency": "USD"]]]
    try house.openCampaign(500_000)
    try house.advance(to: offer.startsAt)
    for (id, hours) in [("THIRD", -1), ("FIRST", -9), ("SECOND", -5)] as [(String, Int64)] {
      try house.capture(.dollars(id, at: offer.startsAt.adding(.seconds(hours * 3_600)), [("LAMP", 8_000)]))
    }
    try house.launch(offer)
    #expect(try house.given(to: "FIRST") == 1_200)
    #expect(try house.given(to: "SECOND") == 1_200)
    #expect(try house.given(to: "THIRD") == 100)
    #expect(try house.remedies(of: "THIRD").first?["cut"]?.bool == true)
    try house.capture(.dollars("LATE", at: offer.startsAt.adding(.seconds(-36_000)), [("LAMP", 8_000)]))
    #expect(try house.given(to: "LATE") == 0)
    let totals = try #require(house.lookBacks("free-ship").first)
    #expect(totals["granted"]?.integer == 3 && totals["cut"]?.integer == 1 && totals["sum"]?["amount_minor"]?.integer == 2_500)
  }

  @Test(arguments: [true, false]) func `two offers that do not combine come to the same total in either order`(tenFirst: Bool) throws {
    let house = try LedgerHouse()
    try house.openCampaign(50_000)
    try house.openCampaign(50_000, "soda")
    var ten = PlannedOffer()
    (ten.id, ten.benefit, ten.reserve) = ("ten", ["kind": "percent_off", "percent_off": "10"], 5_000)
    var twenty = PlannedOffer()
    (twenty.id, twenty.campaign, twenty.reserve) = ("twenty", "soda", 5_000)
    (twenty.benefit, twenty.include) = (["kind": "percent_off", "percent_off": "20"], [["kind": "sku", "ids": ["SODA"]]])
    try house.advance(to: ten.startsAt)
    try house.capture(.dollars("A", at: ten.startsAt.adding(.seconds(-60)), [("LAMP", 2_000), ("SODA", 8_000)]))
    for offer in tenFirst ? [ten, twenty] : [twenty, ten] { try house.launch(offer) }
    #expect(try house.given(to: "A") == 1_800)
    #expect(try house.findings() == [])
  }

  @Test func `a better version tops up, a worse one takes nothing`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    var offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    try house.capture(.dollars("A", at: offer.startsAt.adding(.seconds(-60)), [("LAMP", 8_000)]))
    try house.launch(offer)
    (offer.version, offer.benefit) = (2, ["kind": "percent_off", "percent_off": "20"])
    try house.advance(by: .seconds(60))
    try house.launch(offer, effectiveFrom: house.now)
    #expect(try house.given(to: "A") == 1_600)
    #expect(try house.remedies(of: "A").map { $0["remedy_id"]?.string } == ["free-ship/A#1", "free-ship/A#2"])
    (offer.version, offer.benefit) = (3, ["kind": "percent_off", "percent_off": "5"])
    try house.advance(by: .seconds(60))
    try house.launch(offer, effectiveFrom: house.now)
    #expect(try house.given(to: "A") == 1_600)
    #expect(try house.findings() == [])
  }

  @Test func `a message about a remedy tells the order, the offer's version, the decision and the entry`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer()
    try house.advance(to: offer.startsAt)
    try house.capture(.dollars("A", at: offer.startsAt.adding(.seconds(-60)), [("LAMP", 8_000)]))
    try house.launch(offer)
    let told = try #require(try house.premises.told().first { try Envelope(of: $0).type == "ledger.remedy.granted.v1" })
    let envelope = try Envelope(of: told)
    #expect(envelope.ruleVersion == "policy/look-back/1" && envelope.causationID == "run/look-back/free-ship@1")
    let story = try house.premises.ask(.get, "/v1/messages/\(envelope.id)").json
    let sentences = try #require(story["sentences"]?.strings).joined(separator: "\n")
    for word in ["free-ship@1", "order A", "granted", "entry", "look back", "12.00 USD"] {
      #expect(sentences.contains(word), "\(sentences)")
    }
  }
}
