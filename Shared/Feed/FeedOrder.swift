package import Contracts

/// An order as a feed tells it, on its way to the ledger: amounts in minor units of the batch's currency, nothing decided yet.
package struct FeedOrder: Equatable, Sendable {
  /// Where it begins in the file, from 1 on.
  package var line: Int64 = 1
  package var orderID = ""
  package var personID: String?
  package var channel: String?
  package var country: String?
  package var placedAt = Timestamp(milliseconds: 0)
  package var precision = FeedTime.Precision.instant
  package var lines: [Line] = []
  /// What was paid for shipping; nil where nothing was charged.
  package var shipping: Int64?
  /// With what it was paid, where the feed says so; nil amount: with that alone.
  package var tenders: [Tender] = []
  package var subscriptionID: String?
  package var period: String?

  package init() {}

  package struct Line: Equatable, Sendable {
    package var lineID = ""
    package var sku: String?
    package var quantity: Int64 = 1
    package var paid: Int64 = 0
    package var list: Int64?
    package var tax: Int64?
    package var discount: Int64?
    package var offer: String?
    package var seller: String?

    package init() {}
  }

  package struct Tender: Equatable, Sendable {
    package var kind: String
    package var amount: Int64?

    package init(kind: String, amount: Int64? = nil) {
      self.kind = kind
      self.amount = amount
    }
  }
}

/// An order as one line of a batch: names for the order, places for its lines.
///
/// ```
///   {"line":2,"order_id":"31","person_id":"900","placed_at":"2017-01-01T11:53:26.000Z","lines":[["1","1095275",1,50]],"shipping":995}
///   a line:  [line_id, sku or null, quantity, paid, list, tax, discount, offer, seller], nulls at the end left out
/// ```
extension FeedOrder {
  package init(reading reader: inout JSONReader) throws(JSONFault) {
    self.init()
    var hasLines = false
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "line": line = try reader.integer()
      case "order_id": orderID = try reader.string()
      case "person_id": personID = try reader.string()
      case "channel": channel = try reader.string()
      case "country": country = try reader.string()
      case "placed_at": placedAt = try reader.timestamp()
      case "precision": precision = try reader.word(FeedTime.Precision.self)
      case "lines":
        hasLines = true
        lines.reserveCapacity(12)
        try reader.beginArray()
        while try reader.nextElement() {
          guard lines.count < FeedLimits.rowsPerOrderMax else {
            throw JSONFault(.rule(.tooMany(lines.count + 1, max: FeedLimits.rowsPerOrderMax - 1)), at: reader.offset)
          }
          lines.append(try Line(reading: &reader))
        }
      case "shipping": shipping = try reader.integer()
      case "tender": tenders = [Tender(kind: try reader.string())]
      case "tenders":
        tenders = try reader.list(countMax: Limits.orderTendersMax) { reader throws(JSONFault) in
          try reader.beginArray()
          _ = try reader.nextElement()
          let kind = try reader.string()
          _ = try reader.nextElement()
          let amount = try reader.integer()
          while try reader.nextElement() { _ = try reader.raw() }
          return Tender(kind: kind, amount: amount)
        }
      case "subscription_id": subscriptionID = try reader.string()
      case "period": period = try reader.string()
      default: try reader.skip()
      }
    }
    guard hasLines else { throw JSONFault(.rule(.missing("lines")), at: reader.offset) }
  }
}

extension FeedOrder.Line {
  init(reading reader: inout JSONReader) throws(JSONFault) {
    self.init()
    try reader.beginArray()
    var place = 0
    while try reader.nextElement() {
      switch place {
      case 0: lineID = try reader.string()
      case 1: sku = try reader.null() ? nil : reader.string()
      case 2: quantity = try reader.integer()
      case 3: paid = try reader.integer()
      case 4: list = try reader.null() ? nil : reader.integer()
      case 5: tax = try reader.null() ? nil : reader.integer()
      case 6: discount = try reader.null() ? nil : reader.integer()
      case 7: offer = try reader.null() ? nil : reader.string()
      case 8: seller = try reader.null() ? nil : reader.string()
      default: _ = try reader.raw()
      }
      place += 1
    }
    guard place >= 4 else { throw JSONFault(.rule(.missing("paid")), at: reader.offset) }
  }
}
