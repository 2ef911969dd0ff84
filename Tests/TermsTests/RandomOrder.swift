import Contracts
import Shop
import Terms
import TestKit
import Zones

/// An order of the built-in shop, bent: put on an edge, known to the day, in other money, returned, amended, given something before.
struct RandomOrder {
  /// The order with what happened since, as evaluator.py reads it.
  let json: JSON
  let purchase: Purchase

  init(_ sale: Shop.Sale, number: Int, using random: inout SeededRandom) throws {
    let order = try Self.order(sale, number, &random)
    var purchase = Purchase(order)
    var members: [JSON.Member] = []
    var writer = JSONWriter()
    order.write(into: &writer)
    members.append(.init("order", try JSON(parsing: writer.bytes)))
    if random.chance(16) {
      purchase.recordedAt = RandomOffer.edges.randomElement(using: &random)!.adding(
        .seconds(86_400 * Int64.random(in: 0...40, using: &random)))
      members.append(.init("recorded_at", .integer(purchase.recordedAt.milliseconds)))
    }
    if random.chance(40) {
      purchase.isCaptured = false
      members.append(.init("captured", false))
    }
    var then: [JSON] = []
    if random.chance(2) {
      for step in 0..<Int.random(in: 1...5, using: &random) { then += Self.happen(to: &purchase, step, &random) }
    }
    members.append(.init("then", .array(then)))
    json = .object(members)
    self.purchase = purchase
  }

  private static func order(_ sale: Shop.Sale, _ number: Int, _ random: inout SeededRandom) throws -> OrderCaptured {
    let order = try sale.captured()
    var placedAt = order.placedAt
    var precision = order.placedPrecision
    if random.chance(2) {
      placedAt = RandomOffer.edges.randomElement(using: &random)!.adding(.milliseconds(Int64.random(in: -1...1, using: &random)))
    }
    if random.chance(8) {
      precision = .day
      // Midnight in New York, in Berlin, or no midnight at all.
      let zone = Scene.zone(random.chance(4) ? "Europe/Berlin" : "America/New_York")!
      let local = zone.local(at: placedAt)
      if case .unique(let midnight) = zone.resolve(LocalTime(date: local.date)!) { placedAt = midnight }
      if random.chance(6) { placedAt = placedAt.adding(.seconds(3_600)) }
    }
    var lines = order.lines
    for index in lines.indices {
      if random.chance(2) { lines[index].quantity = Int64.random(in: 0...7, using: &random) }
      let currency = order.currency
      if random.chance(4) { lines[index].paid = Money(minor: Int64.random(in: 0...9_999, using: &random), currency) }
      if random.chance(4) {
        lines[index].list = Money(minor: lines[index].paid.minor + Int64.random(in: -5...900, using: &random).clamped(from: 0), currency)
      }
      if random.chance(12) { lines[index].addedAt = RandomOffer.edges.randomElement(using: &random)! }
      if random.chance(15) { lines[index].seller = Identifier(restoring: "loomhouse") }
      if random.chance(30) { lines[index].sku = nil }
    }
    let capturedAt =
      random.chance(6) ? placedAt.adding(.seconds(Int64.random(in: 0...200_000, using: &random))) : placedAt.adding(.seconds(1))
    var discounts = order.discounts
    if random.chance(8) {
      discounts.append(.init(offerID: Identifier(restoring: RandomOffer.offers.randomElement(using: &random)!), amount: lines[0].paid))
    }
    return try OrderCaptured(
      orderID: Identifier("\(sale.id)-\(number)"), personID: random.chance(6) ? nil : order.personID,
      channel: random.chance(8) ? "store" : order.channel, country: random.chance(8) ? nil : order.country, placedAt: placedAt,
      placedPrecision: precision, capturedAt: capturedAt, lines: lines, charges: order.charges, tenders: order.tenders,
      discounts: discounts,
      discountsKnown: random.chance(4) ? !order.discountsKnown : order.discountsKnown, subscriptionID: order.subscriptionID,
      period: order.period, imported: nil)
  }

