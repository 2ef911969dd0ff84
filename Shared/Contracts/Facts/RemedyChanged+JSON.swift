/// The remedy's own codec: members in the order of the contract, absent where there is nothing to say.
extension RemedyChanged {
  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("remedy_key", remedyKey.text)
    writer.member("remedy_id", remedyID.description)
    writer.member(offer: offer)
    writer.member("campaign_id", ifPresent: campaignID)
    writer.member("order_id", ifPresent: orderID)
    writer.member("subscription_id", ifPresent: subscriptionID)
    writer.member("period", ifPresent: period)
    writer.member("person_id", ifPresent: personID)
    writer.member("kind", kind.rawValue)
    writer.member("basis", basis.rawValue)
    writer.member("amount", amount)
    writer.member("lines", lines) { share, writer in
      writer.beginObject()
      writer.member("line_id", ifPresent: share.lineID)
      writer.member("amount", share.amount)
      writer.endObject()
    }
    OrderCaptured.Tax.write(tax, into: &writer)
    writer.name("destination")
    writer.beginObject()
    writer.member("kind", destination.kind.rawValue)
    if !destination.tenders.isEmpty { writer.member("tenders", destination.tenders) { $0.write(into: &$1) } }
    writer.endObject()
    writer.member("state", state.rawValue)
    writer.member("expires_at", ifPresent: expiresAt)
    writer.member("entry", ifPresent: entry)
    writer.member("of", ifPresent: of)
    writer.member("reason", reason)
    if cut { writer.member("cut", true) }
    if dayPrecision { writer.member("day_precision", true) }
    if let already {
      writer.name("already")
      writer.beginObject()
      writer.member("by", already.by)
      writer.member("at", already.at)
      writer.member("amount", already.amount)
      writer.endObject()
    }
    writer.member("inputs", ifPresent: inputs)
    writer.endObject()
  }

  package init(_ type: String, decoding bytes: UnsafeRawBufferPointer) throws(ContractFault) {
    do {
      var reader = JSONReader(bytes)
      self = try Self.read(.word(of: type), &reader)
      try reader.end()
    } catch {
      throw ContractFault(error, in: bytes)
    }
    try check()
  }

  private static func read(_ change: Change, _ reader: inout JSONReader) throws(JSONFault) -> RemedyChanged {
    var found = Found()
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "remedy_id": found.remedyID = try reader.remedyID()
      case "offer_id": found.offerID = try reader.null() ? nil : reader.identifier()
      case "version": found.version = try reader.null() ? nil : reader.version()
      case "campaign_id": found.campaignID = try reader.null() ? nil : reader.identifier()
      case "order_id": found.orderID = try reader.null() ? nil : reader.identifier()
      case "subscription_id": found.subscriptionID = try reader.null() ? nil : reader.identifier()
      case "period": found.period = try reader.null() ? nil : reader.identifier()
      case "person_id": found.personID = try reader.null() ? nil : reader.identifier()
      case "kind": found.kind = try reader.word(Kind.self)
      case "basis": found.basis = try reader.word(Basis.self)
      case "amount": found.amount = try reader.money()
      case "lines": found.lines = try reader.list(countMax: Limits.orderLinesMax + 1, Share.init(reading:))
      case "tax": found.tax = try reader.list(countMax: Limits.taxesMax, OrderCaptured.Tax.init(reading:))
      case "destination": found.destination = try Destination(reading: &reader)
      case "state": found.state = try reader.word(State.self)
      case "expires_at": found.expiresAt = try reader.null() ? nil : reader.timestamp()
      case "entry": found.entry = try reader.null() ? nil : reader.integer()
      case "of": found.of = try reader.null() ? nil : reader.integer()
      case "reason": found.reason = try reader.string()
      case "cut": found.cut = try reader.bool()
      case "day_precision": found.dayPrecision = try reader.bool()
      case "already": found.already = try reader.null() ? nil : Already(reading: &reader)
      case "inputs": found.inputs = try reader.null() ? nil : reader.document()
      default: try reader.skip()
      }
    }
    return try found.remedy(change, reader, at: start)
  }

  /// What was read, before it is known to be all.
  private struct Found {
    var remedyID: RemedyID?
    var offerID: Identifier<Offer>?
    var version: Int?
    var campaignID: Identifier<Campaign>?
    var orderID: Identifier<Order>?
    var subscriptionID: Identifier<Subscription>?
    var period: Identifier<Period>?
    var personID: Identifier<Person>?
    var kind: Kind?
    var basis: Basis?
    var amount: Money?
    var lines: [Share] = []
    var tax: [OrderCaptured.Tax] = []
    var destination: Destination?
    var state: State?
    var expiresAt: Timestamp?
    var entry, of: Int64?
    var reason: String?
    var cut = false
    var dayPrecision = false
    var already: Already?
    var inputs: JSON?

    func remedy(_ change: Change, _ reader: JSONReader, at start: Int) throws(JSONFault) -> RemedyChanged {
      var offer: OfferVersion?
      if offerID != nil || version != nil {
        let id = try reader.needed(offerID, "offer_id", at: start)
        offer = OfferVersion(offer: id, version: try reader.needed(version, "version", at: start))
      }
      return RemedyChanged(
        change: change, remedyID: try reader.needed(remedyID, "remedy_id", at: start), offer: offer, campaignID: campaignID,
        orderID: orderID, subscriptionID: subscriptionID, period: period, personID: personID,
        kind: try reader.needed(kind, "kind", at: start), basis: try reader.needed(basis, "basis", at: start),
        amount: try reader.needed(amount, "amount", at: start), lines: lines, tax: tax,
        destination: try reader.needed(destination, "destination", at: start), state: try reader.needed(state, "state", at: start),
        expiresAt: expiresAt, entry: entry, of: of, reason: try reader.needed(reason, "reason", at: start), cut: cut,
        dayPrecision: dayPrecision, already: already, inputs: inputs)
    }
  }

  /// The rules that no schema says, and some that it does.
  func check() throws(ContractFault) {
    if let rule = Rules.broken(by: amount, in: amount.currency) { throw .broken(rule, at: "/amount") }
    for (index, share) in lines.enumerated() {
      if let rule = Rules.broken(by: share.amount, in: amount.currency) { throw .broken(rule, at: "/lines/\(index)/amount") }
    }
    for (index, tax) in tax.enumerated() {
      if let rule = Rules.broken(by: tax.amount, in: amount.currency) { throw .broken(rule, at: "/tax/\(index)/amount") }
      if let rule = Rules.broken(byWord: tax.jurisdiction) { throw .broken(rule, at: "/tax/\(index)/jurisdiction") }
    }
    for (index, tender) in destination.tenders.enumerated() {
      if let rule = Rules.broken(by: tender.amount, in: amount.currency) { throw .broken(rule, at: "/destination/tenders/\(index)/amount") }
    }
    if let entry { try Rules.range(entry, 1...Int64.max, at: "/entry") }
    if let of { try Rules.range(of, 1...Int64.max, at: "/of") }
    if let rule = Rules.broken(byText: reason) { throw .broken(rule, at: "/reason") }
    if let already {
      if let rule = Rules.broken(byText: already.by) { throw .broken(rule, at: "/already/by") }
      if let rule = Rules.broken(by: already.amount, in: amount.currency) { throw .broken(rule, at: "/already/amount") }
    }
  }
}

