import Contracts
import HTTP
import Host
import MeshMachines
import TestKit
import Testing

/// What lies on the table: the kinds in their order, never a stale one, money only where the ledger gave it.
struct DeskTests {
  private func rows(_ service: Premises, _ path: String, _ query: [(String, String)] = []) throws -> [JSON] {
    let answer = service.ask(.get, path, query: query)
    #expect(answer.status == 200)
    return try #require(answer.json["offers"]?.array)
  }

  private func words(_ rows: [JSON]) -> [String] {
    rows.map { row in
      "\(row["kind"]?.string ?? "?") \(row["offer"]?.string ?? "?") \(row["yes"]?.bool == true ? "yes" : "no") \(row["reason"]?.string ?? "?")"
    }
  }

  private func service(_ tale: Tale, at now: Timestamp = Tale.sunday.adding(.seconds(60))) throws -> Premises {
    let service = try Premises(Hearer.service.department, at: now)
    #expect(try service.hear(tale.deliveries, through: .service).allSatisfy { $0 == .done })
    return service
  }

  /// Another window: days from Sunday.
  private func window(_ id: String, _ from: Int, _ to: Int) -> TaleOffer {
    func day(_ day: Int) -> JSON { .string("2026-05-\(10 + day < 10 ? "0" : "")\(10 + day)T00:00:00") }
    return TaleOffer(id, ("window/starts_at", day(from)), ("window/ends_at", day(to)), ("stacking/group", .string(id)))
  }

  private func scheduled(_ draft: TaleOffer, _ from: Int64, _ to: Int64) -> DomainEvent {
    let (start, end) = (Tale.sunday.adding(.seconds(from * 86_400)), Tale.sunday.adding(.seconds(to * 86_400)))
    return .offerScheduled(
      OfferScheduled(
        offerID: draft.offer.offer, version: draft.version, campaignID: Identifier(restoring: "spring"), startsAt: start, endsAt: end,
        lookBackFrom: start.adding(.seconds(-48 * 3_600)), reserve: OrderDraft.euros(400_000)))
  }

