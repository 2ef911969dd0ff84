import Contracts
import Testing

@Suite struct OrderCapturedTests {
  @Test func `comes back as it went, with everything and with the least`() throws {
    for order in [try Self.full(), try Self.least(), try Self.grown()] {
      let event = DomainEvent.orderCaptured(order)
      #expect(try DomainEvent.decode(type: event.type, data: event.encode()) == event)
    }
    #expect(DomainEvent.orderCaptured(try Self.full()).key == "order-1000042")
    #expect(DomainEvent.orderCaptured(try Self.full()).type == "ledger.order.captured.v1")
  }

  @Test func `ignores types and members that it does not know`() throws {
    #expect(try DomainEvent.decode(type: "ledger.order.captured.v2", data: Array("{}".utf8)) == nil)
    #expect(try DomainEvent.decode(type: "shop.bell.rung", data: Array("no JSON at all".utf8)) == nil)
    let known = try Self.tree()
    let order = try Self.decode(known)
    for pointer in [
      [], ["lines", "0"], ["lines", "0", "paid"], ["lines", "0", "tax", "0"], ["charges", "0"], ["tenders", "0"], ["discounts", "0"],
      ["import"],
    ] {
      let grown = known.changed(at: pointer[...]) { value in
        guard case .object(let members) = value else { return value }
        return .object([JSON.Member("brand_new", ["deep": [1, 2]])] + members + [JSON.Member("newer", .null)])
      }
      #expect(grown != known)
      #expect(try Self.decode(grown) == order, "\(pointer)")
    }
  }

  @Test func `takes null for what may be absent`() throws {
    var tree = try Self.tree(of: Self.least())
    for name in ["person_id", "country", "subscription_id", "period", "import"] { tree = tree.with(name, .null) }
    #expect(try Self.decode(tree) == Self.least())
    tree = try Self.tree(of: Self.grown())
    tree = tree.changed(at: ["lines", "0"]) { line in
      ["sku", "brand", "list", "added_at", "seller", "under"].reduce(line) { $0.with($1, .null) }
    }
    #expect(try Self.decode(tree) == Self.grown())
  }

  @Test(arguments: ["order_id", "channel", "placed_at", "placed_precision", "captured_at", "lines", "discounts_known"])
  func `needs what the contract needs`(_ name: String) throws {
    let fault = #expect(throws: ContractFault.self) { try Self.decode(try Self.tree().without(name)) }
    #expect(fault == .broken(.missing(name), at: ""))
  }

  @Test(arguments: [
    ("lines/1", "line_id"), ("lines/1", "quantity"), ("lines/1", "paid"), ("lines/0/paid", "amount_minor"),
    ("lines/0/paid", "currency"),
    ("lines/0/tax/0", "amount"), ("lines/0/tax/0", "jurisdiction"), ("lines/0/tax/0", "inclusive"), ("charges/0", "kind"),
    ("charges/0", "method"),
    ("charges/0", "paid"), ("tenders/0", "kind"), ("tenders/0", "amount"), ("tenders/0", "refundable_absent"), ("discounts/0", "amount"),
    ("import", "file"),
    ("import", "line"),
  ]) func `needs what its parts need`(_ pointer: String, _ name: String) throws {
    let path = pointer.split(separator: "/").map(String.init)
    let tree = try Self.tree().changed(at: path[...]) { $0.without(name) }
    let fault = #expect(throws: ContractFault.self) { try Self.decode(tree) }
    #expect(fault == .broken(.missing(name), at: "/" + pointer))
  }

  struct Broken: CustomTestStringConvertible {
    let pointer: String
    let value: JSON
    let rule: ContractRule
    /// Where the rule is seen to be broken, where that is elsewhere.
    let seenAt: String
    init(_ pointer: String, _ value: JSON, _ rule: ContractRule, seenAt: String? = nil) {
      self.pointer = pointer
      self.value = value
      self.rule = rule
      self.seenAt = seenAt ?? "/" + pointer
    }
    var testDescription: String { "\(pointer) = \(value.text.prefix(60))" }
  }

  static let tax: JSON = ["amount": ["amount_minor": 1, "currency": "EUR"], "jurisdiction": "de", "inclusive": true]

