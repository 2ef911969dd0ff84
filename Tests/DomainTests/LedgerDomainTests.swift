import Contracts
import LedgerDomain
import TestKit
import Testing

/// What the ledger decides about an order at the door.
struct LedgerDomainTests {
  private let now = OrderDraft.day
  private let message = Identifier<Message>(restoring: "message-1")

  private func known(_ order: OrderCaptured) -> KnownOrder { KnownOrder(order: order, messageID: message) }

  @Test func `an order that is not known is captured as it stands`() throws {
    let order = try OrderDraft("o-1").order()
    #expect(try LedgerDomain.capture(order, given: nil, at: now) == .capture(order))
  }

  @Test func `the same content again exists, whenever and from whichever file it was recorded`() throws {
    var draft = OrderDraft("o-1")
    let first = known(try draft.order())
    draft.capturedAt = now.adding(.seconds(86_400))
    draft.imported = OrderCaptured.Import(file: "orders.csv", line: 7)
    #expect(try LedgerDomain.capture(draft.order(), given: first, at: now) == .exists(first))
  }

  @Test func `a known order is never measured by the clock again`() throws {
    let first = known(try OrderDraft("o-1").order())
    // The ledger's clock was set back by a day since.
    #expect(try LedgerDomain.capture(first.order, given: first, at: now.adding(.seconds(-86_400))) == .exists(first))
  }

  /// One change per property of the contract; the refusal names the field as JSON has it.
  private static let changes: [(property: String, field: String, change: @Sendable (inout OrderDraft) -> Void)] = [
    ("orderID", "order_id", { $0.orderID = "o-2" }),
    ("personID", "person_id", { $0.personID = "bob" }),
    ("personID", "person_id", { $0.personID = nil }),
    ("channel", "channel", { $0.channel = "store" }),
    ("country", "country", { $0.country = "FR" }),
    ("country", "country", { $0.country = nil }),
    ("placedAt", "placed_at", { $0.placedAt = $0.placedAt.adding(.milliseconds(-1)) }),
    ("placedPrecision", "placed_precision", { $0.placedPrecision = .day }),
    ("lines", "lines", { $0.lines.append(OrderDraft.line("3", 1)) }),
    ("lines", "lines", { $0.lines.removeLast() }),
    ("lines", "lines[0].line_id", { $0.lines.swapAt(0, 1) }),
    ("lines", "lines[1].quantity", { $0.lines[1].quantity = 2 }),
    ("lines", "lines[1].paid", { $0.lines[1].paid = OrderDraft.euros(1) }),
    ("lines", "lines[1].categories", { $0.lines[1].categories = [] }),
    ("charges", "charges", { $0.charges[0].method = "express" }),
    ("tenders", "tenders", { $0.tenders = [] }),
    ("tenders", "tenders", { $0.tenders[0].kind = .cash }),
    ("discounts", "discounts", { $0.discounts = [OrderCaptured.Discount(amount: OrderDraft.euros(5))] }),
    ("discountsKnown", "discounts_known", { $0.discountsKnown = true }),
    ("subscriptionID", "subscription_id", { $0.subscriptionID = "sub-2" }),
    ("period", "period", { $0.period = "2026-06" }),
  ]

