package import Contracts

/// An order as marketing keeps it: what bears on offers and nothing else, a tenth of its JSON.
///
/// ```
/// version 1 | channel | country? | placed | captured | flags | subscription? | period? | currency
///   n lines:     line | sku? | n categories | brand? | quantity | list? | paid | added? | seller? | under?
///   n charges:   method | paid
///   n discounts: offer? | line? | amount
/// ```
/// Numbers are LEB128, signed ones in zigzag; texts carry their length; what may be absent is led by one more than its length, 0 where
/// there is nothing. Taxes, tenders and where it was imported from are left out: they bear on money, which the ledger decides.
package enum PackedOrder {
  private static let format: UInt8 = 1

  /// The order's bytes; its id and person stand beside them.
  package static func pack(_ order: OrderCaptured) -> [UInt8] {
    var out = PackedBytes(reserving: 64 + order.lines.count * 48)
    out.byte(format)
    out.text(order.channel)
    out.optional(order.country)
    out.signed(order.placedAt.milliseconds)
    out.signed(order.capturedAt.milliseconds)
    out.byte((order.placedPrecision == .day ? 1 : 0) | (order.discountsKnown ? 2 : 0))
    out.optional(order.subscriptionID?.text)
    out.optional(order.period?.text)
    out.text(order.currency.code)
    out.unsigned(UInt64(order.lines.count))
    for line in order.lines {
      out.text(line.lineID.text)
      out.optional(line.sku?.text)
      out.unsigned(UInt64(line.categories.count))
      for category in line.categories { out.text(category) }
      out.optional(line.brand)
      out.signed(line.quantity)
      out.optional(line.list?.minor)
      out.signed(line.paid.minor)
      out.optional(line.addedAt?.milliseconds)
      out.optional(line.seller?.text)
      out.optional(line.under?.description)
    }
    out.unsigned(UInt64(order.charges.count))
    for charge in order.charges {
      out.text(charge.method)
      out.signed(charge.paid.minor)
    }
    out.unsigned(UInt64(order.discounts.count))
    for discount in order.discounts {
      out.optional(discount.offerID?.text)
      out.optional(discount.lineID?.text)
      out.signed(discount.amount.minor)
    }
    return out.bytes
  }

  /// The order of `pack`. Throws where the bytes are not of this format or do not make an order.
  package static func unpack(
    _ bytes: [UInt8], order: Identifier<Order>, person: Identifier<Person>?
  ) throws -> OrderCaptured {
    try bytes.withUnsafeBytes { try unpack(PackedReader($0), order, person) }
  }

  private static func unpack(_ reader: PackedReader, _ order: Identifier<Order>, _ person: Identifier<Person>?) throws -> OrderCaptured {
    var read = reader
    guard try read.byte() == format else { throw PackedFault.format }
    let (channel, country) = (try read.text(), try read.optionalText())
    let (placed, captured) = (Timestamp(milliseconds: try read.signed()), Timestamp(milliseconds: try read.signed()))
    let flags = try read.byte()
    let (subscription, period) = (try read.optionalText(), try read.optionalText())
    guard let currency = Currency(try read.text()) else { throw PackedFault.format }
    var lines: [OrderCaptured.Line] = []
    for _ in 0..<(try read.count()) { lines.append(try line(&read, currency)) }
    var charges: [OrderCaptured.Charge] = []
    for _ in 0..<(try read.count()) {
      charges.append(.init(method: try read.text(), paid: Money(minor: try read.signed(), currency)))
    }
    var discounts: [OrderCaptured.Discount] = []
    for _ in 0..<(try read.count()) {
      discounts.append(
        .init(
          offerID: try read.optionalText().map(Identifier.init(restoring:)),
          lineID: try read.optionalText().map(Identifier.init(restoring:)),
          amount: Money(minor: try read.signed(), currency)))
    }
    return try OrderCaptured(
      orderID: order, personID: person, channel: channel, country: country, placedAt: placed,
      placedPrecision: flags & 1 == 0 ? .instant : .day, capturedAt: captured, lines: lines, charges: charges, discounts: discounts,
      discountsKnown: flags & 2 != 0, subscriptionID: subscription.map(Identifier.init(restoring:)),
      period: period.map(Identifier.init(restoring:)))
  }

  private static func line(_ read: inout PackedReader, _ currency: Currency) throws(PackedFault) -> OrderCaptured.Line {
    let (id, sku) = (try read.text(), try read.optionalText())
    var categories: [String] = []
    for _ in 0..<(try read.count()) { categories.append(try read.text()) }
    let (brand, quantity, list) = (try read.optionalText(), try read.signed(), try read.optionalNumber())
    let (paid, added, seller, under) = (
      try read.signed(), try read.optionalNumber(), try read.optionalText(), try read.optionalText()
    )
    return OrderCaptured.Line(
      lineID: Identifier(restoring: id), sku: sku.map(Identifier.init(restoring:)), categories: categories, brand: brand,
      quantity: quantity, list: list.map { Money(minor: $0, currency) }, paid: Money(minor: paid, currency),
      addedAt: added.map(Timestamp.init(milliseconds:)), seller: seller.map(Identifier.init(restoring:)),
      under: under.flatMap { OfferVersion($0) })
  }
}