  /// One thing more that happens to it; how evaluator.py is told.
  private static func happen(to purchase: inout Purchase, _ step: Int, _ random: inout SeededRandom) -> [JSON] {
    let line = purchase.lines.randomElement(using: &random)!
    let name = JSON.string(line.lineID.text)
    switch Int.random(in: 0..<12, using: &random) {
    case 0...2:
      let quantity = Int64.random(in: 0...3, using: &random)
      purchase.returned(line.lineID, quantity: quantity)
      return [["returned", name, .integer(quantity)]]
    case 3:
      let quantity = Int64.random(in: 1...7, using: &random)
      purchase.cancelled(line.lineID, quantity: quantity)
      return [["cancelled", name, .integer(quantity)]]
    case 4:
      let amount = Int64.random(in: 1...2_500, using: &random)
      purchase.refundedShipping(amount)
      return [["shipping", .integer(amount)]]
    case 5 where random.chance(4):
      purchase.cancelled()
      return [["off"]]
    case 5, 6: return amended(&purchase, step, &random)
    default: return given(&purchase, step, &random)
    }
  }

  private static func amended(_ purchase: inout Purchase, _ step: Int, _ random: inout SeededRandom) -> [JSON] {
    let product = Shop.products.randomElement(using: &random)!
    let at = RandomOffer.edges.randomElement(using: &random)!
    let under = random.chance(3) ? nil : OfferVersion("\(RandomOffer.offers.randomElement(using: &random)!)@1")
    let line = OrderCaptured.Line(
      lineID: Identifier(restoring: "added-\(step)"), sku: Identifier(restoring: product.sku), categories: product.categories,
      brand: product.brand, quantity: Int64.random(in: 1...3, using: &random), paid: Money(minor: product.list, purchase.currency!))
    purchase.amended(adding: [line], tenders: [], under: under, at: at)
    let json: JSON = [
      "line_id": .string("added-\(step)"), "sku": .string(product.sku), "categories": .array(product.categories.map(JSON.string)),
      "brand": product.brand.map(JSON.string) ?? .null, "quantity": .integer(line.quantity),
      "paid": ["amount_minor": .integer(product.list), "currency": "USD"],
    ]
    return [["amended", json, .integer(at.milliseconds), under.map { .string($0.description) } ?? .null]]
  }

  private static func given(_ purchase: inout Purchase, _ step: Int, _ random: inout SeededRandom) -> [JSON] {
    let isOwn = random.chance(2)
    let offer: String? = isOwn ? RandomOffer.offers.randomElement(using: &random)! : random.chance(4) ? nil : "other-\(step)"
    let group = random.chance(6) ? nil : RandomOffer.groups.randomElement(using: &random)!
    var parts: [(String?, Int64)] = purchase.lines.filter { $0.paid > 0 && random.chance(2) }.map {
      ($0.lineID.text, Int64.random(in: 1...$0.paid, using: &random) / (random.chance(2) ? 1 : 8))
    }
    if parts.isEmpty || random.chance(3), let charge = purchase.charges.first(where: { $0.paid > 0 }) {
      parts = [(nil, Int64.random(in: 1...charge.paid, using: &random))]
    }
    guard !parts.isEmpty else { return [] }
    let state: Given.State = [.posted, .pending, .posted, .voided, .expired].randomElement(using: &random)!
    let units = Int64.random(in: 0...3, using: &random)
    let remedy = Scene.given(offer, group, parts, number: step + 1, state: state, order: purchase.orderID.text, units: units)
    purchase.given(remedy)
    var told: [JSON] = [
      [
        "given", .string(remedy.remedyID.description), offer.map(JSON.string) ?? .null, group.map(JSON.string) ?? .null,
        .array(parts.map { [$0.0.map(JSON.string) ?? .null, .integer($0.1)] }), .string(state.rawValue), .integer(units),
      ]
    ]
    if random.chance(6) {
      purchase.resolved(remedy.remedyID, as: .voided)
      told.append(["resolved", .string(remedy.remedyID.description), "voided"])
    }
    return told
  }
}

extension Int64 {
  fileprivate func clamped(from least: Int64) -> Int64 { Swift.max(self, least) }
}
