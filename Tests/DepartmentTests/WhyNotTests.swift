import Contracts
import HTTP
import Host
import MeshMachines
import TestKit
import Testing

/// Why an order gets what it gets: every reason that an order can come to, with its sentence and what was looked at.
struct WhyNotTests {
  /// An order held against an offer, and the reason that it comes to.
  struct Case: Sendable, CustomStringConvertible {
    let reason: String
    let sentence: String
    var offer = TaleOffer()
    var order: @Sendable (inout OrderDraft) -> Void = { _ in }
    /// What else is told after the order and the launch.
    var more: @Sendable (inout Tale) throws -> Void = { _ in }
    /// Recorded so late.
    var recorded: Timestamp?
    var wouldBe: Int64?
    var given: Int64?

    var description: String { reason }
  }

  private static let dollars = Currency("USD")!
  /// 15 percent on goods in place of the shipping.
  private static func percent(_ text: String, _ changes: (String, JSON)...) -> TaleOffer {
    var draft = TaleOffer("fifteen")
    draft.changes =
      ([
        ("applies_to", ["include": [["kind": "category", "ids": ["kitchen"]]], "exclude": []]),
        ("benefit", ["kind": "percent_off", "percent_off": .string(text)]), ("stacking", ["group": "price", "combines_with": []]),
      ] + changes).map { ($0.0.split(separator: "/").map(String.init), $0.1) }
    return draft
  }

  private static func lines(_ minor: Int64, quantity: Int64 = 1) -> [OrderCaptured.Line] {
    var line = OrderDraft.line("1", minor)
    line.quantity = quantity
    return [line]
  }

  static let cases: [Case] = [
    Case(
      reason: "already_given", sentence: "order O has it: 9.95 EUR back to the card, given by marketing Sun 2026-05-10 00:00",
      more: { try $0.tell(Tale.remedy(.posted, "O", of: TaleOffer().offer), at: Tale.sunday, by: "marketing") }, given: 995),
    Case(
      reason: "wrong_currency", sentence: "order O was paid in USD, the offer is in EUR",
      order: { draft in
        draft.lines[0].paid = Money(minor: 4_995, dollars)
        (draft.charges, draft.tenders) = ([], [])
      }),
    Case(
      reason: "cancelled", sentence: "order O was cancelled",
      more: { tale in
        try tale.tell(
          .orderCancelled(
            OrderCancelled(
              orderID: Identifier(restoring: "O"), price: OrderDraft.euros(4_995), clawedBack: OrderDraft.euros(0), cancelledAt: Tale.sunday
            )),
          at: Tale.sunday)
      }),
    Case(
      reason: "recorded_too_late", sentence: "after the offer was honoured (until Wed 2026-05-27 00:00 America/New_York)",
      recorded: Tale.sunday.adding(.seconds((72 + 336) * 3_600))),
    Case(
      reason: "outside_window", sentence: "the offer is for orders from Fri 2026-05-08 00:00 America/New_York, before its start",
      order: { $0.placedAt = Tale.sunday.adding(.milliseconds(-48 * 3_600_000 - 1)) }),
    Case(
      reason: "in_checkout", sentence: "while the offer is live: the checkout applied it",
      order: { $0.placedAt = Tale.sunday.adding(.seconds(60)) }),
    Case(reason: "wrong_channel", sentence: "bought by store; the offer is for web, phone", order: { $0.channel = "store" }),
    Case(reason: "wrong_country", sentence: "from US; the offer is for DE", order: { $0.country = "US" }),
    Case(
      reason: "anonymous_not_covered", sentence: "nobody's by name", offer: TaleOffer("sunday", ("eligibility/anonymous_orders", false)),
      order: { $0.personID = nil }),
    Case(
      reason: "not_eligible_customer", sentence: "customers who ordered before within 8760 h; there is no order before it",
      offer: TaleOffer(
        "sunday", ("eligibility/customers", "existing"), ("eligibility/existing_means", ["captured_order_within": "PT8760H"]))),
    Case(
      reason: "other_seller", sentence: "everything in order O is sold by somebody else",
      order: { $0.lines[0].seller = Identifier(restoring: "else") }),
    Case(
      reason: "excluded_item", sentence: "order O holds KETTLE, which is left out of the offer",
      order: { $0.lines[0].categories = ["OVERSIZE"] }),
    Case(
      reason: "returned", sentence: "went back",
      more: { tale in
        try tale.tell(
          .orderReturned(
            OrderReturned(
              orderID: Identifier(restoring: "O"), returnID: Identifier(restoring: "r"), lines: [], shipping: OrderDraft.euros(995),
              price: OrderDraft.euros(0), clawedBack: OrderDraft.euros(0), returnedAt: Tale.sunday)), at: Tale.sunday)
      }),
    Case(
      reason: "below_minimum", sentence: "does not reach the minimum of 60.00 EUR on the lines that count",
      offer: TaleOffer("sunday", ("minimum", ["subtotal": TaleOffer.euros(6_000)]))),
    Case(
      reason: "better_already", sentence: "has at least as much off already",
      more: { tale in
        let other = TaleOffer("rival")
        try tale.schedule(other)
        try tale.launch(other)
        try tale.tell(Tale.remedy(.posted, "O", of: other.offer), at: Tale.sunday)
      }),
    Case(reason: "eligible_zero", sentence: "rounds to nothing", offer: percent("1"), order: { $0.lines = lines(10) }),
    Case(
      reason: "cap_order", sentence: "the most that one order may get",
      offer: percent("1", ("limits/per_order", ["units": 1])), order: { $0.lines = lines(100, quantity: 5) }),
    Case(
      reason: "cap_customer", sentence: "as often as it may be (1 of 1 order)",
      offer: TaleOffer("sunday", ("limits/per_customer", ["uses": 1])),
      more: { tale in
        try tale.order("BEFORE")
        try tale.tell(Tale.remedy(.posted, "BEFORE", of: TaleOffer().offer), at: Tale.sunday)
      }),
    Case(
      reason: "cap_total", sentence: "used up over all (9.95 EUR of 9.95 EUR)",
      offer: TaleOffer("sunday", ("limits/total", ["amount": TaleOffer.euros(995)])),
      more: { tale in
        try tale.order("OTHER") { $0.personID = "bob" }
        try tale.tell(Tale.remedy(.posted, "OTHER", of: TaleOffer().offer, person: "bob"), at: Tale.sunday)
      }),
    Case(
      reason: "granted_cut", sentence: "a limit makes it less than the 9.95 EUR of the terms",
      offer: TaleOffer("sunday", ("limits/per_order", ["amount": TaleOffer.euros(500)])), wouldBe: 500),
    Case(
      reason: "granted", sentence: "it would be 9.95 EUR, back to the card; the ledger has not given it yet", wouldBe: 995),
  ]