  static let broken: [Broken] = [
    Broken("order_id", "", .identifier(.length(0))), Broken("order_id", "a b", .identifier(.character(0x20))),
    Broken("person_id", .string(String(repeating: "p", count: 129)), .identifier(.length(129))),
    Broken("channel", "", .notAWord("")), Broken("channel", "Web Shop", .notAWord("Web Shop")),
    Broken("channel", .string(String(repeating: "w", count: 65)), .notAWord(String(repeating: "w", count: 65))),
    Broken("country", "de", .country("de")), Broken("country", "DEU", .country("DEU")),
    Broken("placed_at", "2026-05-08", .timestamp(.shape)), Broken("captured_at", "2026-05-08T09:15:30", .timestamp(.shape)),
    Broken("placed_precision", "hour", .unknownWord("hour", allowed: ["instant", "day"])),
    Broken("lines", [], .empty), Broken("lines/0/line_id", "2", .repeated("2"), seenAt: "/lines/1/line_id"),
    Broken("lines/0/quantity", -1, .outOfRange(-1, 0...1_000_000_000)),
    Broken("lines/1/quantity", 1_000_000_001, .outOfRange(1_000_000_001, 0...1_000_000_000)),
    Broken("lines/0/categories/0", "", .empty),
    Broken("lines/0/categories", .array([JSON](repeating: "c", count: 17)), .tooMany(17, max: 16)),
    Broken("lines/0/categories/0", .string(String(repeating: "c", count: 256)), .tooLong(bytes: 256, max: 255)),
    Broken("lines/0/paid/amount_minor", -1, .outOfRange(-1, 0...Limits.amountMax), seenAt: "/lines/0/paid"),
    Broken("lines/0/paid/amount_minor", .integer(.max), .outOfRange(.max, 0...Limits.amountMax), seenAt: "/lines/0/paid"),
    Broken("lines/0/list/amount_minor", -1, .outOfRange(-1, 0...Limits.amountMax), seenAt: "/lines/0/list"),
    Broken("lines/0/sku", "", .identifier(.length(0))),
    Broken("lines/1/paid/currency", "eur", .currency("eur")), Broken("lines/0/under", "spring-sale", .offerVersion("spring-sale")),
    Broken("lines/0/under", "spring-sale@0", .offerVersion("spring-sale@0")),
    Broken("lines/0/under", "spring-sale@02", .offerVersion("spring-sale@02")),
    Broken("lines/0/tax/0/jurisdiction", "New York", .notAWord("New York")),
    Broken("lines/0/tax/0/amount/amount_minor", -1, .outOfRange(-1, 0...Limits.amountMax), seenAt: "/lines/0/tax/0/amount"),
    Broken("lines/0/tax", .array([JSON](repeating: Self.tax, count: 17)), .tooMany(17, max: 16)),
    Broken("charges/0/kind", "wrapping", .unknownWord("wrapping", allowed: ["shipping"])), Broken("charges/0/method", "", .notAWord("")),
    Broken("charges/0/tax/0/jurisdiction", "", .notAWord("")),
    Broken(
      "tenders/0/kind", "shells", .unknownWord("shells", allowed: ["card", "cash", "invoice", "unknown", "gift_card", "customer_credit"])),
    Broken("discounts/0/line_id", "9", .unknownLine("9")),
    Broken("discounts/0/amount/amount_minor", -1, .outOfRange(-1, 0...Limits.amountMax), seenAt: "/discounts/0/amount"),
    Broken("import/file", "", .empty), Broken("import/line", 0, .outOfRange(0, 1...Int64.max)),
  ]

  @Test(arguments: broken) func `refuses what breaks a rule, naming rule and place`(_ row: Broken) throws {
    let path = row.pointer.split(separator: "/").map(String.init)
    let tree = try Self.tree().changed(at: path[...]) { _ in row.value }
    let fault = #expect(throws: ContractFault.self) { try Self.decode(tree) }
    guard case .broken(let rule, let pointer) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(rule == row.rule && pointer == row.seenAt)
  }

