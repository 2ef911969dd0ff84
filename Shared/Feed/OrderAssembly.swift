package import Contracts

/// Puts the rows of one order together and writes it as a line of a batch, or says which of its lines is in the way.
///
/// Rows may come in any order: where the feed numbers its lines they are sorted by that, else by their content, so that a shuffled file
/// makes the same order. What belongs to the whole order (customer, time, shipping ...) may stand on one of its rows or on each, but says the
/// same wherever it stands.
package struct OrderAssembly {
  package struct Settings: Sendable {
    package var currency: Currency
    package var amounts: FeedNumber.Amounts
    /// Whether the prices contain the taxes.
    package var taxIncluded: Bool

    package init(currency: Currency, amounts: FeedNumber.Amounts = .minor, taxIncluded: Bool = false) {
      self.currency = currency
      self.amounts = amounts
      self.taxIncluded = taxIncluded
    }
  }

  /// Why an order is not taken, or nothing of it is meant to be.
  package enum Refusal: Error, Equatable, Sendable {
    case line(Int64, FieldFault)
    /// Cancelled before it was ever paid, a draft, a basket left behind: by the status column no order at all.
    case leftOut(String)
  }

  private let columns: OrderColumns
  private let settings: Settings
  private var time: FeedTime
  private var goods: [Goods] = []
  /// Words of the tender column that name no tender of the contract: they are kept as unknown, and the report says so.
  package private(set) var strangeTenders: Set<String> = []
  /// Whether a time had no offset, so that the zone said what it means.
  package private(set) var usedZone = false

  package init(_ columns: OrderColumns, _ settings: Settings, _ time: FeedTime) {
    self.columns = columns
    self.settings = settings
    self.time = time
  }

  private typealias Bytes = UnsafeRawBufferPointer

  /// One row's goods. The bytes are those of the rows, which outlive the call.
  private struct Goods {
    var row: Int64 = 0
    var line: Bytes?
    var sku: Bytes?
    var quantity: Int64 = 1
    var paid: Int64 = 0
    var list: Int64?
    var tax: Int64?
    var discount: Int64?
    var offer: Bytes?
    var seller: Bytes?
    var tender: Bytes?
  }

  /// What is said of the whole order, and on which row it was said first.
  private struct Whole {
    var customer, placed, channel, country, shipping, status, subscription, period: Said?

    struct Said {
      let text: Bytes
      let row: Int64
    }

    static func agree(_ said: inout Said?, _ text: Bytes, _ row: Int64, _ field: String) throws(FieldFault) {
      guard !text.isEmpty else { return }
      guard let first = said else {
        said = Said(text: text, row: row)
        return
      }
      guard first.text.sameBytes(as: text) else {
        throw FieldFault(
          field,
          "“\(FeedTime.shown(text))” here and “\(FeedTime.shown(first.text))” on line \(first.row), within one order; which is right?")
      }
    }
  }

  /// Appends the order of `rows` (at least one, all of one key) under the id `id` to `writer`, without a line feed. On a throw nothing
  /// of it may be kept: `writer` is then to be cut back by the caller.
  package mutating func write(_ rows: ArraySlice<FeedRow>, id: UnsafeRawBufferPointer, into writer: inout JSONWriter) throws(Refusal) {
    var whole = Whole()
    goods.removeAll(keepingCapacity: true)
    guard let first = rows.first else { return }
    guard rows.count < FeedLimits.rowsPerOrderMax else {
      throw .line(first.line, FieldFault("order", "it has \(rows.count) lines, and an order has at most \(FeedLimits.rowsPerOrderMax - 1)"))
    }
    for row in rows {
      do throws(FieldFault) { try take(row, &whole) } catch { throw .line(row.line, error) }
    }
    if let status = whole.status { try judge(status) }
    guard let placed = whole.placed else { throw .line(first.line, FieldFault("placed", "it is empty on every line of the order")) }
    let moment: FeedTime.Moment
    do throws(FieldFault) { moment = try time.read(placed.text, field: "placed") } catch { throw .line(placed.row, error) }
    if moment.usedZone { usedZone = true }
    var shipping: Int64?
    if let said = whole.shipping {
      do throws(FieldFault) { shipping = try amount(said.text, "shipping") } catch { throw .line(said.row, error) }
    }
    sort()

    writer.beginObject()
    writer.member("line", rows.reduce(first.line) { min($0, $1.line) })
    try text("order_id", "order", id, first.line, into: &writer)
    if let customer = whole.customer { try text("person_id", "customer", customer.text, customer.row, into: &writer) }
    if let channel = whole.channel { try text("channel", "channel", channel.text, channel.row, into: &writer) }
    if let country = whole.country { try text("country", "country", country.text, country.row, into: &writer) }
    writer.member("placed_at", moment.instant)
    if moment.precision == .day { writer.member("precision", "day") }
    writer.name("lines")
    writer.beginArray()
    for index in goods.indices { try write(goods[index], number: index + 1, into: &writer) }
    writer.endArray()
    if let shipping, shipping != 0 { writer.member("shipping", shipping) }
    do throws(FieldFault) { try writeTenders(shipping: shipping ?? 0, into: &writer) } catch { throw .line(first.line, error) }
    if let said = whole.subscription { try text("subscription_id", "subscription", said.text, said.row, into: &writer) }
    if let said = whole.period { try text("period", "period", said.text, said.row, into: &writer) }
    writer.endObject()
  }

  // MARK: Reading

  private mutating func take(_ row: FeedRow, _ whole: inout Whole) throws(FieldFault) {
    var made = Goods(row: row.line)
    let (columns, settings) = (self.columns.meanings, self.settings)
    try row.forEachColumn { place, text throws(FieldFault) in
      switch columns[place] {
      case .order: break
      case .customer: try Whole.agree(&whole.customer, text, row.line, "customer")
      case .placed: try Whole.agree(&whole.placed, text, row.line, "placed")
      case .channel: try Whole.agree(&whole.channel, text, row.line, "channel")
      case .country: try Whole.agree(&whole.country, text, row.line, "country")
      case .shipping: try Whole.agree(&whole.shipping, text, row.line, "shipping")
      case .status: try Whole.agree(&whole.status, text, row.line, "status")
      case .subscription: try Whole.agree(&whole.subscription, text, row.line, "subscription")
      case .period: try Whole.agree(&whole.period, text, row.line, "period")
      case .sku: if !text.isEmpty { made.sku = text }
      case .line: if !text.isEmpty { made.line = text }
      case .offer: if !text.isEmpty { made.offer = text }
      case .seller: if !text.isEmpty { made.seller = text }
      case .tender: if !text.isEmpty { made.tender = text }
      case .quantity:
        made.quantity = try FeedNumber.quantity(text, field: "quantity")
        guard made.quantity >= 0 else {
          throw FieldFault("quantity", "\(made.quantity) is below zero; what came back goes in by `accord import returns`")
        }
      case .amount: made.paid = try Self.amount(text, "amount", settings)
      case .list: if !text.isEmpty { made.list = try Self.amount(text, "list", settings) }
      case .tax: if !text.isEmpty { made.tax = try Self.amount(text, "tax", settings) }
      case .discount:
        guard !text.isEmpty else { return }
        // Some feeds write what was taken off with a minus in front.
        let off = try FeedNumber.amount(text, settings.amounts, settings.currency, field: "discount")
        guard off > .min else { throw FieldFault("discount", "“\(FeedTime.shown(text))” is larger than 64 bits hold") }
        made.discount = abs(off)
      }
    }
    goods.append(made)
  }

  private static func amount(_ text: Bytes, _ field: String, _ settings: Settings) throws(FieldFault) -> Int64 {
    let amount = try FeedNumber.amount(text, settings.amounts, settings.currency, field: field)
    guard amount >= 0 else {
      throw FieldFault(field, "“\(FeedTime.shown(text))” is below zero; what went back goes in by `accord import returns`")
    }
    return amount
  }

  private func amount(_ text: Bytes, _ field: String) throws(FieldFault) -> Int64 { try Self.amount(text, field, settings) }

  /// An order that was never paid is none.
  private func judge(_ status: Whole.Said) throws(Refusal) {
    let word = String(decoding: status.text, as: UTF8.self).lowercased()
    guard let isOrder = ShopWords.isOrder(status: word) else {
      throw .line(
        status.row,
        FieldFault(
          "status",
          "“\(FeedTime.shown(status.text))” is not known; paid, completed, shipped ... are taken, cancelled, pending, draft ... left out"))
    }
    guard isOrder else { throw .leftOut(word) }
  }

  // MARK: Order of lines

  private mutating func sort() {
    guard goods.count > 1 else { return }
    // Ties keep the file's order: rows that say the same are the same in any.
    goods.sort { a, b in
      if a.line != nil || b.line != nil {
        let order = Self.compare(byNumber: a.line, b.line)
        return order == 0 ? a.row < b.row : order < 0
      }
      var order = Self.compare(a.sku, b.sku)
      if order == 0 { order = Self.compare(a.quantity, b.quantity) }
      if order == 0 { order = Self.compare(a.paid, b.paid) }
      if order == 0 { order = Self.compare(a.list ?? .min, b.list ?? .min) }
      if order == 0 { order = Self.compare(a.tax ?? .min, b.tax ?? .min) }
      if order == 0 { order = Self.compare(a.discount ?? .min, b.discount ?? .min) }
      if order == 0 { order = Self.compare(a.offer, b.offer) }
      if order == 0 { order = Self.compare(a.seller, b.seller) }
      return order == 0 ? a.row < b.row : order < 0
    }
  }

  private static func compare(_ a: Int64, _ b: Int64) -> Int { a == b ? 0 : a < b ? -1 : 1 }

  private static func compare(_ a: Bytes?, _ b: Bytes?) -> Int {
    guard let a, let b else { return a == nil ? (b == nil ? 0 : -1) : 1 }
    for at in 0..<min(a.count, b.count) where a[at] != b[at] { return a[at] < b[at] ? -1 : 1 }
    return compare(Int64(a.count), Int64(b.count))
  }

  /// Shorter first, so that 2 stands before 10.
  private static func compare(byNumber a: Bytes?, _ b: Bytes?) -> Int {
    guard let a, let b else { return a == nil ? (b == nil ? 0 : 1) : -1 }
    return a.count == b.count ? compare(a, b) : a.count < b.count ? -1 : 1
  }

  // MARK: Writing

  private func text(
    _ name: StaticString, _ field: String, _ text: Bytes, _ row: Int64, into writer: inout JSONWriter
  ) throws(Refusal) {
    writer.name(name)
    try value(text, field, row, into: &writer)
  }

  /// Text as it stands, once it is certain to be UTF-8.
  private func value(_ text: Bytes, _ field: String, _ row: Int64, into writer: inout JSONWriter) throws(Refusal) {
    if text.allSatisfy({ $0 > 0x1F && $0 < 0x7F && $0 != .quote && $0 != .backslash }) { return writer.plain(text) }
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw .line(row, FieldFault(field, "it is not UTF-8; save the export as UTF-8"))
    }
    writer.string(valid)
  }

  private func write(_ line: Goods, number: Int, into writer: inout JSONWriter) throws(Refusal) {
    writer.beginArray()
    if let id = line.line { try value(id, "line", line.row, into: &writer) } else { writer.plain(number) }
    if let sku = line.sku { try value(sku, "sku", line.row, into: &writer) } else { writer.null() }
    writer.integer(line.quantity)
    writer.integer(line.paid)
    let last = line.seller != nil ? 4 : line.offer != nil ? 3 : line.discount != nil ? 2 : line.tax != nil ? 1 : line.list != nil ? 0 : -1
    if last >= 0 { write(line.list, into: &writer) }
    if last >= 1 { write(line.tax, into: &writer) }
    if last >= 2 { write(line.discount, into: &writer) }
    if last >= 3 { if let offer = line.offer { try value(offer, "offer", line.row, into: &writer) } else { writer.null() } }
    if last >= 4, let seller = line.seller { try value(seller, "seller", line.row, into: &writer) }
    writer.endArray()
  }

  private func write(_ amount: Int64?, into writer: inout JSONWriter) {
    if let amount { writer.integer(amount) } else { writer.null() }
  }

  /// One tender for everything where the feed names one, else each with what stands on its rows; shipping goes with the first.
  private mutating func writeTenders(shipping: Int64, into writer: inout JSONWriter) throws(FieldFault) {
    guard columns.has(.tender) else { return }
    var sums: [(kind: String, amount: Int64)] = []
    for line in goods {
      let kind = line.tender.map { word($0) }
      guard let kind = kind ?? sums.first?.kind else { continue }
      let (withTax, past) = line.paid.addingReportingOverflow(settings.taxIncluded ? 0 : line.tax ?? 0)
      let at = sums.firstIndex { $0.kind == kind }
      let (sum, pastAgain) = (at.map { sums[$0].amount } ?? 0).addingReportingOverflow(withTax)
      guard !past, !pastAgain else { throw FieldFault("amount", "the amounts of the order add up to more than 64 bits hold") }
      if let at { sums[at].amount = sum } else { sums.append((kind, sum)) }
    }
    guard let first = sums.first else { return }
    guard sums.count > 1 else { return writer.member("tender", first.kind) }
    writer.name("tenders")
    writer.beginArray()
    for (index, sum) in sums.enumerated() {
      writer.beginArray()
      writer.string(sum.kind)
      writer.integer(sum.amount + (index == 0 ? shipping : 0))
      writer.endArray()
    }
    writer.endArray()
  }

  /// The contract's word for a shop's.
  private mutating func word(_ text: Bytes) -> String {
    let given = String(decoding: text, as: UTF8.self)
    if let word = ShopWords.tender(given) { return word }
    if strangeTenders.count < 20 { strangeTenders.insert(given) }
    return "unknown"
  }
}
