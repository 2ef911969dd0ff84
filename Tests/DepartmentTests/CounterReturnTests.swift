import Contracts
import HTTP
import LedgerRoom
import Store
import TestKit
import Testing

/// Story 5: who brings goods back with a receipt gets back what was really paid, in however many pieces they come, and says nobody's name.
struct CounterReturnTests {
  private static let orders = 1_000

  /// What became of one order's money, in cents.
  private struct Money {
    var paid: Int64 = 0
    var paidOut: Int64 = 0
    var left: [String: Int64] = [:]
    var shippingLeft: Int64 = 0
    var isWhole: Bool { left.values.allSatisfy { $0 == 0 } && shippingLeft == 0 }
  }

  @Test func `a thousand orders with up to three remedies come back in random pieces, and nobody is asked who they are`() throws {
    var random = Seed.printed(for: "counter returns")
    let house = try LedgerHouse()
    try house.openCampaign(100_000_000)
    var monies: [String: Money] = [:]
    for number in 0..<Self.orders {
      let (draft, money) = Self.order("R-\(number)", at: house.now.adding(.seconds(-Int64(number % 3_600))), using: &random)
      #expect(try house.capture(draft).status == 201)
      monies[draft.orderID] = money
    }
    // Three that go with each other: ten percent, two dollars off lamps, free shipping.
    var percent = PlannedOffer()
    (percent.id, percent.benefit, percent.group, percent.combinesWith) = (
      "ten", ["kind": "percent_off", "percent_off": "10"], "price", ["coupon", "shipping"]
    )
    var coupon = PlannedOffer()
    (coupon.id, coupon.group, coupon.combinesWith) = ("coupon", "coupon", ["price", "shipping"])
    coupon.benefit = ["kind": "amount_off", "amount": ["amount_minor": 200, "currency": "USD"], "per": "order"]
    coupon.include = [["kind": "sku", "ids": ["LAMP"]]]
    var shipping = PlannedOffer.shipping()
    shipping.combinesWith = ["price", "coupon"]
    for offer in [percent, coupon, shipping] { try house.launch(offer) }
    try house.advance(to: percent.startsAt)
    let counts = try house.store.read {
      try $0.all("SELECT count(*) FROM remedy GROUP BY order_id") { row in try row.integer(0) }
    }
    #expect(counts.contains(3) && counts.contains(1), "orders have from one to three remedies: \(Set(counts))")

    // Some refunds of the remedies have arrived by then, others wait.
    for id in try waiting(house) where Bool.random(using: &random) {
      #expect(house.post("/v1/refunds/\(id.replacing("/", with: "%2F"))/confirm").status == 200)
    }
    for id in monies.keys.sorted() {
      let pieces = Int.random(in: 1...4, using: &random)
      for piece in 1...pieces {
        guard var money = monies[id], !money.isWhole else { break }
        // Two of three come back whole in the end.
        let isRest = piece == pieces && Int.random(in: 0..<3, using: &random) > 0
        let body = Self.takeBack(&money, all: isRest, using: &random)
        guard let body else { continue }
        let answer = house.post("/v1/orders/\(id)/return", body)
        #expect(answer.status == 200, "\(id): \(String(decoding: answer.body, as: UTF8.self))")
        let paidOut = try #require(answer.json["paid_out"]?["amount_minor"]?.integer)
        #expect(paidOut >= 0)
        money.paidOut += paidOut
        monies[id] = money
      }
    }
    for (id, money) in monies {
      // What has arrived of remedies and is the customer's still or went back with the goods; what was voided never came.
      let received = try house.remedies(of: id).filter { $0["state"]?.string == "posted" }
        .reduce(0) { $0 + ($1["amount"]?["amount_minor"]?.integer ?? 0) }
      let clawed = try house.remedies(of: id).reduce(0) { $0 + ($1["clawed_back"]?["amount_minor"]?.integer ?? 0) }
      if money.isWhole {
        #expect(money.paidOut + received == money.paid, "\(id) paid \(money.paid), got \(money.paidOut) and remedies of \(received)")
        #expect(received == clawed, "\(id)")
      } else {
        #expect(money.paidOut + received <= money.paid && clawed <= received, "\(id)")
      }
    }
    #expect(monies.values.filter(\.isWhole).count > Self.orders / 3)
    let findings = house.premises.findingsOfFile()
    #expect(findings.isEmpty, "\(findings.prefix(5))")
    // No customer is in the ledger at all.
    #expect(try house.store.read { try $0.integer("SELECT count(*) FROM captured_order WHERE person_id IS NOT NULL") } == 0)
  }

  private func waiting(_ house: LedgerHouse) throws -> [String] {
    try house.store.read {
      try $0.all("SELECT remedy_key || '#' || ordinal FROM remedy WHERE state = 'pending' ORDER BY remedy_key, ordinal") { row in
        try row.text(0)
      }
    }
  }

  /// An order that nobody's name stands on: one to four lines of one to four pieces, perhaps with shipping, by card or in cash.
  private static func order(_ id: String, at placed: Timestamp, using random: inout SeededRandom) -> (OrderDraft, Money) {
    let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      (sku: ["LAMP", "SOFA", "VASE"].randomElement(using: &random) ?? "LAMP", minor: Int64.random(in: 1...9_999, using: &random))
    }
    let ships = Int.random(in: 0..<3, using: &random) > 0
    var draft = OrderDraft.dollars(
      id, at: placed, lines, shipping: ships ? 995 : 0, person: nil, tender: Bool.random(using: &random) ? .card : .cash)
    for at in draft.lines.indices { draft.lines[at].quantity = Int64.random(in: 1...4, using: &random) }
    var money = Money()
    money.paid = draft.lines.reduce(0) { $0 + $1.paid.minor } + (ships ? 995 : 0)
    money.left = Dictionary(uniqueKeysWithValues: draft.lines.map { ($0.lineID.text, $0.quantity) })
    money.shippingLeft = ships ? 995 : 0
    return (draft, money)
  }

  /// The body of a return on the receipt alone: some of what is left, or all of it. Nil where the dice take nothing.
  private static func takeBack(_ money: inout Money, all: Bool, using random: inout SeededRandom) -> JSON? {
    var lines: [JSON] = []
    for (id, left) in money.left.sorted(by: { $0.key < $1.key }) where left > 0 {
      let taken = all ? left : Int64.random(in: 0...left, using: &random)
      guard taken > 0 else { continue }
      lines.append(["line_id": .string(id), "quantity": .integer(taken)])
      money.left[id] = left - taken
    }
    let shipping = all ? money.shippingLeft : Int64.random(in: 0...money.shippingLeft, using: &random)
    guard !lines.isEmpty || shipping > 0 else { return nil }
    money.shippingLeft -= shipping
    var body: [JSON.Member] = [.init("lines", .array(lines)), .init("receipt_only", .bool(true))]
    if shipping > 0 { body.append(.init("shipping", ["amount_minor": .integer(shipping), "currency": "USD"])) }
    return .object(body)
  }
}