  @Test(arguments: ["lines/1/paid", "lines/0/tax/0/amount", "charges/0/paid", "tenders/0/amount", "discounts/0/amount"])
  func `has one currency`(_ pointer: String) throws {
    let path = pointer.split(separator: "/").map(String.init)
    let tree = try Self.tree().changed(at: path[...]) { $0.with("currency", "USD") }
    let fault = #expect(throws: ContractFault.self) { try Self.decode(tree) }
    #expect(fault == .broken(.currencies(MoneyTests.euro, MoneyTests.currency("USD")), at: "/" + pointer))
  }

  static let ofAnotherKind: [(pointer: String, value: JSON)] = [
    ("order_id", 1), ("lines", ["a": 1]), ("lines/0", "x"), ("lines/0/quantity", "1"), ("lines/0/quantity", .number("1.0")),
    ("lines/0/paid", 995), ("lines/0/paid/amount_minor", .number("9.95")), ("discounts_known", "true"), ("channel", .null),
    ("lines/0/categories", "x"), ("tenders/0/refundable_absent", 1),
  ]

  @Test(arguments: ofAnotherKind) func `refuses values of another kind`(_ pointer: String, _ value: JSON) throws {
    let path = pointer.split(separator: "/").map(String.init)
    let fault = #expect(throws: ContractFault.self) { try Self.decode(try Self.tree().changed(at: path[...]) { _ in value }) }
    guard case .unreadable(_, let place) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(place == "/" + pointer)
  }

  @Test func `bounds its lists at the limit and one beyond`() throws {
    let limits: [(String, Int)] = [
      ("lines", Limits.orderLinesMax), ("charges", Limits.orderChargesMax), ("tenders", Limits.orderTendersMax),
      ("discounts", Limits.orderDiscountsMax),
    ]
    for (name, max) in limits {
      func tree(_ count: Int) throws -> JSON {
        try Self.tree().changed(at: [name]) { list in
          let item = list.array?[0] ?? .null
          return .array((0..<count).map { name == "lines" ? item.with("line_id", .string("\($0 + 1)")) : item })
        }
      }
      _ = try Self.decode(tree(max))
      let fault = #expect(throws: ContractFault.self) { try Self.decode(tree(max + 1)) }
      #expect(fault == .broken(.tooMany(max + 1, max: max), at: "/\(name)"))
    }
  }

  @Test func `names subscription and period together`() throws {
    let fault = #expect(throws: ContractFault.self) { try Self.decode(Self.tree().without("period")) }
    #expect(fault == .broken(.missing("period"), at: ""))
    let other = #expect(throws: ContractFault.self) { try Self.decode(Self.tree().without("subscription_id")) }
    #expect(other == .broken(.missing("subscription_id"), at: ""))
  }