  @Test func `kinds lie in their order, and each says what it says`() throws {
    var tale = Tale()
    let given = TaleOffer("given", ("stacking/group", "given"), ("limits/per_order", ["amount": TaleOffer.euros(400)]))
    let soon = window("soon", 2, 4)
    let over = window("over", -4, -1)
    for (draft, from, to) in [(given, 0, 3), (soon, 2, 4), (over, -4, -1)] as [(TaleOffer, Int64, Int64)] {
      try tale.tell(draft.versioned, at: Tale.friday.adding(.seconds(-500_000)))
      try tale.tell(scheduled(draft, from, to), at: Tale.friday.adding(.seconds(-400_000)))
    }
    try tale.launch(over, at: Tale.sunday.adding(.seconds(-4 * 86_400)))
    let live = TaleOffer("live", ("stacking/group", "live"))
    try tale.schedule(live)
    try tale.order("FRIDAY-1")
    try tale.launch(given)
    try tale.launch(live)
    try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: given.offer, amount: 400), at: Tale.sunday)
    let service = try service(tale)
    let rows = try rows(service, "/v1/customers/ada/offers")
    #expect(
      words(rows) == [
        "already_given given@1 yes already_given", "live live@1 yes granted", "starts_soon soon@1 no on_new_orders",
        "honourable over@1 yes in_checkout",
      ])
    #expect(rows[0]["amount"]?["amount_minor"] == 400 && rows[0]["would_be"] == nil && rows[0]["destination"] == "back to the card")
    #expect(rows[1]["amount"] == nil && rows[1]["would_be"]?["amount_minor"] == 595)
    #expect(rows[2]["sentence"]?.string?.contains("starts Tue 2026-05-12 00:00 America/New_York") == true)
    #expect(rows.allSatisfy { $0["who_pays"] == "campaign spring" })
    #expect(try words(self.rows(service, "/v1/orders/FRIDAY-1/offers")).count == 4)
  }

  @Test func `before the start an order learns what it will get`() throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.order("FRIDAY-1")
    let rows = try rows(service(tale, at: Tale.friday.adding(.seconds(60))), "/v1/orders/FRIDAY-1/offers")
    #expect(words(rows) == ["starts_soon sunday@1 yes granted"])
    #expect(rows[0]["sentence"]?.string?.contains("it would be 9.95 EUR, back to the card, when it starts Sun 2026-05-10 00:00") == true)
  }

  @Test(arguments: [OfferTurned.Turn.blocked, .cancelled, .stopped, .ended]) func `an offer that is not to be spoken of is not there`(
    turn: OfferTurned.Turn
  ) throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.order("FRIDAY-1")
    if turn == .stopped || turn == .ended { try tale.launch(TaleOffer()) }
    try tale.tell(TaleOffer().turned(turn, at: Tale.sunday.adding(.seconds(10))), at: Tale.sunday.adding(.seconds(10)))
    let service = try service(tale)
    // One that ended before its time is still honoured for those who were in it.
    #expect(try words(rows(service, "/v1/customers/ada/offers")) == (turn == .ended ? ["honourable sunday@1 yes granted"] : []))
    service.clock.advance(to: Tale.sunday.adding(.seconds(15 * 86_400)))
    #expect(try rows(service, "/v1/customers/ada/offers") == [])
    // What somebody has is told whatever became of the offer.
    let after = Tale.remedy(.posted, "FRIDAY-1", of: TaleOffer().offer)
    var more = tale
    try more.tell(after, at: Tale.sunday)
    let other = try self.service(more)
    #expect(try words(rows(other, "/v1/orders/FRIDAY-1/offers")) == ["already_given sunday@1 yes already_given"])
  }

  @Test func `a pause is told, and a stopped version's successor takes its place`() throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    try tale.tell(TaleOffer().turned(.paused, at: Tale.sunday.adding(.seconds(10))), at: Tale.sunday.adding(.seconds(10)))
    let paused = try rows(service(tale), "/v1/customers/ada/offers")
    #expect(words(paused) == ["live sunday@1 yes on_new_orders"])
    #expect(paused[0]["sentence"]?.string?.hasPrefix("at rest since") == true)
    try tale.tell(TaleOffer().turned(.stopped, at: Tale.sunday.adding(.seconds(20))), at: Tale.sunday.adding(.seconds(20)))
    #expect(try rows(service(tale), "/v1/customers/ada/offers") == [])
    let second = TaleOffer("sunday", version: 2)
    try tale.schedule(second)
    try tale.launch(second, at: Tale.sunday.adding(.seconds(30)))
    #expect(try words(rows(service(tale), "/v1/customers/ada/offers")) == ["live sunday@2 yes on_new_orders"])
  }

  @Test func `a live offer says when its next version takes its place`() throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    try tale.schedule(TaleOffer("sunday", version: 2))
    let rows = try rows(service(tale), "/v1/customers/ada/offers")
    #expect(words(rows) == ["live sunday@1 yes on_new_orders"])
    #expect(rows[0]["changes"]?["version"] == 2)
    // Its start has passed: it waits for its gate, and no instant is named.
    #expect(rows[0]["changes"]?["at"] == nil && rows[0]["changes"]?["when"] == "as soon as its gate lets it through")
    func change(_ turn: OfferTurned.Turn) throws -> JSON? {
      var told = tale
      try told.tell(
        TaleOffer("sunday", version: 2).turned(turn, at: Tale.sunday.adding(.seconds(20))), at: Tale.sunday.adding(.seconds(20)))
      return try self.rows(service(told), "/v1/customers/ada/offers").first?["changes"]
    }
    #expect(try change(.blocked)?["when"] == "once marketing launches it, which its gate did not let through")
    // What was given up takes nobody's place.
    #expect(try change(.cancelled) == nil)
    var later = Tale()
    try later.schedule(TaleOffer())
    try later.launch(TaleOffer())
    let next = TaleOffer("sunday", version: 2)
    guard case .offerScheduled(var schedule) = next.scheduled else { return }
    schedule.startsAt = Tale.sunday.adding(.seconds(48 * 3_600))
    try later.tell(next.versioned, at: Tale.sunday.adding(.seconds(10)))
    try later.tell(.offerScheduled(schedule), at: Tale.sunday.adding(.seconds(10)))
    #expect(try self.rows(service(later), "/v1/customers/ada/offers")[0]["changes"]?["at"] == "2026-05-12T04:00:00.000Z")
  }

  @Test func `an offer for a time that was over speaks only of what it gave`() throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.order("FRIDAY-1")
    try tale.tell(
      TaleOffer().turned(.launched, at: Tale.sunday.adding(.seconds(30 * 86_400)), historical: true),
      at: Tale.sunday.adding(.seconds(30 * 86_400)))
    let now = Tale.sunday.adding(.seconds(30 * 86_400 + 60))
    #expect(try rows(service(tale, at: now), "/v1/customers/ada/offers") == [])
    let why = try service(tale, at: now).ask(.get, "/v1/orders/FRIDAY-1/offers/sunday").json
    #expect(why["reason"] == "granted" && why["inputs"]?.array?[1]["name"] == "historical")
  }

  /// Name, language, and whether it had to be another one.
  @Test(
    arguments: [
      ("en-US", "Free shipping, Sunday to Tuesday", "en-US", false), ("es-US", "Envío gratis", "es-US", false),
      ("es-MX", "Envío gratis", "es-US", false), ("ES-us", "Envío gratis", "es-US", false),
      ("de-DE", "Free shipping, Sunday to Tuesday", "en-US", true), ("", "Free shipping, Sunday to Tuesday", "en-US", true),
    ]) func `the name is in the customer's language, and a fallback is labelled`(
      asked: String, name: String, locale: String, isFallback: Bool
    )
    throws
  {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    try tale.order("FRIDAY-1")
    let service = try service(tale)
    for path in ["/v1/customers/ada/offers", "/v1/orders/FRIDAY-1/offers"] {
      let row = try #require(try rows(service, path, [("locale", asked)]).first)
      #expect(row["name"]?.string == name && row["name_locale"]?.string == locale && row["name_is_fallback"]?.bool == isFallback)
    }
  }

  @Test func `the language that the ledger knows is the usual one, and an email is nobody's condition`() throws {
    var tale = Tale()
    let ada = Identifier<Person>(restoring: "ada")
    try tale.tell(
      .customerKnown(CustomerKnown(personID: ada, locale: "es-US", contacts: [.init(channel: "email", state: .declined)])), at: Tale.friday)
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    try tale.order("FRIDAY-1")
    let service = try service(tale)
    #expect(try rows(service, "/v1/customers/ada/offers").first?["name"] == "Envío gratis")
    #expect(try rows(service, "/v1/orders/FRIDAY-1/offers").first?["name"] == "Envío gratis")
    #expect(try words(rows(service, "/v1/customers/ada/offers")) == ["live sunday@1 yes granted"])
  }

  @Test(arguments: [("shipping", 1), ("NO POSTAGE", 1), ("envío", 1), ("sunday", 1), ("kettle", 0), ("", 1)])
  func `what the customer calls it finds it`(words: String, count: Int) throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    #expect(try rows(service(tale), "/v1/customers/ada/offers", [("called", words)]).count == count)
  }

  @Test func `an order without a name has its table too`() throws {
    var tale = Tale()
    try tale.schedule(TaleOffer())
    try tale.launch(TaleOffer())
    try tale.order("CASH-1") { draft in
      draft.personID = nil
      draft.tenders = [OrderDraft.tender(5_990, .cash)]
    }
    let rows = try rows(service(tale), "/v1/orders/CASH-1/offers")
    #expect(words(rows) == ["live sunday@1 yes granted"] && rows[0]["destination"] == "to whoever brings the receipt")
  }

  /// Order captured and offer launched, returned and remedy granted: told in either order, the table is the same.
  @Test func `neither of two facts has to come first`() throws {
    let offer = TaleOffer()
    func tables(_ tell: (inout Tale) throws -> Void) throws -> (JSON, JSON, [String]) {
      var tale = Tale()
      try tell(&tale)
      let service = try service(tale)
      let why = try service.ask(.get, "/v1/orders/FRIDAY-1/offers/sunday").json
      return (why["sentence"] ?? .null, why["amount"] ?? .null, try words(rows(service, "/v1/customers/ada/offers")))
    }
    let orderFirst = try tables { tale in
      try tale.order("FRIDAY-1")
      try tale.schedule(offer)
      try tale.launch(offer)
      try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: offer.offer), at: Tale.sunday)
    }
    let launchFirst = try tables { tale in
      try tale.schedule(offer)
      try tale.launch(offer)
      try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: offer.offer), at: Tale.sunday)
      try tale.order("FRIDAY-1")
    }
    #expect(orderFirst == launchFirst && orderFirst.2 == ["already_given sunday@1 yes already_given"])

    func returned() -> DomainEvent {
      .orderReturned(
        OrderReturned(
          orderID: Identifier(restoring: "FRIDAY-1"), returnID: Identifier(restoring: "r"),
          lines: [LineQuantity(lineID: Identifier(restoring: "1"), quantity: 1)], price: OrderDraft.euros(4_995),
          clawedBack: OrderDraft.euros(0), returnedAt: Tale.sunday.adding(.seconds(1))))
    }
    let beforeReturn = try tables { tale in
      try tale.schedule(offer)
      try tale.order("FRIDAY-1")
      try tale.launch(offer)
      try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: offer.offer), at: Tale.sunday)
      try tale.tell(returned(), at: Tale.sunday.adding(.seconds(1)))
    }
    let afterReturn = try tables { tale in
      try tale.schedule(offer)
      try tale.order("FRIDAY-1")
      try tale.launch(offer)
      try tale.tell(returned(), at: Tale.sunday.adding(.seconds(1)))
      try tale.tell(Tale.remedy(.posted, "FRIDAY-1", of: offer.offer), at: Tale.sunday)
    }
    #expect(beforeReturn == afterReturn)
  }

  @Test func `limits count what was voided no longer, and a grant in its place once`() throws {
    let offer = TaleOffer("sunday", ("limits/total", ["uses": 2]))
    var tale = Tale()
    try tale.schedule(offer)
    try tale.launch(offer)
    for (order, person) in [("A", "ada"), ("B", "bob"), ("C", "cid")] { try tale.order(order) { $0.personID = person } }
    try tale.tell(Tale.remedy(.granted, "A", of: offer.offer, entry: 1), at: Tale.sunday)
    try tale.tell(Tale.remedy(.voided, "A", of: offer.offer, entry: 2, resolves: 1), at: Tale.sunday)
    try tale.tell(Tale.remedy(.posted, "A", of: offer.offer, ordinal: 2, entry: 3, to: .customerCredit), at: Tale.sunday)
    func reason(_ order: String) throws -> String? {
      try service(tale).ask(.get, "/v1/orders/\(order)/offers/sunday").json["reason"]?.string
    }
    #expect(try reason("C") == "granted")
    try tale.tell(Tale.remedy(.granted, "B", of: offer.offer, entry: 4, person: "bob"), at: Tale.sunday)
    #expect(try reason("C") == "cap_total")
    try tale.tell(Tale.remedy(.posted, "B", of: offer.offer, entry: 5, resolves: 4, person: "bob"), at: Tale.sunday)
    #expect(try reason("C") == "cap_total")
    try tale.tell(Tale.remedy(.expired, "B", of: offer.offer, entry: 6, resolves: 4, person: "bob"), at: Tale.sunday)
    #expect(try reason("C") == "granted")
  }
}
