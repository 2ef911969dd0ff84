package import Contracts

/// A captured order as look-backs read it: everything that its fact says, in a sixth of its bytes. The fact stays what counts; this is made
/// from it and can be made again.
///
/// ```
/// version 1 | flags: day, discounts known, imported | currency | channel | country? | placed | captured | person? | subscription? | period?
///   n lines:     line | sku? | n categories | brand? | quantity | list? | paid | taxes | added? | seller? | under?
///   n charges:   method | paid | taxes
///   n tenders:   kind | flag: refundable absent | amount
///   n discounts: offer? | line? | amount | campaign?
///   file | line, where it was imported
/// taxes:         n | jurisdiction | flag: inclusive | amount
/// ```
/// The order's id stands beside it. PackedBytes says how numbers and texts are written. All amounts are of the one currency.
package enum CompactOrder {
  private static let format: UInt8 = 1

  /// The order's bytes.
  package static func pack(_ order: OrderCaptured) -> [UInt8] {
    var out = PackedBytes(reserving: 96 + order.lines.count * 32)
    out.byte(format)
    out.byte((order.placedPrecision == .day ? 1 : 0) | (order.discountsKnown ? 2 : 0) | (order.imported == nil ? 0 : 4))
    out.text(order.currency.code)
    out.text(order.channel)
    out.optional(order.country)
    out.signed(order.placedAt.milliseconds)
    out.signed(order.capturedAt.milliseconds)
    out.optional(order.personID?.text)
    out.optional(order.subscriptionID?.text)
    out.optional(order.period?.text)
    out.unsigned(UInt64(order.lines.count))
    for line in order.lines { pack(line, &out) }
    out.unsigned(UInt64(order.charges.count))
    for charge in order.charges {
      switch charge.kind {
      case .shipping: out.text(charge.method)
      }
      out.signed(charge.paid.minor)
      pack(charge.tax, &out)
    }
    out.unsigned(UInt64(order.tenders.count))
    for tender in order.tenders {
      out.byte(code(tender.kind))
      out.byte(tender.refundableAbsent ? 1 : 0)
      out.signed(tender.amount.minor)
    }
    out.unsigned(UInt64(order.discounts.count))
    for discount in order.discounts {
      out.optional(discount.offerID?.text)
      out.optional(discount.lineID?.text)
      out.signed(discount.amount.minor)
      out.optional(discount.campaignID?.text)
    }
    if let imported = order.imported {
      out.text(imported.file)
      out.signed(imported.line)
    }
    return out.bytes
  }

  private static func pack(_ line: OrderCaptured.Line, _ out: inout PackedBytes) {
    out.text(line.lineID.text)
    out.optional(line.sku?.text)
    out.unsigned(UInt64(line.categories.count))
    for category in line.categories { out.text(category) }
    out.optional(line.brand)
    out.signed(line.quantity)
    out.optional(line.list?.minor)
    out.signed(line.paid.minor)
    pack(line.tax, &out)
    out.optional(line.addedAt?.milliseconds)
    out.optional(line.seller?.text)
    out.optional(line.under?.description)
  }

  private static func pack(_ taxes: [OrderCaptured.Tax], _ out: inout PackedBytes) {
    out.unsigned(UInt64(taxes.count))
    for tax in taxes {
      out.text(tax.jurisdiction)
      out.byte(tax.inclusive ? 1 : 0)
      out.signed(tax.amount.minor)
    }
  }

  private static let tenders: [OrderCaptured.Tender.Kind] = [.card, .cash, .invoice, .unknown, .giftCard, .customerCredit]

  private static func code(_ kind: OrderCaptured.Tender.Kind) -> UInt8 {
    switch kind {
    case .card: 0
    case .cash: 1
    case .invoice: 2
    case .unknown: 3
    case .giftCard: 4
    case .customerCredit: 5
    }
  }

  // MARK: Reading

  /// The order of `pack`. HOT. Throws where the bytes are not of this format or do not make an order.
  package static func unpack(_ bytes: [UInt8], order: Identifier<Order>) throws -> OrderCaptured {
    try bytes.withUnsafeBytes { bytes in
      var read = PackedReader(bytes)
      return try self.order(&read, order)
    }
  }

  private static func order(_ read: inout PackedReader, _ id: Identifier<Order>) throws -> OrderCaptured {
    guard try read.byte() == format else { throw PackedFault.format }
    let flags = try read.byte()
    guard let currency = Currency(try read.text()) else { throw PackedFault.format }
    let (channel, country) = (try read.text(), try read.optionalText())
    let (placed, captured) = (Timestamp(milliseconds: try read.signed()), Timestamp(milliseconds: try read.signed()))
    let (person, subscription, period) = (try read.optionalText(), try read.optionalText(), try read.optionalText())
    let lines = try list(&read) { read throws(PackedFault) in try line(&read, currency) }
    let charges = try list(&read) { read throws(PackedFault) in
      OrderCaptured.Charge(
        method: try read.text(), paid: Money(minor: try read.signed(), currency), tax: try taxes(&read, currency))
    }
    let tenders = try list(&read) { read throws(PackedFault) in
      let code = Int(try read.byte())
      guard code < Self.tenders.count else { throw .format }
      let absent = try read.byte() == 1
      return OrderCaptured.Tender(kind: Self.tenders[code], amount: Money(minor: try read.signed(), currency), refundableAbsent: absent)
    }
    let discounts = try list(&read) { read throws(PackedFault) in
      OrderCaptured.Discount(
        offerID: try read.optionalText().map(Identifier.init(restoring:)), lineID: try read.optionalText().map(Identifier.init(restoring:)),
        amount: Money(minor: try read.signed(), currency), campaignID: try read.optionalText().map(Identifier.init(restoring:)))
    }
    let imported = flags & 4 == 0 ? nil : OrderCaptured.Import(file: try read.text(), line: try read.signed())
    guard read.isAtEnd else { throw PackedFault.format }
    return try OrderCaptured(
      orderID: id, personID: person.map(Identifier.init(restoring:)), channel: channel, country: country, placedAt: placed,
      placedPrecision: flags & 1 == 0 ? .instant : .day, capturedAt: captured, lines: lines, charges: charges, tenders: tenders,
      discounts: discounts, discountsKnown: flags & 2 != 0, subscriptionID: subscription.map(Identifier.init(restoring:)),
      period: period.map(Identifier.init(restoring:)), imported: imported)
  }

  @inline(__always)
  private static func list<Part>(
    _ read: inout PackedReader, _ part: (inout PackedReader) throws(PackedFault) -> Part
  ) throws(PackedFault) -> [Part] {
    let count = try read.count()
    var parts: [Part] = []
    parts.reserveCapacity(count)
    for _ in 0..<count { parts.append(try part(&read)) }
    return parts
  }

  private static func line(_ read: inout PackedReader, _ currency: Currency) throws(PackedFault) -> OrderCaptured.Line {
    let (id, sku) = (try read.text(), try read.optionalText())
    let categories = try list(&read) { read throws(PackedFault) in try read.text() }
    let (brand, quantity, list) = (try read.optionalText(), try read.signed(), try read.optionalNumber())
    let paid = Money(minor: try read.signed(), currency)
    let tax = try taxes(&read, currency)
    let (added, seller, under) = (try read.optionalNumber(), try read.optionalText(), try read.optionalText())
    return OrderCaptured.Line(
      lineID: Identifier(restoring: id), sku: sku.map(Identifier.init(restoring:)), categories: categories, brand: brand,
      quantity: quantity, list: list.map { Money(minor: $0, currency) }, paid: paid, tax: tax,
      addedAt: added.map(Timestamp.init(milliseconds:)), seller: seller.map(Identifier.init(restoring:)),
      under: under.flatMap { OfferVersion($0) })
  }

  private static func taxes(_ read: inout PackedReader, _ currency: Currency) throws(PackedFault) -> [OrderCaptured.Tax] {
    try list(&read) { read throws(PackedFault) in
      let (jurisdiction, inclusive) = (try read.text(), try read.byte() == 1)
      return OrderCaptured.Tax(amount: Money(minor: try read.signed(), currency), jurisdiction: jurisdiction, inclusive: inclusive)
    }
  }
}