  @Test func `has a schema that names every member that it writes`() throws {
    func check(_ value: JSON, _ schema: JSON, _ place: String) {
      switch value {
      case .object(let members):
        #expect(schema["type"] == "object", "\(place)")
        for name in schema["required"]?.strings ?? [] { #expect(value[name] != nil, "\(place)/\(name)") }
        for member in members {
          guard let inner = schema["properties"]?[member.name] else {
            Issue.record("the schema has no \(place)/\(member.name)")
            continue
          }
          check(member.value, inner, "\(place)/\(member.name)")
        }
      case .array(let elements):
        #expect(schema["type"] == "array", "\(place)")
        for element in elements { check(element, schema["items"] ?? .null, "\(place)/*") }
      case .string(let text):
        #expect(schema["type"] == "string", "\(place)")
        if let words = schema["enum"]?.strings { #expect(words.contains(text), "\(place)") }
      case .integer: #expect(schema["type"] == "integer", "\(place)")
      case .bool: #expect(schema["type"] == "boolean", "\(place)")
      case .number, .null: Issue.record("\(place) has no schema")
      }
    }
    check(try Self.tree(), OrderCaptured.schema, "")
    check(try Self.tree(of: Self.grown()), OrderCaptured.schema, "")
  }

  // Samples

  static func full() throws -> OrderCaptured {
    func euro(_ minor: Int64) -> Money { Money(minor: minor, MoneyTests.euro) }
    return try OrderCaptured(
      orderID: Identifier("order-1000042"), personID: Identifier("p-77"), channel: "web", country: "DE",
      placedAt: Timestamp(rfc3339: "2026-05-08T09:15:30.123Z"), placedPrecision: .instant,
      capturedAt: Timestamp(rfc3339: "2026-05-08T09:15:31.456Z"),
      lines: [
        OrderCaptured.Line(
          lineID: Identifier("1"), sku: Identifier("KET-17"), categories: ["Kettles & Pots", "Küche"], quantity: 2, list: euro(5_998),
          paid: euro(4_999),
          tax: [OrderCaptured.Tax(amount: euro(798), jurisdiction: "de", inclusive: true)],
          addedAt: Timestamp(rfc3339: "2026-05-08T10:00:00Z"),
          seller: Identifier("s-9"), under: OfferVersion("welcome-kettle@3")),
        OrderCaptured.Line(lineID: Identifier("2"), sku: Identifier("TEA-1"), quantity: 1, paid: euro(0)),
      ],
      charges: [
        OrderCaptured.Charge(
          method: "standard", paid: euro(490), tax: [OrderCaptured.Tax(amount: euro(78), jurisdiction: "de", inclusive: true)])
      ],
      tenders: [
        OrderCaptured.Tender(kind: .card, amount: euro(5_000), refundableAbsent: true),
        OrderCaptured.Tender(kind: .giftCard, amount: euro(489), refundableAbsent: false),
      ],
      discounts: [
        OrderCaptured.Discount(offerID: Identifier("spring-sale"), lineID: Identifier("1"), amount: euro(999)),
        OrderCaptured.Discount(amount: euro(1)),
      ],
      discountsKnown: true, subscriptionID: Identifier("sub-5"), period: Identifier("2026-05"),
      imported: OrderCaptured.Import(file: "shop.csv", line: 17))
  }

  static func least() throws -> OrderCaptured {
    try OrderCaptured(
      orderID: Identifier("o1"), channel: "store", placedAt: Timestamp(rfc3339: "1997-01-01T00:00:00Z"), placedPrecision: .day,
      capturedAt: Timestamp(rfc3339: "2026-05-08T09:15:31.456Z"),
      lines: [
        OrderCaptured.Line(
          lineID: Identifier("1"), sku: Identifier("cd"), quantity: 1, paid: Money(minor: 1_177, MoneyTests.currency("USD")))
      ],
      discountsKnown: false)
  }

  /// An order of a feed that names no goods, and one of goods with a brand.
  static func grown() throws -> OrderCaptured {
    let least = try least()
    var (nameless, branded) = (least.lines[0], least.lines[0])
    nameless.sku = nil
    branded.lineID = try Identifier("2")
    branded.brand = "Kettle & Söhne"
    return try OrderCaptured(
      orderID: Identifier("o2"), channel: "store", placedAt: least.placedAt, placedPrecision: .day, capturedAt: least.capturedAt,
      lines: [nameless, branded], discountsKnown: false)
  }

  static func tree(of order: OrderCaptured) throws -> JSON { try JSON(parsing: DomainEvent.orderCaptured(order).encode()) }
  static func tree() throws -> JSON { try tree(of: full()) }

  static func decode(_ tree: JSON) throws(ContractFault) -> OrderCaptured? {
    guard case .orderCaptured(let order) = try DomainEvent.decode(type: OrderCaptured.type, data: tree.bytes) else { return nil }
    return order
  }
}

extension JSON {
  /// The same value with the one at the end of `path` changed.
  func changed(at path: ArraySlice<String>, _ change: (JSON) -> JSON) -> JSON {
    guard let step = path.first else { return change(self) }
    switch self {
    case .object(let members):
      return .object(members.map { $0.name == step ? Member(step, $0.value.changed(at: path.dropFirst(), change)) : $0 })
    case .array(let elements):
      return .array(elements.enumerated().map { "\($0)" == step ? $1.changed(at: path.dropFirst(), change) : $1 })
    default: return self
    }
  }

  func without(_ name: String) -> JSON { .object((object ?? []).filter { $0.name != name }) }

  /// The same object with `name` set in its place, or at the end.
  func with(_ name: String, _ value: JSON) -> JSON {
    guard self[name] != nil else { return .object((object ?? []) + [Member(name, value)]) }
    return .object((object ?? []).map { $0.name == name ? Member(name, value) : $0 })
  }
}
