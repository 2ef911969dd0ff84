import Contracts
import Feed
import LedgerDomain

/// Makes orders of the contract out of a batch's: the head's words beside each order's, tenders where the feed names none.
struct Intake {
  private let head: OrderBatch.Head
  private let currency: Currency

  /// Throws where the head itself cannot be used: then none of its orders can.
  init(_ head: OrderBatch.Head) throws(Unusable) {
    guard let currency = Currency(head.currency) else { throw .currency(head.currency) }
    self.head = head
    self.currency = currency
  }

  /// The order's id, or the refusal that names its column.
  func id(_ feed: FeedOrder) throws(FieldFault) -> Identifier<Order> { try Self.id(feed.orderID, "order") }

  /// The order as it would be told, captured at `now`; `describe` says under which categories and brand a line is sold. Throws what the
  /// contract has against it. HOT: made once.
  func order(
    _ feed: FeedOrder, at now: Timestamp, describe: (Identifier<OrderLine>, Identifier<Product>) throws -> Products.Description
  ) throws -> OrderCaptured {
    var lines: [OrderCaptured.Line] = []
    lines.reserveCapacity(feed.lines.count)
    var discounts: [OrderCaptured.Discount] = []
    var isTaxed = false
    for line in feed.lines {
      let id: Identifier<OrderLine> = try Self.id(line.lineID, "line")
      var made = OrderCaptured.Line(
        lineID: id, sku: try Self.id(ifPresent: line.sku, "sku"), quantity: line.quantity,
        list: line.list.map(money), paid: money(line.paid))
      if let sku = made.sku {
        let described = try describe(id, sku)
        (made.categories, made.brand) = (described.categories, described.brand)
      }
      if let tax = line.tax, tax != 0 {
        isTaxed = true
        made.tax = [OrderCaptured.Tax(amount: money(tax), jurisdiction: head.taxJurisdiction, inclusive: head.taxIncluded)]
      }
      made.seller = try Self.id(ifPresent: line.seller, "seller")
      lines.append(made)
      if line.discount != nil || line.offer != nil {
        let offer: Identifier<Offer>? = try Self.id(ifPresent: line.offer, "offer")
        guard line.discount ?? 0 != 0 || offer != nil else { continue }
        discounts.append(OrderCaptured.Discount(offerID: offer, lineID: id, amount: money(line.discount ?? 0)))
      }
    }
    let charges = feed.shipping.map { [OrderCaptured.Charge(method: "standard", paid: money($0))] } ?? []
    return try OrderCaptured(
      orderID: try Self.id(feed.orderID, "order"), personID: try Self.id(ifPresent: feed.personID, "customer"),
      channel: feed.channel ?? head.channel, country: feed.country ?? head.country, placedAt: feed.placedAt,
      placedPrecision: feed.precision == .day ? .day : .instant, capturedAt: now, lines: lines, charges: charges,
      tenders: try tenders(feed, isTaxed: isTaxed), discounts: discounts, discountsKnown: head.discountsKnown,
      subscriptionID: try Self.id(ifPresent: feed.subscriptionID, "subscription"),
      period: try Self.id(ifPresent: feed.period, "period"),
      imported: OrderCaptured.Import(file: head.file, line: feed.line))
  }

  /// An identifier, or the refusal that names its column.
  private static func id<Subject>(_ text: String, _ field: String) throws(FieldFault) -> Identifier<Subject> {
    do { return try Identifier(text) } catch { throw FieldFault(field, "“\(text.prefix(40))”: \(error)") }
  }

  private static func id<Subject>(ifPresent text: String?, _ field: String) throws(FieldFault) -> Identifier<Subject>? {
    guard let text else { return nil }
    return try id(text, field)
  }

  /// The tenders that the feed names, the one without an amount with all that was charged; `unknown` where it names none.
  private func tenders(_ feed: FeedOrder, isTaxed: Bool) throws -> [OrderCaptured.Tender] {
    var charged: Int64 = feed.shipping ?? 0
    for line in feed.lines {
      charged = try Self.sum(charged, line.paid)
      if isTaxed, !head.taxIncluded { charged = try Self.sum(charged, line.tax ?? 0) }
    }
    guard charged != 0 else { return [] }
    guard !feed.tenders.isEmpty else { return [tender(.unknown, charged)] }
    return try feed.tenders.map { named in
      guard let kind = OrderCaptured.Tender.Kind(rawValue: named.kind) else {
        throw ContractFault.broken(.unknownWord(named.kind, allowed: OrderCaptured.Tender.Kind.allCases.map(\.rawValue)), at: "/tenders")
      }
      return tender(kind, named.amount ?? charged)
    }
  }

  private static func sum(_ a: Int64, _ b: Int64) throws(LedgerRefusal) -> Int64 {
    let (sum, past) = a.addingReportingOverflow(b)
    guard !past else { throw .tooLarge }
    return sum
  }

  /// Money goes back to cash, and to what nobody knows, only where the customer is there.
  private func tender(_ kind: OrderCaptured.Tender.Kind, _ minor: Int64) -> OrderCaptured.Tender {
    let isRefundableAbsent =
      switch kind {
      case .card, .invoice, .giftCard, .customerCredit: true
      case .cash, .unknown: false
      }
    return OrderCaptured.Tender(kind: kind, amount: money(minor), refundableAbsent: isRefundableAbsent)
  }

  private func money(_ minor: Int64) -> Money { Money(minor: minor, currency) }

  enum Unusable: Error, CustomStringConvertible {
    case currency(String)
    var description: String {
      switch self {
      case .currency(let code): ContractRule.currency(code).description
      }
    }
  }
}
