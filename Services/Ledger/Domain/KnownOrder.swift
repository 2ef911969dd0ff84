package import Contracts

/// An order as the ledger holds it.
package struct KnownOrder: Sendable, Equatable {
  package let order: OrderCaptured
  /// The message that told of it.
  package let messageID: Identifier<Message>

  package init(order: OrderCaptured, messageID: Identifier<Message>) {
    self.order = order
    self.messageID = messageID
  }
}

extension OrderCaptured {
  /// The first field, as its JSON name, in which `other` says something else; nil where both say the same. When each was recorded, and
  /// from which file, does not count.
  package func firstDifference(from other: OrderCaptured) -> String? {
    if orderID != other.orderID { return "order_id" }
    if personID != other.personID { return "person_id" }
    if channel != other.channel { return "channel" }
    if country != other.country { return "country" }
    if placedAt != other.placedAt { return "placed_at" }
    if placedPrecision != other.placedPrecision { return "placed_precision" }
    if lines.count != other.lines.count { return "lines" }
    for (index, pair) in zip(lines, other.lines).enumerated() where pair.0 != pair.1 {
      return "lines[\(index)].\(pair.0.firstDifference(from: pair.1))"
    }
    if charges != other.charges { return "charges" }
    if tenders != other.tenders { return "tenders" }
    if discounts != other.discounts { return "discounts" }
    if discountsKnown != other.discountsKnown { return "discounts_known" }
    if subscriptionID != other.subscriptionID { return "subscription_id" }
    if period != other.period { return "period" }
    return nil
  }
}

extension OrderCaptured.Line {
  /// The first field, as its JSON name, in which `other`, which is not the same, says something else.
  fileprivate func firstDifference(from other: Self) -> String {
    if lineID != other.lineID { return "line_id" }
    if sku != other.sku { return "sku" }
    if categories != other.categories { return "categories" }
    if brand != other.brand { return "brand" }
    if quantity != other.quantity { return "quantity" }
    if list != other.list { return "list" }
    if paid != other.paid { return "paid" }
    if tax != other.tax { return "tax" }
    if addedAt != other.addedAt { return "added_at" }
    if seller != other.seller { return "seller" }
    return "under"
  }
}
