import Contracts
import HTTP
import Host
import MeshMachines
import TestKit
import Testing
import Wire

/// Everything that concerns a customer stands on the timeline, in words, whatever order it came in.
struct TimelineTests {
  private static let offer = TaleOffer()
  private static func after(_ hours: Int64) -> Timestamp { Tale.sunday.adding(.seconds(hours * 3_600)) }

  /// A tale with every fact that stands on a timeline, and those that stand on none.
  static func everything() throws -> Tale {
    var tale = Tale()
    let ada = Identifier<Person>(restoring: "ada")
    let order = Identifier<Order>(restoring: "FRIDAY-1")
    let line = Identifier<OrderLine>(restoring: "1")
    try tale.tell(
      .customerKnown(CustomerKnown(personID: ada, locale: "es-US", contacts: [.init(channel: "email", state: .neverAsked)])),
      at: Tale.friday)
    try tale.tell(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "b-1"), products: [.init(sku: Identifier(restoring: "KETTLE"), categories: ["kitchen"])])),
      at: Tale.friday)
    try tale.schedule(offer)
    try tale.order("FRIDAY-1")
    try tale.tell(
      .consentChanged(
        ConsentChanged(given: true, personID: ada, purpose: .marketing, channel: "email", source: "desk")),
      at: Tale.friday.adding(.seconds(60)))
    try tale.launch(offer)
    try tale.tell(Tale.remedy(.granted, "FRIDAY-1", of: offer.offer, entry: 3), at: Tale.sunday, by: "marketing")
    try tale.tell(
      .refundResolved(
        RefundResolved(
          outcome: .confirmed, remedyID: RemedyID(key: RemedyKey(offer: offer.offer.offer, order: order), ordinal: 1), orderID: order,
          tender: .card, amount: OrderDraft.euros(995), reference: "r-77")), at: after(2))
    try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: offer.offer, entry: 4, resolves: 3), at: after(2))
    for (turn, hour) in [(MessageTurned.Turn.planned, 1), (.sent, 3)] as [(MessageTurned.Turn, Int64)] {
      try tale.tell(
        .messageTurned(
          MessageTurned(
            turn: turn, messageID: Identifier(restoring: "note-1"), offer: offer.offer, personID: ada, purpose: .transaction,
            channel: "email", verdict: .honour, reason: "honoured_look_back", revision: 1,
            remedyID: RemedyID(key: RemedyKey(offer: offer.offer.offer, order: order), ordinal: 1))), at: after(hour))
    }
    try tale.tell(
      .orderAmended(
        OrderAmended(orderID: order, personID: ada, lines: [OrderDraft.line("2", 1_200)], under: offer.offer, amendedAt: after(4))),
      at: after(4))
    try tale.tell(
      .orderShipped(OrderShipped(orderID: order, personID: ada, lines: [LineQuantity(lineID: line, quantity: 1)], shippedAt: after(10))),
      at: after(10))
    try tale.tell(
      .orderReturned(
        OrderReturned(
          orderID: order, returnID: Identifier(restoring: "ret-1"), lines: [LineQuantity(lineID: line, quantity: 1)],
          price: OrderDraft.euros(4_995), clawedBack: OrderDraft.euros(100),
          refund: [TenderAmount(kind: .card, amount: OrderDraft.euros(4_895))], receiptOnly: true, reason: "too small",
          returnedAt: after(50))), at: after(50))
    try tale.tell(
      Tale.remedy(.clawedBack, "FRIDAY-1", of: offer.offer, amount: 100, entry: 9, reason: "returned"), at: after(50))
    try tale.tell(
      .subscriptionChanged(
        SubscriptionChanged(
          subscriptionID: Identifier(restoring: "sub-1"), personID: ada, change: .upgraded, fromPlan: Identifier(restoring: "basic"),
          toPlan: Identifier(restoring: "pro"), from: after(60), changedAt: after(60))), at: after(60))
    try tale.tell(
      Tale.remedy(.declined, "FRIDAY-1", of: offer.offer, ordinal: 2, entry: nil, basis: .desk, reason: "already_given"), at: after(61))
    try tale.order("OTHER-1") { draft in
      draft.personID = nil
      draft.tenders = [OrderDraft.tender(5_990, .cash)]
    }
    try tale.tell(
      Tale.remedy(.granted, "OTHER-1", of: offer.offer, entry: 5, person: nil, to: .receipt), at: Tale.sunday)
    try tale.tell(
      Tale.remedy(.expired, "OTHER-1", of: offer.offer, entry: 6, resolves: 5, person: nil, to: .receipt, reason: "unclaimed"),
      at: after(2_160))
    try tale.tell(
      .orderCancelled(
        OrderCancelled(
          orderID: Identifier(restoring: "OTHER-1"), price: OrderDraft.euros(4_995), clawedBack: OrderDraft.euros(0), cancelledAt: after(70)
        )),
      at: after(70))
    try tale.tell(
      .lookBackCompleted(
        LookBackCompleted(
          offerID: offer.offer.offer, version: 1, from: Tale.sunday.adding(.seconds(-48 * 3_600)), to: Tale.sunday, considered: 2,
          eligible: 2,
          granted: 2, cut: 0, sum: OrderDraft.euros(1_990))), at: Tale.sunday.adding(.milliseconds(20)))
    try tale.tell(.chainAnchored(ChainAnchored(sequence: 9, head: String(repeating: "b", count: 64), sums: [])), at: after(51))
    try tale.tell(.customerRestricted(CustomerRestricted(change: .restricted, personID: ada, cause: .deceased)), at: after(80))
    return tale
  }

  private func entries(_ service: Premises, _ path: String) throws -> [JSON] {
    let answer = service.ask(.get, path)
    #expect(answer.status == 200)
    return try #require(answer.json["entries"]?.array)
  }

  @Test func `a customer's timeline tells everything, latest first`() throws {
    let service = try Premises(Hearer.service.department)
    let verdicts = try service.hear(Self.everything().deliveries, through: .service)
    #expect(verdicts.allSatisfy { $0 == .done })
    let told = try entries(service, "/v1/customers/ada/timeline").map { entry in
      "\(entry["kind"]?.string ?? "?"): \(entry["sentence"]?.string ?? "?")"
    }
    let expected = [
      "restricted: nothing may be sent to this customer (deceased)",
      "remedy_declined: sunday@1 was asked for for order FRIDAY-1 and declined: already given",
      "subscription_changed: upgraded from basic to pro (subscription sub-1)",
      "remedy_clawed_back: 1.00 EUR of the remedy for order FRIDAY-1 was taken back: returned",
      "returned: returned 1 piece of order FRIDAY-1 on the receipt alone; 48.95 EUR back to the card; 1.00 EUR of an earlier remedy was taken back with it: too small",
      "shipped: 1 piece of order FRIDAY-1 left the house",
      "amended: added 1 line to order FRIDAY-1, 12.00 EUR, under sunday@1",
      "message_sent: the note on remedy sunday/FRIDAY-1#1 of sunday@1 was sent by email (honoured look back)",
      "remedy_posted: 9.95 EUR arrived for order FRIDAY-1: back to the card",
      "refund_confirmed: 9.95 EUR arrived on the card (r-77)",
      "message_planned: the note on remedy sunday/FRIDAY-1#1 of sunday@1 by email is planned: honour, honoured look back",
      "remedy_granted: 9.95 EUR granted for order FRIDAY-1, back to the card, on its way: sunday@1, the offer reaches back to the order; campaign spring pays; applied before anybody asked",
      "consent_given: lets us send marketing by email (told by desk)",
      "ordered: ordered FRIDAY-1 (web): 1 line, 59.90 EUR",
    ]
    for (told, expected) in zip(told, expected) { #expect(told == expected) }
    #expect(told.count == expected.count)
    let page = try service.ask(.get, "/v1/customers/ada/timeline").json
    #expect(page["locale"] == "es-US")
    #expect(page["contacts"] == [["channel": "email", "state": "never_asked"]])
    #expect(try service.findings() == [])
  }

  @Test func `an order that is nobody's by name is found by its id, and so is its remedy`() throws {
    let service = try Premises(Hearer.service.department)
    try service.hear(Self.everything().deliveries, through: .service)
    let page = service.ask(.get, "/v1/orders/OTHER-1/timeline")
    #expect(try page.json["person_id"] == nil)
    let kinds = try entries(service, "/v1/orders/OTHER-1/timeline").compactMap { $0["kind"]?.string }
    #expect(kinds == ["remedy_expired", "cancelled", "remedy_granted", "ordered"])
    let granted = try entries(service, "/v1/orders/OTHER-1/timeline")[2]
    #expect(granted["remedy"]?["destination"] == "to whoever brings the receipt" && granted["remedy"]?["entry"] == 5)
    #expect(service.ask(.get, "/v1/orders/NOBODY/timeline").status == 404)
    #expect(service.ask(.get, "/v1/orders/two words/timeline").status == 400)
  }

  @Test func `a remedy that comes before its order waits for its customer`() throws {
    var tale = Tale()
    try tale.tell(Tale.remedy(.posted, "LATE-1", of: Self.offer.offer, person: nil, to: .customerCredit), at: Tale.sunday)
    try tale.order("LATE-1")
    let service = try Premises(Hearer.service.department)
    try service.hear(Array(tale.deliveries.prefix(1)), through: .service)
    #expect(try entries(service, "/v1/customers/ada/timeline") == [])
    #expect(try entries(service, "/v1/orders/LATE-1/timeline").count == 1)
    try service.hear(Array(tale.deliveries.suffix(1)), through: .service)
    let kinds = try entries(service, "/v1/customers/ada/timeline").compactMap { $0["kind"]?.string }
    #expect(kinds == ["remedy_posted", "ordered"])
    #expect(try service.findings() == [])
  }

  @Test func `whatever the order across keys, doubled or not, timelines and tables are the same`() throws {
    var random = Seed.printed(for: "any order of all facts")
    let tale = try Self.everything()
    let straight = try Premises(Hearer.service.department)
    try straight.hear(tale.deliveries, through: .service)
    let expected = try straight.tables(but: Hearer.service.arrival)
    let pages = [
      "/v1/customers/ada/timeline", "/v1/customers/ada/offers", "/v1/orders/FRIDAY-1/offers/sunday", "/v1/orders/OTHER-1/offers",
    ]
    let answers = try pages.map { try straight.ask(.get, $0).json }
    for round in 0..<8 {
      let service = try Premises(Hearer.service.department)
      let order = try tale.shuffled(using: &random)
      var heard = 0
      try service.hear(order, through: .service, batch: Int.random(in: 1...20, using: &random), heard: &heard)
      if round % 2 == 1 {
        try service.hear(try tale.shuffled(using: &random), through: .service)
        try service.emptyInbox()
        try service.hear(tale.shuffled(using: &random), through: .service)
      }
      let inbox: Set<String> = round % 2 == 1 ? ["inbox.handled_at", "inbox.producer", "inbox_producer.number"] : []
      let arrival = Hearer.service.arrival.union(inbox)
      let known = try service.tables(but: arrival)
      #expect(
        known.without(["inbox", "inbox_producer"]).differences(from: expected.without(["inbox", "inbox_producer"])) == [],
        "ACCORD_SEED=\(random.seed)")
      #expect(try pages.map { try service.ask(.get, $0).json } == answers, "ACCORD_SEED=\(random.seed)")
      #expect(try service.findings() == [])
    }
  }

  @Test func `the chain's head is kept, and what is sold`() throws {
    let service = try Premises(Hearer.service.department)
    try service.hear(Self.everything().deliveries, through: .service)
    let heads = try service.ask(.get, "/v1/chain").json["heads"]?.array
    #expect(heads?.first?["sequence"] == 9 && heads?.first?["head"]?.string == String(repeating: "b", count: 64))
    #expect(try service.tables().count("product") == 1)
  }

  @Test func `a remedy's message leads to its order, its offer, its look-back and its note`() throws {
    let service = try Premises(Hearer.service.department)
    let tale = try Self.everything()
    try service.hear(tale.deliveries, through: .service)
    let granted = try #require(tale.deliveries.first { String(decoding: $0.event, as: UTF8.self).contains("ledger.remedy.granted") })
    let story = try service.ask(.get, "/v1/messages/\(Envelope(decoding: granted.event).id)").json
    let relations = try #require(story["links"]?.array).compactMap { $0["relation"]?.string }
    #expect(relations == ["order", "offer", "look_back", "remedy", "remedy", "note", "note"])
    let sentences = try #require(story["sentences"]?.strings)
    #expect(sentences[0].contains("on the timeline of ada: 9.95 EUR granted"))
    #expect(sentences.contains("in the books: entry 3, pending, back to the card"))
    #expect(sentences.contains("looked at: interval look back"))
  }
}
