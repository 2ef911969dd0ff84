/// The order's own codec: members in the order of the contract, absent where there is nothing to say.
extension OrderCaptured {
  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("order_id", orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("channel", channel)
    writer.member("country", ifPresent: country)
    writer.member("placed_at", placedAt)
    writer.member("placed_precision", placedPrecision.rawValue)
    writer.member("captured_at", capturedAt)
    writer.name("lines")
    writer.beginArray()
    for line in lines { line.write(into: &writer) }
    writer.endArray()
    writer.name("charges")
    writer.beginArray()
    for charge in charges { charge.write(into: &writer) }
    writer.endArray()
    writer.name("tenders")
    writer.beginArray()
    for tender in tenders { tender.write(into: &writer) }
    writer.endArray()
    writer.name("discounts")
    writer.beginArray()
    for discount in discounts { discount.write(into: &writer) }
    writer.endArray()
    writer.member("discounts_known", discountsKnown)
    writer.member("subscription_id", ifPresent: subscriptionID)
    writer.member("period", ifPresent: period)
    if let imported {
      writer.name("import")
      imported.write(into: &writer)
    }
    writer.endObject()
  }

  package init(decoding bytes: UnsafeRawBufferPointer) throws(ContractFault) {
    let draft: Draft
    do {
      var reader = JSONReader(bytes)
      draft = try Draft(reading: &reader)
      try reader.end()
    } catch {
      throw ContractFault(error, in: bytes)
    }
    try self.init(
      orderID: draft.orderID, personID: draft.personID, channel: draft.channel, country: draft.country, placedAt: draft.placedAt,
      placedPrecision: draft.placedPrecision, capturedAt: draft.capturedAt, lines: draft.lines, charges: draft.charges,
      tenders: draft.tenders, discounts: draft.discounts, discountsKnown: draft.discountsKnown, subscriptionID: draft.subscriptionID,
      period: draft.period, imported: draft.imported)
  }

  /// An order as it was read, before its rules are checked.
  private struct Draft {
    let orderID: Identifier<Order>
    var personID: Identifier<Person>?
    let channel: String
    var country: String?
    let placedAt: Timestamp
    let placedPrecision: Precision
    let capturedAt: Timestamp
    let lines: [Line]
    var charges: [Charge] = []
    var tenders: [Tender] = []
    var discounts: [Discount] = []
    let discountsKnown: Bool
    var subscriptionID: Identifier<Subscription>?
    var period: Identifier<Period>?
    var imported: Import?

    init(reading reader: inout JSONReader) throws(JSONFault) {
      var orderID: Identifier<Order>?
      var channel: String?
      var placedAt, capturedAt: Timestamp?
      var placedPrecision: Precision?
      var lines: [Line]?
      var discountsKnown: Bool?
      let start = try reader.start()
      try reader.beginObject()
      while let name = try reader.nextName() {
        switch name {
        case "order_id": orderID = try reader.identifier()
        case "person_id": personID = try reader.null() ? nil : reader.identifier()
        case "channel": channel = try reader.string()
        case "country": country = try reader.null() ? nil : reader.string()
        case "placed_at": placedAt = try reader.timestamp()
        case "placed_precision": placedPrecision = try reader.word(Precision.self)
        case "captured_at": capturedAt = try reader.timestamp()
        case "lines": lines = try reader.list(countMax: Limits.orderLinesMax, Line.init(reading:))
        case "charges": charges = try reader.list(countMax: Limits.orderChargesMax, Charge.init(reading:))
        case "tenders": tenders = try reader.list(countMax: Limits.orderTendersMax, Tender.init(reading:))
        case "discounts": discounts = try reader.list(countMax: Limits.orderDiscountsMax, Discount.init(reading:))
        case "discounts_known": discountsKnown = try reader.bool()
        case "subscription_id": subscriptionID = try reader.null() ? nil : reader.identifier()
        case "period": period = try reader.null() ? nil : reader.identifier()
        case "import": imported = try reader.null() ? nil : Import(reading: &reader)
        default: try reader.skip()
        }
      }
      self.orderID = try reader.needed(orderID, "order_id", at: start)
      self.channel = try reader.needed(channel, "channel", at: start)
      self.placedAt = try reader.needed(placedAt, "placed_at", at: start)
      self.placedPrecision = try reader.needed(placedPrecision, "placed_precision", at: start)
      self.capturedAt = try reader.needed(capturedAt, "captured_at", at: start)
      self.lines = try reader.needed(lines, "lines", at: start)
      self.discountsKnown = try reader.needed(discountsKnown, "discounts_known", at: start)
    }
  }
}

extension OrderCaptured.Line {
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("line_id", lineID)
    writer.member("sku", ifPresent: sku)
    writer.name("categories")
    writer.beginArray()
    for category in categories { writer.string(category) }
    writer.endArray()
    writer.member("brand", ifPresent: brand)
    writer.member("quantity", quantity)
    writer.member("list", ifPresent: list)
    writer.member("paid", paid)
    OrderCaptured.Tax.write(tax, into: &writer)
    writer.member("added_at", ifPresent: addedAt)
    writer.member("seller", ifPresent: seller)
    writer.member("under", ifPresent: under?.description)
    writer.endObject()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var lineID: Identifier<OrderLine>?
    var sku: Identifier<Product>?
    var categories: [String] = []
    var brand: String?
    var quantity: Int64?
    var list, paid: Money?
    var tax: [OrderCaptured.Tax] = []
    var addedAt: Timestamp?
    var seller: Identifier<Seller>?
    var under: OfferVersion?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "line_id": lineID = try reader.identifier()
      case "sku": sku = try reader.null() ? nil : reader.identifier()
      case "categories": categories = try reader.list(countMax: Limits.lineCategoriesMax) { r throws(JSONFault) in try r.string() }
      case "brand": brand = try reader.null() ? nil : reader.string()
      case "quantity": quantity = try reader.integer()
      case "list": list = try reader.null() ? nil : reader.money()
      case "paid": paid = try reader.money()
      case "tax": tax = try reader.list(countMax: Limits.taxesMax, OrderCaptured.Tax.init(reading:))
      case "added_at": addedAt = try reader.null() ? nil : reader.timestamp()
      case "seller": seller = try reader.null() ? nil : reader.identifier()
      case "under": under = try reader.null() ? nil : reader.offerVersion()
      default: try reader.skip()
      }
    }
    self.init(
      lineID: try reader.needed(lineID, "line_id", at: start), sku: sku, categories: categories, brand: brand,
      quantity: try reader.needed(quantity, "quantity", at: start), list: list, paid: try reader.needed(paid, "paid", at: start),
      tax: tax, addedAt: addedAt, seller: seller, under: under)
  }
}

extension JSONReader {
  /// `spring-sale@2`.
  package mutating func offerVersion() throws(JSONFault) -> OfferVersion {
    let start = try start()
    let text = try string()
    guard let version = OfferVersion(text) else { throw JSONFault(.rule(.offerVersion(text)), at: start) }
    return version
  }
}
