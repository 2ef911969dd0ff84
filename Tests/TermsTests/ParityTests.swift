import Contracts
import Terms
import Testing

/// Whether customers who are there already pay more than new ones.
struct ParityTests {
  static let usd = Currency("USD")!

  static func offer(
    _ id: String, _ customers: String, _ benefit: JSON, include: JSON = [["kind": "all"]], group: String = "price", minimum: JSON = .null
  ) throws -> OfferDocument {
    var eligibility: [JSON.Member] = [.init("customers", .string(customers)), .init("anonymous_orders", false)]
    if customers == "list" { eligibility.append(.init("list_id", "vip")) }
    return try OfferDocument(
      [
        "schema": "accord.offer/1", "offer_id": .string(id), "version": 1, "significance": "material", "campaign_id": "spring",
        "title": ["en-US": .string(id)], "owner": "marketer/maya", "service_contact": "agent/ines", "also_called": [], "currency": "USD",
        "window": ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-13T00:00:00", "time_zone": "America/New_York"],
        "look_back": ["duration": "PT48H", "basis": "placed_at", "claim": "automatic"],
        "in_window": ["applied_by": "checkout", "code": .null], "honour_for": "PT336H", "eligibility": .object(eligibility),
        "applies_to": ["include": include, "exclude": []], "benefit": benefit, "duration": ["kind": "once"], "minimum": minimum,
        "limits": ["per_order": .null, "per_customer": .null, "total": .null],
        "stacking": ["group": .string(group), "combines_with": []],
        "remedy": [
          "destinations": ["original_tender"], "claimable_for": "PT2160H", "clawback": ["on_return": true, "waive_below": .null],
        ],
        "add_items": .null, "note": .null, "budget": ["reserve": ["amount_minor": 100, "currency": "USD"]], "parity_exception": .null,
        "promises": [], "sheets_required": [], "briefing": .null,
      ])
  }

  static func percent(_ text: String) -> JSON { ["kind": "percent_off", "percent_off": .string(text)] }
  static func fixed(_ minor: Int64) -> JSON {
    ["kind": "fixed_price", "price": ["amount_minor": .integer(minor), "currency": "USD"], "per": "unit"]
  }
  static func shipping(_ minor: Int64?) -> JSON {
    ["kind": "free_shipping", "max": minor.map { ["amount_minor": .integer($0), "currency": "USD"] } ?? .null]
  }

  static let kettle = Parity.Item(sku: "KETTLE-17", list: Money(minor: 3_900, usd), categories: ["KITCHEN"])
  static let chair = Parity.Item(sku: "CHAIR-OAK", list: Money(minor: 24_900, usd), categories: ["HOME"])
  static let items = [kettle, chair]

  private func gaps(_ new: OfferDocument, _ others: [OfferDocument] = []) -> [String] {
    Parity.gaps(of: new, beside: others, items: Self.items).map {
      "\($0.sku ?? "shipping") \($0.forNew.map(String.init) ?? "all") \($0.forExisting.map(String.init) ?? "all")"
    }
  }

  @Test func `an offer that is not for new customers alone opens no gap`() throws {
    for customers in ["everyone", "existing", "list"] { #expect(gaps(try Self.offer("a", customers, Self.percent("50"))) == []) }
  }

  @Test func `a gap opened when the last offer went away that kept it shut, while the other was live`() throws {
    let welcome = try Self.offer("welcome", "new", Self.fixed(2_900), include: [["kind": "sku", "ids": ["KETTLE-17"]]])
    let even = try Self.offer("even", "everyone", Self.fixed(2_900))
    let loyal = try Self.offer("loyal", "existing", Self.fixed(2_500))
    let poor = try Self.offer("poor", "everyone", Self.percent("1"))
    func at(_ hour: Int64) -> Timestamp { Timestamp(milliseconds: hour * 3_600_000) }
    let rows: [(others: [(OfferDocument, Int64?)], opened: Int64?)] = [
      ([(even, nil)], nil), ([(even, 5)], 5), ([(even, 5), (loyal, nil)], nil), ([(even, 5), (loyal, 7)], 7), ([(loyal, 5), (even, 7)], 7),
      ([(even, 5), (poor, 7)], 5), ([(poor, 7)], nil),
      // What was gone before it went live kept nothing shut.
      ([(even, 1)], nil), ([(even, 2)], nil), ([(even, 3), (loyal, 1)], 3), ([], nil),
    ]
    for row in rows {
      let others = row.others.map { Parity.Beside($0.0, goneAt: $0.1.map(at)) }
      #expect(
        Parity.opened(under: welcome, since: at(2), beside: others, items: Self.items) == row.opened.map(at),
        "\(row.others.map { "\($0.0.offerID) \($0.1 ?? -1)" })")
    }
    #expect(Parity.opened(under: even, since: at(2), beside: [.init(loyal, goneAt: at(5))], items: Self.items) == nil)
  }

  @Test func `a kettle for newcomers, against what the others may have`() throws {
    let welcome = try Self.offer("welcome", "new", Self.fixed(2_900), include: [["kind": "sku", "ids": ["KETTLE-17"]]])
    #expect(gaps(welcome) == ["KETTLE-17 2900 3900"])
    // The same or better for all closes it; of one group only the best counts for the new ones too.
    #expect(gaps(welcome, [try Self.offer("all", "everyone", Self.fixed(2_900))]) == [])
    #expect(gaps(welcome, [try Self.offer("loyal", "existing", Self.fixed(2_500))]) == [])
    #expect(gaps(welcome, [try Self.offer("all", "everyone", Self.percent("10"))]) == ["KETTLE-17 2900 3510"])
    // Another group comes on top for both.
    #expect(gaps(welcome, [try Self.offer("all", "everyone", Self.percent("10"), group: "spring")]) == ["KETTLE-17 2510 3510"])
    // A list is nobody's right, and neither is what one unit does not reach.
    #expect(gaps(welcome, [try Self.offer("vip", "list", Self.fixed(1_000))]) == ["KETTLE-17 2900 3900"])
    #expect(gaps(welcome, [try Self.offer("two", "everyone", Self.fixed(1_000), minimum: ["quantity": 2])]) == ["KETTLE-17 2900 3900"])
  }

  @Test func `half-even to the cent, over what it covers alone`() throws {
    #expect(gaps(try Self.offer("a", "new", Self.percent("12.5"))) == ["KETTLE-17 3412 3900", "CHAIR-OAK 21788 24900"])
    let home = try Self.offer("a", "new", Self.percent("12.5"), include: [["kind": "category", "ids": ["HOME"]]])
    #expect(gaps(home) == ["CHAIR-OAK 21788 24900"])
  }

  @Test func `shipping is compared apart`() throws {
    let free = try Self.offer(
      "ship", "new", Self.shipping(1_500), include: [["kind": "shipping", "methods": ["standard"]]], group: "shipping")
    #expect(gaps(free) == ["shipping 1500 0"])
    let all = try Self.offer("all", "everyone", Self.shipping(1_000), include: [["kind": "shipping", "methods": []]], group: "shipping")
    #expect(gaps(free, [all]) == ["shipping 1500 1000"])
    let unbounded = try Self.offer(
      "all", "everyone", Self.shipping(nil), include: [["kind": "shipping", "methods": []]], group: "shipping")
    #expect(gaps(free, [unbounded]) == [])
    // A price offer says nothing about shipping.
    #expect(gaps(free, [try Self.offer("price", "everyone", Self.percent("50"))]) == ["shipping 1500 0"])
  }
}
