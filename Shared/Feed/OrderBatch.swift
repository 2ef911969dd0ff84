package import Contracts

/// The body of `POST /v1/imports/orders`: a head on the first line, an order on each other line (newline-delimited JSON).
package struct OrderBatch: Equatable, Sendable {
  /// What is the same for all its orders.
  package struct Head: Equatable, Sendable {
    /// The file's name, without its folder.
    package var file: String
    /// ISO 4217.
    package var currency: String
    /// Of orders that name none themselves.
    package var channel: String
    package var country: String?
    package var discountsKnown = false
    /// Where taxes go, a plain word, and whether the prices contain them.
    package var taxJurisdiction = "unknown"
    package var taxIncluded = false

    package init(file: String, currency: String, channel: String, country: String? = nil) {
      self.file = file
      self.currency = currency
      self.channel = channel
      self.country = country
    }

    /// The first line of a body, its line feed included.
    package var bytes: [UInt8] {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("file", file)
      writer.member("currency", currency)
      writer.member("channel", channel)
      writer.member("country", ifPresent: country)
      if discountsKnown { writer.member("discounts_known", true) }
      writer.member("tax_jurisdiction", taxJurisdiction)
      if taxIncluded { writer.member("tax_included", true) }
      writer.endObject()
      return writer.finish() + [0x0A]
    }

    init(reading reader: inout JSONReader) throws(JSONFault) {
      var file, currency, channel: String?
      self.init(file: "", currency: "", channel: "")
      let start = try reader.start()
      try reader.beginObject()
      while let name = try reader.nextName() {
        switch name {
        case "file": file = try reader.string()
        case "currency": currency = try reader.string()
        case "channel": channel = try reader.string()
        case "country": country = try reader.null() ? nil : reader.string()
        case "discounts_known": discountsKnown = try reader.bool()
        case "tax_jurisdiction": taxJurisdiction = try reader.string()
        case "tax_included": taxIncluded = try reader.bool()
        default: try reader.skip()
        }
      }
      self.file = try reader.needed(file, "file", at: start)
      self.currency = try reader.needed(currency, "currency", at: start)
      self.channel = try reader.needed(channel, "channel", at: start)
    }
  }

  package let head: Head
  package let orders: [FeedOrder]

  /// Reads a body. Throws with the line of the body that cannot be read.
  package init(reading body: UnsafeRawBufferPointer) throws(BatchFault) {
    var head: Head?
    var orders: [FeedOrder] = []
    orders.reserveCapacity(FeedLimits.ordersPerBatch)
    var (start, line) = (0, 0)
    while start < body.count {
      var end = start
      while end < body.count, body[end] != 0x0A { end &+= 1 }
      line += 1
      if end > start {
        guard orders.count < FeedLimits.ordersPerBatch else { throw .tooMany }
        var reader = JSONReader(UnsafeRawBufferPointer(rebasing: body[start..<end]))
        do throws(JSONFault) {
          if head == nil { head = try Head(reading: &reader) } else { orders.append(try FeedOrder(reading: &reader)) }
          try reader.end()
        } catch { throw .unreadable(line: line, error) }
      }
      start = end + 1
    }
    guard let head else { throw .noHead }
    self.head = head
    self.orders = orders
  }
}

/// Why a body is no batch.
package enum BatchFault: Error, Equatable, Sendable, CustomStringConvertible {
  case noHead
  case tooMany
  case unreadable(line: Int, JSONFault)

  package var description: String {
    switch self {
    case .noHead: "the body is empty; its first line is the head: {\"file\":…,\"currency\":…,\"channel\":…}"
    case .tooMany: "a body takes \(FeedLimits.ordersPerBatch) orders; send the others in another"
    case .unreadable(let line, let fault): "line \(line) of the body: \(fault)"
    }
  }
}