extension RemedyChanged.Share {
  init(reading reader: inout JSONReader) throws(JSONFault) {
    var lineID: Identifier<OrderLine>?
    var amount: Money?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "line_id": lineID = try reader.null() ? nil : reader.identifier()
      case "amount": amount = try reader.money()
      default: try reader.skip()
      }
    }
    self.init(lineID: lineID, amount: try reader.needed(amount, "amount", at: start))
  }
}

extension RemedyChanged.Destination {
  init(reading reader: inout JSONReader) throws(JSONFault) {
    var kind: Kind?
    var tenders: [TenderAmount] = []
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "kind": kind = try reader.word(Kind.self)
      case "tenders": tenders = try reader.list(countMax: Limits.orderTendersMax, TenderAmount.init(reading:))
      default: try reader.skip()
      }
    }
    self.init(try reader.needed(kind, "kind", at: start), tenders: tenders)
  }
}

extension RemedyChanged.Already {
  init(reading reader: inout JSONReader) throws(JSONFault) {
    var by: String?
    var at: Timestamp?
    var amount: Money?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "by": by = try reader.string()
      case "at": at = try reader.timestamp()
      case "amount": amount = try reader.money()
      default: try reader.skip()
      }
    }
    self.init(
      by: try reader.needed(by, "by", at: start), at: try reader.needed(at, "at", at: start),
      amount: try reader.needed(amount, "amount", at: start))
  }
}

extension TenderAmount {
  init(reading reader: inout JSONReader) throws(JSONFault) {
    var kind: OrderCaptured.Tender.Kind?
    var amount: Money?
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "tender": kind = try reader.word(OrderCaptured.Tender.Kind.self)
      case "amount": amount = try reader.money()
      default: try reader.skip()
      }
    }
    self.init(kind: try reader.needed(kind, "tender", at: start), amount: try reader.needed(amount, "amount", at: start))
  }
}

extension JSONReader {
  /// `spring-sale/order-7#2`.
  fileprivate mutating func remedyID() throws(JSONFault) -> RemedyID {
    let start = try start()
    let text = try string()
    guard let id = RemedyID(text) else { throw JSONFault(.rule(.remedyID(text)), at: start) }
    return id
  }

  /// An object, whatever is in it.
  fileprivate mutating func document() throws(JSONFault) -> JSON {
    guard try peek() == .braceOpen else { throw JSONFault(.notA(.object), at: offset) }
    return try value()
  }

  /// A version's number.
  fileprivate mutating func version() throws(JSONFault) -> Int {
    let start = try start()
    let number = try integer()
    let range = 1...Int64(Int32.max)
    guard range.contains(number) else { throw JSONFault(.rule(.outOfRange(number, range)), at: start) }
    return Int(number)
  }
}
