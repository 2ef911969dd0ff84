package import Contracts

extension Shop {
  /// An order of the built-in shop, in few words; `json` spells it as the ledger's door takes it.
  package struct Sale: Sendable {
    package struct Line: Sendable {
      package var sku: String
      package var quantity: Int64 = 1
      /// For the whole line, in the order's minor units.
      package var paid: Int64
      /// For the whole line; nil where the feed does not say.
      package var list: Int64?
      package var tax: Tax?
      package var seller: String?
      package var addedAt: String?
      package var isKnown = true
    }

    package struct Tax: Sendable {
      package var amount: Int64
      package var jurisdiction: String
      package var inclusive: Bool
    }

    package struct Shipping: Sendable {
      package var method: String
      package var paid: Int64
      package var tax: Tax?
    }

    package struct Tender: Sendable {
      package var kind: String
      package var amount: Int64
      package var refundableAbsent: Bool
    }

    /// A plan's charge: which subscription, which of its periods.
    package struct Charge: Sendable {
      package var subscription: String
      package var period: String
    }

    package let id: String
    /// What makes this order worth having: one sentence.
    package let why: String
    package var customer: String?
    package var channel = "web"
    package var country: String? = "US"
    package var currency = Shop.currency
    /// With an offset, as people read it.
    package var placedAt: String
    package var isDayOnly = false
    package var lines: [Line]
    package var shipping: [Shipping] = []
    package var tenders: [Tender]
    /// The offer that the checkout took off, and how much; nil where it took nothing off.
    package var discount: (offer: String?, amount: Int64)?
    package var discountsKnown = true
    package var plan: Charge?

    /// What the lines and the charges cost together, with tax that is not in the prices.
    package var total: Int64 {
      func outside(_ tax: Tax?) -> Int64 { tax.map { $0.inclusive ? 0 : $0.amount } ?? 0 }
      return lines.reduce(0) { $0 + $1.paid + outside($1.tax) } + shipping.reduce(0) { $0 + $1.paid + outside($1.tax) }
    }

    /// The fact that the ledger makes of it when it captures it at `instant`; by default a second after it was placed, or after its day.
    package func captured(at instant: Timestamp? = nil) throws -> OrderCaptured {
      let placed = try Timestamp(rfc3339: placedAt)
      let captured = instant ?? placed.adding(isDayOnly ? .seconds(86_400) : .seconds(1))
      let members = (json.object ?? []) + [JSON.Member("captured_at", .string(captured.description))]
      return try JSON.object(members).bytes.withUnsafeBytes { bytes in try OrderCaptured(decoding: bytes) }
    }
  }
}

extension Shop.Sale {
  /// The order as the ledger's door takes it.
  package var json: JSON {
    func money(_ minor: Int64) -> JSON { Shop.money(minor, currency) }
    func text(_ name: String, _ value: String?) -> [JSON.Member] { value.map { [.init(name, .string($0))] } ?? [] }
    func taxes(_ tax: Tax?) -> [JSON.Member] {
      guard let tax else { return [] }
      let members: [JSON.Member] = [
        .init("amount", money(tax.amount)), .init("jurisdiction", .string(tax.jurisdiction)), .init("inclusive", .bool(tax.inclusive)),
      ]
      return [.init("tax", .array([.object(members)]))]
    }
    let placed = (try? Timestamp(rfc3339: placedAt))?.description ?? placedAt
    var members: [JSON.Member] = [.init("order_id", .string(id))]
    members += text("person_id", customer) + [.init("channel", .string(channel))] + text("country", country)
    members += [.init("placed_at", .string(placed)), .init("placed_precision", .string(isDayOnly ? "day" : "instant"))]
    members.append(
      .init(
        "lines",
        .array(
          lines.enumerated().map { place, line in
            let product = line.isKnown ? Shop.product(line.sku) : nil
            var members: [JSON.Member] = [.init("line_id", .string(String(place + 1))), .init("sku", .string(line.sku))]
            members.append(.init("categories", .array((product?.categories ?? []).map(JSON.string))))
            members += text("brand", product?.brand) + [.init("quantity", .integer(line.quantity))]
            if let list = line.list { members.append(.init("list", money(list))) }
            members += [.init("paid", money(line.paid))] + taxes(line.tax)
            members += text("added_at", line.addedAt.flatMap { try? Timestamp(rfc3339: $0) }?.description)
            return .object(members + text("seller", line.seller))
          })))
    members.append(
      .init(
        "charges",
        .array(
          shipping.map { charge in
            .object(
              [.init("kind", .string("shipping")), .init("method", .string(charge.method)), .init("paid", money(charge.paid))]
                + taxes(charge.tax))
          })))
    members.append(
      .init(
        "tenders",
        .array(
          tenders.map { tender in
            .object([
              .init("kind", .string(tender.kind)), .init("amount", money(tender.amount)),
              .init("refundable_absent", .bool(tender.refundableAbsent)),
            ])
          })))
    if let discount {
      members.append(.init("discounts", .array([.object(text("offer_id", discount.offer) + [.init("amount", money(discount.amount))])])))
    }
    members.append(.init("discounts_known", .bool(discountsKnown)))
    if let plan { members += text("subscription_id", plan.subscription) + text("period", plan.period) }
    return .object(members)
  }
}
