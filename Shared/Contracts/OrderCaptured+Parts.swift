/// The codec of an order's smaller parts.
extension OrderCaptured.Tax {
  /// Leaves the member out where there is no tax to tell.
  static func write(_ taxes: [Self], as name: StaticString = "tax", into writer: inout JSONWriter) {
    guard !taxes.isEmpty else { return }
    writer.name(name)
    writer.beginArray()
    for tax in taxes {
      writer.beginObject()
      writer.member("amount", tax.amount)
      writer.member("jurisdiction", tax.jurisdiction)
      writer.member("inclusive", tax.inclusive)
      writer.endObject()
    }
    writer.endArray()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var amount: Money?
    var jurisdiction: String?
    var inclusive: Bool?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "amount": amount = try reader.money()
      case "jurisdiction": jurisdiction = try reader.string()
      case "inclusive": inclusive = try reader.bool()
      default: try reader.skip()
      }
    }
    self.init(
      amount: try reader.needed(amount, "amount", at: start), jurisdiction: try reader.needed(jurisdiction, "jurisdiction", at: start),
      inclusive: try reader.needed(inclusive, "inclusive", at: start))
  }
}

extension OrderCaptured.Charge {
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("kind", kind.rawValue)
    writer.member("method", method)
    writer.member("paid", paid)
    OrderCaptured.Tax.write(tax, into: &writer)
    writer.endObject()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var kind: Kind?
    var method: String?
    var paid: Money?
    var tax: [OrderCaptured.Tax] = []
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "kind": kind = try reader.word(Kind.self)
      case "method": method = try reader.string()
      case "paid": paid = try reader.money()
      case "tax": tax = try reader.list(countMax: Limits.taxesMax, OrderCaptured.Tax.init(reading:))
      default: try reader.skip()
      }
    }
    self.init(
      kind: try reader.needed(kind, "kind", at: start), method: try reader.needed(method, "method", at: start),
      paid: try reader.needed(paid, "paid", at: start), tax: tax)
  }
}

extension OrderCaptured.Tender {
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("kind", kind.rawValue)
    writer.member("amount", amount)
    writer.member("refundable_absent", refundableAbsent)
    writer.endObject()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var kind: Kind?
    var amount: Money?
    var refundableAbsent: Bool?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "kind": kind = try reader.word(Kind.self)
      case "amount": amount = try reader.money()
      case "refundable_absent": refundableAbsent = try reader.bool()
      default: try reader.skip()
      }
    }
    self.init(
      kind: try reader.needed(kind, "kind", at: start), amount: try reader.needed(amount, "amount", at: start),
      refundableAbsent: try reader.needed(refundableAbsent, "refundable_absent", at: start))
  }
}

extension OrderCaptured.Discount {
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", ifPresent: offerID)
    writer.member("line_id", ifPresent: lineID)
    writer.member("amount", amount)
    writer.member("campaign_id", ifPresent: campaignID)
    writer.endObject()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var offerID: Identifier<Offer>?
    var lineID: Identifier<OrderLine>?
    var amount: Money?
    var campaignID: Identifier<Campaign>?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "offer_id": offerID = try reader.null() ? nil : reader.identifier()
      case "line_id": lineID = try reader.null() ? nil : reader.identifier()
      case "amount": amount = try reader.money()
      case "campaign_id": campaignID = try reader.null() ? nil : reader.identifier()
      default: try reader.skip()
      }
    }
    self.init(offerID: offerID, lineID: lineID, amount: try reader.needed(amount, "amount", at: start), campaignID: campaignID)
  }
}

extension OrderCaptured.Import {
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("file", file)
    writer.member("line", line)
    writer.endObject()
  }

  init(reading reader: inout JSONReader) throws(JSONFault) {
    var file: String?
    var line: Int64?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "file": file = try reader.string()
      case "line": line = try reader.integer()
      default: try reader.skip()
      }
    }
    self.init(file: try reader.needed(file, "file", at: start), line: try reader.needed(line, "line", at: start))
  }
}

/// Lines and tenders as parts of facts that are read through the tree.
extension OrderCaptured.Line {
  static let shape = Shape<Self>.streamed(
    OrderCaptured.line, sample: .init(lineID: Identifier(restoring: "a"), quantity: 0, paid: Shape.money.sample)
  ) { reader throws(JSONFault) in try .init(reading: &reader) }
}

extension OrderCaptured.Tax {
  static let shape = Shape<Self>.streamed(
    OrderCaptured.tax, sample: .init(amount: Shape.money.sample, jurisdiction: "a", inclusive: false)
  ) { reader throws(JSONFault) in try .init(reading: &reader) }
}

extension OrderCaptured.Tender {
  static let shape = Shape<Self>.streamed(
    OrderCaptured.tender, sample: .init(kind: .unknown, amount: Shape.money.sample, refundableAbsent: false)
  ) { reader throws(JSONFault) in try .init(reading: &reader) }
}