  @Test(arguments: cases) func `every reason is told with its sentence`(one: Case) throws {
    var tale = Tale()
    try tale.schedule(one.offer)
    let draft = Tale.orderDraft("O", one.order)
    try tale.tell(.orderCaptured(try draft.order()), at: one.recorded ?? draft.placedAt)
    try tale.launch(one.offer)
    try one.more(&tale)
    let service = try Premises(Hearer.service.department, at: Tale.sunday.adding(.seconds(120)))
    #expect(try service.hear(tale.deliveries, through: .service).allSatisfy { $0 == .done })
    let answer = try service.ask(.get, "/v1/orders/O/offers/\(one.offer.id)").json
    #expect(answer["reason"]?.string == one.reason, "\(answer)")
    #expect(answer["sentence"]?.string?.contains(one.sentence) == true, "\(answer["sentence"]?.string ?? "")")
    #expect(answer["would_be"]?["amount_minor"]?.integer == one.wouldBe)
    #expect(answer["amount"]?["amount_minor"]?.integer == one.given)
    let names = try #require(answer["inputs"]?.array).compactMap { $0["name"]?.string }
    #expect(
      names == [
        "interval", "time", "currency", "channel", "country", "customer", "minimum", "limit_per_order", "limit_per_customer", "limit_total",
        "already",
      ])
    #expect(answer["who_pays"] == "campaign spring")
  }

  @Test func `lines say one by one why they do not count`() throws {
    let offer = Self.percent("15")
    var tale = Tale()
    try tale.schedule(offer)
    try tale.order("O") { draft in
      draft.lines = ["kitchen", "garden", "kitchen", "kitchen"].enumerated().map { index, category in
        var line = OrderDraft.line("\(index + 1)", index == 2 ? 0 : 1_000)
        line.categories = [category]
        if index == 3 { line.addedAt = Tale.sunday.adding(.seconds(100_000_000)) }
        return line
      }
    }
    try tale.launch(offer)
    let service = try Premises(Hearer.service.department, at: Tale.sunday.adding(.seconds(120)))
    try service.hear(tale.deliveries, through: .service)
    let answer = try service.ask(.get, "/v1/orders/O/offers/fifteen").json
    #expect(answer["reason"] == "granted" && answer["would_be"]?["amount_minor"] == 150)
    let lines = try #require(answer["lines"]?.array).map { "\($0["id"]?.string ?? "") \($0["reason"]?.string ?? "counts")" }
    #expect(lines == ["1 counts", "2 excluded_item", "3 excluded_item", "4 outside_window"])
  }

  @Test func `an order or an offer that nobody told of is not there`() throws {
    let service = try Premises(Hearer.service.department)
    var tale = Tale()
    try tale.order("O")
    try service.hear(tale.deliveries, through: .service)
    #expect(try problem(service.ask(.get, "/v1/orders/O/offers/none"), 404) == "no_offer")
    #expect(try problem(service.ask(.get, "/v1/orders/two words/offers/none"), 400) == "order")
    var more = Tale()
    try more.order("O")
    try more.schedule(TaleOffer())
    try service.hear(Array(more.deliveries.dropFirst()), through: .service)
    #expect(try problem(service.ask(.get, "/v1/orders/X/offers/sunday"), 404) == "no_order")
    #expect(try service.ask(.get, "/v1/orders/O/offers/sunday").json["state"] == "scheduled")
  }
}
