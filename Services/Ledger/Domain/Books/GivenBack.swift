import Contracts

/// What comes back of an order, returned or cancelled: revenue and taxes shrink, the tenders give back what they took.
///
/// Gross on purpose: what is withheld against a claw-back goes back to the tender here, and is taken from it by the claw-back's own entry.
struct GivenBack {
  private let kind: String
  private let price: Int64
  private let shipping: Int64
  private let tax: [OrderCaptured.Tax]
  private let shippingTax: [OrderCaptured.Tax]
  private let tenders: [TenderAmount]
  private let person: Identifier<Person>?
  private let reason: String?

  init(_ returned: OrderReturned) {
    kind = "order.returned"
    (price, shipping) = (returned.price.minor, returned.shipping?.minor ?? 0)
    (tax, shippingTax) = (returned.tax, returned.shippingTax)
    (tenders, person, reason) = (returned.refund + returned.withheld, returned.personID, returned.reason)
  }

  init(_ cancelled: OrderCancelled) {
    kind = "order.cancelled"
    (price, shipping) = (cancelled.price.minor, cancelled.shipping?.minor ?? 0)
    (tax, shippingTax) = (cancelled.tax, cancelled.shippingTax)
    (tenders, person, reason) = (cancelled.refund + cancelled.withheld, cancelled.personID, cancelled.reason)
  }

  func entries(of order: OrderCaptured) throws(BooksRefusal) -> [EntryDraft] {
    let currency = order.currency
    var legs: [Leg] = [
      .debit(.sales(Posting.revenueChannel(order), currency), try net(price, tax)),
      .debit(.shipping(order.channel, currency), try net(shipping, shippingTax)),
    ]
    for tax in tax + shippingTax { legs.append(.debit(.tax(tax.jurisdiction, currency), tax.amount.minor)) }
    for tender in tenders {
      guard tender.amount.currency == currency else { throw .currencies(currency, tender.amount.currency) }
      legs.append(.credit(try Posting.account(tender.kind, of: person ?? order.personID, currency), tender.amount.minor))
    }
    return try Posting.entry(kind, legs, about: .init(order: order.orderID.text, reason: reason))
  }

  /// A price without the taxes that it contains.
  private func net(_ price: Int64, _ taxes: [OrderCaptured.Tax]) throws(BooksRefusal) -> Int64 {
    var net = price
    for tax in taxes where tax.inclusive { net -= tax.amount.minor }
    guard net >= 0 else { throw .notPositive("sales", net) }
    return net
  }
}