  private static let base: OrderDraft = {
    var draft = OrderDraft("o-1", paid: 1_000)
    draft.lines.append(OrderDraft.line("2", 500))
    draft.charges = [OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros(495))]
    draft.tenders = [OrderDraft.tender(1_995)]
    draft.subscriptionID = "sub-1"
    draft.period = "2026-05"
    return draft
  }()

  @Test(arguments: changes.indices) func `another content under a known id is refused by the name of the field`(at place: Int) throws {
    let (_, field, change) = Self.changes[place]
    let first = known(try Self.base.order())
    var other = Self.base
    change(&other)
    let order = try other.order()
    let refusal = LedgerRefusal.differs(order: order.orderID, field: field)
    #expect(throws: refusal) { try LedgerDomain.capture(order, given: first, at: now) }
    #expect(refusal.description.contains(field) && refusal.description.contains(order.orderID.text))
  }

  @Test func `no property of an order escapes the comparison`() throws {
    let properties = Set(Mirror(reflecting: try Self.base.order()).children.compactMap(\.label))
    // When it was recorded and which file it came from are no part of what was bought.
    #expect(properties.subtracting(["capturedAt", "imported"]) == Set(Self.changes.map(\.property)))
  }

  @Test(
    arguments: [(-86_400_000, true), (0, true), (299_999, true), (300_000, true), (300_001, false), (86_400_000, false)] as [(Int64, Bool)])
  func `an order may be placed five minutes ahead and not a millisecond more`(ahead: Int64, isTaken: Bool) throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = now.adding(.milliseconds(ahead))
    let order = try draft.order()
    guard isTaken else {
      #expect(throws: LedgerRefusal.placedAhead(placed: order.placedAt, now: now)) { try LedgerDomain.capture(order, given: nil, at: now) }
      return
    }
    #expect(try LedgerDomain.capture(order, given: nil, at: now) == .capture(order))
  }

  @Test func `the ends of time are no trouble`() throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = .first
    #expect(try LedgerDomain.capture(draft.order(), given: nil, at: .last) == .capture(draft.order()))
    draft.placedAt = .last
    #expect(try LedgerDomain.capture(draft.order(), given: nil, at: .last) == .capture(draft.order()))
    #expect(throws: LedgerRefusal.self) { try LedgerDomain.capture(draft.order(), given: nil, at: .first) }
  }

  /// Lines, taxes that are not in the prices, taxes that are, charges; then tenders; what is charged where that is refused.
  @Test(
    arguments: [
      ([1_000], [], [], [], [1_000], nil), ([1_000], [], [], [], [600, 400], nil), ([1_000], [], [], [], [999], 1_000),
      ([1_000], [], [], [], [1_001], 1_000), ([1_000], [], [], [], [500, 500, 1], 1_000), ([1_000], [190], [], [], [1_190], nil),
      ([1_000], [190], [], [], [1_000], 1_190), ([1_000], [], [190], [], [1_000], nil), ([1_000], [], [190], [], [1_190], 1_000),
      ([1_000, 5], [], [], [495], [1_500], nil), ([1_000, 5], [1], [2], [495], [1_501], nil), ([1_000], [], [], [495], [1_000], 1_495),
      // Orders without an amount, and orders whose tenders nobody knows.
      ([0], [], [], [], [], nil), ([0], [], [], [], [0], nil), ([0], [], [], [], [1], 0), ([0, 0], [], [], [0], [0, 0], nil),
      ([1_000], [190], [], [495], [], nil),
    ] as [([Int64], [Int64], [Int64], [Int64], [Int64], Int64?)])
  func `tenders cover what is charged to the cent, or are left out`(
    lines: [Int64], added: [Int64], included: [Int64], charges: [Int64], tenders: [Int64], refused: Int64?
  ) throws {
    var draft = OrderDraft("o-1")
    draft.lines = lines.enumerated().map { OrderDraft.line("\($0.offset)", $0.element) }
    draft.lines[0].tax =
      added.map { OrderDraft.tax($0, inclusive: false) } + included.map { OrderDraft.tax($0, inclusive: true) }
    draft.charges = charges.map { OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros($0)) }
    draft.tenders = tenders.map { OrderDraft.tender($0) }
    let order = try draft.order()
    if let refused {
      let refusal = LedgerRefusal.unbalanced(charged: OrderDraft.euros(refused), tendered: OrderDraft.euros(tenders.reduce(0, +)))
      #expect(throws: refusal) { try LedgerDomain.capture(order, given: nil, at: now) }
    } else {
      #expect(try LedgerDomain.capture(order, given: nil, at: now) == .capture(order))
      #expect(try LedgerDomain.charged(order) == OrderDraft.euros((lines + added + charges).reduce(0, +)))
    }
  }

  @Test func `a charge's tax counts where its price does not contain it`() throws {
    var draft = OrderDraft("o-1", paid: 0)
    draft.charges = [
      OrderCaptured.Charge(
        method: "standard", paid: OrderDraft.euros(500), tax: [OrderDraft.tax(95, inclusive: false), OrderDraft.tax(80, inclusive: true)])
    ]
    #expect(try LedgerDomain.charged(draft.order()) == OrderDraft.euros(595))
  }

  @Test func `amounts that no 64 bits hold are refused, the largest that they hold are taken`() throws {
    func order(lines: Int, taxes: Int) throws -> OrderCaptured {
      var draft = OrderDraft("o-1")
      let tax = Array(repeating: OrderDraft.tax(Limits.amountMax, inclusive: false), count: taxes)
      draft.lines = (0..<lines).map { OrderDraft.line("\($0)", Limits.amountMax, tax: tax) }
      return try draft.order()
    }
    // 9 * 10^14 each: 10,248 of them fit into 63 bits, 10,249 do not.
    #expect(throws: LedgerRefusal.tooLarge) { try LedgerDomain.capture(order(lines: 1_000, taxes: 16), given: nil, at: now) }
    let fits = try order(lines: 1_000, taxes: 9)
    #expect(try LedgerDomain.charged(fits).minor == 10_000 * Limits.amountMax)
    #expect(try LedgerDomain.capture(fits, given: nil, at: now) == .capture(fits))
  }

  private static let mixtures: [(place: String, change: @Sendable (inout OrderDraft) -> Void)] = [
    (
      "/lines/1/paid",
      { $0.lines.append(OrderCaptured.Line(lineID: Identifier(restoring: "2"), sku: $0.lines[0].sku, quantity: 1, paid: yen)) }
    ),
    ("/lines/0/list", { $0.lines[0].list = yen }),
    ("/lines/0/tax/0/amount", { $0.lines[0].tax = [OrderCaptured.Tax(amount: yen, jurisdiction: "jp", inclusive: true)] }),
    ("/charges/0/paid", { $0.charges = [OrderCaptured.Charge(method: "standard", paid: yen)] }),
    ("/tenders/0/amount", { $0.tenders = [OrderCaptured.Tender(kind: .card, amount: yen, refundableAbsent: true)] }),
    ("/discounts/0/amount", { $0.discounts = [OrderCaptured.Discount(amount: yen)] }),
  ]

  @Test(arguments: mixtures.indices) func `two currencies never reach the ledger's decision: the contract refuses them`(at row: Int) throws
  {
    let (place, change) = Self.mixtures[row]
    var draft = OrderDraft("o-1")
    change(&draft)
    #expect(throws: ContractFault.broken(.currencies(OrderDraft.euro, Self.yen.currency), at: place)) { try draft.order() }
  }

  private static let yen = Money(minor: 500, Currency("JPY")!)

  @Test func `an order without a person is an order`() throws {
    var draft = OrderDraft("o-1")
    draft.personID = nil
    let order = try draft.order()
    #expect(try LedgerDomain.capture(order, given: nil, at: now) == .capture(order))
    #expect(try LedgerDomain.capture(order, given: known(order), at: now) == .exists(known(order)))
  }

  @Test func `the ledger's own fact is taken back without asking clock or sums again`() throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = .last
    draft.tenders = [OrderDraft.tender(1)]
    let order = try draft.order()
    #expect(throws: LedgerRefusal.self) { try LedgerDomain.capture(order, given: nil, at: now) }
    #expect(try LedgerDomain.recall(order, given: nil) == .capture(order))
    #expect(try LedgerDomain.recall(order, given: known(order)) == .exists(known(order)))
    draft.channel = "store"
    #expect(throws: LedgerRefusal.differs(order: order.orderID, field: "channel")) {
      try LedgerDomain.recall(draft.order(), given: known(order))
    }
  }

  @Test func `every refusal has a code of its own and a sentence that says what to do`() {
    let refusals: [LedgerRefusal] = [
      .differs(order: Identifier(restoring: "o-1"), field: "channel"), .placedAhead(placed: .last, now: now),
      .unbalanced(charged: OrderDraft.euros(5), tendered: OrderDraft.euros(4)), .tooLarge,
    ]
    #expect(Set(refusals.map(\.code)).count == refusals.count)
    #expect(Set(refusals.map(\.description)).count == refusals.count)
    for refusal in refusals {
      #expect(refusal.description.contains(";") && !refusal.description.contains("\n") && !refusal.description.contains("Optional"))
      #expect(refusal.code.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) })
    }
  }
}
